"""What answers and words mean: scores, rules that fire, texts for the reading list."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from flows import alerting
from flows.conversation_state import Talk
from flows.definition import All, AnyOf, Compare, Condition, Not, Rule
from flows.events import AlertFound, AnswerGiven, CheckinScored, Event, Reason, WordsKept
from flows.model import AlertKind, Certainty, CheckinId, MessageId, Signs, Urgency
from flows.rules import facts_of_checkin, facts_of_words, fire
from flows.scoring import Given, Score, score
from flows.situation import Reply, Situation


def with_answer(talk: Talk, given: AnswerGiven, reply: Reply) -> Talk:
    """The talk with one more answer version."""
    added = Given(item=given.item, value=given.value, at=reply.at)
    return replace(talk, answers=(*talk.answers, added))


def judge_answers(
    situation: Situation, talk: Talk, cause: MessageId, *, is_closed: bool
) -> tuple[Event, ...]:
    """Score the check-in as it stands and run the rules: an alert fires at the tap."""
    result = score(talk.checkin, talk.answers, is_closed=is_closed)
    scored: tuple[Event, ...] = ()
    if is_closed and talk.checkin.total is not None:
        scored = (_scored(talk.id, result),)
    facts = facts_of_checkin(
        talk.checkin,
        talk.answers,
        score=result,
        baseline=situation.baseline,
        last_total=situation.last_total,
        level=situation.level,
        risk=situation.case.risk,
    )
    fired = fire(situation.content.rules, facts, spoken=situation.spoken, now=situation.now)
    reasons = tuple(alerting.reason_of(one, source=talk.id, total=result.total) for one in fired)
    return (*scored, *_alert(situation, cause, reasons, checkin=talk.id))


class Keep(StrEnum):
    """How a text is kept: for reading, as a command on no list, or already as an answer."""

    TO_READ = "to_read"
    COMMAND = "command"
    ELSEWHERE = "elsewhere"


def judge_words(
    situation: Situation, reply: Reply, *, keep: Keep = Keep.TO_READ
) -> tuple[Event, ...]:
    """Keep the words, and ask a human as fast as they deserve: sure signs ring the chain, unsure
    ones wait for Benar or Bukan, everything else is on the reading list. Nothing is dropped."""
    talk = situation.talk
    checkin = talk.id if talk is not None and talk.state.is_open else None
    kept = WordsKept(
        text=reply.text or "",
        signs_level=reply.signs.level,
        is_command=keep is Keep.COMMAND,
        checkin=checkin,
    )
    first = () if keep is Keep.ELSEWHERE else (kept,)
    reasons = word_reasons(situation, reply)
    if reasons:
        return (*first, *_alert(situation, reply.id, reasons, checkin=checkin))
    if has_critical(reply.signs):
        return (*first, _unsure(situation, reply))
    return (*first, to_read(situation, reply)) if keep is Keep.TO_READ else first


def word_reasons(situation: Situation, reply: Reply) -> tuple[Reason, ...]:
    """The rules that fire on these words."""
    facts = facts_of_words(reply.signs, level=situation.level, risk=situation.case.risk)
    rules = tuple(rule for rule in situation.content.rules if _is_about_words(rule))
    evidence = tuple(e for e in reply.signs.evidence if e.certainty is not Certainty.DENIED)
    words = tuple(dict.fromkeys(found.text for found in evidence))
    fired = fire(rules, facts, spoken=situation.spoken, now=situation.now, words=words)
    source = reply.edits or reply.id
    return tuple(alerting.reason_of(one, source=source, evidence=evidence) for one in fired)


def has_critical(signs: Signs) -> bool:
    """Is there a critical sign, sure or unsure?"""
    return signs.level == "critical"


def to_read(situation: Situation, reply: Reply, name: str = "new_words") -> AlertFound:
    """On the reading list of this family."""
    reason = alerting.plain(situation, name, Urgency.ATTENTION, reply)
    return alerting.task(situation, AlertKind.READING, reason)


def _unsure(situation: Situation, reply: Reply) -> AlertFound:
    reason = alerting.plain(situation, "unsure_words", Urgency.HIGH, reply)
    return alerting.task(situation, AlertKind.UNSURE_WORDS, reason)


def _alert(
    situation: Situation,
    cause: MessageId,
    reasons: Sequence[Reason],
    *,
    checkin: CheckinId | None,
) -> tuple[Event, ...]:
    if not reasons:
        return ()
    return (alerting.alert(situation, cause, tuple(reasons), checkin=checkin),)


def _scored(checkin: CheckinId, result: Score) -> CheckinScored:
    return CheckinScored(
        checkin=checkin,
        total=result.total,
        is_estimated=result.is_estimated,
        band=result.band,
    )


def _is_about_words(rule: Rule) -> bool:
    """Level and risk are facts of words too; a rule on those alone is not about this text."""
    return any(fact.startswith("words.") for fact in facts_named(rule.when))


def facts_named(condition: Condition) -> frozenset[str]:
    """Every fact that a condition looks at."""
    match condition:
        case Compare():
            return frozenset({condition.fact})
        case Not():
            return facts_named(condition.part)
        case All() | AnyOf():
            return frozenset().union(*(facts_named(part) for part in condition.parts))
