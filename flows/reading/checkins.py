"""A check-in as a file: its items, branches and total, proven to end whatever is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.definition import AGES, ANY_AGE, Checkin, Item, Total
from flows.model import Level
from flows.reading.choices import Offered, Scales, read_choices, read_scales
from flows.reading.nodes import APPROVAL, Node, read_approval, suggest

KINDS = ("check-in", "pulse", "school")

LEVELS = (Level.OPEN, Level.DISCREET)
"""Nothing is ever sent at the other two."""

RESERVED = ("open_line", "pulse", "safe_now")
"""What is kept beside the items of a check-in under names of its own."""

NO_CONTROL: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item before its branches are known, with the nodes that later checks point at."""

    item: Item
    node: Node
    offered: tuple[Offered, ...]


def read_checkin(root: Node, control: Mapping[str, str] = NO_CONTROL) -> Checkin:
    """The check-in of a file. `control` are folded words that always mean a button."""
    fields = root.fields(
        ("id", "kind", "level", "opening", "items"), (*APPROVAL, "scales", "open_line", "total")
    )
    level = Level(fields["level"].one_of(LEVELS))
    scales = read_scales(fields["scales"], control)
    items = _with_branches(_drafts(fields["items"], scales, control))
    open_line, total = fields["open_line"], fields["total"]
    if total.is_given and level is Level.DISCREET:
        total.wrong("a check-in of level B adds nothing up; write `total: null`")
    return Checkin(
        id=fields["id"].name(),
        kind=fields["kind"].one_of(KINDS),
        level=level,
        approval=read_approval(fields),
        opening=fields["opening"].family_text(("waktu", "jumlah")),
        items=items,
        open_line=open_line.family_text() if open_line.is_given else None,
        total=_total(total, items) if total.is_given else None,
    )


def _drafts(node: Node, scales: Scales, control: Mapping[str, str]) -> tuple[_Draft, ...]:
    drafts: dict[str, _Draft] = {}
    for entry in node.items(least=1):
        draft = _draft(entry, scales, control)
        if draft.item.id in drafts:
            entry.wrong(f"the id `{draft.item.id}` is used twice; give this item another")
        if draft.item.id in RESERVED:
            entry.wrong(f"the id `{draft.item.id}` has a meaning of its own; use another")
        drafts[draft.item.id] = draft
    return tuple(drafts.values())


def _draft(node: Node, scales: Scales, control: Mapping[str, str]) -> _Draft:
    fields = node.fields(("id", "text"), ("scale", "choices"))
    scale, choices = fields["scale"], fields["choices"]
    name = scale.name() if scale.is_given else None
    offered: tuple[Offered, ...] = ()
    if scale.is_given == choices.is_given:
        node.wrong("an item has either `scale: name` or `choices: [...]`; give exactly one")
    elif choices.is_given:
        offered = read_choices(choices, control)
    elif name is not None and name in scales:
        offered = scales[name]
    else:
        scale.wrong(f"there is no scale `{name}` under `scales`{suggest(str(name), scales)}")
    item = Item(
        id=fields["id"].name(),
        texts=_texts(fields["text"]),
        choices=tuple(one.choice for one in offered),
        scale=name,
        is_branch=False,
    )
    return _Draft(item, node, offered)


def _texts(node: Node) -> Mapping[str, str]:
    """One text, or one by age variant."""
    if not node.is_mapping:
        return {ANY_AGE: node.family_text(("panggilan",))}
    variants = node.fields((), tuple(name for name, _ in AGES))
    texts = {
        name: variant.family_text(("panggilan",))
        for name, variant in variants.items()
        if not variant.is_absent
    }
    if not texts:
        node.wrong('needs a text for at least one age: "0-6", "7-12" or "13-17"')
    return texts


def _with_branches(drafts: Sequence[_Draft]) -> tuple[Item, ...]:
    """The items, those marked that only a `then` reaches.

    A branch lies below every choice that leads to it. So each answer moves down the list, and
    every path ends; and since nothing leads to the first item, everything is reached.
    """
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
    return tuple(replace(draft.item, is_branch=draft.item.id in branches) for draft in drafts)


def _total(node: Node, items: Sequence[Item]) -> Total:
    fields = node.fields(("items", "least_answered", "bands"))
    known = [item.id for item in items]
    added: list[str] = []
    for entry in fields["items"].items(least=1):
        name = entry.name()
        if name not in known:
            entry.wrong(f"there is no item `{name}` in this check-in{suggest(name, known)}")
        if name in added:
            entry.wrong(f"`{name}` would be added twice; name it once")
        added.append(name)
    least = fields["least_answered"].whole(least=1, most=max(len(added), 1))
    return Total(items=tuple(added), least_answered=least, bands=_bands(fields["bands"]))


def _bands(node: Node) -> tuple[tuple[str, int], ...]:
    """Name and least total, from 0 upwards."""
    bands: list[tuple[str, int]] = []
    for name, points in node.entries():
        least = points.whole()
        if not bands and least != 0:
            points.wrong("the first band begins at 0; otherwise low totals have no band")
        if bands and least <= bands[-1][1]:
            points.wrong(f"bands rise; write more than {bands[-1][1]}, or put this band first")
        bands.append((name.name(), least))
    if not bands and not node.is_absent:
        node.wrong("needs at least one band, such as `hijau: 0`")
    return tuple(bands)
