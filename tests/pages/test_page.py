"""The training room in a real Chromium: as somebody sees it who has never seen Kabar."""

import wave
from collections.abc import AsyncIterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from bot.story import script
from tests.pages.browsers import LAPTOP, TABLET, Visitor, browser, chromium
from tests.story.sandboxes import Program

STEPS = len(script.load().steps)
pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser and one sandbox for all
SERIOUS = ("serious", "critical")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chrome() -> AsyncIterator[Browser]:
    async with browser() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(
    tmp_path_factory: pytest.TempPathFactory, unused_tcp_port_factory: Any
) -> AsyncIterator[Program]:
    """One sandbox for all of this file; each test begins at the beginning of the story."""
    chromium()
    async with aiohttp.ClientSession() as http:
        program = Program(tmp_path_factory.mktemp("room"), unused_tcp_port_factory(), http)
        await program.start()
        yield program
        await program.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(room: Program) -> Program:
    await room.begins_again()
    return room


async def findings(visitor: Visitor) -> list[str]:
    """What axe-core calls serious or critical."""
    found = await Axe().run(visitor.page)
    return [
        f"{one['id']}: {one['nodes'][0]['html']}"
        for one in found.response["violations"]
        if one["impact"] in SERIOUS
    ]


async def test_the_whole_story_is_clicked_through(chrome: Browser, sandbox: Program) -> None:
    visitor = await Visitor.comes(chrome, sandbox.url)

    for _ in range(STEPS):
        await visitor.does_next()

    await visitor.sees("Ratna", "K-0142 sudah ditangani (supervisor)")
    await visitor.sees("Ibu Tini", "Terima kasih kabarnya")
    assert await visitor.page.get_by_text("LATIHAN: bukan data nyata").count() >= 1
    assert visitor.wrong == []


@pytest.mark.soak  # a year of training is played for it alone
async def test_whoever_opens_it_while_it_is_prepared_is_led_as_well(
    chrome: Browser, room: Program, tmp_path: Path, unused_tcp_port: int
) -> None:
    fresh = Program(tmp_path, unused_tcp_port, room.http)
    await fresh.launch()
    await fresh.until(lambda now: now["state"] == "preparing")
    try:
        page = await chrome.new_page(viewport=LAPTOP)  # type: ignore[arg-type]
        await page.goto(fresh.url)

        await page.locator('.is-acting[data-name="Ibu Sari"]').wait_for(timeout=90_000)
    finally:
        await fresh.stop()


async def test_zoomed_far_in_phones_can_still_be_read(chrome: Browser, room: Program) -> None:
    visitor = await Visitor.comes(chrome, room.url, size={"width": 683, "height": 384})

    box = await visitor.phone("Ibu Sari").bounding_box()

    assert box["height"] > 400


async def test_it_plays_by_itself_in_both_languages(chrome: Browser, sandbox: Program) -> None:
    visitor = await Visitor.comes(chrome, sandbox.url)

    await visitor.find("language-en").click()
    await visitor.find("story-play").click()
    await sandbox.until(lambda now: now["story"]["at"] == STEPS, within_s=120)

    assert (await sandbox.look())["story"]["stalled"] is None
    assert visitor.wrong == []


@pytest.mark.soak  # it takes half a minute, as it should
async def test_a_month_is_played_before_ones_eyes(chrome: Browser, sandbox: Program) -> None:
    await sandbox.does_steps(5)
    visitor = await Visitor.comes(chrome, sandbox.url)
    before = (await sandbox.look())["clock"]["now"]

    await visitor.find("clock-play").click()
    await visitor.sees("Ibu Sari", "Kalau sibuk tidak apa-apa", within_s=60)
    await sandbox.until(lambda now: days(before, now["clock"]["now"]) >= 30, within_s=150)
    await visitor.find("clock-pause").click()
    await sandbox.until(lambda now: not now["clock"]["playing"])

    assert (await sandbox.look())["doors"]["lost"] == 0
    assert visitor.wrong == []


async def test_a_killed_bot_loses_nothing(chrome: Browser, sandbox: Program) -> None:
    await sandbox.does_steps(5)
    visitor = await Visitor.comes(chrome, sandbox.url)
    await visitor.opens("faults")

    await visitor.find("bot-kill").click()
    await sandbox.until(lambda now: now["bot"] == "dead")
    box = visitor.phone("Ibu Sari").get_by_role("textbox")
    await box.fill("Bu tolong, semalam dia bilang mau bunuh diri")
    await box.press("Enter")
    await sandbox.until(lambda now: now["doors"]["at_telegram"] == 1)
    await visitor.find("bot-start").click()

    await visitor.sees("Ratna", "Kritis. 1 hal perlu dilihat. K-0142", within_s=30)
    assert (await sandbox.look())["doors"]["lost"] == 0
    assert visitor.wrong == []


