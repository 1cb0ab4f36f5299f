"""`/start <token>`: a one-time link is spent, or the stranger's answer is given, byte for byte."""

from dataclasses import replace
from datetime import datetime

from bot.texts import Text
from bot.usecases import gather, ring, same_nickname, screens
from bot.usecases.incoming import Incoming
from bot.usecases.post import post
from bot.usecases.receive_stranger import answer
from bot.usecases.record import record
from bot.usecases.room import Room
from bot.usecases.scene import scene_of
from flows import enrolment
from flows.events import SendsStopped
from flows.model import Level, StaffId
from storage import addresses, alerts, audit, chains, inbox, invites, locks, outbox, staff
from storage.outbox import Lane, Outgoing, Payload
from storage.transaction import Tx


def open_link(tx: Tx, room: Room, came: Incoming, token: str, *, now: datetime) -> None:
    """Spend the link. Wrong, used, expired, revoked, too many tries: the same answer."""
    if not inbox.handled(tx, came.id, now=now):
        return
    hashed = addresses.chat_hash(tx, came.chat)
    locks.chat(tx, hashed)
    may_try = invites.may_try(tx, hashed, now=now)
    owner = _spend(tx, token, hashed, now=now) if may_try else None
    if owner is None:
        if may_try:  # what was not tried does not lengthen the wait
            invites.note_failure(tx, hashed, now=now)
        answer(tx, room, came, now=now)
        return
    if owner[0] == "staff":
        _welcome(tx, room, came, StaffId(owner[1]), now=now)
    else:
        _greet(tx, room, came, owner[1], now=now)


def _link(tx: Tx, kind: str, who: str, chat: int, *, now: datetime) -> None:
    addresses.link(tx, kind, who, chat, now=now)
    person = f"{kind}:{who}"
    audit.note(tx, actor=person, via="telegram", action="linked", object=person, now=now)


def _spend(tx: Tx, token: str, hashed: str, *, now: datetime) -> tuple[str, str] | None:
    """A chat is either family or staff: a link of the other kind is not spent by it."""
    kinds = {kind for kind, _ in addresses.owners(tx, hashed)}
    wanted = "staff" if token.startswith(invites.PREFIXES["staff"]) else "contact"
    if kinds - {wanted}:
        return None
    return invites.spend(tx, token, hashed, now=now)


def _greet(tx: Tx, room: Room, came: Incoming, who: str, *, now: datetime) -> None:
    """Whoever opened it starts from the greeting, also where the contact has another phone."""
    locks.contact(tx, who)
    contact = gather.the_contact(tx, room, who, now=now)
    situation = gather.situation(tx, room, contact, None, now=now)
    if situation.level in (Level.SILENT, Level.CUT):
        answer(tx, room, came, now=now)
        return
    # What was on its way to an earlier phone, or is open there, ends before this one is linked.
    before = scene_of(tx, situation, cause=f"{came.id}:before", at=came.at)
    record(tx, room, before, (SendsStopped(),), now=now)
    _link(tx, "contact", who, came.chat, now=now)
    scene = scene_of(tx, situation, cause=came.id, at=came.at)
    linked = replace(scene, message_no=came.message_no)
    record(tx, room, linked, enrolment.greet(situation), now=now)
    same_nickname.tell(tx, room, contact, now=now)


def _welcome(tx: Tx, room: Room, came: Incoming, who: StaffId, *, now: datetime) -> None:
    before = addresses.hash_of(tx, "staff", who)
    if before not in (None, addresses.chat_hash(tx, came.chat)):
        outbox.cancel(tx, owner_kind="staff", owner_id=who)  # it was for the earlier phone
    _link(tx, "staff", who, came.chat, now=now)
    person, address = staff.get(tx, who), addresses.of(tx, "staff", who)
    if person is None or address is None:
        raise LookupError(f"no staff {who}")
    text = Text("Welcome, {name}. Role: {role}. /bantuan lists the commands.")
    role = screens.ROLES[person.role].fill()
    payload = Payload(text=text.fill(name=staff.name(tx, who), role=role))
    out = Outgoing(
        id=f"{came.id}:welcome",
        lane=Lane.ANSWER,
        kind="staff",
        verb="send",
        address=address,
        payload=payload,
        not_before=now,
    )
    post(tx, room, out, now=now)
    locks.alerts(tx, *chains.waiting(tx), *chains.asked_of(tx, who), *alerts.held_by(tx, who))
    waiting = ring.waiting(tx)
    for asked in (*chains.asked_of(tx, who), *alerts.held_by(tx, who)):
        if asked not in waiting:
            ring.show_to(tx, room, asked, who, cause=came.id, now=now)
    for alert in waiting:
        ring.step(tx, room, alert, now=now)
