"""Every alert and task of the year on one page, with what the family had said, what came of it, and
one line of judgement: would a social worker want it, at that urgency?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from bot.usecases.screens import OUTCOMES
from flows.hours import local
from flows.model import Outcome
from storage import cases, tables
from storage.transaction import Tx
from tests.programme.office import WIB
from tests.programme.transcript import DAYS
from tests.programme.year import Year

JUDGED = Path(__file__).parents[1] / "cases" / "years" / "penilaian.yaml"

HEAD = """# Peringatan dan tugas dalam setahun empat keluarga

Semua orang di halaman ini karangan. Setiap peringatan dan setiap tugas dari
[setahun bersama empat keluarga](a-year.md), dengan semua aturan yang menyala: kapan, mengapa, apa
yang dijawab atau ditulis keluarga, apa yang terjadi dengannya, dan satu kalimat penilaian, sesudah
dibaca satu per satu. Penilaian ada di `tests/cases/years/penilaian.yaml`;
`python -m tests.programme.a_year` menulis halaman ini lagi, dan sebuah tes gagal kalau ada
peringatan tanpa penilaian, atau penilaian tanpa peringatan.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One alert or task: when it opened, why, and what came of it."""

    code: str
    at: datetime
    kind: str
    urgency: str
    rules: tuple[str, ...]
    says: tuple[str, ...]
    outcome: str
    heard: str

    @property
    def name(self) -> str:
        """How a judgement names it."""
        return f"{self.code} {local(self.at, WIB):%Y-%m-%d} {self.kind}"


def all_raised(year: Year) -> tuple[Raised, ...]:
    """In the order in which they opened."""
    return year.centre.database.read_now(_read, year)


def _read(tx: Tx, year: Year) -> tuple[Raised, ...]:
    a, k = tables.alerts, tables.cases
    query = select(a, k.c.code).join_from(a, k).order_by(a.c.opened_at, a.c.id)
    return tuple(_raised(tx, year, row) for row in tx.execute(query).all())


def _raised(tx: Tx, year: Year, row: Any) -> Raised:
    f = tables.facts
    facts = tx.execute(select(f).where(f.c.alert_id == row.id).order_by(f.c.at, f.c.id)).all()
    who = cases.subject(row.case_id)
    says = [tx.vault.open(tx, who, "facts.says", one.id, one.says) for one in facts]
    return Raised(
        code=row.code,
        at=row.opened_at,
        kind=row.kind,
        urgency=row.urgency,
        rules=tuple(dict.fromkeys(one.rule for one in facts)),
        says=tuple(dict.fromkeys(says)),
        outcome=_outcome(row),
        heard=_heard(year, row.code, facts[-1].at if facts else row.opened_at),
    )


def _outcome(row: Any) -> str:
    if row.closed_at is None:
        return "masih terbuka"
    outcome = OUTCOMES[Outcome(row.outcome)].fill()
    return f"{outcome}, {_when(row.closed_at)}"


def _when(at: datetime) -> str:
    here = local(at, WIB)
    return f"{DAYS[here.weekday()]} {here:%d-%m-%Y %H.%M}"


def _heard(year: Year, code: str, until: datetime) -> str:
    """The last that somebody of this family did before, with its day."""
    acts = [(at, f"{page.partition(', ')[2] or 'ibu'}: {what}")
            for page, at, what in year.transcript.done
            if page.partition(",")[0] == code and at <= until]  # fmt: skip
    if not acts:
        return "belum ada"
    last = max(at for at, _ in acts)
    same_day = [what for at, what in acts if local(at, WIB).date() == local(last, WIB).date()]
    return f"{_when(last)}: {'; '.join(same_day)}"


def judgements() -> Mapping[str, str]:
    """By name of the alert."""
    found: Mapping[str, str] = yaml.safe_load(JUDGED.read_text(encoding="utf-8"))
    return found


def the_page(year: Year) -> str:
    """Family after family."""
    raised = all_raised(year)
    judged = judgements()
    parts = []
    for code in dict.fromkeys(one.code for one in sorted(raised, key=lambda one: one.code)):
        mine = [
            _lines(one, judged.get(name, "?")) for name, one in named(raised) if one.code == code
        ]
        parts.append(f"## {code}\n\n" + "\n\n".join(mine))
    return HEAD + _figures(raised) + "\n\n".join(parts) + "\n"


def named(raised: Sequence[Raised]) -> list[tuple[str, Raised]]:
    """Each with its name; a second one of the same day and kind is counted."""
    seen: dict[str, int] = {}
    found = []
    for one in raised:
        seen[one.name] = seen.get(one.name, 0) + 1
        found.append((one.name if seen[one.name] == 1 else f"{one.name} {seen[one.name]}", one))
    return found


def _figures(raised: Sequence[Raised]) -> str:
    kinds = [one.urgency if one.kind == "alert" else f"tugas {one.kind}" for one in raised]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    return f"Semuanya {len(raised)}: {counted}.\n\n"


def _lines(one: Raised, judgement: str) -> str:
    what = one.urgency if one.kind == "alert" else f"tugas {one.kind} ({one.urgency})"
    lines = [f"**{_when(one.at)}, {what}** ({', '.join(one.rules)})", ""]
    lines += [f"- {says}" for says in one.says]
    lines += [f"- Keluarga: {one.heard}", f"- Hasil: {one.outcome}", f"- Penilaian: {judgement}"]
    return "\n".join(lines)
