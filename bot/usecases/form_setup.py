"""What is settled before the first question of a form: which form, how, with whom, and the child.

Every button carries what was chosen so far, so that nothing has to be remembered between taps."""

from dataclasses import dataclass
from datetime import datetime

from bot.texts import Text
from bot.usecases import form_choices, form_screens
from bot.usecases.form_screens import WAYS, Do
from bot.usecases.forms import Start
from flows.model import CaseId, CheckinId, Contact, ContactId, ContactState, StaffId, Way
from storage import contacts
from storage.outbox import Act, Key, Payload
from storage.transaction import Tx

CHILD = "child"  # nobody but the child was spoken to
LEFT = (ContactState.WRONG_PERSON, ContactState.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`of` is the update that asked for the form, by which it is known: however often its last
    button is tapped, it begins once. `who` is a contact or `CHILD`."""

    of: str
    case: CaseId
    version: str | None = None
    way: Way | None = None
    who: str | None = None
    saw: bool | None = None

    @property
    def form(self) -> CheckinId:
        return CheckinId(f"checkin:form:{self.of}")


def chosen(act: Act) -> Chosen:
    """What a button carries."""
    version, way, who, saw = (act.get(name) for name in ("version", "way", "who", "saw"))
    return Chosen(
        of=str(act["of"]),
        case=CaseId(str(act["case"])),
        version=None if version is None else str(version),
        way=None if way is None else Way(str(way)),
        who=None if who is None else str(who),
        saw=None if saw is None else bool(saw),
    )


def next_screen(tx: Tx, code: str, so_far: Chosen) -> Payload | None:
    """What is to be settled next; None once everything is."""
    forms = form_choices.choices(tx, so_far.case)
    if so_far.version is None and len(forms) > 1:
        keys = [
            _key(so_far, _form_label(form.id, len(form.asked)), version=version)
            for version, form in forms.items()
        ]
        return form_screens.question(code, Text("Which form?"), keys, of=so_far.of)
    so_far = settled(tx, so_far)
    if so_far.way is None:
        keys = [_key(so_far, label.fill(), way=way) for way, label in WAYS.items()]
        return form_screens.question(code, Text("How did you speak?"), keys, of=so_far.of)
    if so_far.who is None:
        return form_screens.question(code, Text("With whom?"), _people(tx, so_far), of=so_far.of)
    if so_far.saw is None and so_far.who != CHILD:
        keys = [_key(so_far, Text("Yes").fill(), saw=1), _key(so_far, Text("No").fill(), saw=0)]
        text = Text("Was the child seen, or spoken to alone?")
        return form_screens.question(code, text, keys, of=so_far.of)
    return None


def settled(tx: Tx, so_far: Chosen) -> Chosen:
    """The only form of a case needs no question."""
    if so_far.version is not None:
        return so_far
    first = next(iter(form_choices.choices(tx, so_far.case)), None)
    return Chosen(of=so_far.of, case=so_far.case, version=first)


def start(tx: Tx, so_far: Chosen, staff: StaffId, chat_hash: str, *, now: datetime) -> Start | None:
    """Everything is settled; None where there is nobody to whom the form could belong."""
    people = _contacts(tx, so_far)
    child_only = so_far.who == CHILD
    contact = next((one.id for one in people if child_only or one.id == so_far.who), None)
    if contact is None or so_far.version is None or so_far.way is None:
        return None
    return Start(
        id=so_far.form,
        case=so_far.case,
        contact=ContactId(contact),
        child_only=child_only,
        saw_child=child_only or bool(so_far.saw),
        way=so_far.way,
        version=so_far.version,
        staff=staff,
        at=now,
        via="telegram",
        chat_hash=chat_hash,
    )


def _people(tx: Tx, so_far: Chosen) -> list[Key]:
    """By relation, never by name; and the child."""
    people = _contacts(tx, so_far)
    keys = [_key(so_far, contacts.relation(tx, one.id), who=one.id) for one in people]
    return [*keys, _key(so_far, Text("The child only").fill(), who=CHILD)]


def _contacts(tx: Tx, so_far: Chosen) -> tuple[Contact, ...]:
    """Whom the questions are for, who takes part first."""
    form = form_choices.choices(tx, so_far.case).get(so_far.version or "")
    if form is None:
        return ()
    kind = form_choices.kind_of_contact(form)
    found = [one for one in contacts.of_case(tx, so_far.case) if one.kind is kind]
    return tuple(
        sorted(
            (one for one in found if one.state not in LEFT),
            key=lambda one: one.state is not ContactState.ACTIVE,
        )
    )


def _form_label(name: str, items: int) -> str:
    return Text("{name}, {items} items").fill(name=name, items=items)


def _key(so_far: Chosen, label: str, **more: str | int) -> Key:
    known = {
        "of": so_far.of,
        "case": so_far.case,
        "version": so_far.version,
        "way": so_far.way,
        "who": so_far.who,
        "saw": None if so_far.saw is None else int(so_far.saw),
    }
    return form_screens.key(label, Do.SET, **{**known, **more})
