"""Whose turn it is: order, lanes, time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from flows.model import SafeHours
from storage import tables
from storage.deliveries import State
from storage.outbox import Key, Payload

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
SARI, RATNA = "1001", "2002"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


# Order


def test_a_chat_gets_its_messages_one_by_one_in_the_order_written(post: Any) -> None:
    post.put("first", lane=2)
    post.put("second", lane=1)

    assert post.turns() == ["first"]
    assert post.turns() == []

    post.settle(post.on_its_way("first"), State.SENT, message_no=1)

    assert post.turns() == ["second"]


def test_chats_do_not_wait_for_each_other_and_lower_lanes_come_last(post: Any) -> None:
    post.put("broadcast", lane=4, to="3003")
    post.put("checkin", lane=2)
    post.put("answer", lane=1, to=RATNA)

    assert post.turns() == ["answer", "checkin", "broadcast"]


def test_an_alert_overtakes_what_was_written_before_it(post: Any) -> None:
    post.put("answer", lane=1, to=RATNA)
    post.put("alert", lane=0, to=RATNA, kind="notice")

    assert post.turns() == ["alert"]


def test_an_alert_does_not_wait_for_a_row_in_backoff_but_others_do(post: Any) -> None:
    post.put("answer", lane=1, to=RATNA)
    post.fails("answer", State.PENDING, retry_at=WALL + MINUTE, error="flood")
    post.put("younger answer", lane=1, to=RATNA)
    post.put("alert", lane=0, to=RATNA, kind="notice")

    assert post.turns() == ["alert"]
    post.settle(post.on_its_way("alert"), State.SENT, message_no=1)

    assert post.turns() == []
    assert post.turns(wall=WALL + MINUTE) == ["answer"]


def test_an_alert_in_backoff_does_not_hold_back_the_next_one(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.fails("alert", State.PENDING, retry_at=WALL + MINUTE, error="no route")
    post.put("next alert", lane=0, to=RATNA, kind="notice")

    assert post.turns() == ["next alert"]


def test_what_is_planned_for_later_holds_nobody_back(post: Any) -> None:
    post.put("tomorrow", not_before=NOW + 24 * HOUR)
    post.put("edit of it", verb="edit", target="tomorrow")
    post.put("answer", lane=1)

    assert post.turns() == ["answer"]
    assert post.unsettled() == 1


def test_a_resting_chat_gets_no_new_message_but_its_messages_change(post: Any) -> None:
    post.put("question")
    post.sends("question", 7)
    post.put("edit", verb="edit", target="question")
    post.put("thanks", lane=1)

    assert post.turns(resting=(SARI,)) == ["edit"]
    post.settle(post.on_its_way("edit"), State.SENT, message_no=7)

    assert post.turns(resting=(SARI,)) == []
    assert post.turns() == ["thanks"]


def test_a_paused_chat_is_left_alone(post: Any) -> None:
    post.put("alert", lane=0, to=RATNA, kind="notice")
    post.put("question")

    assert post.turns(paused=(RATNA,)) == ["question"]


def test_no_more_is_taken_than_asked_for(post: Any) -> None:
    for chat in range(5):
        post.put(f"broadcast {chat}", lane=4, to=str(chat))

    assert post.turns(limit=2) == ["broadcast 0", "broadcast 1"]


def test_an_edit_that_would_be_a_new_message_in_a_resting_chat_hides_nobody(post: Any) -> None:
    post.put("question", lane=1)
    post.fails("question", State.DEAD, error="x")
    post.put("edit", verb="edit", target="question", lane=1)
    post.put("answer", lane=1, to=RATNA)

    assert post.turns(limit=1, resting=(SARI,)) == ["answer"]


def test_what_has_expired_takes_no_place_of_what_has_not(post: Any) -> None:
    for number in range(3):
        post.put(f"late {number}", lane=1, to=str(number), expires_at=NOW + MINUTE)
    post.put("answer", lane=1, to=RATNA)

    assert post.turns(limit=1, now=NOW + MINUTE) == ["answer"]


def test_alerts_of_one_chat_do_not_hide_the_alert_of_another(post: Any) -> None:
    for number in range(3):
        post.put(f"alert {number}", lane=0, kind="notice", to=RATNA)
    post.put("other alert", lane=0, kind="notice", to="3003")

    assert post.turns(limit=2) == ["alert 0", "other alert"]


def test_only_the_lanes_asked_for_are_taken(post: Any) -> None:
    post.put("question")
    post.put("task", lane=1, to=RATNA, kind="notice")
    post.put("alert", lane=0, to="3003", kind="notice")

    assert post.turns(lanes=(0, 0)) == ["alert"]
    assert post.turns(lanes=(2, 4)) == ["question"]
    assert post.turns() == ["task"]


# Time


def test_what_came_too_late_is_recorded_and_not_sent(post: Any) -> None:
    post.put("answer", lane=1, expires_at=NOW + 3 * MINUTE)

    assert post.turns(now=NOW + 3 * MINUTE) == []
    assert post.state("answer") == "expired"


def test_what_came_too_late_waits_for_the_safe_hours_where_that_is_allowed(post: Any) -> None:
    post.put("answer", lane=1, expires_at=NOW + 3 * MINUTE, hours=hours_from(NOW + 9 * HOUR))

    assert post.turns(now=NOW + HOUR) == []
    assert post.unsettled(NOW + HOUR) == 0
    assert post.turns(now=NOW + 9 * HOUR) == ["answer"]


def test_within_its_minutes_a_reply_goes_out_at_any_hour(post: Any) -> None:
    post.put("answer", lane=1, expires_at=NOW + 3 * MINUTE, hours=hours_from(NOW + 9 * HOUR))

    assert post.turns(now=NOW + MINUTE) == ["answer"]


def test_after_an_outage_of_days_nothing_unprompted_goes_out_at_night(post: Any) -> None:
    post.put("question", hours=hours_from(NOW))

    assert post.turns(now=NOW + 2 * DAY + 8 * HOUR) == []
    assert post.turns(now=NOW + 3 * DAY) == ["question"]


def hours_from(moment: datetime) -> SafeHours:
    """Two hours that begin then, every day."""
    start, end = moment.time(), (moment + 2 * HOUR).time()
    return SafeHours(start=start, end=end, timezone="UTC")


def test_backoff_is_counted_by_the_system_and_not_by_the_moved_clock(post: Any) -> None:
    post.put("question")
    post.fails("question", State.PENDING, retry_at=WALL + MINUTE, error="flood")

    assert post.turns(now=NOW + 24 * HOUR) == []
    assert post.unsettled() == 1
    assert post.turns(wall=WALL + MINUTE) == ["question"]


# What a row holds


def test_an_instruction_says_all_and_shows_none_of_it(post: Any) -> None:
    keys = ((Key(label="Lihat", act={"deed": "look"}),),)
    post.put("alert", lane=0, to=RATNA, payload=Payload(text="Kritis. K-0142", keys=keys))

    claimed = post.claim()["alert"]

    assert claimed.instruction.chat == RATNA
    assert claimed.instruction.token == post.row("alert").token
    assert claimed.instruction.payload.keys == keys
    assert "K-0142" not in repr(claimed)
    assert RATNA not in repr(claimed.instruction)


def test_nothing_due_changes_nothing(post: Any) -> None:
    post.put("tomorrow", not_before=NOW + 24 * HOUR)
    before = post.row("tomorrow")

    assert post.turns() == []

    assert post.row("tomorrow") == before
    assert post.unsettled() == 0
    count = select(func.count()).select_from(tables.outbox)
    assert post.database.read_now(lambda tx: tx.execute(count).scalar_one()) == 1
