"""From what came in: every message and every tap has left what it must leave."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.oversight.look import Finding, Found, Kept, Look, by_column, existing
from flows.definition import Press
from flows.model import CheckinId, ContactState
from storage import inbox, outbox, tables
from storage.checkins import WORDS
from storage.errors import SubjectErased, Tampered
from storage.outbox import Act
from storage.transaction import Tx
from storage.words import TEXT

PATIENCE = timedelta(minutes=5)
LINK = re.compile(r"/start [sf]_[A-Za-z0-9_-]{8,62}")
BARE_START = "/start"
SAFETY = {Press.SAFE: 0, Press.UNCERTAIN: 1, Press.UNSAFE: 2}


def unhandled(_: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """An update that waits for too long."""
    for row in rows:
        if row.state == "new" and look.is_late(row.received_at, PATIENCE):
            yield Finding(check="unhandled", row=row.id, detail={"attempts": row.attempts})


def given_up(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """An update that could not be handled has asked a human."""
    dead = [row.id for row in rows if row.state == "dead"]
    asked = by_column(tx, tables.alerts, tables.alerts.c.id, [f"alert:{row}" for row in dead])
    for row in dead:
        if f"alert:{row}" not in asked:
            yield Finding(check="given_up_unasked", row=row)


def unkept_words(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """What a person wrote is kept, word for word, as words or as an answer."""
    staff = _chats_of(tx, rows, "staff")
    messages = [row for row in rows if row.kind in ("message", "edited_message")]
    came = {row.id: row for row in messages if _is_handled(row) and row.chat_hash not in staff}
    kept = by_column(tx, tables.words, tables.words.c.id, [f"words:{row}" for row in came])
    answers = by_column(tx, tables.answers, tables.answers.c.id, [f"answer:{row}" for row in came])
    for row in came.values():
        update = _opened(tx, row)
        text = None if update is None else _text(update[row.kind])
        if text is None:
            continue
        found = (*kept.get(f"words:{row.id}", ()), *answers.get(f"answer:{row.id}", ()))
        if not found:
            yield Finding(check="words_lost", row=row.id)
        elif not any(_said(tx, one) in (text, None) for one in found):
            yield Finding(check="words_differ", row=row.id)


def unkept_taps(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """A tap that had an effect is kept as the answer that its button says."""
    acts = _acts(tx, rows)
    answers = by_column(tx, tables.answers, tables.answers.c.id, [f"answer:{row}" for row in acts])
    for row, act in acts.items():
        press = Press(str(act["press"]))
        given = next(iter(answers.get(f"answer:{row}", ())), None)
        if given is not None and not _is_as_tapped(given, press, act):
            yield Finding(check="answer_differs", row=row)
        if given is None and (press in SAFETY or _has_moved(tx, row, press, act)):
            yield Finding(check="answer_lost", row=row)


def unkept_calls(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """Whoever has asked for a call, by button, has a task for it."""
    acts = _acts(tx, rows)
    asked = [row for row in rows if acts.get(row.id, {}).get("press") == Press.CALL_ME]
    facts = {row.id: f"fact:{row.id}:wants_call:0" for row in asked if _has_agreed(tx, row)}
    known = existing(tx, tables.facts.c.id, facts.values())
    for row, fact in facts.items():
        if fact not in known:
            yield Finding(check="call_unasked", row=row)


def _is_handled(row: Kept) -> bool:
    return row.state == "done" and row.body is not None


def _chats_of(tx: Tx, rows: Iterable[Kept], kind: str) -> frozenset[str]:
    """Chats of these rows that are, or were, somebody's of this kind."""
    a, chats = tables.addresses, {row.chat_hash for row in rows}
    mine = (a.c.owner_kind == kind, a.c.address_hash.in_(chats))
    return frozenset(tx.execute(select(a.c.address_hash).where(*mine)).scalars())


def _opened(tx: Tx, row: Kept) -> Mapping[str, Any] | None:
    """The update as it came; None where it cannot be read, which other checks say."""
    try:
        return dict(json.loads(tx.vault.open(tx, inbox.SUBJECT, inbox.BODY, row.id, row.body)))
    except (SubjectErased, Tampered, ValueError):
        return None


