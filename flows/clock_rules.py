"""Which reasons start the 3x24 hours: a rule with `clock: true`, or words that such a rule is
about, once they are sure or a human has said Benar."""

from collections.abc import Iterable, Sequence

from flows.definition import Rule
from flows.events import Reason
from flows.model import Certainty, Evidence
from flows.rules import Facts, holds

WORDS = "words."


def starts(rules: Sequence[Rule], reason: Reason, facts: Facts) -> bool:
    """Does this reason start the clock? `facts` are those of the case: level and risk.

    The words of strangers, and those beyond their ten an hour, are no less received."""
    if any(rule.starts_clock and rule.id == reason.rule for rule in rules):
        return True
    sure = (one for one in reason.evidence if one.certainty is Certainty.SURE)
    return speaks_of(rules, sure, facts)


def confirmed(rules: Sequence[Rule], evidence: Iterable[Evidence], facts: Facts) -> bool:
    """Would these words start it if they were sure? So they count after Benar."""
    meant = (one for one in evidence if one.certainty is not Certainty.DENIED)
    return speaks_of(rules, meant, facts)


def speaks_of(rules: Sequence[Rule], evidence: Iterable[Evidence], facts: Facts) -> bool:
    """Does a rule with a clock hold for these words, taken as sure?"""
    said = {f"{WORDS}{one.category}": Certainty.SURE.value for one in evidence}
    known = {**facts, **said}
    return bool(said) and any(rule.starts_clock and holds(rule.when, known) for rule in rules)
