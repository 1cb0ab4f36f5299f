"""The story as lines on a terminal: whose phone, what was done, what arrived, and why."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

WIB = ZoneInfo("Asia/Jakarta")
NAME_WIDTH = 19
DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")


class Transcript:
    """Prints as things happen. `now` is the bot's own time, which the story moves."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._now: datetime | None = None

    def begins(self, title: str, text: str) -> None:
        self._console.print(Panel(escape(text), title=escape(title), expand=False))

    def chapter(self, title: str, why: str) -> None:
        """A part of the story with one sentence of why."""
        self._console.print()
        self._console.print(f"[bold]{escape(title)}[/]  [dim]{escape(why)}[/]")

    def clock(self, now: str) -> None:
        """The bot's time has moved; said only where it is another minute."""
        moment = datetime.fromisoformat(now).astimezone(WIB)
        before, self._now = self._now, moment
        if before is None or (moment - before).total_seconds() >= 60:
            day = DAYS[moment.weekday()]
            self._console.print(f"[cyan]  {day} {moment:%d-%m-%Y %H:%M} WIB[/]")

    def deed(self, name: str, what: str) -> None:
        """Somebody does something on their phone."""
        self._line(Text(name, style="green"), ">", Text(what))

    def arrives(
        self, name: str, text: str, labels: Sequence[str], *, is_edit: bool, is_loud: bool
    ) -> None:
        """Something has come to a phone; buttons stand in brackets."""
        mark = "~" if is_edit else ("!" if is_loud else "<")
        words = Text(text, style="bold yellow" if is_loud else "default")
        keys = "  ".join(f"[{label}]" for label in labels)
        if keys:
            words.append(f"\n{keys}", style="dim")
        self._line(Text(name, style="magenta"), mark, words)

    def _line(self, name: Text, mark: str, words: Text) -> None:
        """Three columns, so that long words stay beside the name whose they are."""
        row = Table.grid(padding=(0, 1))
        row.add_column(width=NAME_WIDTH, justify="right")
        row.add_column(width=1)
        row.add_column()
        row.add_row(name, mark, words)
        self._console.print(row)

    def says(self, text: str) -> None:
        """A word to whoever watches."""
        self._console.print(escape(text))

    def seconds_until(self, clock: Mapping[str, Any]) -> float:
        """From the bot's answer about its clock: how long until the next thing is due."""
        due = clock["next_due_at"]
        if due is None:
            return 0
        distance = datetime.fromisoformat(due) - datetime.fromisoformat(clock["now"])
        return max(0.0, distance.total_seconds())

    def now(self) -> datetime:
        """The bot's time as last seen."""
        return self._now or datetime.fromtimestamp(0, UTC)
