"""Rules as a file: conditions on known facts, and sentences that say why."""

from collections.abc import Collection
from dataclasses import dataclass

from flows.days import Silence
from flows.definition import All, AnyOf, Compare, Condition, Not, Opens, Repeat, Rule
from flows.look import OF_A_DAY, TO_A_DAY
from flows.model import Certainty, Level, Risk, Urgency
from flows.reading.checkins import KINDS
from flows.reading.nodes import APPROVAL, Node, read_approval, suggest

SCORES = ("total", "change_from_baseline", "change_from_last")
WORDS = "words"
"""In front of a category, and alone in `says` for the words that fired."""

_CLOSED = {
    "checkin_kind": KINDS,
    "level": tuple(level.value for level in Level),
    "risk": tuple(risk.value for risk in Risk),
    "silence": tuple(silence.value for silence in Silence),
}
_CERTAINTIES = (Certainty.SURE.value, Certainty.UNSURE.value)
_BOUNDS = ("is", "at_least", "at_most")
_JOINS = ("all", "any", "not")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """What rules may name: items of any check-in, and categories of the signs.

    `categories` is None where the signs could not be read; then every category passes.
    """

    items: Collection[str]
    categories: Collection[str] | None
    days: Collection[str] = ()  # kinds of days of weight

    @property
    def names(self) -> tuple[str, ...]:
        answers = (f"{kind}.{item}" for kind in ("answer", "lowered") for item in self.items)
        words = (f"{WORDS}.{category}" for category in self.categories or ())
        days = (*OF_A_DAY, *(f"{TO_A_DAY}{kind}" for kind in self.days))
        return (*dict.fromkeys((*SCORES, *_CLOSED, *days)), *sorted(answers), *sorted(words))

    def has(self, fact: str) -> bool:
        is_word = fact.startswith(f"{WORDS}.")
        return (is_word and self.categories is None) or fact in self.names


def _words_of(fact: str) -> tuple[str, ...]:
    """The words that a fact may be; empty where it is a number."""
    return _CERTAINTIES if fact.startswith(f"{WORDS}.") else _CLOSED.get(fact, ())


def read_rules(root: Node, known: KnownFacts) -> tuple[Rule, ...]:
    """The rules of a file, each id once."""
    rules: dict[str, Rule] = {}
    for entry in root.fields(("rules",))["rules"].items(least=1):
        rule = _rule(entry, known)
        if rule.id in rules:
            entry.wrong(f"the id `{rule.id}` is used twice; give this rule another")
        rules[rule.id] = rule
    return tuple(rules.values())


def _rule(node: Node, known: KnownFacts) -> Rule:
    fields = node.fields(
        ("id", "version", "when", "urgency", "says"), ("repeat", "opens", "clock", *APPROVAL)
    )
    facts: set[str] = set()
    when = _condition(fields["when"], known, facts)
    repeat = fields["repeat"]
    if repeat.is_given and facts - {*SCORES, *_CLOSED}:
        repeat.wrong("answers and words always speak; `repeat` is for rules of total and change")
    return Rule(
        id=fields["id"].name(),
        version=fields["version"].whole(least=1),
        when=when,
        urgency=Urgency(fields["urgency"].one_of(Urgency)),
        says=fields["says"].template((*known.names, WORDS)),
        repeat=_repeat(repeat) if repeat.is_given else None,
        approval=read_approval(fields),
        opens=Opens(fields["opens"].one_of(Opens)) if fields["opens"].is_given else Opens.ALERT,
        starts_clock=fields["clock"].flag() if fields["clock"].is_given else False,
    )


def _repeat(node: Node) -> Repeat:
    fields = node.fields(("rise", "days"))
    return Repeat(rise=fields["rise"].whole(least=1), days=fields["days"].whole(least=1))


def _condition(node: Node, known: KnownFacts, facts: set[str]) -> Condition:
    """A condition; the names of its facts are added to `facts`."""
    fields = node.fields((), (*_JOINS, "fact", *_BOUNDS))
    heads = [name for name in (*_JOINS, "fact") if not fields[name].is_absent]
    bounds = [name for name in _BOUNDS if not fields[name].is_absent]
    if len(heads) != 1 or (bounds and heads != ["fact"]):
        if node.is_mapping:
            node.wrong("a condition is one of: {all: [...]}, {any: [...]}, {not: ...}, {fact: ...}")
        return All(())
    match heads[0]:
        case "not":
            return Not(_condition(fields["not"], known, facts))
        case "fact":
            return _compare(node, fields, bounds, known, facts)
        case join:
            parts = tuple(_condition(part, known, facts) for part in fields[join].items(least=1))
            return All(parts) if join == "all" else AnyOf(parts)


def _compare(
    node: Node, fields: dict[str, Node], bounds: list[str], known: KnownFacts, facts: set[str]
) -> Compare:
    fact = fields["fact"].raw()
    facts.add(fact)
    if fact and not known.has(fact):
        fields["fact"].wrong(f"`{fact}` is no fact{suggest(fact, known.names)}")
        return Compare(fact=fact)
    if len(bounds) != 1:
        node.wrong("a fact is compared once: give one of `is`, `at_least`, `at_most`")
        return Compare(fact=fact)
    bound = fields[bounds[0]]
    words = _words_of(fact)
    if words and bounds != ["is"]:
        bound.wrong(f"`{fact}` is a word and has no order; write `is: {words[0]}`")
    if words:
        return Compare(fact=fact, equals=bound.one_of(words))
    number = bound.whole(least=-1000, most=1000)
    match bounds[0]:
        case "is":
            return Compare(fact=fact, equals=number)
        case "at_least":
            return Compare(fact=fact, at_least=number)
        case _:
            return Compare(fact=fact, at_most=number)
