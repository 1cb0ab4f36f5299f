"""What time does to a check-in: the reminder, the break, the score after a day, the end."""

import pytest

from flows import lapses
from flows.conversation_state import OPEN_LINE
from flows.events import AlertFound, CheckinMoved, CheckinScored, Manner, MessageDue, Purpose
from flows.model import CheckinState, Level, MessageId, Urgency
from tests.flows.builders import (
    CHECKIN,
    TEXTS,
    A,
    B,
    C,
    D,
    a_checkin,
    a_situation,
    a_talk,
    labels,
    only,
    reasons,
    texts,
    up_to,
)
from tests.flows.family import a_family, an_asked_family

CAUSE = MessageId("checkin:1:moment")
HALF = {"sleep": 3, "eat": 3, "fear": 2, "withdraw": 1, "anger": 0}
"""Five answers with a sum of 9: filled up they are 13."""


def states(events: tuple[object, ...]) -> list[CheckinState]:
    return [one.state for one in events if isinstance(one, CheckinMoved)]


# Asked and reminded ----------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "questions"), [(A, 8), (B, 5)])
def test_a_due_check_in_is_asked_inside_safe_hours_in_a_message_of_its_own(
    level: Level, questions: int
) -> None:
    talk = a_talk(checkin=a_checkin(level), state=CheckinState.DUE)

    events = lapses.ask(a_situation(talk, level=level), talk)

    (due,) = only(events, MessageDue)
    assert states(events) == [CheckinState.ASKED]
    assert f"Ada {questions} pertanyaan pendek" in due.message.text
    assert (due.manner, due.purpose, due.moves) == (Manner.UNPROMPTED, Purpose.QUESTION, False)


def test_the_reminder_can_be_answered_by_one_tap_and_moves_nothing() -> None:
    talk = a_talk()

    events = lapses.remind(a_situation(talk), talk)

    (due,) = only(events, MessageDue)
    assert states(events) == []
    assert due.message.text.startswith("Selamat siang, Bapak/Ibu. Kalau sibuk tidak apa-apa.")
    assert labels(due) == ("Baik", "Kurang baik", "Telepon saya")
    assert due.manner is Manner.UNPROMPTED


@pytest.mark.parametrize("level", [C, D])
def test_where_the_phone_must_be_silent_by_now_nobody_is_reminded(level: Level) -> None:
    assert lapses.remind(a_situation(a_talk(), level=level), a_talk()) == ()


# The break -------------------------------------------------------------------------------------


def test_after_half_an_hour_the_question_gives_way_to_lanjutkan() -> None:
    sari = an_asked_family()
    sari.taps("1-2 hari")

    sari.idles()

    assert sari.reads == "Belum selesai. Lanjutkan?"
    assert labels(sari.sent[-1]) == ("Lanjutkan",)
    assert sari.sent[-1].manner is Manner.QUIET_EDIT
    sari.taps("Lanjutkan")
    assert sari.reads.startswith("2/8\n")


def test_where_only_the_open_line_was_left_the_break_is_the_end_with_thanks() -> None:
    talk = a_talk(*up_to(OPEN_LINE), answers=HALF)

    events = lapses.idle(a_situation(talk), talk, CAUSE)

    assert states(events) == [CheckinState.FINISHED]
    assert [one.total for one in only(events, CheckinScored)] == [13]
    assert reasons(events) == {"A3": Urgency.HIGH}
    assert texts(events) == (TEXTS["thanks_plain"].text,)
    assert only(events, MessageDue)[0].manner is Manner.QUIET_EDIT


# Half done -------------------------------------------------------------------------------------


def test_half_done_for_a_day_it_is_scored_and_stays_open() -> None:
    talk = a_talk(*up_to("self"), answers=HALF)

    events = lapses.half_done(a_situation(talk), talk, CAUSE)

    (scored,) = only(events, CheckinScored)
    assert (scored.total, scored.is_estimated, scored.band) == (13, True, "oranye")
    assert [one.id for one in only(events, AlertFound)] == [f"alert:{CHECKIN}"]
    assert states(events) == []
    assert texts(events) == ()


def test_what_the_half_done_score_said_is_not_said_again_at_the_end() -> None:
    sari = an_asked_family()
    for answer in ("5-7 hari", "5-7 hari", "3-4 hari", "1-2 hari", "Tidak ada"):
        sari.taps(answer)
    sari.is_a_day_old()
    assert sari.rings == {f"alert:{CHECKIN}": "tinggi"}

    sari.expires()

    assert sari.rings == {}


def test_too_few_answers_make_no_total() -> None:
    talk = a_talk(*up_to("fear"), answers={"sleep": 3, "eat": 3})

    events = lapses.half_done(a_situation(talk), talk, CAUSE)

    assert [one.total for one in only(events, CheckinScored)] == [None]
    assert set(reasons(events)) == {"A17", "A19"}, "left half done, and the last item not reached"


def test_a_check_in_of_b_has_no_total_to_keep() -> None:
    talk = a_talk("sleep", "eat", checkin=a_checkin(B), answers={"sleep": 3})

    events = lapses.half_done(a_situation(talk, level=B), talk, CAUSE)

    assert only(events, CheckinScored) == ()
    assert set(reasons(events)) == {"A19"}


# The end ---------------------------------------------------------------------------------------


def test_begun_and_left_it_ends_scored_with_thanks_in_its_own_message() -> None:
    talk = a_talk(*up_to("self"), answers={**HALF, "sleep": 0, "eat": 0})

    events = lapses.expire(a_situation(talk), talk, CAUSE, next_day="hari Senin")

    assert states(events) == [CheckinState.EXPIRED]
    assert [one.total for one in only(events, CheckinScored)] == [4]
    (due,) = only(events, MessageDue)
    assert (due.manner, due.moves, due.checkin) == (Manner.QUIET_EDIT, True, CHECKIN)
    assert due.message.text.startswith("Terima kasih, Bapak/Ibu. Kabarnya sudah masuk.")


def test_never_begun_at_a_it_ends_with_a_kind_word_and_the_next_day() -> None:
    events = lapses.expire(a_situation(a_talk()), a_talk(), CAUSE, next_day="hari Senin")

    (due,) = only(events, MessageDue)
    assert "bukan salah Bapak/Ibu. Kabar berikutnya hari Senin." in due.message.text
    assert labels(due) == ("Jam lain", "Jam sama saja")
    assert (due.manner, due.moves) == (Manner.UNPROMPTED, False)
    assert only(events, CheckinScored) == ()


@pytest.mark.parametrize(
    ("level", "next_day", "said"),
    [(B, "hari Senin", "everything"), (A, None, "help")],
)
def test_never_begun_at_b_or_without_a_next_day_only_its_buttons_go(
    level: Level, next_day: str | None, said: str
) -> None:
    talk = a_talk(checkin=a_checkin(level))

    events = lapses.expire(a_situation(talk, level=level), talk, CAUSE, next_day=next_day)

    assert texts(events) == (TEXTS[said].text,)
    assert only(events, MessageDue)[0].manner is Manner.QUIET_EDIT


def test_a_check_in_put_off_and_forgotten_counts_as_missed() -> None:
    sari = a_family()
    sari.is_asked()
    sari.taps("Nanti")

    sari.expires()

    assert sari.talk is not None
    assert sari.talk.state is CheckinState.EXPIRED
    assert "bukan salah Bapak/Ibu" in sari.reads