def _text(message: Any) -> str | None:
    """What must be kept of it; None for what is not kept: links, numbers, groups."""
    if not isinstance(message, dict) or message.get("chat", {}).get("type") != "private":
        return None
    text = message.get("text") or message.get("caption") or ""
    if "contact" in message or text == BARE_START or LINK.fullmatch(text):
        return None
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _said(tx: Tx, kept: Kept) -> str | None:
    """None where the key is destroyed: nobody can say any more."""
    try:
        if kept.id.startswith("words:"):
            return tx.vault.open(tx, kept.subject, TEXT, kept.id, kept.text)
        subject = f"contact:{kept.contact_id}"
        return "" if kept.words is None else tx.vault.open(tx, subject, WORDS, kept.id, kept.words)
    except SubjectErased:
        return None
    except Tampered:
        return "\0"


def _acts(tx: Tx, rows: Sequence[Kept]) -> dict[str, Act]:
    """What the tapped buttons of families do, by update; forged ones are left out."""
    families = _chats_of(tx, rows, "contact")
    taps = [row for row in rows if row.kind == "callback_query" and _is_handled(row)]
    pressed = {row.id: _pressed(tx, row) for row in taps if row.chat_hash in families}
    o = tables.outbox
    tokens = {one.partition(":")[0] for one in pressed.values() if one}
    behind = by_column(tx, o, o.c.token, tokens)
    found = {}
    for row in taps:
        token, _, place = (pressed.get(row.id) or "").partition(":")
        mine = [one for one in behind.get(token, ()) if one.chat_hash == row.chat_hash]
        act = _act(tx, mine[0], place) if mine else None
        if act is not None:
            found[row.id] = act
    return found


def _pressed(tx: Tx, row: Kept) -> str | None:
    update = _opened(tx, row)
    query = None if update is None else update.get("callback_query")
    pressed = query.get("data") if isinstance(query, dict) else None
    return pressed if isinstance(pressed, str) else None


def _act(tx: Tx, sent: Kept, place: str) -> Act | None:
    """What the button at this place of a message does; None where it is not a family's."""
    try:
        opened = tx.vault.open(tx, sent.subject, outbox.PAYLOAD, sent.id, sent.payload)
        keys = [key for line in outbox.from_json(opened).keys for key in line]
    except (SubjectErased, Tampered, ValueError, LookupError):
        return None
    if not place.isdecimal() or int(place) >= len(keys):
        return None
    act = keys[int(place)].act
    return act if "press" in act else None


def _is_as_tapped(given: Kept, press: Press, act: Act) -> bool:
    if press in SAFETY:
        return bool(given.item == "safe_now" and given.value == SAFETY[press])
    if press not in (Press.CHOOSE, Press.SKIP):
        return True
    said = (act.get("item"), act.get("value"), act.get("checkin"))
    return bool((given.item, given.value, given.checkin_id) == said)


def _has_moved(tx: Tx, row: str, press: Press, act: Act) -> bool:
    """Did this tap on a choice bring more than the same question once more? That has number 0,
    what follows an answer a higher one. Where the level fell meanwhile nothing was kept."""
    if press not in (Press.CHOOSE, Press.SKIP):
        return False
    o, c, p = tables.outbox, tables.checkins, tables.contacts
    after = select(o.c.id).where(o.c.id.in_([f"{row}:{number}" for number in range(1, 9)]))
    if tx.execute(after.limit(1)).first() is None:
        return False
    levels = select(c.c.level, p.c.level).join(p, p.c.id == c.c.contact_id)
    found = tx.execute(levels.where(c.c.id == CheckinId(str(act.get("checkin"))))).first()
    return found is not None and found[0] == found[1]


def _has_agreed(tx: Tx, row: Kept) -> bool:
    """Is one family behind this chat, which had agreed by then and still takes part?"""
    a, c = tables.addresses, tables.contacts
    owners = select(a.c.owner_id).where(
        a.c.address_hash == row.chat_hash, a.c.owner_kind == "contact", a.c.state == "active"
    )
    agreed = select(c.c.id).where(
        c.c.id.in_(owners), c.c.state == ContactState.ACTIVE, c.c.consented_at < row.received_at
    )
    return len(tx.execute(agreed).all()) == 1
