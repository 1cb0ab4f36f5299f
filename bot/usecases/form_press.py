"""A member of staff taps in a form, or types the note at its end."""

from dataclasses import replace
from datetime import datetime

from bot.texts import Text
from bot.usecases import desk, form_screens, form_setup, forms, gather, screens
from bot.usecases.form_desk import (
    IDLE,
    READ,
    Chair,
    choose_case,
    list_cases,
    may,
    say_unfinished,
    show,
    take_away,
    take_typed,
)
from bot.usecases.form_screens import OVER, Do
from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from bot.usecases.standing import standing_of
from bot.usecases.standing_words import score_in_words
from flows.conversation_state import OPEN_LINE
from flows.definition import Press
from flows.model import CaseId, CheckinState
from storage import alerts, cases, checkins, facts, hands, locks, outbox
from storage import forms as kept_forms
from storage.checkins import Kept
from storage.outbox import Act
from storage.transaction import Tx

NOT_YOURS = Text("This is not yours to open.")


def form_press(tx: Tx, room: Room, came: Incoming, *, now: datetime) -> Text | None:
    """Do what the button says; what the tapper reads at once, or None."""
    person, address = desk.who(tx, came)
    if person is None or address is None or came.pressed is None:
        return NOT_YOURS
    button = outbox.find_button(tx, came.pressed, address.chat_hash)
    if button is None or button.act.get("deed") != screens.Deed.FORM:
        return NOT_YOURS
    row = hands.first_row(tx, button.row)
    chair = Chair(person=person, address=address, came=came, row=row)
    act = button.act
    match Do(str(act["do"])):
        case Do.DROP:
            take_away(tx, room, chair, row, now=now)
        case Do.MORE:
            of, page = str(act["of"]), int(act["page"] or 0)
            list_cases(tx, room, chair, of=of, page=page, now=now)
        case Do.CASE:
            choose_case(tx, room, chair, CaseId(str(act["case"])), of=str(act["of"]), now=now)
        case Do.SET:
            return _settle(tx, room, chair, act, now=now)
        case _ as do:
            return _in_form(tx, room, chair, do, act, now=now)
    return None


def take_note(tx: Tx, room: Room, chair: Chair, *, now: datetime) -> bool:
    """The words that a form waits for, unless a settled alert has asked for some since."""
    kept = _open_form(tx, chair)
    if kept is None or kept.path[-1:] != (OPEN_LINE,) or not chair.came.text:
        return False
    last = _last_act(tx, kept)
    if now - last > IDLE or alerts.awaiting_note(tx, chair.person.id, since=last) is not None:
        return False
    forms.keep_note(tx, kept, chair.came.text, cause=chair.came.id, at=now)
    take_typed(tx, room, chair, now=now)
    _answer(tx, room, replace(chair, row=kept.message), kept, Press.FINISH, {}, now=now)
    return True


def _settle(tx: Tx, room: Room, chair: Chair, act: Act, *, now: datetime) -> Text | None:
    """One more thing is settled; after the last one the form begins, once."""
    so_far = form_setup.chosen(act)
    if not may(tx, chair, so_far.case, now=now):
        return NOT_YOURS
    code = cases.get(tx, so_far.case).code
    screen = form_setup.next_screen(tx, code, so_far)
    if screen is not None:
        show(tx, room, chair, screen, now=now)
        return None
    known = kept_forms.open_of(tx, chair.person.id)
    if known is not None and known.id != so_far.form:
        say_unfinished(tx, room, chair, known, now=now)
        return None
    start = form_setup.start(tx, so_far, chair.person.id, chair.address.chat_hash, now=now)
    if start is None:
        return OVER
    locks.contact(tx, start.contact)
    kept = forms.begin(tx, room, start, now=now) or checkins.get(tx, start.id)
    return _show_item(tx, room, chair, kept, now=now)


def _open_form(tx: Tx, chair: Chair) -> Kept | None:
    """The form that this person has open, read once nobody else decides about its case: while the
    lock was waited for, its day may have ended."""
    seen = kept_forms.open_of(tx, chair.person.id)
    if seen is None:
        return None
    locks.contact(tx, seen.contact)
    kept = checkins.get(tx, seen.id)
    return kept if kept is not None and kept.state.is_open else None


def _in_form(tx: Tx, room: Room, chair: Chair, do: Do, act: Act, *, now: datetime) -> Text | None:
    kept = _open_form(tx, chair)
    if kept is None or act.get("form") != kept.id:
        return OVER
    if not may(tx, chair, kept.case, now=now):
        return NOT_YOURS
    match do:
        case Do.RESUME:
            return _show_item(tx, room, chair, kept, now=now)
        case Do.END:
            _end_here(tx, room, chair, kept, now=now)
        case _:
            _answer(tx, room, chair, kept, Press(str(act["press"])), act, now=now)
    return None


def _show_item(
    tx: Tx, room: Room, chair: Chair, kept: Kept | None, *, now: datetime
) -> Text | None:
    """The open question, from now on in this message."""
    shown = None if kept is None else forms.show(tx, room, kept, now=now)
    if kept is None or shown is None or not kept.state.is_open:
        return OVER
    code = cases.get(tx, kept.case).code
    row = show(tx, room, chair, form_screens.item(code, shown), now=now)
    checkins.update(tx, kept.id, message=row)
    return None


def _answer(
    tx: Tx, room: Room, chair: Chair, kept: Kept, press: Press, act: Act, *, now: datetime
) -> None:
    item, value = act.get("item"), act.get("value")
    step = forms.advance(
        tx,
        room,
        kept,
        press,
        item=None if item is None else str(item),
        value=None if value is None else int(value),
        cause=chair.came.id,
        now=now,
    )
    if step.is_over:
        _show_result(tx, room, chair, kept, now=now)
    elif step.shown is not None:
        code = cases.get(tx, kept.case).code
        show(tx, room, chair, form_screens.item(code, step.shown), now=now)


def _end_here(tx: Tx, room: Room, chair: Chair, kept: Kept, *, now: datetime) -> None:
    state = CheckinState.FINISHED
    if forms.end_here(tx, room, kept, state, cause=chair.came.id, via="telegram", now=now):
        _show_result(tx, room, chair, kept, now=now)
        return
    code = cases.get(tx, kept.case).code
    show(tx, room, chair, form_screens.dropped(code), now=now, stays=READ)


def _show_result(tx: Tx, room: Room, chair: Chair, kept: Kept, *, now: datetime) -> None:
    """What it comes to, and what it has raised."""
    case, done = cases.get(tx, kept.case), checkins.get(tx, kept.id)
    zone = gather.the_contact(tx, room, kept.contact, now=now).hours.timezone
    standing = standing_of(tx, case, timezone=zone, now=now, checkin=done)
    lines = (*score_in_words(standing), *_raised(tx, kept))
    show(tx, room, chair, form_screens.result(case.code, lines), now=now, stays=READ)


def _raised(tx: Tx, kept: Kept) -> list[str]:
    lines = []
    for known in alerts.known(tx, kept.case, kept.id):
        alert = alerts.get(tx, known.id) if known.checkin == kept.id else None
        if alert is not None:
            urgency = screens.URGENCIES[alert.urgency].fill()
            lines.append(Text("Alert: {urgency}.").fill(urgency=urgency))
            lines += [f"- {fact.says}" for fact in facts.of_alert(tx, alert)]
    return lines


def _last_act(tx: Tx, kept: Kept) -> datetime:
    begun = kept.opened_at or kept.planned_at
    return max((one.at for one in checkins.answers(tx, kept.id)), default=begun)
