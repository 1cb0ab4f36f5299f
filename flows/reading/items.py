"""The items of a check-in: their words by age, their answers, and when each of them is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.forms import AGES, ANY_AGE, About, Item, OnlyIf, Season, Texts
from flows.reading.choices import Offered, Scales, read_choices
from flows.reading.nodes import FAMILY_TEXT, LABEL, Node, suggest
from flows.reading.plain import QUESTION
from flows.wording import DAY_VALUES, DAYS, normalise

RESERVED = ("open_line", "pulse", "safe_now")
"""What is kept beside the items of a check-in under names of its own."""

SHORT_TEXT = 60
"""Characters of a question that somebody reads who reads little."""

_BOUNDS = ("is", "at_least", "at_most")
_OPTIONAL = ("scale", "choices", "only_if", "not_in", "about", "short", "skip", "name", "same_as")


@dataclass(frozen=True, slots=True)
class Draft:
    """An item before its branches are known, with the nodes that later checks point at."""

    item: Item
    node: Node
    offered: tuple[Offered, ...]
    only_if: Node
    not_in: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for all items of a file: its scales, folded words that always mean a button, and
    the places of its texts."""

    scales: Scales
    control: Mapping[str, str]
    places: tuple[str, ...]


def read_items(node: Node, setting: Setting) -> tuple[Draft, ...]:
    """The items in their order, those marked that only a `then` reaches."""
    drafts: dict[str, Draft] = {}
    for entry in node.items(least=1):
        draft = _draft(entry, setting)
        if draft.item.id in drafts:
            entry.wrong(f"the id `{draft.item.id}` is used twice; give this item another")
        if draft.item.id in RESERVED:
            entry.wrong(f"the id `{draft.item.id}` has a meaning of its own; use another")
        _prove_only_if(draft, drafts)
        drafts[draft.item.id] = draft
    return _with_branches(tuple(drafts.values()))


def _draft(node: Node, setting: Setting) -> Draft:
    fields = node.fields(("id", "text"), _OPTIONAL)
    offered = _offered(node, fields, setting)
    _prove_numbers(node, fields["scale"], offered)
    scale, short = fields["scale"], fields["short"]
    about, skip = fields["about"], fields["skip"]
    item = Item(
        id=fields["id"].name(),
        texts=_texts(fields["text"], setting.places, FAMILY_TEXT),
        choices=tuple(one.choice for one in offered),
        scale=scale.name() if scale.is_given else None,
        is_branch=False,
        about=About(about.one_of(About)) if about.is_given else About.CHILD,
        only_if=_only_if(fields["only_if"]),
        not_in=_not_in(fields["not_in"]),
        shorts=_texts(short, setting.places, SHORT_TEXT) if short.is_given else {},
        skip=_skip(skip, setting.control) if skip.is_given else None,
        name=fields["name"].text(LABEL) if fields["name"].is_given else None,
        same_as=fields["same_as"].name() if fields["same_as"].is_given else None,
    )
    return Draft(item, node, offered, fields["only_if"], fields["not_in"])


def _offered(node: Node, fields: Mapping[str, Node], setting: Setting) -> tuple[Offered, ...]:
    """The answers, from a scale or of the item's own."""
    scale, choices = fields["scale"], fields["choices"]
    name = scale.name() if scale.is_given else ""
    if scale.is_given == choices.is_given:
        node.wrong("an item has either `scale: name` or `choices: [...]`; give exactly one")
    elif choices.is_given:
        return read_choices(choices, setting.control)
    elif name in setting.scales:
        return setting.scales[name]
    else:
        scale.wrong(f"there is no scale `{name}` under `scales`{suggest(name, setting.scales)}")
    return ()


def _prove_numbers(node: Node, scale: Node, offered: tuple[Offered, ...]) -> None:
    """A button that is a number alone means what that number means when it is typed."""
    asks_days = scale.is_given and scale.raw() == DAYS
    for at, one in enumerate(offered):
        short = one.choice.short or ""
        if not short.isdecimal():
            continue
        number = int(short)
        days = DAY_VALUES[number] if number < len(DAY_VALUES) else None
        if (days != one.choice.value) if asks_days else (number != at):
            node.wrong(f'"{short}" typed means another choice here; use a word as `short`')


def _texts(node: Node, places: tuple[str, ...], most: int) -> Texts:
    """One text, or one by age variant."""
    if not node.is_mapping:
        return {ANY_AGE: _text(node, places, most)}
    variants = node.fields((), tuple(name for name, _ in AGES))
    texts = {
        name: _text(variant, places, most)
        for name, variant in variants.items()
        if not variant.is_absent
    }
    if not texts:
        node.wrong('needs a text for at least one age: "0-6", "7-12" or "13-17"')
    return texts


def _text(node: Node, places: tuple[str, ...], most: int) -> str:
    said = node.family_text(places, most)
    if len(said) > QUESTION:
        node.hint(
            f"has {len(said)} characters; a question of at most {QUESTION} is read to its end"
        )
    return said


def _only_if(node: Node) -> OnlyIf | None:
    if not node.is_given:
        return None
    fields = node.fields(("item",), _BOUNDS)
    given = [name for name in _BOUNDS if fields[name].is_given]
    if len(given) != 1:
        node.wrong("an answer is compared once: give one of `is`, `at_least`, `at_most`")
    bounds = {name: fields[name].whole(most=100) if name in given else None for name in _BOUNDS}
    return OnlyIf(
        item=fields["item"].name(),
        equals=bounds["is"],
        at_least=bounds["at_least"],
        at_most=bounds["at_most"],
    )


def _not_in(node: Node) -> frozenset[Season]:
    if not node.is_given:
        return frozenset()
    return frozenset(Season(entry.one_of(Season)) for entry in node.items(least=1))


def _skip(node: Node, control: Mapping[str, str]) -> str:
    """The button's name; typed, it has to mean the same."""
    label = node.family_text(most=LABEL)
    if control and control.get(normalise(label)) != "skip":
        node.wrong(
            f'"{label}" typed would not be understood; write "Lewati", or add it to `typed: skip` '
            "in messages.yaml"
        )
    return label


def _prove_only_if(draft: Draft, above: Mapping[str, Draft]) -> None:
    """The answer that decides must have been asked for before."""
    only_if = draft.item.only_if
    if only_if is None or not only_if.item or only_if.item in above:
        return
    draft.only_if.wrong(
        f"`{only_if.item}` does not stand above `{draft.item.id}`, so it is not answered yet; "
        f"name an item further up{suggest(only_if.item, above)}"
    )


def _with_branches(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """A branch lies below every choice that leads to it. So each answer moves down the list, and
    every path ends; and since nothing leads to the first item, everything is reached."""
    order = [draft.item.id for draft in drafts]
    branches: set[str] = set()
    for at, draft in enumerate(drafts):
        for one in draft.offered:
            target = one.choice.then
            if target is None:
                continue
            if target not in order:
                one.then.wrong(f"there is no item `{target}`{suggest(target, order)}")
            elif order.index(target) <= at:
                one.then.wrong(
                    f"`{target}` stands above or at `{draft.item.id}`, so the questions would go "
                    "in a circle; lead to an item further down"
                )
            branches.add(target)
    for draft in drafts:
        if draft.item.id in branches and draft.item.only_if is not None:
            draft.only_if.wrong(
                f"only a choice leads to `{draft.item.id}`; take `only_if` away, or `then`"
            )
    return tuple(
        replace(draft, item=replace(draft.item, is_branch=draft.item.id in branches))
        for draft in drafts
    )
