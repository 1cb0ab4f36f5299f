"""The year behind the sandbox: played once against the emulator, then looked at from all sides."""

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.oversight.whole import whole
from bot.scheduler import ticks
from bot.story.training import YEAR, WrongLives, WrongRehearsal, rehearse
from bot.story.training.lives import FILE, load, read_lives
from bot.story.words import read
from bot.usecases.room import Room
from flows import loader
from flows.wording import forbidden_words
from storage import figures, outbox, tables
from storage.database import Database
from storage.transaction import Tx
from tests.oversight.centres import StandingClock
from tests.story.years import LATER, PAST, TOKEN, Played, a_database, a_year, in_a_sandbox, prepare


@pytest.fixture(scope="module")
def room() -> Room:
    content = loader.load()
    detector = loader.detector(content)
    return Room(content=content, detector=detector, timezone="Asia/Jakarta")


@pytest.fixture(scope="module")
def played(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with a_year(room, tmp_path_factory.mktemp("year"), PAST) as made:
        yield made


def test_there_are_twelve_families_and_their_workers(played: Played) -> None:
    families = [one for one in played.trained if one.code is not None]
    levels = [one.level for one in families]

    assert len(families) == 12
    assert {one.code for one in families} == {f"K-02{number:02}" for number in range(1, 13)}
    assert (levels.count("A"), levels.count("B"), levels.count("C")) == (7, 4, 1)
    assert [one.worker for one in families].count("Ratna") == 3
    assert {one.worker for one in families} == {"Ratna", "Maya", "Yusuf"}
    assert {one.name for one in played.trained if one.code is None} == {"Maya", "Yusuf"}


def test_an_audit_of_the_year_finds_nothing(played: Played, room: Room) -> None:
    clock = StandingClock(timedelta())
    clock.at = played.clock

    assert whole(played.database, room, clock) == ()


def test_it_is_the_same_in_any_year(played: Played, room: Room, tmp_path: Path) -> None:
    with a_year(room, tmp_path, LATER) as again:
        assert digest(again) == digest(played)


def digest(played: Played) -> Any:
    """What happened, without ids and moments of one year."""

    def moment(at: datetime | None) -> timedelta | None:
        return None if at is None else at - played.until

    return {
        one.code: (
            [(moment(c.planned_at), c.state, c.total) for c in played.checkins(one.code)],
            [
                (moment(a.opened_at), a.kind, a.urgency, a.state, a.outcome, moment(a.closed_at))
                for a in played.alerts(one.code)
            ],
            [(m["from"], m.get("text"), m.get("buttons") is None) for m in on(played, one.person)],
        )
        for one in played.trained
        if one.code is not None
    }


def on(played: Played, person: int) -> list[Any]:
    messages: list[Any] = played.chats[person]["messages"]
    return [m for m in messages if not m.get("text", "").startswith("/start")]


def test_one_alert_is_open_now(played: Played) -> None:
    latest = played.alerts("K-0209")[-1]

    assert (latest.kind, latest.urgency, latest.state) == ("alert", "perhatian", "open")
    assert latest.opened_at > played.until - timedelta(hours=2)


def test_one_alert_is_taken_and_has_no_outcome_yet(played: Played) -> None:
    latest = played.alerts("K-0205")[-1]

    assert (latest.urgency, latest.state, latest.outcome) == ("tinggi", "acknowledged", None)


def test_everything_else_is_settled(played: Played) -> None:
    a = tables.alerts
    unsettled = played.rows(select(a.c.state).where(a.c.state != "closed"))

    assert sorted(row.state for row in unsettled) == ["acknowledged", "open"]


def test_one_check_in_is_half_done_on_the_phone_now(played: Played) -> None:
    person = next(one.person for one in played.trained if one.code == "K-0211")
    latest = played.checkins("K-0211")[-1]

    assert latest.state == "open"
    assert on(played, person)[-1]["text"].startswith("5/8")
    assert on(played, person)[-1]["buttons"]


def test_one_family_gets_slowly_worse(played: Played) -> None:
    totals = [one.total for one in played.checkins("K-0205") if one.total is not None]

    assert totals == sorted(totals)
    assert totals[0] <= 3
    assert totals[-1] >= 12


def test_one_family_stopped_and_nothing_came_after_that(played: Played) -> None:
    person = next(one.person for one in played.trained if one.code == "K-0203")
    texts = [message.get("text") for message in on(played, person)]

    assert texts[-2] == "STOP"
    kinds = [one.kind for one in played.alerts("K-0203")]
    assert (kinds[0], set(kinds[1:])) == ("route", {"silence"}), "from then on staff call"


def test_at_level_c_nothing_is_on_the_phone(played: Played) -> None:
    person = next(one.person for one in played.trained if one.level == "C")

    assert played.chats[person]["messages"] == []
    assert played.chats[person]["lock_screen"] == []


def test_critical_words_were_taken_and_settled(played: Played) -> None:
    critical = [one for one in played.alerts("K-0210") if one.urgency == "kritis"]

    assert [(one.state, one.outcome) for one in critical] == [("closed", "talked_more")]


def test_every_way_to_answer_is_there(played: Played) -> None:
    c, f, w = tables.checkins, tables.facts, tables.words
    states = {row.state for row in played.rows(select(c.c.state))}
    rules = {row.rule for row in played.rows(select(f.c.rule))}
    signs = {row.signs_level for row in played.rows(select(w.c.signs_level))}

    assert states == {"finished", "pulsed", "expired", "cancelled", "open"}
    assert {"A2", "A3", "B2", "E2", "call", "pulse_bad", "stopped", "safe_yes"} <= rules
    assert signs == {"none", "watch", "critical"}


def test_the_phones_of_the_story_are_nearly_empty(played: Played) -> None:
    o = tables.outbox
    of = {name: o.c.owner_id == staff for name, staff in played.staff.items()}
    mine = {
        name: played.rows(select(o.c.kind).where(who, o.c.verb == "send"))
        for name, who in of.items()
    }
    notices = {name: [row.kind for row in rows].count("notice") for name, rows in mine.items()}

    assert notices["Dewi"] <= 2
    assert notices["Ratna"] <= 6


def test_the_phones_show_what_the_outbox_says(played: Played) -> None:
    shown = {
        (person, message["message_id"]): (message["text"], labels(message))
        for person, chat in played.chats.items()
        for message in chat["messages"]
        if message["from"] == "bot"
    }

    assert shown == played.read(should_be_shown)


def labels(message: Any) -> list[str]:
    return [key["text"] for row in message.get("buttons") or () for key in row]


def should_be_shown(tx: Tx) -> dict[tuple[int, int], tuple[str, list[str]]]:
    """Text and buttons of every message that is still on a phone, by the rows that were sent."""
    found: dict[str, tuple[tuple[int, int], str, list[str]]] = {}
    for row in tx.execute(select(tables.outbox).order_by(tables.outbox.c.seq)).all():
        assert row.state == "sent", row
        payload = outbox.payload(tx, row.id)
        keys = [key.label for line in payload.keys for key in line]
        column = (row.subject, outbox.ADDRESS, row.id, row.address)
        place = (int(tx.vault.open(tx, *column)), row.message_no)
        match row.verb:
            case "send":
                found[row.id] = (place, payload.text, keys)
            case "edit":
                found[row.target] = (place, payload.text, keys)
            case "unkeyboard" if row.target in found:
                found[row.target] = (place, found[row.target][1], [])
            case "delete" if row.target is not None:
                found.pop(row.target, None)
    return {place: (text, keys) for place, text, keys in found.values()}


def test_nothing_is_due_before_the_story_begins(played: Played) -> None:
    due = played.read(lambda tx: ticks.next_due(tx, now=played.until))
    waiting = played.read(lambda tx: figures.unsettled(tx, now=played.until))

    assert due > played.until
    assert waiting.is_nothing


def test_nothing_went_out_late(played: Played) -> None:
    o = tables.outbox
    rows = played.rows(select(o.c.sent_at, o.c.not_before))

    assert max(row.sent_at - row.not_before for row in rows) == timedelta(0)


def test_no_update_is_lost_and_none_waits(played: Played) -> None:
    i = tables.inbox
    kept = {row.update_id: row.state for row in played.rows(select(i.c.update_id, i.c.state))}

    assert {one["state"] for one in played.updates} == {"confirmed"}
    assert kept == {one["update_id"]: "done" for one in played.updates}


def test_everything_happened_in_the_year_before(played: Played) -> None:
    i, o, a = tables.inbox, tables.outbox, tables.audit
    moments = [
        row[0]
        for column in (i.c.received_at, o.c.sent_at, a.c.at)
        for row in played.rows(select(column))
    ]

    assert min(moments) >= played.until - YEAR
    assert max(moments) <= played.until
    assert abs(played.clock - played.until) < timedelta(seconds=5)


def test_no_word_of_anybody_is_a_forbidden_one(played: Played, room: Room) -> None:
    texts = [
        message.get("text", "") for chat in played.chats.values() for message in chat["messages"]
    ]
    lives = load(room.content)
    notes = [turn.care.note or "" for one in lives.families for turn in one.turns]

    assert [text for text in [*texts, *notes] if forbidden_words(text, room.content.wording)] == []


def changed(code: str, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(read(FILE))
    found["families"][code] |= values
    return found


@pytest.mark.parametrize(
    "values",
    [
        {"nickname": "Budi"},
        {"level": "E"},
        {"checkins": [{"says": "01"}]},
        {"checkins": [{"says": "0000009 0"}]},
        {"checkins": ["forgotten"]},
        {"chekins": []},
    ],
)
def test_a_slip_in_the_file_is_named_with_its_family(room: Room, values: dict[str, Any]) -> None:
    with pytest.raises(WrongLives, match="K-0207"):
        read_lives(changed("K-0207", **values), room.content)


def test_an_emulator_that_is_too_late_is_refused(room: Room, tmp_path: Path) -> None:
    def late(url: str, database: Database) -> None:
        rehearse(database, room, sandbox_url=url, token=TOKEN, workers={}, until=PAST)

    with (
        a_database(tmp_path) as database,
        pytest.raises(WrongRehearsal, match="too late"),
    ):
        asyncio.run(in_a_sandbox(late, database))


def test_staff_without_a_phone_are_named(room: Room, tmp_path: Path) -> None:
    def unlinked(url: str, database: Database) -> None:
        staff = prepare(url, database, room, begins=PAST - YEAR)
        nobody = {**staff, "Ratna": "nobody"}
        rehearse(database, room, sandbox_url=url, token=TOKEN, workers=nobody, until=PAST)

    with a_database(tmp_path) as database, pytest.raises(WrongRehearsal, match="nobody"):
        asyncio.run(in_a_sandbox(unlinked, database))
