"""Reads both accounts of a run: the emulator's record over HTTP, and the rows of the database."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot.sandbox.wire import Json
from flows.definition import Press
from flows.model import Urgency
from storage import checkins, outbox, tables, words
from storage.addresses import chat_hash
from storage.outbox import Payload
from storage.transaction import Tx
from tests.crash.load import CRITICAL
from tests.crash.truth import Act, Arrival, Push, Reason, Record, Reply, Row, Tapped
from tests.e2e.conftest import World

REPEATED = " (ulang)"
URGENT = {("safety", 3), ("call", 2)}  # "Ada, mohon segera" at A, "Ya, secepatnya" at B
Buttons = Mapping[str, Payload]


async def account(
    world: World, *, since: int, families: frozenset[int], rings: int, in_flight: Counter[str]
) -> Record:
    """Everything since the update `since`. `families` are the chats whose acts are looked at."""
    updates = (await world.control("GET", f"updates?after={since - 1}"))["updates"]
    calls = (await world.control("GET", "calls?method=sendMessage"))["calls"]
    bot = world.settings.require_token().partition(":")[0]
    chats = {one["chat_id"] for one in calls} | families | {_chat(one) for one in updates}
    database = world.database

    def read(tx: Tx) -> Record:
        known = {chat_hash(tx, chat): chat for chat in chats if chat is not None}
        since_then = {f"{bot}:{one['update_id']}" for one in updates}
        rows, buttons = _rows(tx, known)
        acts = [_act(bot, one, buttons) for one in updates if _chat(one) in families]
        return Record(
            rings=rings,
            updates=tuple(f"{bot}:{one['update_id']}" for one in updates),
            acts=tuple(act for act in acts if act is not None),
            pushes=tuple(_push(one) for one in calls if (one["answer"] or {}).get("ok")),
            arrivals=_arrivals(tx, known, since_then),
            replies=(*_answers(tx, known), *_words(tx, known)),
            alerts=tuple(tx.execute(select(tables.alerts.c.id)).scalars()),
            reasons=_reasons(tx),
            steps=_steps(tx),
            rows=rows,
            in_flight=in_flight,
        )

    return await database.read(read)


def on_their_way(tx: Tx) -> list[str]:
    """Rows that Telegram may or may not have been asked for as the program died."""
    o = tables.outbox
    return list(tx.execute(select(o.c.id).where(o.c.state == "sending")).scalars())


def notices_in_doubt(tx: Tx) -> list[str]:
    """Notices whose answer was lost, and that will be sent once more."""
    o = tables.outbox
    doubted = (o.c.kind == "notice", o.c.state == "uncertain", o.c.retry_at.is_not(None))
    return list(tx.execute(select(o.c.id).where(*doubted)).scalars())


def _act(bot: str, update: Json, buttons: Buttons) -> Act | None:
    """None for a tap that is no answer."""
    cause, raw, chat = f"{bot}:{update['update_id']}", update["update"], _chat(update)
    assert chat is not None
    if "callback_query" in raw:
        tapped = _tapped(raw["callback_query"]["data"], buttons)
        is_urgent = tapped is not None and (tapped.item, tapped.value) in URGENT
        act = Act(cause=cause, chat=chat, tapped=tapped, is_critical=is_urgent)
        return None if tapped is None else act
    message = raw.get("message") or raw["edited_message"]
    text = message.get("text") or message.get("caption")
    return Act(
        cause=cause,
        chat=chat,
        message=message["message_id"],
        text=text,
        files=int("photo" in message),
        is_critical=CRITICAL in (text or ""),
    )


def _tapped(pressed: str, buttons: Buttons) -> Tapped | None:
    token, _, place = pressed.partition(":")
    act = [key for line in buttons[token].keys for key in line][int(place)].act
    if act.get("press") != Press.CHOOSE:
        return None
    value = act.get("value")
    return Tapped(
        item=str(act["item"]),
        value=None if value is None else int(value),
        checkin=str(act["checkin"]),
    )


def _chat(update: Json) -> int | None:
    raw = update["update"]
    one = next(raw[kind] for kind in raw if kind != "update_id")
    sender: int | None = (one.get("from") or {}).get("id")
    return sender


def _push(call: Json) -> Push:
    markup = call["params"].get("reply_markup") or {}
    keys = [key for line in markup.get("inline_keyboard") or () for key in line]
    return Push(
        chat=call["chat_id"],
        text=call["params"]["text"].removesuffix(REPEATED),
        mark=keys[0]["callback_data"].partition(":")[0] if keys else None,
        is_heard=call.get("fault") != "drop_answer",
    )


def _arrivals(tx: Tx, known: Mapping[str, int], since: set[str]) -> tuple[Arrival, ...]:
    i = tables.inbox
    rows = tx.execute(select(i).order_by(i.c.seq)).all()
    return tuple(
        Arrival(cause=row.id, chat=known.get(row.chat_hash, 0), state=row.state)
        for row in rows
        if row.id in since
    )


def _answers(tx: Tx, known: Mapping[str, int]) -> tuple[Reply, ...]:
    a, owned = tables.answers, tables.addresses
    chats = {one.owner_id: one.address_hash for one in tx.execute(select(owned))}
    return tuple(
        Reply(
            cause=row.id.removeprefix("answer:"),
            chat=known[chats[row.contact_id]],
            text=None
            if row.words is None
            else tx.vault.open(tx, f"contact:{row.contact_id}", checkins.WORDS, row.id, row.words),
            item=row.item,
            value=row.value,
            replaced_by=(row.replaced_by or "").removeprefix("answer:") or None,
        )
        for row in tx.execute(select(a).order_by(a.c.seq))
    )


def _words(tx: Tx, known: Mapping[str, int]) -> tuple[Reply, ...]:
    w, files = tables.words, Counter(tx.execute(select(tables.attachments.c.words_id)).scalars())
    return tuple(
        Reply(
            cause=row.id.removeprefix("words:"),
            chat=known[row.chat_hash],
            text=tx.vault.open(tx, row.subject, words.TEXT, row.id, row.text),
            files=files[row.id],
            replaced_by=(row.replaced_by or "").removeprefix("words:") or None,
        )
        for row in tx.execute(select(w).order_by(w.c.seq))
    )


def _reasons(tx: Tx) -> tuple[Reason, ...]:
    f = tables.facts
    return tuple(
        Reason(
            id=row.id,
            alert=row.alert_id,
            source=row.id.removeprefix("fact:").rsplit(":", 2)[0],
            words=row.words_id.removeprefix("words:"),
            is_critical=row.urgency == Urgency.CRITICAL,
        )
        for row in tx.execute(select(f).order_by(f.c.at))
    )


def _steps(tx: Tx) -> tuple[tuple[str, str, int, int], ...]:
    s = tables.steps
    found = tx.execute(select(s.c.alert_id, s.c.staff_id, s.c.round, s.c.step))
    return tuple((one.alert_id, one.staff_id, one.round, one.step) for one in found)


def _rows(tx: Tx, known: Mapping[str, int]) -> tuple[tuple[Row, ...], Buttons]:
    o = tables.outbox
    rows, buttons = [], {}
    for row in tx.execute(select(o).order_by(o.c.seq)):
        payload = _payload(tx, row)
        buttons[row.token] = payload
        rows.append(
            Row(
                id=row.id,
                chat=known.get(row.chat_hash, 0),
                kind=row.kind,
                verb=row.verb,
                text=payload.text.removesuffix(REPEATED),
                state=row.state,
                mark=row.token if payload.keys else None,
                alert=row.alert_id,
                target=row.target,
            )
        )
    return tuple(rows), buttons


def _payload(tx: Tx, row: Any) -> Payload:
    sealed = tx.vault.open(tx, row.subject, outbox.PAYLOAD, row.id, row.payload)
    return outbox.from_json(sealed)
