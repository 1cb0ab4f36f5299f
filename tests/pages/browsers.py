"""Chromium as the system has it, driven by playwright, and the page of a sandbox in it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"width": 1366, "height": 768}
TABLET = {"width": 768, "height": 1024}


def chromium() -> str:
    """Where it is. Without it these tests are left out; where CI runs, that is a failure."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("Chromium is not installed, and CI must not go without it.")
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium).")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield running
        finally:
            await running.close()


@dataclass
class Visitor:
    """One browser window on the page. `wrong` is what its console complained of."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    @classmethod
    async def comes(
        cls, running: Browser, url: str, *, size: dict[str, int] = LAPTOP, **more: Any
    ) -> "Visitor":
        """A fresh window, in a profile of its own, once the phones are there."""
        context = await running.new_context(viewport=size, **more)  # type: ignore[arg-type]
        visitor = cls(await context.new_page())
        visitor.page.on("console", visitor._heard)
        visitor.page.on("pageerror", lambda error: visitor.wrong.append(str(error)))
        await visitor.page.goto(url)
        await visitor.page.wait_for_selector("[data-phone]")
        return visitor

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(message.text)

    def find(self, hook: str) -> Any:
        return self.page.get_by_test_id(hook)

    def phone(self, name: str) -> Any:
        return self.page.locator(f'[data-phone][data-name="{name}"]')

    async def sees(self, name: str, text: str, *, within_s: float = 20) -> None:
        """Wait until this phone shows the words."""
        found = self.phone(name).get_by_text(text).last
        await found.wait_for(state="attached", timeout=within_s * 1000)

    async def does_next(self) -> None:
        """Click the story's one button, and wait until it offers another step, or none."""
        before = await self.find("story-do").inner_text()
        await self.find("story-do").click()
        await self.page.wait_for_function(
            """before => {
                const now = document.querySelector('[data-testid="story-do"]');
                const isOver = !now || now.offsetParent === null;
                return isOver || (now.innerText !== before && now.ariaDisabled !== 'true');
            }""",
            arg=before,
            timeout=40_000,
        )

    async def opens(self, drawer: str) -> None:
        """One of the three drawers: phones, faults, calls."""
        await self.find(f"tab-{drawer}").click()
