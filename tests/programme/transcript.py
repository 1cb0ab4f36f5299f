"""What stood on the phones of a year, as one can read it aloud: every text in full the first time,
questions that were read before only as the figures they were answered with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.hours import local
from storage.outbox import Key

QUESTION = re.compile(r"^\d+/\d+\n")
SHOWN = 60  # characters of a text that has been read before
DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")


@dataclass
class Transcript:
    timezone: str
    heads: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)
    heard: list[tuple[str, datetime, str]] = field(default_factory=list)
    done: list[tuple[str, datetime, str]] = field(default_factory=list)

    def begins(self, code: str, name: str, family: Mapping[str, Any]) -> None:
        """A family comes in."""
        self.heads[code] = (
            f"## {code}: {name} (panggilan {family['panggilan']}, risiko {family['risiko']}, "
            f"tingkat {family['tingkat']})"
        )
        self.lines[code], self.read[code] = [], set()

    def said(
        self, code: str, at: datetime, text: str, keys: Sequence[Sequence[Key]], verb: str
    ) -> None:
        """The bot's words on the phone."""
        self.heard.append((code, at, text))
        plain = QUESTION.sub("", text)
        is_known = plain in self.read[code]
        if is_known and (QUESTION.match(text) or verb == "edit"):
            return
        self.read[code].add(plain)
        if is_known:
            begins = " ".join(plain.split())[:SHOWN]
            self._add(code, at, f"Kabar: {begins}...", [])
            return
        how = " (di tempat pesan sebelumnya)" if verb == "edit" else ""
        self._add(code, at, f"Kabar{how}:", [*text.split("\n"), *map(_row, keys)])

    def did(self, code: str, at: datetime, what: str, *, who: str = "Ibu: ") -> None:
        """What a person did with the phone, or staff with the plan."""
        self._add(code, at, f"{who}{what}", [])
        if who:
            self.done.append((code, at, what))

    def staff(self, code: str, at: datetime, kind: str, urgency: str, says: Sequence[str]) -> None:
        """What the worker took, and why it had come."""
        what = urgency if kind == "alert" else f"tugas {kind}"
        self._add(code, at, f"(petugas menangani {what})", [f"- {one}" for one in says])

    def _add(self, code: str, at: datetime, head: str, lines: Sequence[str]) -> None:
        here = local(at, self.timezone)
        when = f"{DAYS[here.weekday()]} {here:%d-%m-%Y %H.%M}"
        self.lines[code] += [f"{when}  {head}", *(f"    {line}" for line in lines if line)]

    def text(self) -> str:
        """All families, one after the other."""
        parts = ["\n".join([self.heads[code], "", "```text", *self.lines[code], "```"])
                 for code in self.heads]  # fmt: skip
        return "\n\n".join(parts) + "\n"


def _row(row: Sequence[Key]) -> str:
    return " ".join(f"[{key.label}]" for key in row)
