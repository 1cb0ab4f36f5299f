"""The proof that nothing is lost: what people did on their phones against what Kabar has kept."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.story.line import Line
from storage import figures
from storage.database import Database
from storage.transaction import Tx

NEVER = 2**53  # past any id: only the next one is asked for
UNDECIDED = ("pending", "delivered")


@dataclass(slots=True, kw_only=True)
class Doors:
    """Counts since the sandbox was opened, or went back to its beginning.

    `written` were caused by people, `stored` are in Kabar's inbox, `at_telegram` were not fetched
    yet, `expired` waited too long there (a tap lives 150 seconds, a message a day). `waiting_in`
    is not handled yet, `waiting_out` not sent yet.
    """

    written: int = 0
    stored: int = 0
    at_telegram: int = 0
    expired: int = 0
    lost: int = 0
    waiting_in: int = 0
    waiting_out: int = 0

    def json(self) -> dict[str, Any]:
        return asdict(self)


class Ledger:
    """Looks at both sides; updates whose fate is decided are not asked for again."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._first = 0  # the last update id that does not count
        self._looked_up_to = 0
        self._written = 0
        self._expired = 0

    async def begin(self) -> None:
        """Count from here."""
        answer = await self._line.get("updates", after=NEVER)
        self._first = self._looked_up_to = answer["next"] - 1
        self._written = self._expired = 0

    async def look(self, database: Database, *, now: datetime) -> Doors:
        """Both sides at about the same moment: Telegram's first, so that nothing seems lost that
        was only fetched in between."""
        open_ones = await self._read_new()
        kept, unsettled = await database.read(_kept, self._first + 1, now=now)
        written = self._written + len(open_ones)
        expired = self._expired + sum(one["state"] == "expired" for one in open_ones)
        waiting = sum(one["state"] in UNDECIDED for one in open_ones)
        stored = min(kept, written)  # one may have come in since
        waiting = min(waiting, written - stored - expired)  # fetched, but not confirmed yet
        return Doors(
            written=written,
            stored=stored,
            at_telegram=waiting,
            expired=expired,
            lost=max(0, written - stored - expired - waiting),
            waiting_in=unsettled.inbox,
            waiting_out=unsettled.outbox,
        )

    async def _read_new(self) -> list[dict[str, Any]]:
        """Updates from the first undecided one on; what lies before it is added up for good."""
        found = await self._known(self._looked_up_to)
        while found and found[0]["state"] not in UNDECIDED:
            done = found.pop(0)
            self._looked_up_to = done["update_id"]
            self._written += 1
            self._expired += done["state"] == "expired"
        return found

    async def _known(self, after: int) -> list[dict[str, Any]]:
        answer = await self._line.get("updates", after=after)
        known: list[dict[str, Any]] = answer["updates"]
        return known


def _kept(tx: Tx, first_update: int, *, now: datetime) -> tuple[int, figures.Unsettled]:
    return figures.received_since(tx, first_update), figures.unsettled(tx, now=now)