async def test_a_lost_answer_is_survived(chrome: Browser, sandbox: Program) -> None:
    await sandbox.does_steps(5)
    visitor = await Visitor.comes(chrome, sandbox.url)
    await visitor.opens("faults")

    await visitor.find("fault-drop").click()
    box = visitor.phone("Ibu Sari").get_by_role("textbox")
    await box.fill("Bu tolong, semalam dia bilang mau bunuh diri")
    await box.press("Enter")

    await visitor.sees("Ratna", "Kritis. 1 hal perlu dilihat. K-0142", within_s=30)
    struck = (await sandbox.control("GET", "faults"))["faults"]
    assert [fault["struck"] for fault in struck] == [1]
    assert (await sandbox.look())["doors"]["lost"] == 0
    assert visitor.wrong == []


async def test_two_browsers_stay_in_step(chrome: Browser, sandbox: Program) -> None:
    left = await Visitor.comes(chrome, sandbox.url)
    right = await Visitor.comes(chrome, sandbox.url, size=TABLET)

    await left.does_next()
    await right.sees("Ibu Sari", "petugas akan menyapa")
    await right.does_next()
    await left.sees("Ibu Sari", "dibaca petugas")

    shown = await left.find("story-do").inner_text()
    await right.page.locator(f'[data-testid="story-do"]:has-text("{shown}")').wait_for()
    assert left.wrong == right.wrong == []


async def test_a_phone_without_network_catches_up(chrome: Browser, sandbox: Program) -> None:
    await sandbox.does_steps(5)
    sari = await sandbox.person("Ibu Sari")
    visitor = await Visitor.comes(chrome, sandbox.url)

    await sandbox.control("POST", f"people/{sari}/offline", {})
    await visitor.phone("Ibu Sari").get_by_text("Tidak ada jaringan").wait_for()
    box = visitor.phone("Ibu Sari").get_by_role("textbox")
    await box.fill("Halo Bu")
    await box.press("Enter")
    await sandbox.control("POST", f"people/{sari}/online", {})

    await visitor.sees("Ibu Sari", "Pesannya sudah masuk")


async def test_a_voice_note_is_heard_on_the_workers_phone(
    chrome: Browser, sandbox: Program
) -> None:
    await sandbox.does_steps(5)
    visitor = await Visitor.comes(chrome, sandbox.url)
    sari, ratna = visitor.phone("Ibu Sari"), visitor.phone("Ratna")

    await sari.get_by_label("Lampirkan").click()
    async with visitor.page.expect_file_chooser() as asked:
        await visitor.page.get_by_role("menuitem", name="Pesan suara").click()
    chosen: Any = {"name": "a.wav", "mimeType": "audio/wav", "buffer": recording(seconds=2)}
    await (await asked.value).set_files(chosen)
    await sari.locator("audio").wait_for()
    await visitor.sees("Ratna", "Tugas. 1 hal perlu dilihat. K-0142")
    await ratna.get_by_role("button", name="Lihat").last.click()
    heard = ratna.locator(".is-protected audio")
    await heard.wait_for()

    await visitor.page.wait_for_function(
        "() => document.querySelector('.is-protected audio').duration > 0"
    )
    assert await heard.evaluate("sound => Math.round(sound.duration)") == 2
    assert await heard.get_attribute("aria-label") == "Pesan suara"
    assert visitor.wrong == []


def recording(*, seconds: int) -> bytes:
    """Silence as a WAV file."""
    written = BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes([128]) * 8000 * seconds)
    return written.getvalue()


async def test_what_parents_type_is_never_markup(chrome: Browser, sandbox: Program) -> None:
    visitor = await Visitor.comes(chrome, sandbox.url)
    await sandbox.does_steps(1)

    box = visitor.phone("Ibu Sari").get_by_role("textbox")
    await box.fill("<img src=x onerror=alert(1)> <b>tebal</b>")
    await box.press("Enter")

    await visitor.sees("Ibu Sari", "<b>tebal</b>")
    assert await visitor.page.locator("img[src='x']").count() == 0
    assert visitor.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
async def test_nobody_is_shut_out(
    chrome: Browser, room: Program, size: dict[str, int], scheme: str, tmp_path: Path
) -> None:
    # A bubble that is just fading in has no contrast yet: without motion it stands there at once.
    still = {"color_scheme": scheme, "reduced_motion": "reduce"}
    visitor = await Visitor.comes(chrome, room.url, size=size, **still)

    shut_out = await findings(visitor)
    for drawer in ("phones", "faults", "calls"):
        await visitor.opens(drawer)
        shut_out += await findings(visitor)
    wide = await visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )

    assert shut_out == []
    assert wide <= 0
    assert visitor.wrong == []


async def test_the_story_can_be_told_by_keyboard_alone(chrome: Browser, sandbox: Program) -> None:
    visitor = await Visitor.comes(chrome, sandbox.url)

    for _ in range(60):
        await visitor.page.keyboard.press("Tab")
        hook = await visitor.page.evaluate("document.activeElement.dataset.testid")
        if hook == "story-do":
            break
    await visitor.page.keyboard.press("Enter")

    await visitor.sees("Ibu Sari", "petugas akan menyapa")


def days(before: str, after: str) -> float:
    return (datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds() / 86_400
