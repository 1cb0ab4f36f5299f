"""The answers of an item, and the scales that several items share."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.forms import Choice
from flows.reading.nodes import LABEL, Node
from flows.reading.plain import BUTTON
from flows.wording import normalise

LEAST = 2  # one button is no question

SHORT_LABEL = 12
"""Characters of a button for those who read little: a number or one word."""

KEYCAP = "\u20e3"
"""What makes a digit a picture of a key."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A choice, and the node that names its branch."""

    choice: Choice
    then: Node


Scales = Mapping[str, tuple[Offered, ...]]


def read_scales(node: Node, control: Mapping[str, str]) -> Scales:
    """The named answers of a file."""
    if not node.is_given:
        return {}
    return {name.name(): read_choices(choices, control) for name, choices in node.entries()}


def read_choices(node: Node, control: Mapping[str, str]) -> tuple[Offered, ...]:
    """Choices whose values and words all differ.

    `control` are folded words with the buttons that they mean: as an answer they would never be
    heard.
    """
    offered = tuple(_choice(entry) for entry in node.items(least=LEAST))
    values: set[int] = set()
    words: dict[str, int] = {}
    for one, entry in zip(offered, node.items(), strict=True):
        if one.choice.value in values:
            entry.wrong(f"the value {one.choice.value} is used twice; give each choice its own")
        values.add(one.choice.value)
        _refuse_shared_words(one.choice, entry, words, control)
    return offered


def _choice(node: Node) -> Offered:
    fields = node.fields(("value", "label"), ("typed", "then", "short", "promises"))
    typed = fields["typed"].items() if fields["typed"].is_given else ()
    then, short, promises = fields["then"], fields["short"], fields["promises"]
    choice = Choice(
        value=fields["value"].whole(most=100),
        label=fields["label"].family_text(most=LABEL),
        typed=tuple(form.raw() for form in typed),
        then=then.name() if then.is_given else None,
        short=short.family_text(most=SHORT_LABEL) if short.is_given else None,
        promises=promises.is_given and promises.flag(),
    )
    if len(choice.label) > BUTTON:
        fields["label"].hint(
            f"has {len(choice.label)} characters; buttons of {BUTTON} break nowhere"
        )
    for shown in (choice.label, choice.short or ""):
        if KEYCAP in shown:
            node.wrong("a number on a button would be typed back and mean days; leave it out")
    return Offered(choice, then)


def _refuse_shared_words(
    choice: Choice, node: Node, words: dict[str, int], control: Mapping[str, str]
) -> None:
    for form in (*choice.typed, *filter(None, [choice.short])):
        if normalise(form) in control:
            node.wrong(f'"{form}" typed means {control[normalise(form)]}; use another word here')
    for form in (choice.label, *filter(None, [choice.short]), *choice.typed):
        if words.setdefault(normalise(form), choice.value) != choice.value:
            owner = words[normalise(form)]
            node.wrong(f'"{form}" already means the choice {owner}; use another word here')
