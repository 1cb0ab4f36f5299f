"""What an outcome means for a row, by its kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.retry import after_crash, backoff, untold, verdict
from bot.ports import NotSent, Refusal, Refused, RetryAfter, Sent, Unauthorized, Unknown
from storage.deliveries import InHand, State, Verb, Verdict

WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's clock
DUE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # by the moved one
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LOST = Unknown(reason="timeout")
CHANGES = (Verb.EDIT, Verb.DELETE, Verb.UNKEYBOARD)

ALERT = InHand(
    row="notice:1",
    lease="run",
    verb=Verb.SEND,
    root=None,
    lane=0,
    kind="notice",
    owner_kind="staff",
    owner_id="ratna",
    chat_hash="h",
    due_since=DUE,
    attempts=1,
    was_uncertain=False,
)
TASK = replace(ALERT, lane=1)
QUESTION_A = replace(ALERT, lane=2, kind="question_a", owner_kind="contact")
QUESTION_B = replace(QUESTION_A, kind="question_b")
ANSWER = replace(QUESTION_A, lane=1, kind="answer")
EDIT = replace(QUESTION_A, verb=Verb.EDIT, root="question:1")

rows = st.builds(
    replace,
    st.sampled_from([ALERT, TASK, QUESTION_A, QUESTION_B, ANSWER, EDIT]),
    row=st.text(min_size=1),
    attempts=st.integers(min_value=1, max_value=10_000),
)


def waits(found: Verdict) -> timedelta | None:
    return None if found.retry_at is None else found.retry_at - WALL


def test_sent_is_sent_under_its_number() -> None:
    found = verdict(QUESTION_A, Sent(message_no=7), now=DUE, wall=WALL)

    assert found == Verdict(state=State.SENT, message_no=7)


def test_too_many_requests_waits_as_long_as_telegram_says() -> None:
    found = verdict(ALERT, RetryAfter(seconds=37), now=DUE, wall=WALL)

    assert (found.state, waits(found)) == (State.PENDING, timedelta(seconds=37))


# Lost answers


@pytest.mark.parametrize("row", [ALERT, TASK])
def test_an_alert_is_sent_again_until_somebody_takes_it(row: InHand) -> None:
    for tried in (row, replace(row, was_uncertain=True, attempts=500)):
        found = verdict(tried, LOST, now=DUE, wall=WALL)
        assert (found.state, waits(found)) == (State.UNCERTAIN, 15 * SECOND)


@pytest.mark.parametrize(("row", "wait"), [(QUESTION_A, 10 * MINUTE), (ANSWER, 15 * SECOND)])
def test_questions_at_a_and_answers_are_sent_once_more_and_then_not(
    row: InHand, wait: timedelta
) -> None:
    first = verdict(row, LOST, now=DUE, wall=WALL)
    second = verdict(replace(row, was_uncertain=True), LOST, now=DUE, wall=WALL)

    assert (first.state, waits(first)) == (State.UNCERTAIN, wait)
    assert (second.state, waits(second)) == (State.UNCERTAIN, None)


@pytest.mark.parametrize(
    "kind", ["question_b", "consent", "greeting", "invite", "broadcast", "detail", "a new kind"]
)
def test_what_could_be_seen_by_somebody_else_is_never_repeated(kind: str) -> None:
    found = verdict(replace(QUESTION_A, kind=kind), LOST, now=DUE, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, None)


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_is_tried_again_soon_and_then_less_and_less_often(verb: Verb) -> None:
    tries = [replace(EDIT, verb=verb, attempts=n) for n in (*range(1, 7), 500)]

    found = [verdict(tried, LOST, now=DUE + 47 * HOUR, wall=WALL) for tried in tries]

    assert {one.state for one in found} == {State.PENDING}
    assert [waits(one) for one in found[:4]] == [2 * SECOND] * 4
    assert [waits(one) for one in found[4:]] == [backoff(tried) for tried in tries[4:]]


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_is_given_up_when_telegram_would_not_delete_any_more(verb: Verb) -> None:
    tried = replace(EDIT, verb=verb, attempts=300)

    found = verdict(tried, LOST, now=DUE + 48 * HOUR, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, None)


def test_a_change_that_was_due_days_ago_has_its_first_tries_all_the_same() -> None:
    states = [
        verdict(replace(EDIT, attempts=n), LOST, now=DUE + 96 * HOUR, wall=WALL).state
        for n in range(1, 6)
    ]

    assert states == [State.PENDING] * 4 + [State.UNCERTAIN]


def test_after_a_crash_an_alert_goes_out_at_once() -> None:
    found = after_crash(ALERT, now=DUE, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, timedelta(0))


def test_after_a_crash_a_change_is_done_again_at_once() -> None:
    found = after_crash(EDIT, now=DUE, wall=WALL)

    assert (found.state, waits(found)) == (State.PENDING, timedelta(0))


@pytest.mark.parametrize(("row", "wait"), [(QUESTION_A, 10 * MINUTE), (QUESTION_B, None)])
def test_after_a_crash_a_question_waits_as_after_any_lost_answer(
    row: InHand, wait: timedelta | None
) -> None:
    found = after_crash(row, now=DUE, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, wait)


# Refusals


@pytest.mark.parametrize(
    "kind", [Refusal.BLOCKED, Refusal.DEACTIVATED, Refusal.NOT_STARTED, Refusal.CHAT_GONE]
)
@pytest.mark.parametrize("row", [ALERT, QUESTION_A, EDIT])
def test_a_person_who_cannot_be_written_to_is_unreachable(row: InHand, kind: Refusal) -> None:
    assert verdict(row, Refused(kind=kind, code=403), now=DUE, wall=WALL).state is State.UNREACHABLE


def test_a_row_whose_owner_nobody_was_told_of_is_tried_again() -> None:
    found = untold(replace(ALERT, attempts=3), wall=WALL)

    assert (found.state, waits(found)) == (State.PENDING, backoff(replace(ALERT, attempts=3)))


def test_an_edit_whose_message_is_gone_starts_anew() -> None:
    found = verdict(EDIT, Refused(kind=Refusal.MESSAGE_GONE, code=400), now=DUE, wall=WALL)

    assert (found.state, found.is_lost, found.retry_at) == (State.PENDING, True, None)


@pytest.mark.parametrize("verb", [Verb.DELETE, Verb.UNKEYBOARD])
@pytest.mark.parametrize("kind", [Refusal.MESSAGE_GONE, Refusal.METHOD_UNKNOWN])
def test_a_delete_or_a_keyboard_that_is_refused_is_recorded_and_no_more(
    verb: Verb, kind: Refusal
) -> None:
    found = verdict(replace(EDIT, verb=verb), Refused(kind=kind, code=404), now=DUE, wall=WALL)

    assert found == Verdict(state=State.DEAD, error=f"404 {kind}")


def test_a_dead_row_says_why() -> None:
    refused = Refused(kind=Refusal.OTHER, code=400, reason="bad request message is too long")

    found = verdict(QUESTION_A, refused, now=DUE, wall=WALL)

    assert found.error == "400 other: bad request message is too long"


def test_a_refused_token_costs_the_row_nothing() -> None:
    found = verdict(QUESTION_A, Unauthorized(), now=DUE, wall=WALL)

    assert (found.state, found.retry_at) == (State.PENDING, None)


# Backoff


@given(rows)
def test_backoff_has_a_ceiling(row: InHand) -> None:
    longest = 60 * SECOND if row.is_alert else 10 * MINUTE

    assert SECOND / 2 <= backoff(row) <= longest


@given(rows)
def test_backoff_is_the_same_for_the_same_try(row: InHand) -> None:
    assert backoff(row) == backoff(replace(row, lease="another run"))


def test_backoff_grows_and_differs_from_row_to_row() -> None:
    tries = [backoff(replace(QUESTION_A, attempts=n)) for n in range(1, 20, 3)]
    others = {backoff(replace(QUESTION_A, row=f"question:{n}")) for n in range(20)}

    assert tries[0] < tries[1] < tries[2] < tries[3]
    assert len(others) > 10


def test_a_connection_that_never_opened_is_tried_again_soon() -> None:
    found = verdict(QUESTION_B, NotSent(reason="ClientConnectorError"), now=DUE, wall=WALL)

    assert found.state is State.PENDING
    assert waits(found) == backoff(QUESTION_B)
