"""From check-ins: each is asked, shown, scored and judged as its answers say."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product

from bot.oversight.look import Finding, Found, Kept, Look, by_column, existing, ruling_since
from bot.usecases.room import kept_checkin
from flows.conversation_state import OPEN_LINE
from flows.definition import Rule
from flows.fact_names import is_of_answers_alone
from flows.forms import Checkin
from flows.judging import facts_named
from flows.model import CaseId, CheckinState, Level, Risk
from flows.rules import Facts, facts_of_checkin, holds
from flows.scoring import Given, Score, score
from storage import facts as reasons
from storage import tables
from storage.transaction import Tx

PATIENCE = timedelta(minutes=5)
OVER = (CheckinState.FINISHED, CheckinState.EXPIRED)
MOMENTS = ("due_at", "remind_at", "idle_at", "score_at", "expires_at")


def late_moments(_: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """A moment of a check-in has come, and nothing was done."""
    for row in rows:
        for moment in MOMENTS:
            if look.is_late(getattr(row, moment), PATIENCE):
                yield Finding(check="checkin_late", row=row.id, detail={"moment": moment})


def without_moment(_: Tx, __: Look, rows: Sequence[Kept]) -> Found:
    """A check-in that will never be asked, or never end."""
    for row in rows:
        state = CheckinState(row.state)
        if state is CheckinState.DUE and row.due_at is None:
            yield Finding(check="checkin_stuck", row=row.id, detail={"moment": "due_at"})
        if state.is_open and row.expires_at is None:
            yield Finding(check="checkin_stuck", row=row.id, detail={"moment": "expires_at"})


def unshown(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """The message that is to show a check-in is not there."""
    shown = {row.message for row in rows if row.message is not None}
    there = existing(tx, tables.outbox.c.id, shown)
    for row in rows:
        if row.message is not None and row.message not in there:
            yield Finding(check="checkin_unshown", row=row.id)


def unanswered(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A question was left behind without an answer: one has been lost."""
    given = _answers(tx, rows)
    for row in rows:
        answered = {one.item for one in given.get(row.id, ())}
        for item in json.loads(row.path)[:-1]:
            if item != OPEN_LINE and item not in answered:
                yield Finding(check="checkin_answer_lost", row=row.id, detail={"item": item})


def misscored(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """The total of a check-in that is over is that of its answers."""
    given = _answers(tx, rows)
    for row in rows:
        answers = given.get(row.id)
        if row.state not in OVER or not answers:
            continue
        checkin = kept_checkin(tx, row.content_version)
        if checkin.total is None:
            continue
        total = score(checkin, answers, is_closed=True).total
        if row.total != total:
            yield Finding(check="checkin_misscored", row=row.id, detail={"total": total})


def unjudged(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """Every rule that the answers fulfil has spoken, or had spoken not long before."""
    given, since = _answers(tx, rows), ruling_since(tx, look.room)
    for row in rows:
        answers = given.get(row.id, ())
        if since is None or not answers or answers[0].at < since:
            continue
        for rule in _silent_rules(tx, look, row, answers):
            yield Finding(check="answers_unasked", row=row.id, detail={"rule": rule.id})


def _silent_rules(tx: Tx, look: Look, row: Kept, answers: Sequence[Given]) -> Iterator[Rule]:
    checkin = kept_checkin(tx, row.content_version)
    result = score(checkin, answers, is_closed=row.state in OVER)
    rules = list(look.room.content.rules)
    for facts in _facts(checkin, answers, result):
        rules = [rule for rule in rules if holds(rule.when, facts)]
        if not rules:
            return
    rules = [rule for rule in rules if all(map(is_of_answers_alone, facts_named(rule.when)))]
    f = tables.facts
    ids = {rule.id: f"fact:{row.id}:{rule.id}:{rule.version}" for rule in rules}
    told = existing(tx, f.c.id, ids.values())
    for rule in rules:
        if ids[rule.id] not in told and not _had_spoken(tx, rule, row, answers, result.total):
            yield rule


def _facts(checkin: Checkin, answers: Sequence[Given], result: Score) -> Iterator[Facts]:
    """What rules may name, for every level and risk that may have been the family's then."""
    for level, risk in product(Level, Risk):
        yield facts_of_checkin(
            checkin,
            answers,
            score=result,
            baseline=None,
            last_total=None,
            level=level,
            risk=risk,
        )


def _had_spoken(tx: Tx, rule: Rule, row: Kept, answers: Sequence[Given], total: int | None) -> bool:
    """Did the repeat policy let the rule be silent?"""
    if rule.repeat is None:
        return False
    since: datetime = answers[0].at - timedelta(days=rule.repeat.days)
    spoken, _ = reasons.of_case(tx, CaseId(row.case_id))
    earlier = [one.total for one in spoken if one.rule == rule.id and one.at > since]
    return any(
        known is None or total is None or total < known + rule.repeat.rise for known in earlier
    )


def _answers(tx: Tx, rows: Sequence[Kept]) -> dict[str, tuple[Given, ...]]:
    """Every version of every answer, in the order given."""
    a = tables.answers
    found = by_column(tx, a, a.c.checkin_id, [row.id for row in rows])
    return {
        checkin: tuple(
            Given(item=one.item, value=one.value, at=one.at)
            for one in sorted(answers, key=lambda one: one.seq)
        )
        for checkin, answers in found.items()
    }
