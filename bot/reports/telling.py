"""A reply as a row: its fields in order, what its value was called, and when that was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.usecases.room import kept_checkin
from flows.conversation_state import OPEN_LINE
from flows.definition import Press
from flows.forms import Checkin
from flows.hours import local
from storage import exports
from storage.exports import Names
from storage.replies import ReplyRow
from storage.transaction import Tx

Cell = str | int | datetime | None
Row = dict[str, Cell]

PLAIN = ("reply_id", "case", "contact_id", "checkin_id", "item", "value", "text", "at",
         "replaced_by")  # fmt: skip
MORE = ("form", "label", "slot", "way", "filled_by", "at_local")
NAMES = ("nickname", "contact_name", "relation")

BUTTONS: Mapping[str, Sequence[Press]] = {
    "pulse": (Press.PULSE_GOOD, Press.PULSE_BAD),
    "safe_now": (Press.SAFE, Press.UNCERTAIN, Press.UNSAFE),
}
"""Questions that stand in no form, and the buttons behind the values 0, 1, 2 of their answers."""


class About(Protocol):
    """Whatever is about somebody in a case."""

    @property
    def case_id(self) -> str | None: ...
    @property
    def contact_id(self) -> str | None: ...


@dataclass(slots=True, kw_only=True)
class Telling:
    """For one export. `labels` are those of the buttons; `timezone` is for whoever has none."""

    tx: Tx
    labels: Mapping[Press, str]
    timezone: str
    with_names: bool
    known: dict[tuple[str | None, str | None], Names] = field(default_factory=dict)

    @property
    def plain_columns(self) -> tuple[str, ...]:
        return (*PLAIN, *self.name_columns)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*PLAIN, *MORE, *self.name_columns)

    @property
    def name_columns(self) -> tuple[str, ...]:
        return NAMES if self.with_names else ()

    def plain(self, row: ReplyRow) -> Row:
        """The fields of a line of JSON."""
        told: Row = {name: getattr(row, name) for name in PLAIN}
        return {**told, "at": row.at.isoformat(), **self.names(row)}

    def full(self, row: ReplyRow) -> Row:
        """The same, with what stands around the reply."""
        form = None if row.version is None else kept_checkin(self.tx, row.version)
        return {
            **self.plain(row),
            "form": None if form is None else form.id,
            "label": self._label(form, row),
            "slot": row.slot,
            "way": row.way,
            "filled_by": row.filled_by,
            "at_local": self.there(row.at, row.timezone),
        }

    def names(self, about: About) -> Row:
        """Nothing unless names are wanted."""
        if not self.with_names:
            return {}
        key = (about.case_id, about.contact_id)
        if key not in self.known:
            self.known[key] = exports.names(self.tx, *key)
        found = self.known[key]
        return {name: getattr(found, name) for name in NAMES}

    def there(self, moment: datetime, timezone: str | None) -> datetime:
        """On the clock of whoever it is about, without the zone, which no table understands."""
        return local(moment, timezone or self.timezone).replace(microsecond=0, tzinfo=None)

    def _label(self, form: Checkin | None, row: ReplyRow) -> str | None:
        if row.item in (None, OPEN_LINE):
            return None
        if row.item in BUTTONS:
            presses = BUTTONS[row.item]
            known = row.value is not None and 0 <= row.value < len(presses)
            return self.labels[presses[row.value or 0]] if known else None
        item = next((one for one in form.items if one.id == row.item), None) if form else None
        if item is None:
            return None
        if row.value is None:
            return item.skip or self.labels[Press.SKIP]
        return next((one.label for one in item.choices if one.value == row.value), None)
