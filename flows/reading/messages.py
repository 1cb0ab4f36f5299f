"""What families read outside the questions, what buttons are called, and what typed words mean."""

from collections.abc import Mapping

from flows.definition import Messages, MessageText, Press, SafetyWords
from flows.model import Level
from flows.reading.checkins import LEVELS
from flows.reading.expected import (
    CONTROL,
    DAYS,
    LABELLED,
    MESSAGES,
    NEEDED,
    REASONS,
    TYPED_ONLY,
    Expected,
)
from flows.reading.nodes import APPROVAL, LABEL, Node, read_approval
from flows.wording import normalise, spell_out

TIP = 120
"""Characters of a tip: it stands inside the thanks, which has to stay short."""

WEEK = 7

_SECTIONS = (
    *("messages", "labels", "share_number", "tips", "greetings", "weekdays", "days", "reasons"),
    *("typed", "short_forms", "day_forms"),
)


def read_messages(root: Node) -> Messages:
    """The messages of a file, all of those that the code sends and no others."""
    fields = root.fields(_SECTIONS, (*APPROVAL, "siblings", "safety"))
    texts = fields["messages"].fields(tuple(MESSAGES))
    labels = {
        Press(name): node.family_text(most=LABEL)
        for name, node in fields["labels"].fields(LABELLED).items()
    }
    short_forms = _short_forms(fields["short_forms"])
    return Messages(
        texts={name: _message(name, node, MESSAGES[name]) for name, node in texts.items()},
        labels=labels,
        siblings=tuple(one.family_text(most=LABEL) for one in fields["siblings"].items()),
        share_number=fields["share_number"].family_text(most=LABEL),
        tips=tuple(_tip(entry) for entry in fields["tips"].items(least=1)),
        greetings=_greetings(fields["greetings"]),
        weekdays=_weekdays(fields["weekdays"]),
        days=_templates(fields["days"], DAYS),
        reasons=_reasons(fields["reasons"]),
        typed=_typed(fields["typed"], labels, short_forms),
        short_forms=short_forms,
        safety=_safety(fields["safety"], short_forms),
        day_forms=_day_forms(fields["day_forms"], short_forms),
        approval=read_approval(fields),
    )


def _message(name: str, node: Node, expected: Expected) -> MessageText:
    fields = node.fields(("levels", "text"), ("buttons",))
    levels = frozenset(Level(entry.one_of(LEVELS)) for entry in fields["levels"].items(least=1))
    if levels != expected.levels and not fields["levels"].is_absent:
        allowed = ", ".join(sorted(expected.levels))
        fields["levels"].wrong(f"`{name}` is for {allowed}; write `levels: [{allowed}]`")
    if Level.DISCREET in expected.levels and fields["text"].is_given:
        fields["text"].seen_by_anybody()
    return MessageText(
        id=name,
        levels=levels,
        text=fields["text"].family_text(expected.places),
        buttons=_buttons(node, fields["buttons"], expected.presses),
    )


def _buttons(
    message: Node, node: Node, expected: tuple[Press, ...]
) -> tuple[tuple[Press, ...], ...]:
    """Rows of buttons: their order is free, but each one expected stands there once."""
    rows = tuple(
        tuple(Press(entry.one_of(Press)) for entry in row.items(least=1))
        for row in (node.items() if node.is_given else ())
    )
    found = [press for row in rows for press in row]
    if sorted(found) != sorted(expected) and not message.is_absent:
        needed = ", ".join(expected) or "none at all"
        (message if node.is_absent else node).wrong(f"the buttons here are, each once: {needed}")
    return rows


def _tip(node: Node) -> str:
    tip = node.family_text(most=TIP)
    if tip.endswith((".", "!", "?")):
        node.wrong("a tip stands inside a sentence; leave its last mark out")
    return tip


def _greetings(node: Node) -> tuple[tuple[int, str], ...]:
    """(first local hour, word) with rising hours."""
    greetings: list[tuple[int, str]] = []
    for entry in node.items(least=1):
        fields = entry.fields(("from", "word"))
        hour = fields["from"].whole(most=23)
        if greetings and hour <= greetings[-1][0]:
            fields["from"].wrong(f"hours rise; write more than {greetings[-1][0]}")
        greetings.append((hour, fields["word"].family_text()))
    return tuple(greetings)


def _weekdays(node: Node) -> tuple[str, ...]:
    names = tuple(entry.family_text() for entry in node.items())
    if len(names) != WEEK and not node.is_absent:
        node.wrong("a week has seven days; name them all, Monday first")
    return names


def _templates(node: Node, expected: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    nodes = node.fields(tuple(expected))
    return {name: nodes[name].family_text(known) for name, known in expected.items()}


def _reasons(node: Node) -> Mapping[str, str]:
    """Staff read these after a tap, so they may name things."""
    nodes = node.fields(tuple(REASONS))
    return {name: nodes[name].template(known) for name, known in REASONS.items()}


def _short_forms(node: Node) -> Mapping[str, str]:
    """Each short form with the word it stands for; the file lists them the other way round."""
    found: dict[str, str] = {}
    for word, forms in node.entries():
        for entry in forms.items(least=1):
            form = normalise(entry.raw())
            if " " in form:
                entry.wrong(f'"{form}" has several words; short forms are single words')
            if found.setdefault(form, word.raw()) != word.raw():
                entry.wrong(f'"{form}" already stands for "{found[form]}"; keep one')
    return found


def _typed(
    node: Node, labels: Mapping[Press, str], short_forms: Mapping[str, str]
) -> Mapping[Press, tuple[str, ...]]:
    """Folded words by button, its label first. A control word has one meaning only."""
    nodes = node.fields(NEEDED, (*LABELLED, *TYPED_ONLY))
    typed: dict[Press, tuple[str, ...]] = {}
    for press in (*LABELLED, *TYPED_ONLY):
        given = [entry.raw() for entry in nodes[press].items(least=1)]
        forms = (labels[press], *given) if press in labels else given
        typed[press] = tuple(dict.fromkeys(spell_out(form, short_forms) for form in forms))
    for press in CONTROL:
        for other, forms in typed.items():
            shared = set(forms) & set(typed[press]) if other is not press else ()
            for form in shared:
                nodes[press].wrong(f'"{form}" would also mean {other}; take it away from one')
    return typed


def _safety(node: Node, short_forms: Mapping[str, str]) -> SafetyWords:
    """Single words; a file without them hears only what equals a button."""
    if not node.is_given:
        return SafetyWords()
    names = ("around", "about", "denied", "between", "not_so", "alone")
    nodes = node.fields(names)
    return SafetyWords(**{name: _single(nodes[name], short_forms) for name in names})


def _single(node: Node, short_forms: Mapping[str, str]) -> frozenset[str]:
    words = {spell_out(entry.raw(), short_forms): entry for entry in node.items(least=1)}
    for word, entry in words.items():
        if " " in word:
            entry.wrong(f'"{word}" has several words; write single words here')
    return frozenset(words)


def _day_forms(node: Node, short_forms: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """At each index 0-7 what may be typed for so many days."""
    counts = node.fields(tuple(str(count) for count in range(WEEK + 1)))
    return tuple(
        tuple(spell_out(entry.raw(), short_forms) for entry in forms.items())
        for forms in counts.values()
    )
