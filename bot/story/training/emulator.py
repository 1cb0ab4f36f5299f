"""The emulator over one connection that stays open: what people do, and the bot's plain calls."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any, Self
from urllib.parse import urlsplit

from bot.story.training.errors import WrongRehearsal
from bot.telegram.arrivals import ALLOWED

PATIENCE_S = 30.0
NEAR_S = 50.0
"""A phone's clock shows minutes: so much it may be behind while somebody goes on tapping."""

HEADERS = {"Content-Type": "application/json"}


class Emulator:
    """One bot's side and the control side. Not for two threads at once."""

    def __init__(self, url: str, token: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)
        self._bot = f"/bot{token}"
        self._offset: int | None = None
        self._has_open_page = False
        self._stands_at, self._looked_at = 0.0, 0.0

    def __enter__(self) -> Self:
        self._read_clock(self.ask("GET", "clock"))
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        try:
            if self._has_open_page and error is None:
                self.updates()
        finally:
            self._connection.close()

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now_s(), UTC)

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The control side. Raises WrongRehearsal with the emulator's own words."""
        status, answer = self._exchange(method, f"/control/{path}", body)
        if status >= 400:
            raise WrongRehearsal(f"{path}: {answer.get('error')}")
        return answer

    def call(self, method: str, params: Mapping[str, object]) -> Any:
        """One call of the Bot API. Raises WrongRehearsal for whatever the emulator refuses."""
        _, answer = self._exchange("POST", f"{self._bot}/{method}", params)
        if answer.get("ok") is not True:
            raise WrongRehearsal(f"{method}: {answer.get('description')}")
        return answer["result"]

    def updates(self) -> list[Any]:
        """What came since the last look; it is confirmed by the next one, or at the end."""
        offset = {} if self._offset is None else {"offset": self._offset}
        params = {"timeout": 0, "limit": 100, "allowed_updates": ALLOWED, **offset}
        page: list[Any] = self.call("getUpdates", params)
        self._has_open_page = bool(page)
        if page:
            self._offset = page[-1]["update_id"] + 1
        return page

    def move_to(self, moment: datetime, *, exactly: bool = True) -> None:
        """Let it be `moment` there; a past one changes nothing."""
        ahead = moment.timestamp() - self._now_s()
        if ahead > (0.0 if exactly else NEAR_S):
            self._read_clock(self.ask("POST", "clock", {"advance_s": ahead}))

    def _read_clock(self, clock: Mapping[str, Any]) -> None:
        self._stands_at, self._looked_at = clock["now"], time.monotonic()

    def _now_s(self) -> float:
        return self._stands_at + time.monotonic() - self._looked_at

    def _exchange(
        self, method: str, path: str, body: Mapping[str, object] | None
    ) -> tuple[int, dict[str, Any]]:
        sent = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, sent, HEADERS)
            response = self._connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            # Not the path: it holds the bot's token.
            raise WrongRehearsal(f"the emulator: {type(error).__name__}") from None
        return response.status, answer
