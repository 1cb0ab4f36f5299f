"""From words and answers: whoever had to be asked about them was asked."""

from collections.abc import Iterator, Sequence
from itertools import product

from bot.oversight.look import Finding, Found, Kept, Look, by_column, ruling_since
from flows.conversation_state import OPEN_LINE
from flows.definition import Rule
from flows.fact_names import About, about
from flows.judging import facts_named
from flows.model import Level, Risk, Signs, Urgency
from flows.rules import facts_of_words, holds
from storage import tables
from storage.checkins import WORDS
from storage.errors import SubjectErased, Tampered
from storage.transaction import Tx
from storage.words import TEXT

CHILD = "child_writes"
ANYWHERE = tuple(product(Level, Risk))
"""Level and risk may have been others then: only what holds everywhere must have spoken."""


def unread(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """Every free text has a reason for staff to read it."""
    texts = {row.id: row for row in rows if not row.is_command}
    facts = by_column(tx, tables.facts, tables.facts.c.words_id, texts)
    for row in texts.values():
        if row.id not in facts:
            yield Finding(check="words_unread", row=row.id)


def unjudged_words(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """Signs that ring have rung, those that are not sure wait for a human."""
    known = [row for row in rows if row.contact_id is not None]
    yield from _unjudged(tx, look, known, "words:")


def unjudged_answers(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """The same for words that were an answer; and "Tidak aman" has asked a human."""
    theirs = [row for row in rows if row.words is not None and row.item != OPEN_LINE]
    yield from _unjudged(tx, look, theirs, "answer:")  # what staff note is not screened
    unsafe = {
        row.id: f"fact:{row.id.removeprefix('answer:')}:unsafe:0"
        for row in rows
        if row.item == "safe_now" and row.value == 2
    }
    facts = by_column(tx, tables.facts, tables.facts.c.id, unsafe.values())
    for row, fact in unsafe.items():
        if fact not in facts:
            yield Finding(check="unsafe_unasked", row=row)


def _unjudged(tx: Tx, look: Look, rows: Sequence[Kept], prefix: str) -> Found:
    since = ruling_since(tx, look.room)
    for row in rows:
        if since is None or row.at < since:
            continue
        text = _text(tx, row)
        signs = look.room.detector.find(text) if text else None
        if signs is None or not signs.evidence:
            continue
        cause = row.id.removeprefix(prefix)
        sources = (cause, *_first_versions(tx, row))
        for rule in _missing(tx, look, signs, cause, sources):
            yield Finding(check="signs_unasked", row=row.id, detail={"rule": rule})


def _text(tx: Tx, row: Kept) -> str | None:
    try:
        if row.id.startswith("words:"):
            return tx.vault.open(tx, row.subject, TEXT, row.id, row.text)
        return tx.vault.open(tx, f"contact:{row.contact_id}", WORDS, row.id, row.words)
    except (SubjectErased, Tampered):
        return None  # the seals tell of the second


def _first_versions(tx: Tx, row: Kept) -> Iterator[str]:
    """Causes of the same message as it was first written: a reason keeps that name."""
    if row.message_no is None:
        return
    for table, prefix in ((tables.words, "words:"), (tables.answers, "answer:")):
        same = by_column(tx, table, table.c.message_no, [row.message_no])
        for one in same.get(row.message_no, ()):
            if one.contact_id == row.contact_id:
                yield one.id.removeprefix(prefix)


def _missing(
    tx: Tx, look: Look, signs: Signs, cause: str, sources: tuple[str, ...]
) -> Iterator[str]:
    """Rules that must have spoken about these signs and have not."""
    fired = [rule for rule in look.room.content.rules if _must_speak(rule, signs)]
    wanted = {
        rule.id: [f"fact:{source}:{rule.id}:{rule.version}" for source in sources] for rule in fired
    }
    may_ring = any(rule.urgency is Urgency.CRITICAL for rule in _may_speak(look, signs))
    if signs.level == "critical" and not may_ring:
        # Where a child seems to write, that is the reason which is asked about.
        wanted["unsure_words"] = [f"fact:{cause}:{name}:0" for name in ("unsure_words", CHILD)]
    ids = [fact for facts in wanted.values() for fact in facts]
    known = by_column(tx, tables.facts, tables.facts.c.id, ids)
    for rule, facts in wanted.items():
        if not any(fact in known for fact in facts):
            yield rule


def _must_speak(rule: Rule, signs: Signs) -> bool:
    """What else a rule looks at, such as the day, cannot be told for certain any more."""
    is_about_words = About.WORDS in _kinds(rule) and not _is_about_more(rule)
    return is_about_words and rule.repeat is None and all(_hold(rule, signs))


def _may_speak(look: Look, signs: Signs) -> list[Rule]:
    """Where answers or the day played a part as well, it may have been so."""
    rules = look.room.content.rules
    mixed = (rule for rule in rules if About.WORDS in _kinds(rule) and _is_about_more(rule))
    return [*mixed, *(rule for rule in rules if any(_hold(rule, signs)))]


def _is_about_more(rule: Rule) -> bool:
    return not _kinds(rule) <= {About.WORDS, About.CASE}


def _kinds(rule: Rule) -> set[About]:
    return {about(fact) for fact in facts_named(rule.when)}


def _hold(rule: Rule, signs: Signs) -> Iterator[bool]:
    for level, risk in ANYWHERE:
        yield holds(rule.when, facts_of_words(signs, level=level, risk=risk))
