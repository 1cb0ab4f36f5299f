"""Rules as a file: conditions on known facts, and sentences that say why."""

from collections.abc import Collection
from dataclasses import dataclass

from flows import fact_names
from flows.definition import All, AnyOf, Compare, Comparing, Condition, Not, Opens, Repeat, Rule
from flows.fact_names import (
    CERTAINTIES,
    CLOSED,
    COMPARED,
    DAYS_TO,
    HIGHEST,
    LONGEST_WINDOW,
    LOWEST,
    MEASURES,
    OF_DAY,
    OF_ITEM,
    SCORES,
    SHORTEST_WINDOW,
    WHOLE,
    WORDS,
)
from flows.model import Urgency
from flows.reading.checkins import KINDS
from flows.reading.nodes import APPROVAL, Node, read_approval, suggest
from flows.wording import places

FILLERS = ("words", "items")
"""Places of a sentence that are no fact: the words that fired, and the items with their answers."""

_CLOSED = {"checkin_kind": KINDS, **CLOSED}
MOST_DAYS = 366
"""What was said longer ago is compared with nothing."""

_BOUNDS = ("is", "at_least", "at_most")
_JOINS = ("all", "any", "not")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """What rules may name: items of any check-in, categories of the signs, kinds of days.

    `categories` or `days` are None where their file could not be read; then every one passes.
    """

    items: Collection[str]
    categories: Collection[str] | None
    days: Collection[str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, windows by their shortest, for suggestions."""
        of_items = (f"{kind}.{item}" for kind in OF_ITEM for item in self.items)
        words = (f"{WORDS}.{category}" for category in self.categories or ())
        days = (f"{DAYS_TO}.{kind}" for kind in self.days or ())
        plain = (*SCORES, *WHOLE, *COMPARED, *OF_DAY, *(n for n in _CLOSED if n not in OF_DAY))
        return (*plain, *sorted(of_items), *sorted(words), *sorted(days), *self._windows())

    def _windows(self) -> tuple[str, ...]:
        measures = (*MEASURES, *sorted(self.items))
        sides = (LOWEST, HIGHEST)
        return tuple(f"{side}.{what}.{SHORTEST_WINDOW}" for what in measures for side in sides)

    def has(self, fact: str) -> bool:
        head, _, name = fact.partition(".")
        seen = fact_names.window(fact)
        if seen is not None:
            return seen[1] in (*MEASURES, *self.items) and _is_in_range(seen[2])
        open_ended = {WORDS: self.categories, DAYS_TO: self.days}
        if name and head in open_ended and open_ended[head] is None:
            return True
        return fact in self.names

    def complain(self, fact: str) -> str:
        """What is wrong with a fact that is none."""
        seen = fact_names.window(fact)
        if seen is None:
            return f"`{fact}` is no fact{suggest(fact, self.names)}"
        side, what, count = seen
        if what in (*MEASURES, *self.items):
            nearest = LONGEST_WINDOW if count > LONGEST_WINDOW else SHORTEST_WINDOW
            return (
                f"`{fact}` looks at {count} check-ins; a window holds {SHORTEST_WINDOW} to "
                f"{LONGEST_WINDOW}, this one among them: write `{side}.{what}.{nearest}`"
            )
        known = (*MEASURES, *sorted(self.items))
        return f"`{fact}` names no item `{what}`{suggest(what, known)}"


def _is_in_range(count: int) -> bool:
    return SHORTEST_WINDOW <= count <= LONGEST_WINDOW


def _words_of(fact: str) -> tuple[str, ...]:
    """The words that a fact may be; empty where it is a number."""
    return CERTAINTIES if fact.startswith(f"{WORDS}.") else _CLOSED.get(fact, ())


def read_rules(root: Node, known: KnownFacts) -> tuple[tuple[Rule, ...], Comparing]:
    """The rules of a file, each id once, and for how long two people's answers are compared."""
    rules: dict[str, Rule] = {}
    fields = root.fields(("rules",), ("compare",))
    for entry in fields["rules"].items(least=1):
        rule = _rule(entry, known)
        if rule.id in rules:
            entry.wrong(f"the id `{rule.id}` is used twice; give this rule another")
        rules[rule.id] = rule
    return tuple(rules.values()), _comparing(fields["compare"])


def _comparing(node: Node) -> Comparing:
    """A file that says nothing of it compares as the shipped one does."""
    usual = Comparing()
    if not node.is_given:
        return usual
    fields = node.fields((), ("contacts_days", "school_days"))
    contacts, school = fields["contacts_days"], fields["school_days"]
    return Comparing(
        contacts_days=contacts.whole(1, MOST_DAYS) if contacts.is_given else usual.contacts_days,
        school_days=school.whole(1, MOST_DAYS) if school.is_given else usual.school_days,
    )


def _rule(node: Node, known: KnownFacts) -> Rule:
    fields = node.fields(
        ("id", "version", "when", "urgency", "says"), ("repeat", "opens", "clock", *APPROVAL)
    )
    facts: set[str] = set()
    when = _condition(fields["when"], known, facts)
    repeat = fields["repeat"]
    if repeat.is_given:
        _warn_of_repeat(repeat, facts)
    return Rule(
        id=fields["id"].name(),
        version=fields["version"].whole(least=1),
        when=when,
        urgency=Urgency(fields["urgency"].one_of(Urgency)),
        says=_says(fields["says"], known),
        repeat=_repeat(repeat) if repeat.is_given else None,
        approval=read_approval(fields),
        opens=Opens(fields["opens"].one_of(Opens)) if fields["opens"].is_given else Opens.ALERT,
        starts_clock=fields["clock"].flag() if fields["clock"].is_given else False,
    )


def _warn_of_repeat(node: Node, facts: set[str]) -> None:
    """Who asks for help is heard every time: item 8, the call at B, and words never keep silent."""
    always = sorted(fact for fact in facts if fact_names.always_speaks(fact))
    if always:
        node.hint(
            f"`{always[0]}` always speaks where it asks for help, whatever `repeat` says; give it "
            "a rule of its own without `repeat`"
        )


def _says(node: Node, known: KnownFacts) -> str:
    """A sentence; its places are facts, `{words}` and `{items}`."""
    said = node.raw()
    windows = tuple(place for place in places(said) if fact_names.window(place))
    return node.template((*known.names, *filter(known.has, windows), *FILLERS))


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
        fields["fact"].wrong(known.complain(fact))
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
