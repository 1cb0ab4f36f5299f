"""A check-in as a file: its items, what is added up, whose turn it is; proven to end whatever is
answered."""

from collections.abc import Mapping, Sequence

from flows.forms import Checkin, Item, Kind, Rotation, Total
from flows.model import Level
from flows.reading.choices import read_scales
from flows.reading.items import Draft, Setting, read_items
from flows.reading.nodes import APPROVAL, Node, read_approval, suggest

KINDS = tuple(kind.value for kind in Kind)

LEVELS = (Level.OPEN, Level.DISCREET)
"""Nothing is ever sent at the other two."""

SHORT_OPENING = 160
"""Characters of an opening for somebody who reads little."""

FURTHEST_TURN = 1000  # check-ins

NO_CONTROL: Mapping[str, str] = {}

_OPTIONAL = (*APPROVAL, "scales", "open_line", "opening_short", "rotate", "total")


def read_checkin(root: Node, control: Mapping[str, str] = NO_CONTROL) -> Checkin:
    """The check-in of a file. `control` are folded words that always mean a button."""
    fields = root.fields(("id", "kind", "level", "opening", "items"), _OPTIONAL)
    level, kind = Level(fields["level"].one_of(LEVELS)), Kind(fields["kind"].one_of(KINDS))
    own = ("kode",) if kind is Kind.SCHOOL else ()
    scales = read_scales(fields["scales"], control)
    setting = Setting(scales=scales, control=control, places=("panggilan", *own))
    drafts = read_items(fields["items"], setting)
    rotation = _rotation(fields["rotate"], drafts)
    _prove_always_asked(fields["items"], drafts, rotation)
    if kind is Kind.PULSE:
        _prove_pulse(fields, drafts)
    items = tuple(draft.item for draft in drafts)
    checkin = Checkin(
        id=fields["id"].name(),
        kind=kind,
        level=level,
        approval=read_approval(fields),
        opening=fields["opening"].family_text(("waktu", "jumlah", *own)),
        items=items,
        open_line=fields["open_line"].family_text() if fields["open_line"].is_given else None,
        total=_total(fields["total"], level, items, rotation),
        opening_short=_opening_short(fields["opening_short"], own),
        rotation=rotation,
    )
    if level is Level.DISCREET:
        root.seen_by_anybody()
    return checkin


def _opening_short(node: Node, own: tuple[str, ...]) -> str | None:
    places = ("waktu", "jumlah", *own)
    return node.family_text(places, most=SHORT_OPENING) if node.is_given else None


def _rotation(node: Node, drafts: Sequence[Draft]) -> Rotation | None:
    """Items that take turns; a name may stand there more than once, for more turns."""
    if not node.is_given:
        return None
    fields = node.fields(("from", "items"))
    known = {draft.item.id: draft for draft in drafts}
    names = []
    for entry in fields["items"].items(least=1):
        name = entry.name()
        if name not in known:
            entry.wrong(f"there is no item `{name}` in this check-in{suggest(name, known)}")
        elif known[name].item.is_branch:
            entry.wrong(f"`{name}` is reached by a choice; an item takes turns or is led to")
        names.append(name)
    start = fields["from"].whole(least=1, most=FURTHEST_TURN)
    return Rotation(start=start, items=tuple(names)) if names else None


def _prove_always_asked(node: Node, drafts: Sequence[Draft], rotation: Rotation | None) -> None:
    """Whatever the season and whose turn it is: something is asked."""
    turns = () if rotation is None else rotation.items
    always = [
        draft
        for draft in drafts
        if not (draft.item.is_branch or draft.item.not_in or draft.item.only_if)
        and draft.item.id not in turns
    ]
    if drafts and not always:
        node.wrong(
            "there would be days with nothing to ask; keep one item without `only_if`, `not_in` "
            "and `rotate`"
        )


def _prove_pulse(fields: Mapping[str, Node], drafts: Sequence[Draft]) -> None:
    """One tap on the opening answers everything, so there is nothing else in it."""
    if len(drafts) > 1:
        fields["items"].wrong("a pulse is one question; leave one item, or write `kind: check-in`")
    for draft in drafts[:1]:
        if draft.item.scale is not None or not draft.offered:
            draft.node.wrong("the answers of a pulse are its buttons; give it `choices: [...]`")
    for name in ("open_line", "total", "rotate"):
        if fields[name].is_given:
            fields[name].wrong(
                f"a pulse ends with one tap and has no `{name}`; leave it out, or write "
                "`kind: check-in`"
            )


def _total(
    node: Node, level: Level, items: Sequence[Item], rotation: Rotation | None
) -> Total | None:
    if not node.is_given:
        return None
    if level is Level.DISCREET:
        node.wrong("a check-in of level B adds nothing up; write `total: null`")
    fields = node.fields(("items", "least_answered", "bands"))
    known = [item.id for item in items]
    turns = () if rotation is None else rotation.items
    added: list[str] = []
    for entry in fields["items"].items(least=1):
        name = entry.name()
        if name not in known:
            entry.wrong(f"there is no item `{name}` in this check-in{suggest(name, known)}")
        if name in added:
            entry.wrong(f"`{name}` would be added twice; name it once")
        if name in turns:
            entry.wrong(
                f"`{name}` takes turns, so it would be missing from most totals and no two could "
                "be compared; leave it out here, or out of `rotate`"
            )
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
