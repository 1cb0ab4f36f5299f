"""What the columns of a workbook mean, and what its values were called, for whoever reads it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.reports.telling import BUTTONS, Row
from bot.texts import Text
from bot.usecases.standing_words import asked_of_any
from flows.definition import Press
from flows.forms import Checkin, Kind
from flows.model import CheckinState, Slot, Way

COLUMNS = ("sheet", "column", "value", "meaning")
HEADINGS = (Text("sheet"), Text("column"), Text("value"), Text("meaning"))

MEANINGS: Mapping[str, Text] = {
    "reply_id": Text("Name of this answer or text. Each version has its own."),
    "case": Text("Code of the case. Empty for somebody who is not enrolled."),
    "contact_id": Text("Name of the contact, without who it is."),
    "checkin_id": Text("Name of the check-in in which it was said."),
    "item": Text("Item of the form. open_line is the free line at the end."),
    "value": Text("Value of the answer. Empty: not known, or a free text."),
    "text": Text("The words as typed. Empty where a button was pressed, or where erased."),
    "at": Text("When, in world time (UTC)."),
    "replaced_by": Text("The version that came after this one."),
    "form": Text("Which form."),
    "label": Text("What the answer was called."),
    "slot": Text("Why the check-in was there."),
    "way": Text("How it came."),
    "filled_by": Text("Name of the staff member who filled in the form, without who it is."),
    "at_local": Text("When, where the family lives."),
    "nickname": Text("What the child is called."),
    "contact_name": Text("Who the contact is."),
    "relation": Text("What they are to the child."),
    "level": Text("What the phone might show: A open, B discreet, C silent, D cut."),
    "state": Text("How far the check-in came."),
    "asked_local": Text("When it was asked, where the family lives."),
    "ended_local": Text("When it was over, where the family lives."),
    "lowered": Text("Answers that were taken back, the highest and then the last."),
    "total": Text("Sum of the items that are counted. The highest answer to each is taken."),
    "is_estimated": Text("1: missing items took the mean of the others."),
    "band": Text("Band of the total."),
}
STATES: Mapping[CheckinState, Text] = {
    CheckinState.ASKED: Text("On the phone, nothing answered yet."),
    CheckinState.OPEN: Text("Being answered."),
    CheckinState.PAUSED: Text("Half done, left alone for half an hour."),
    CheckinState.FINISHED: Text("Answered to the end."),
    CheckinState.PULSED: Text("Answered by one button on the reminder."),
    CheckinState.EXPIRED: Text("Over, because its time was up."),
    CheckinState.CANCELLED: Text("Taken back."),
    CheckinState.DUE: Text("Put off, to be asked again."),
}
SLOTS: Mapping[Slot, Text] = {
    Slot.REGULAR: Text("By the rhythm of the programme."),
    Slot.PULSE: Text("One button between two check-ins."),
    Slot.EXTRA: Text("Around a day of weight."),
    Slot.SCHOOL: Text("For the school."),
    Slot.FORM: Text("Filled in by staff."),
}
WAYS: Mapping[Way, Text] = {
    Way.MESSAGE: Text("Sent by the family itself."),
    Way.CALL: Text("By phone"),
    Way.VISIT: Text("Home visit"),
    Way.HERE: Text("At the centre"),
    Way.PAPER: Text("Copied from paper."),
}
CLOSED_SETS: Mapping[str, Mapping[str, Text]] = {
    "state": {str(one): text for one, text in STATES.items()},
    "slot": {str(one): text for one, text in SLOTS.items()},
    "way": {str(one): text for one, text in WAYS.items()},
}


def headings() -> tuple[str, ...]:
    """What stands above `COLUMNS`."""
    return tuple(one.fill() for one in HEADINGS)


def of_columns(columns: Iterable[str]) -> Iterator[Row]:
    """What each column means, in whatever sheet, and each value of those that are few."""
    for name in columns:
        yield {"column": name, "meaning": MEANINGS[name].fill()}
        for value, text in CLOSED_SETS.get(name, {}).items():
            yield {"column": name, "value": value, "meaning": text.fill()}


def of_forms(sheet: str, kept: Sequence[Checkin], labels: Mapping[Press, str]) -> Iterator[Row]:
    """Items and choices of all versions of a form: what was asked otherwise once stands there, too.

    `labels` are those of the buttons of a reminder."""
    told = set[tuple[object, ...]]()
    for form in kept:
        for row in (*_items(form), *_totals(form)):
            content = tuple(row.values())
            if content not in told:
                told.add(content)
                yield {"sheet": sheet, **row}
    if any(form.kind is not Kind.PULSE for form in kept):
        yield from ({"sheet": sheet, **row} for row in _reminder(labels))


def _items(form: Checkin) -> Iterator[Row]:
    for item in form.items:
        yield {"column": item.id, "value": None, "meaning": asked_of_any(item)}
        for choice in item.choices:
            yield {"column": item.id, "value": choice.value, "meaning": choice.label}


def _totals(form: Checkin) -> Iterator[Row]:
    if form.total is None:
        return
    counted = Text("Counted: {items}. At least {least} must be answered.")
    meaning = counted.fill(items=", ".join(form.total.items), least=form.total.least_answered)
    yield {"column": "total", "value": None, "meaning": meaning}
    for name, least in form.total.bands:
        yield {"column": "band", "value": name, "meaning": Text("From {least}.").fill(least=least)}


def _reminder(labels: Mapping[Press, str]) -> Iterator[Row]:
    column = "pulse"
    yield {"column": column, "meaning": Text("Answer to the reminder.").fill()}
    for value, press in enumerate(BUTTONS[column]):
        yield {"column": column, "value": value, "meaning": labels[press]}
