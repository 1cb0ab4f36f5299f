"""What an outcome means for a row, by its kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.retry import after_crash, backoff, verdict
from bot.ports import NotSent, Refusal, Refused, RetryAfter, Sent, Unauthorized, Unknown
from storage.deliveries import InHand, State, Verb, Verdict

WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
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
    found = verdict(QUESTION_A, Sent(message_no=7), wall=WALL)

    assert found == Verdict(state=State.SENT, message_no=7)


def test_too_many_requests_waits_as_long_as_telegram_says() -> None:
    found = verdict(ALERT, RetryAfter(seconds=37), wall=WALL)

    assert (found.state, waits(found)) == (State.PENDING, timedelta(seconds=37))


# Lost answers


@pytest.mark.parametrize("row", [ALERT, TASK])
def test_an_alert_is_sent_again_until_somebody_takes_it(row: InHand) -> None:
    for tried in (row, replace(row, was_uncertain=True, attempts=500)):
        found = verdict(tried, LOST, wall=WALL)
        assert (found.state, waits(found)) == (State.UNCERTAIN, 15 * SECOND)


@pytest.mark.parametrize(("row", "wait"), [(QUESTION_A, 10 * MINUTE), (ANSWER, 15 * SECOND)])
def test_questions_at_a_and_answers_are_sent_once_more_and_then_not(
    row: InHand, wait: timedelta
) -> None:
    first = verdict(row, LOST, wall=WALL)
    second = verdict(replace(row, was_uncertain=True), LOST, wall=WALL)

    assert (first.state, waits(first)) == (State.UNCERTAIN, wait)
    assert (second.state, waits(second)) == (State.UNCERTAIN, None)


@pytest.mark.parametrize(
    "kind", ["question_b", "consent", "greeting", "invite", "broadcast", "detail", "a new kind"]
)
def test_what_could_be_seen_by_somebody_else_is_never_repeated(kind: str) -> None:
    found = verdict(replace(QUESTION_A, kind=kind), LOST, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, None)


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_is_tried_five_times_in_all(verb: Verb) -> None:
    tries = [verdict(replace(EDIT, verb=verb, attempts=n), LOST, wall=WALL) for n in range(1, 6)]

    assert [(found.state, waits(found)) for found in tries] == [
        *[(State.PENDING, 2 * SECOND)] * 4,
        (State.UNCERTAIN, None),
    ]


def test_after_a_crash_an_alert_goes_out_at_once() -> None:
    found = after_crash(ALERT, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, timedelta(0))


def test_after_a_crash_a_change_is_done_again_at_once() -> None:
    found = after_crash(EDIT, wall=WALL)

    assert (found.state, waits(found)) == (State.PENDING, timedelta(0))


@pytest.mark.parametrize(("row", "wait"), [(QUESTION_A, 10 * MINUTE), (QUESTION_B, None)])
def test_after_a_crash_a_question_waits_as_after_any_lost_answer(
    row: InHand, wait: timedelta | None
) -> None:
    found = after_crash(row, wall=WALL)

    assert (found.state, waits(found)) == (State.UNCERTAIN, wait)


# Refusals


@pytest.mark.parametrize("kind", [Refusal.BLOCKED, Refusal.DEACTIVATED, Refusal.NOT_STARTED])
@pytest.mark.parametrize("row", [ALERT, QUESTION_A, EDIT])
def test_a_person_who_cannot_be_written_to_is_unreachable(row: InHand, kind: Refusal) -> None:
    assert verdict(row, Refused(kind=kind, code=403), wall=WALL).state is State.UNREACHABLE


def test_an_edit_whose_message_is_gone_starts_anew() -> None:
    found = verdict(EDIT, Refused(kind=Refusal.MESSAGE_GONE, code=400), wall=WALL)

    assert (found.state, found.is_lost, found.retry_at) == (State.PENDING, True, None)


@pytest.mark.parametrize("verb", [Verb.DELETE, Verb.UNKEYBOARD])
@pytest.mark.parametrize("kind", [Refusal.MESSAGE_GONE, Refusal.METHOD_UNKNOWN])
def test_a_delete_or_a_keyboard_that_is_refused_is_recorded_and_no_more(
    verb: Verb, kind: Refusal
) -> None:
    found = verdict(replace(EDIT, verb=verb), Refused(kind=kind, code=404), wall=WALL)

    assert found == Verdict(state=State.DEAD, error=f"404 {kind}")


def test_a_dead_row_says_why() -> None:
    refused = Refused(kind=Refusal.OTHER, code=400, reason="bad request message is too long")

    found = verdict(QUESTION_A, refused, wall=WALL)

    assert found.error == "400 other: bad request message is too long"


def test_a_refused_token_costs_the_row_nothing() -> None:
    found = verdict(QUESTION_A, Unauthorized(), wall=WALL)

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
    found = verdict(QUESTION_B, NotSent(reason="ClientConnectorError"), wall=WALL)

    assert found.state is State.PENDING
    assert waits(found) == backoff(QUESTION_B)
