"""What answers and words mean: scores, rules that fire, texts for the reading list."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from flows import alerting, fact_names, sign_content
from flows.conversation_state import Talk
from flows.definition import All, AnyOf, Compare, Condition, Content, Not, Opens, Rule
from flows.events import AlertFound, AnswerGiven, CheckinScored, Event, Reason, WordsKept
from flows.fact_names import About
from flows.facts import Known, of_checkin, of_words
from flows.model import AlertKind, Certainty, CheckinId, MessageId, Signs, Urgency
from flows.rules import Facts, Fired, fire, holds, rests_on
from flows.scoring import Given, Score, score
from flows.situation import Reply, Situation

CHILD_WRITES = "child_writes"
"""The reason that a child may be writing; it stands in no rule file."""


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
    fired = of_answers(situation, talk, result, is_closed=is_closed)
    reasons, plans = (
        alerting.untold(
            situation,
            (alerting.reason_of(one, source=talk.id, total=result.total) for one in found),
        )
        for found in _by_kind(fired)
    )
    tasks = tuple(alerting.task(situation, AlertKind.PLAN, reason) for reason in plans)
    if not reasons:
        return (*scored, *tasks)
    return (*scored, alerting.alert(situation, cause, reasons, checkin=talk.id), *tasks)


def _by_kind(fired: Iterable[Fired]) -> tuple[list[Fired], list[Fired]]:
    """What is for an alert, and what is only a thought about the plan. Silence is no rule of an
    answer: where one names it all the same, its reason stands in the alert."""
    found: tuple[list[Fired], list[Fired]] = ([], [])
    for one in fired:
        found[one.rule.opens is Opens.PLAN].append(one)
    return found


def of_answers(
    situation: Situation, talk: Talk, result: Score, *, is_closed: bool
) -> tuple[Fired, ...]:
    """The rules that speak about a check-in as it stands; those of a day are looked at by the day,
    those of words with the words."""
    known = of_checkin(situation, talk, result, is_closed=is_closed)
    rules = tuple(rule for rule in situation.content.rules if is_about_answers(rule))
    return fire(rules, known.facts, spoken=situation.spoken, now=situation.now, items=known.items)


def is_about_answers(rule: Rule) -> bool:
    """Is this rule looked at when an answer comes? Not where it names words and no answer."""
    return not is_of_day(rule) and (not _is_about_words(rule) or _is_about_both(rule))


def is_of_day(rule: Rule) -> bool:
    """Is this rule looked at by the day: does it name a fact of a day, and none of a check-in or of
    words?"""
    return fact_names.is_of_day(facts_named(rule.when))


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
    kept = WordsKept(
        text=reply.text or "",
        signs_level=reply.signs.level,
        is_command=keep is Keep.COMMAND,
        checkin=situation.open_checkin,
    )
    first = () if keep is Keep.ELSEWHERE else (kept,)
    found = _found_in_words(situation, reply)
    if found or keep is not Keep.TO_READ:
        return (*first, *found)
    return (*first, to_read(situation, reply))


def _found_in_words(situation: Situation, reply: Reply) -> tuple[AlertFound, ...]:
    """The alert of the rules that fire; and where a critical sign has rung for nobody, the task to
    look at it soon."""
    reasons = (*word_reasons(situation, reply), *_of_child(situation, reply))
    untold = alerting.untold(situation, reasons)
    has_rung = any(reason.urgency is Urgency.CRITICAL for reason in reasons)
    waits = has_critical(reply.signs) or reply.signs.child_writes
    unsure = (_unsure(situation, reply),) if waits and not has_rung else ()
    if not untold:
        return unsure
    found = alerting.alert(
        situation, reply.id, untold, checkin=situation.open_checkin, edits=reply.edits
    )
    return (found, *unsure)


def word_reasons(situation: Situation, reply: Reply) -> tuple[Reason, ...]:
    """The rules that fire on these words."""
    rules = tuple(rule for rule in situation.content.rules if _is_about_words(rule))
    known = Known(facts=of_words(situation, reply.signs), items={})
    if any(map(_is_about_both, rules)):
        known = _with_answers(situation, known)
        rules = tuple(rule for rule in rules if _is_by_words(rule, known.facts))
    evidence = tuple(e for e in reply.signs.evidence if e.certainty is not Certainty.DENIED)
    words = tuple(dict.fromkeys(found.text for found in evidence))
    fired = fire(
        rules, known.facts, spoken=situation.spoken, now=situation.now, words=words,
        items=known.items,
    )  # fmt: skip
    source = reply.edits or reply.id  # the same words in a corrected message ring only once
    return tuple(
        alerting.reason_of(one, source=source, evidence=evidence, words=reply.id) for one in fired
    )


def _with_answers(situation: Situation, known: Known) -> Known:
    """Words, and beside them what is answered by now in the check-in on the phone."""
    talk = situation.talk
    if talk is None or not talk.state.is_open:
        return known
    result = score(talk.checkin, talk.answers, is_closed=False)
    answered = of_checkin(situation, talk, result, is_closed=False)
    return Known(facts={**answered.facts, **known.facts}, items=answered.items)


def has_critical(signs: Signs) -> bool:
    """Is there a critical sign, sure or unsure?"""
    return signs.level == "critical"


def to_read(situation: Situation, reply: Reply, name: str = "new_words") -> AlertFound:
    """On the reading list of this family."""
    reason = alerting.plain(situation, name, Urgency.ATTENTION, reply)
    return alerting.task(situation, AlertKind.READING, reason)


def is_urgent_child(signs: Signs) -> bool:
    """A child who writes and asks for help, or of danger, sure or not, rings at once."""
    return signs.child_writes and (signs.child_pleads or has_critical(signs))


def _of_child(situation: Situation, reply: Reply) -> tuple[Reason, ...]:
    if not is_urgent_child(reply.signs):
        return ()
    return (alerting.plain(situation, CHILD_WRITES, Urgency.CRITICAL, reply),)


def _unsure(situation: Situation, reply: Reply) -> AlertFound:
    name = CHILD_WRITES if reply.signs.child_writes else "unsure_words"
    reason = alerting.plain(situation, name, Urgency.HIGH, reply)
    return alerting.task(situation, AlertKind.UNSURE_WORDS, reason)


def _scored(checkin: CheckinId, result: Score) -> CheckinScored:
    return CheckinScored(
        checkin=checkin,
        total=result.total,
        is_estimated=result.is_estimated,
        band=result.band,
    )


def _is_about_words(rule: Rule) -> bool:
    """Level and risk are facts of words too; a rule on those alone is not about this text."""
    return any(fact_names.about(fact) is About.WORDS for fact in facts_named(rule.when))


def _is_about_both(rule: Rule) -> bool:
    """Words, and what was answered in the check-in on the phone."""
    kinds = {fact_names.about(fact) for fact in facts_named(rule.when)}
    return {About.WORDS, About.CHECKIN} <= kinds


def _is_by_words(rule: Rule, facts: Facts) -> bool:
    """What was answered has rung at its tap; here the words have to play a part."""
    if not _is_about_both(rule):
        return True
    words = [fact for fact in facts if fact_names.about(fact) is About.WORDS]
    return holds(rule.when, facts) and rests_on(rule.when, facts, words)


def unheard(content: Content) -> tuple[str, ...]:
    """Cries for help that no rule of kritis names, where a centre brings rules or signs of its
    own: of such answers nobody is told at once, and such words wait for Benar or Bukan."""
    named = frozenset().union(
        *(facts_named(one.when) for one in content.rules if one.urgency is Urgency.CRITICAL)
    )
    asked = {item.id for checkin in content.checkins.values() for item in checkin.items}
    answers = (f"answer.{item}" for item in sorted(asked.intersection(fact_names.ASKS_FOR_HELP)))
    signs = sign_content.read(content.signs).categories
    words = (f"{fact_names.WORDS}.{one.name}" for one in signs if one.level == "critical")
    return tuple(fact for fact in (*answers, *words) if fact not in named)


def facts_named(condition: Condition) -> frozenset[str]:
    """Every fact that a condition looks at."""
    match condition:
        case Compare():
            return frozenset({condition.fact})
        case Not():
            return facts_named(condition.part)
        case All() | AnyOf():
            return frozenset().union(*(facts_named(part) for part in condition.parts))
