"""From content to the final words of one message, with its buttons."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import HelpNumber, Messages, Press
from flows.events import Button, Message
from flows.forms import Choice, Item
from flows.model import CheckinId
from flows.wording import fill

NOWHERE: Mapping[str, str] = MappingProxyType({})

SHORT_LABEL = 12
"""Labels up to this many characters stand two in a row on a small phone."""


def say(
    messages: Messages,
    name: str,
    places: Mapping[str, str] = NOWHERE,
    *,
    checkin: CheckinId | None = None,
    value: int | None = None,
) -> Message:
    """The message `name` with its places filled and its buttons labelled.

    `checkin` and `value` are what its buttons belong to, for buttons that can grow old."""
    content = messages.texts[name]
    buttons = tuple(
        tuple(_labelled(messages, press, checkin, value) for press in row)
        for row in content.buttons
    )
    return Message(text=fill(content.text, **places), buttons=buttons)


def opening(messages: Messages, talk: Talk, *, greeting: str) -> Message:
    """The first screen of a check-in; "Nanti" is offered once. A pulse asks at once."""
    form = talk.checkin
    template = form.opening_short if talk.reads_little and form.opening_short else form.opening
    count = str(len(talk.asked_items))
    text = fill(template, waktu=greeting, jumlah=count, kode=talk.code)
    if talk.is_pulse:
        asked = pulse(messages, talk)
        return replace(asked, text=f"{text}\n\n{asked.text}")
    row = (
        [Press.START, Press.CALL_ME]
        if talk.is_put_off
        else [Press.START, Press.LATER, Press.CALL_ME]
    )
    return Message(text=text, buttons=(tuple(_labelled(messages, p, talk.id) for p in row),))


def reminder(messages: Messages, talk: Talk, *, greeting: str) -> Message:
    """What comes once where nobody has answered. A school has no pulse: its door is "Mulai"."""
    if talk.is_school:
        places = {"waktu": greeting, "kode": talk.code}
        return say(messages, "reminder_school", places, checkin=talk.id)
    return say(messages, "reminder", {"waktu": greeting}, checkin=talk.id)


def pulse(messages: Messages, talk: Talk) -> Message:
    """The one question of a pulse, with the door to a human."""
    item = talk.checkin.items[0]
    call = (_labelled(messages, Press.CALL_ME, talk.id),)
    return Message(text=_question(talk, item), buttons=(*_choices(talk, item), call))


def screen(messages: Messages, talk: Talk) -> Message:
    """What the check-in shows now: one question, or the open line."""
    if talk.path[-1] == OPEN_LINE:
        return Message(text=talk.checkin.open_line or "", buttons=(_foot(messages, talk, None),))
    item = talk.checkin.item(talk.path[-1])
    lines = [line for line in (_position(talk), _question(talk, item)) if line]
    foot = _foot(messages, talk, item)
    buttons = (*_choices(talk, item), *((foot,) if foot else ()))
    return Message(text="\n".join(lines), buttons=buttons)


def one_a_row(message: Message) -> Message:
    """The same with big buttons: none has to share its row."""
    buttons = tuple((button,) for row in message.buttons for button in row)
    return replace(message, buttons=buttons)


def numbers(messages: Messages, lines: tuple[HelpNumber, ...], *, in_danger: bool) -> str:
    """Help numbers, one a line; in danger only those that answer at once."""
    chosen = [line for line in lines if line.in_danger or not in_danger]
    return "\n".join(f"{line.label}: {line.number}" for line in chosen)


def _labelled(
    messages: Messages, press: Press, checkin: CheckinId | None, value: int | None = None
) -> Button:
    return Button(label=messages.labels[press], press=press, value=value, checkin=checkin)


def _question(talk: Talk, item: Item) -> str:
    template = item.text_for(talk.age, is_short=talk.reads_little)
    asked = fill(template, panggilan=talk.called, kode=talk.code)
    return asked[:1].upper() + asked[1:]  # "anak" may begin it


def _position(talk: Talk) -> str:
    """ "2/8": a branch keeps the number of the item it came from; what takes turns has none."""
    numbers = {item.id: number for number, item in enumerate(talk.asked_items, start=1)}
    if any(talk.checkin.is_extra(item) for item in talk.path):
        return ""
    reached = max((numbers[item] for item in talk.path if item in numbers), default=1)
    return f"{reached}/{len(numbers)}"


def _choices(talk: Talk, item: Item) -> tuple[tuple[Button, ...], ...]:
    made = [_choice(talk, item, choice) for choice in item.choices]
    if any(len(one.label) > SHORT_LABEL for one in made):
        return tuple((one,) for one in made)
    return tuple(tuple(made[at : at + 2]) for at in range(0, len(made), 2))


def _choice(talk: Talk, item: Item, choice: Choice) -> Button:
    return Button(
        label=choice.short if talk.reads_little and choice.short else choice.label,
        press=Press.CHOOSE,
        item=item.id,
        value=choice.value,
        checkin=talk.id,
    )


def _foot(messages: Messages, talk: Talk, item: Item | None) -> tuple[Button, ...]:
    """Kembali and Tidak tahu under a question, Kembali and Selesai under the open line."""
    labels = dict(messages.labels)
    row = [Press.BACK] if talk.may_go_back else []
    if item is None:
        row.append(Press.FINISH)
    elif may_skip(talk, item):
        row.append(Press.SKIP)
        labels[Press.SKIP] = item.skip or labels[Press.SKIP]
    return tuple(
        Button(label=labels[press], press=press, item=talk.path[-1], checkin=talk.id)
        for press in row
    )


def may_skip(talk: Talk, item: Item) -> bool:
    """Is there a button for going on without an answer? Where a human is asked for there is none,
    unless the content says so."""
    return item.scale is not None or item.skip is not None or talk.checkin.is_extra(item.id)
