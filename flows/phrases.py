"""From content to the final words of one message, with its buttons."""

from collections.abc import Mapping
from types import MappingProxyType

from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Choice, HelpNumber, Item, Messages, Press
from flows.events import Button, Message
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
    """The first screen of a check-in; "Nanti" is offered once."""
    row = (
        [Press.START, Press.CALL_ME]
        if talk.is_put_off
        else [Press.START, Press.LATER, Press.CALL_ME]
    )
    text = fill(talk.checkin.opening, waktu=greeting, jumlah=str(len(talk.checkin.asked)))
    return Message(text=text, buttons=(tuple(_labelled(messages, p, talk.id) for p in row),))


def screen(messages: Messages, talk: Talk) -> Message:
    """What the check-in shows now: one question, or the open line."""
    if talk.path[-1] == OPEN_LINE:
        return Message(text=talk.checkin.open_line or "", buttons=(_foot(messages, talk, None),))
    item = talk.checkin.item(talk.path[-1])
    text = f"{_position(talk)}\n{fill(item.text_for(talk.age), panggilan=talk.called)}"
    foot = _foot(messages, talk, item)
    return Message(text=text, buttons=(*_choices(talk, item), *((foot,) if foot else ())))


def numbers(messages: Messages, lines: tuple[HelpNumber, ...], *, in_danger: bool) -> str:
    """Help numbers, one a line; in danger only those that answer at once."""
    chosen = [line for line in lines if line.in_danger or not in_danger]
    return "\n".join(f"{line.label}: {line.number}" for line in chosen)


def _labelled(
    messages: Messages, press: Press, checkin: CheckinId | None, value: int | None = None
) -> Button:
    return Button(label=messages.labels[press], press=press, value=value, checkin=checkin)


def _position(talk: Talk) -> str:
    """ "2/8": a branch keeps the number of the item it came from."""
    asked = {item.id: number for number, item in enumerate(talk.checkin.asked, start=1)}
    reached = max((asked[item] for item in talk.path if item in asked), default=1)
    return f"{reached}/{len(asked)}"


def _choices(talk: Talk, item: Item) -> tuple[tuple[Button, ...], ...]:
    made = [_choice(talk, item, choice) for choice in item.choices]
    if any(len(one.label) > SHORT_LABEL for one in made):
        return tuple((one,) for one in made)
    return tuple(tuple(made[at : at + 2]) for at in range(0, len(made), 2))


def _choice(talk: Talk, item: Item, choice: Choice) -> Button:
    return Button(
        label=choice.label,
        press=Press.CHOOSE,
        item=item.id,
        value=choice.value,
        checkin=talk.id,
    )


def _foot(messages: Messages, talk: Talk, item: Item | None) -> tuple[Button, ...]:
    """Kembali and Tidak tahu under a question, Kembali and Selesai under the open line."""
    asked = talk.path[-1]
    row = [Press.BACK] if talk.may_go_back else []
    if item is None:
        row.append(Press.FINISH)
    elif item.scale is not None:
        row.append(Press.SKIP)
    return tuple(
        Button(label=messages.labels[press], press=press, item=asked, checkin=talk.id)
        for press in row
    )
