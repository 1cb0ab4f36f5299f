"""A check-in over hours and days: its alerts speak in time, once, and are never swallowed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows import intake
from flows.definition import Press
from flows.events import AlertFound, CheckinScored, Manner, Spoke
from flows.model import AlertKind, AlertState, CheckinState, ContactId, Urgency
from flows.rules import Spoken
from tests.flows.builders import (
    CHECKIN,
    MONDAY_TEN,
    TEXTS,
    B,
    a_contact,
    a_situation,
    a_talk,
    a_tap,
    an_alert,
    labels,
    only,
    reasons,
    up_to,
)
from tests.flows.family import (
    BEATEN,
    HARD,
    OWN,
    Family,
    Settle,
    a_family,
    an_asked_family,
    at_safety,
)

# A whole check-in ------------------------------------------------------------------------------


def test_a_check_in_from_the_opening_to_the_thanks() -> None:
    sari = an_asked_family()
    for answer in ("1-2 hari", "Tidak ada", "Tidak tahu", "3-4 hari", "Tidak ada", "Tidak ada"):
        sari.taps(answer)
    sari.writes("0")
    sari.taps("Ada sedikit")
    sari.writes("Terima kasih bu")
    sari.taps("Selesai")

    assert sari.talk is not None
    assert sari.talk.state is CheckinState.FINISHED
    assert sari.reads.startswith("Terima kasih, Bapak/Ibu. Kabarnya sudah masuk. Satu tips kecil")
    assert [one.value for one in sari.answers] == [1, 0, None, 2, 0, 0, 0, 1]
    (scored,) = only(sari.events, CheckinScored)
    assert (scored.total, scored.is_estimated, scored.band) == (4, True, "hijau")
    assert next(iter(sari.alerts.values())).kind is AlertKind.READING


def test_every_answer_counts_as_spoken_but_a_button_before_it_does_not() -> None:
    sari = an_asked_family()
    assert only(sari.events, Spoke) == ()

    sari.taps("Tidak ada")

    assert only(sari.events, Spoke) == (Spoke(),)


def test_the_open_line_asks_whether_there_is_more_and_keeps_its_buttons() -> None:
    sari = at_safety()
    sari.taps("Tidak ada")

    sari.writes("Kakak mulai senang menggambar")

    assert sari.reads == TEXTS["noted_end"].text
    assert labels(sari.sent[-1]) == ("Kembali", "Selesai")


def test_a_double_tap_is_one_answer() -> None:
    sari = an_asked_family()
    button = sari.button("5-7 hari")

    sari.presses(button)
    sari.presses(button)

    assert [one.item for one in sari.answers] == ["sleep"]
    assert sari.reads.startswith("2/8\n")


def test_a_double_tap_on_the_last_answer_is_one_ending() -> None:
    sari = a_family(B)
    sari.is_asked()
    sari.taps("Mulai")
    for _ in range(4):
        sari.taps("Tidak ada")
    button = sari.button("Tidak perlu")

    sari.presses(button)
    assert sari.reads == TEXTS["everything"].text
    sari.presses(button)

    assert sari.events == ()


# Alerts of a check-in --------------------------------------------------------------------------


def test_an_alert_rings_at_the_tap_and_not_again_at_every_further_answer() -> None:
    sari = at_safety()

    sari.taps("Ada, mohon segera")
    assert sari.rings == {OWN: "kritis"}
    sari.taps("Selesai")

    assert sari.rings == {}
    assert sari.reads.startswith("Terima kasih, Bapak/Ibu. Kabarnya sudah masuk. Petugas akan")


def test_once_taken_an_alert_does_not_come_back_empty_at_the_end() -> None:
    sari = at_safety()
    sari.taps("Ada, mohon segera")
    sari.staff_take(OWN)

    sari.taps("Selesai")

    assert sari.rings == {}
    assert list(sari.alerts) == [OWN]


def test_all_reasons_of_a_check_in_are_in_one_alert() -> None:
    sari = an_asked_family()
    for _ in range(7):
        sari.taps("5-7 hari")
    sari.taps("Ada, mau bicara")
    sari.taps("Anak")
    sari.writes(HARD)

    assert list(sari.alerts) == [OWN]
    assert sari.urgency(OWN) is Urgency.CRITICAL
    assert {rule.rule for rule in sari.told.values()} == {"A3", "A2", "W-self_harm"}


def test_a_more_urgent_reason_rings_the_same_alert_again_even_after_it_was_taken() -> None:
    sari = at_safety()
    sari.taps("Ada, mau bicara")
    sari.staff_take(OWN)
    sari.taps("Kembali")

    sari.taps("Ada, mohon segera")

    assert sari.rings == {OWN: "kritis"}
    assert sari.alerts[OWN].state is AlertState.OPEN


def test_item_eight_rings_on_its_own_where_the_total_was_already_taken() -> None:
    sari = an_asked_family()
    for _ in range(4):
        sari.taps("5-7 hari")
    assert sari.rings == {OWN: "tinggi"}
    sari.staff_take(OWN)
    for _ in range(3):
        sari.taps("Tidak ada")

    sari.taps("Ada, mau bicara")

    assert list(sari.rings.values()) == ["tinggi"]
    assert OWN not in sari.rings


@pytest.mark.parametrize("settle", [Family.staff_take, Family.staff_close])
def test_new_hard_words_are_never_swallowed_by_an_alert_that_was_settled(settle: Settle) -> None:
    sari = an_asked_family()
    sari.writes(HARD)
    settle(sari, OWN)

    sari.writes(BEATEN)

    assert list(sari.rings.values()) == ["kritis"]
    assert OWN not in sari.rings


def test_lowering_an_answer_is_stored_and_shown_but_counts_as_before() -> None:
    sari = an_asked_family()
    sari.taps("5-7 hari")
    sari.taps("Kembali")

    sari.taps("Tidak ada")

    assert [one.value for one in sari.answers] == [3, 0]
    assert sari.told.keys() == {f"fact:{CHECKIN}:E2:1"}
    sari.expires()
    assert only(sari.events, CheckinScored)[0].total is None  # too few for an estimate


def test_lowering_the_last_question_closes_nothing() -> None:
    sari = at_safety()
    sari.taps("Ada, mohon segera")
    sari.taps("Kembali")
    sari.taps("Tidak ada")

    assert sari.urgency(OWN) is Urgency.CRITICAL
    assert sari.alerts[OWN].state is AlertState.OPEN
    assert {one.rule for one in sari.told.values()} == {"A1", "E1"}


@pytest.mark.parametrize(("total", "speaks"), [(14, False), (15, True)])
def test_a_total_speaks_again_only_three_points_above_its_last_alert(
    total: int, speaks: bool
) -> None:
    last = Spoken(rule="A3", at=MONDAY_TEN - timedelta(days=7), total=12)
    answered = {"sleep": 3, "eat": 3, "fear": 3, "withdraw": 3}
    talk = a_talk(*up_to("anger"), answers=answered)

    events = intake.receive(
        a_situation(talk, spoken=(last,)), a_tap(Press.CHOOSE, item="anger", value=total - 12)
    )

    assert ("A3" in reasons(events)) is speaks


def test_a_reason_explains_itself_with_its_numbers_and_its_total() -> None:
    talk = a_talk(*up_to("anger"), answers={"sleep": 3, "eat": 3, "fear": 3, "withdraw": 3})

    events = intake.receive(a_situation(talk), a_tap(Press.CHOOSE, item="anger", value=1))

    (found,) = only(events, AlertFound)
    assert [(one.says, one.total) for one in found.reasons] == [("Jumlah 13; batasnya 12.", 13)]
    assert found.checkin == CHECKIN


# Old buttons -----------------------------------------------------------------------------------


def test_telepon_saya_under_an_old_opening_still_brings_a_call() -> None:
    sari = an_asked_family(started=False)
    button = sari.button("Telepon saya")
    sari.expires()

    sari.presses(button)

    assert sari.reads == TEXTS["call_when"].text
    assert sari.rings == {"call:message-2": "perhatian"}


def test_buttons_of_a_check_in_that_is_over_do_nothing() -> None:
    sari = an_asked_family()
    buttons = [one for row in sari.sent[-1].message.buttons for one in row]
    sari.expires()

    for button in buttons:
        sari.presses(button)

        assert sari.events == ()


def test_a_tap_before_the_break_that_arrives_after_it_is_kept() -> None:
    sari = an_asked_family()
    sari.taps("Tidak ada")
    button = sari.button("5-7 hari")
    sari.idles()

    sari.presses(button)

    assert [(one.item, one.value) for one in sari.answers] == [("sleep", 0), ("eat", 3)]
    assert "Kembali" in labels(sari.sent[-1])  # to this answer, not past the break
    sari.taps("Kembali")
    assert "Kembali" not in labels(sari.sent[-1])


# Tasks of one person ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "press", "kind"),
    [
        ("greeted", Press.GO_ON, AlertKind.NEW_CONTACT),
        ("stopped", Press.RETURN, AlertKind.RETURN),
    ],
)
def test_a_task_about_another_contact_of_the_case_is_not_joined(
    state: str, press: Press, kind: AlertKind
) -> None:
    theirs = an_alert(id="theirs", kind=kind, checkin=None, contact=ContactId("tono"))
    ours = replace(theirs, id="ours", contact=ContactId("sari"))
    contact = a_contact(state=state)

    for known, joined in ((theirs, f"{kind.value}:message-1"), (ours, "ours")):
        events = intake.receive(
            a_situation(contact=contact, alerts=(known,)), a_tap(press, of=None)
        )
        assert [one.id for one in only(events, AlertFound)] == [joined]


# On the phone -----------------------------------------------------------------------------------


def test_at_b_a_corrected_message_leaves_the_phone_too() -> None:
    sari = a_family(B)

    sari.corrects("message-0", "halo")

    assert [type(event).__name__ for event in sari.events][-1] == "TypedDeleted"


def test_the_thanks_take_the_place_of_the_check_in_so_that_no_button_stays() -> None:
    sari = at_safety()
    sari.taps("Tidak ada")

    sari.taps("Selesai")

    assert (sari.sent[-1].checkin, sari.sent[-1].moves) == (CHECKIN, True)
    assert sari.sent[-1].manner is Manner.REPLY
