"""What staff see of a form on their phone: what is settled before it, its questions, its end.

Protected like everything about a case, and gone from the phone after a while."""

from collections.abc import Sequence
from enum import StrEnum

from bot.texts import Text
from bot.usecases import screens
from flows.events import Button, Message
from flows.model import Way
from storage.outbox import Act, Key, Payload


class Do(StrEnum):
    """What a button of these screens does."""

    CASE = "case"  # this case is chosen
    MORE = "more"  # the next page of cases
    SET = "set"  # one more thing is settled before the first question
    ANSWER = "answer"  # a button of the check-in itself
    RESUME = "resume"
    END = "end"  # it ends where it stands
    DROP = "drop"  # nothing was meant


WAYS = {
    Way.CALL: Text("By phone"),
    Way.VISIT: Text("Home visit"),
    Way.HERE: Text("At the centre"),
}
UNKNOWN = Text("That code is not on your list. Write /isi and a code, such as /isi K-0142.")
OVER = Text("This form is done.")


def key(label: str, do: Do, **more: str | int | None) -> Key:
    """One button; `more` is what it belongs to."""
    act: Act = {"deed": screens.Deed.FORM, "do": do, **more}
    return Key(label=label, act=act)


def cases(codes: Sequence[tuple[str, str]], *, of: str, next_page: int | None) -> Payload:
    """(case id, code) as buttons, two in a row."""
    keys = [key(code, Do.CASE, of=of, case=case) for case, code in codes]
    rows = [tuple(keys[at : at + 2]) for at in range(0, len(keys), 2)]
    if next_page is not None:
        rows.append((key(Text("More").fill(), Do.MORE, of=of, page=next_page),))
    return Payload(text=Text("Fill in: which case?").fill(), keys=tuple(rows), is_protected=True)


def question(code: str, text: Text, answers: Sequence[Key], *, of: str) -> Payload:
    """One thing to settle before the form, with a way out."""
    rows = (*((one,) for one in answers), (key(Text("Cancel").fill(), Do.DROP, of=of),))
    return Payload(text=f"{code}. {text.fill()}", keys=rows, is_protected=True)


def item(code: str, shown: Message) -> Payload:
    """A question of the check-in, with its own buttons."""
    rows = tuple(tuple(_answer(button) for button in row) for row in shown.buttons)
    return Payload(text=f"{code}. {shown.text}", keys=rows, is_protected=True)


def unfinished(code: str, form: str) -> Payload:
    """One form at a time: this one goes on, or ends where it stands. Its buttons belong to it, so
    that an old one never ends another."""
    keys = (
        (key(Text("Go on").fill(), Do.RESUME, form=form),),
        (key(Text("End it here").fill(), Do.END, form=form),),
    )
    text = Text("{code}. This form is not finished yet.").fill(code=code)
    return Payload(text=text, keys=keys, is_protected=True)


def result(code: str, lines: Sequence[str]) -> Payload:
    """What the answers come to, and what they have raised."""
    head = screens.done(code).text
    return Payload(text="\n".join((head, *lines)), is_protected=True)


def dropped(code: str) -> Payload:
    """Nothing was kept, because nothing was answered."""
    text = Text("{code}. Nothing was answered, so nothing is kept.")
    return Payload(text=text.fill(code=code), is_protected=True)


def _answer(button: Button) -> Key:
    return key(
        button.label,
        Do.ANSWER,
        press=button.press.value,
        item=button.item,
        value=button.value,
        form=button.checkin,
    )
