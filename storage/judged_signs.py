"""What came of rules and of lines of signs.yaml: alerts, outcomes, and what staff said of them.

Counted without a word of any family: of the evidence only the lines are read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from flows.model import AlertState, Certainty
from storage import facts, tables
from storage.alerts import subject
from storage.errors import SubjectErased, Tampered
from storage.transaction import Tx

BESIDE_RULES = ("unsure_words", "child_writes", "stranger_critical", "stranger_child")
"""Reasons that stand in no rule file and rest on words all the same."""
UNKNOWN = "?"
"""The line of evidence that was kept before lines were."""


@dataclass(slots=True, kw_only=True)
class OfRule:
    """One rule: `alerts` it was a reason of, `taken` and `closed` ones, and verdicts by alert."""

    alerts: int = 0
    taken: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    confirmed: int = 0
    dismissed: int = 0
    unjudged: int = 0


@dataclass(slots=True, kw_only=True)
class OfPattern:
    """One line of signs.yaml, or `model`: messages in which it was found, and verdicts on them."""

    found: int = 0
    confirmed: int = 0
    dismissed: int = 0


def of_rules(tx: Tx, *, since: datetime | None) -> dict[str, OfRule]:
    """By rule. An alert counts once for a rule, and as true where any reason of it was."""
    found: dict[str, OfRule] = {}
    for rule, rows in _grouped(_rows(tx, since), lambda row: row.rule).items():
        one = found[rule] = OfRule()
        for reasons in _grouped(rows, lambda row: row.alert_id).values():
            alert = reasons[0]
            one.alerts += 1
            one.taken += alert.acknowledged_at is not None
            one.closed[str(alert.outcome)] += alert.state == AlertState.CLOSED
            said = _said(reasons)
            one.confirmed += said is True
            one.dismissed += said is False
            one.unjudged += said is None
        one.closed = +one.closed
    return found


def of_patterns(tx: Tx, *, since: datetime | None) -> tuple[dict[str, OfPattern], int]:
    """By line, each message once; and how many messages cannot be read any more (erased)."""
    found: dict[str, OfPattern] = {}
    lost = 0
    rows = (row for row in _rows(tx, since) if row.evidence is not None)
    for reasons in _grouped(rows, lambda row: row.words_id).values():
        lines = _lines(tx, reasons)
        lost += lines is None
        said = _said(reasons)
        for line in sorted(lines or ()):
            one = found.setdefault(line, OfPattern())
            one.found += 1
            one.confirmed += said is True
            one.dismissed += said is False
    return found, lost


def _rows(tx: Tx, since: datetime | None) -> Sequence[Row[*tuple[Any, ...]]]:
    f, a, v = tables.facts, tables.alerts, tables.verdicts
    of_rules = or_(f.c.rule_version > 0, f.c.rule.in_(BESIDE_RULES))
    asked = (
        select(f, a.c.state, a.c.outcome, a.c.acknowledged_at, v.c.is_true)
        .join(a, a.c.id == f.c.alert_id)
        .outerjoin(v, v.c.fact_id == f.c.id)
        .where(of_rules, *([] if since is None else [f.c.at >= since]))
        .order_by(f.c.at, f.c.id)
    )
    return tx.execute(asked).all()


def _said(reasons: Iterable[Row[*tuple[Any, ...]]]) -> bool | None:
    said = [row.is_true for row in reasons if row.is_true is not None]
    return any(said) if said else None


def _lines(tx: Tx, reasons: Sequence[Row[*tuple[Any, ...]]]) -> set[str] | None:
    """The lines that found a sign which is meant; None where no one can read them any more."""
    lines: set[str] = set()
    for row in reasons:
        try:
            evidence = facts.evidence(tx, subject(row.case_id), row)
        except (SubjectErased, Tampered):  # the seals tell of the second
            return None
        meant = (one for one in evidence if one.certainty is not Certainty.DENIED)
        lines |= {one.pattern or UNKNOWN for one in meant}
    return lines


def _grouped(rows: Iterable[Any], key: Any) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
