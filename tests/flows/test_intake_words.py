"""Words in and out of a check-in: how fast a human reads them, and what the family reads back."""

from dataclasses import replace
from datetime import timedelta

from flows import intake
from flows.definition import Approval, Compare, Rule
from flows.events import AlertFound, AnswerGiven
from flows.model import AlertKind, Urgency
from tests.flows.builders import (
    CONTENT,
    MONDAY_TEN,
    TEXTS,
    a_checkin,
    a_reply,
    a_situation,
    a_talk,
    labels,
    only,
    reasons,
    texts,
)
from tests.flows.family import HARD, OWN, a_family, an_asked_family, at_safety

# Words -----------------------------------------------------------------------------------------


def test_hard_words_outside_a_check_in_are_an_alert_of_their_message() -> None:
    sari = a_family()

    sari.writes(HARD)

    assert sari.rings == {"alert:message-1": "kritis"}
    assert labels(sari.sent[-1]) == ("Aman", "Tidak aman", "Belum tahu", "Bantuan")


def test_the_reason_holds_the_words_that_fired_and_where_they_stand() -> None:
    events = intake.receive(a_situation(), a_reply(f"Bu, {HARD}"))

    ((reason,),) = [one.reasons for one in only(events, AlertFound)]
    (evidence,) = reason.evidence
    assert f"Bu, {HARD}"[evidence.start : evidence.end] == evidence.text == "mau mati"
    assert (reason.source, reason.words) == ("message-1", "message-1")


def test_the_promised_call_is_told_truthfully() -> None:
    soon = a_situation(call_at=MONDAY_TEN + timedelta(minutes=10))
    tomorrow = a_situation(call_at=MONDAY_TEN + timedelta(days=1))
    thursday = a_situation(call_at=MONDAY_TEN + timedelta(days=3, hours=-1))

    said = [texts(intake.receive(when, a_reply(HARD)))[0] for when in (soon, tomorrow, thursday)]

    assert "akan menelepon hari ini. Satu" in said[0]
    assert "akan menelepon besok sekitar jam 10.00. Satu" in said[1]
    assert "akan menelepon hari Kamis sekitar jam 09.00. Satu" in said[2]


def test_after_hard_words_the_question_of_the_check_in_can_still_be_answered() -> None:
    sari = an_asked_family()
    button = sari.button("3-4 hari")
    sari.writes(HARD)

    sari.presses(button)

    assert sari.answers[-1].item == "sleep"
    assert sari.reads.startswith("2/8\n")


def test_the_reading_list_of_a_family_is_one_task_until_somebody_takes_it() -> None:
    sari = a_family()
    sari.writes("halo")
    sari.writes("Kakak sehat")
    assert list(sari.alerts) == ["reading:message-1"]

    sari.staff_take("reading:message-1")
    sari.writes("halo lagi")

    assert sari.rings == {"reading:message-3": "perhatian"}


def test_unsure_words_beside_a_weaker_rule_are_still_looked_at_soon() -> None:
    weak = Rule(
        id="W-sleep",
        version=1,
        when=Compare(fact="words.sleep", equals="sure"),
        urgency=Urgency.ATTENTION,
        says="Kata tentang tidur: {words}.",
        repeat=None,
        approval=Approval(by=None, on=None),
    )
    content = replace(CONTENT, rules=(*CONTENT.rules, weak))

    events = intake.receive(
        a_situation(content=content), a_reply("Kakak susah tidur. Mungkin dia dipukul lagi")
    )

    kinds = [(one.kind, one.urgency) for one in only(events, AlertFound)]
    assert kinds == [
        (AlertKind.ALERT, Urgency.ATTENTION),
        (AlertKind.UNSURE_WORDS, Urgency.HIGH),
    ]


def test_sure_critical_words_without_any_rule_are_looked_at_soon() -> None:
    content = replace(CONTENT, rules=())

    events = intake.receive(a_situation(content=content), a_reply(HARD))

    assert [one.kind for one in only(events, AlertFound)] == [AlertKind.UNSURE_WORDS]


def test_a_typed_answer_with_hard_words_in_its_label_is_screened_too() -> None:
    shape = a_checkin()
    choices = (replace(shape.items[0].choices[0], label="mau mati"),)
    shape = replace(shape, items=(replace(shape.items[0], choices=choices), *shape.items[1:]))

    talk = a_talk("sleep", checkin=shape)
    events = intake.receive(a_situation(talk), a_reply("mau mati"))

    assert only(events, AnswerGiven)[0].item == "sleep"
    assert "W-self_harm" in reasons(events)


# "Tidak aman" ----------------------------------------------------------------------------------


def test_tidak_aman_raises_the_alert_that_is_open() -> None:
    sari = at_safety()
    sari.taps("Ada, mau bicara")

    sari.writes("tidak aman")

    assert sari.rings == {OWN: "kritis"}
    assert "110" in sari.reads and "112" in sari.reads and "129" not in sari.reads


def test_tidak_aman_after_the_alert_was_taken_rings_anew() -> None:
    sari = a_family()
    sari.writes(HARD)
    sari.staff_take("alert:message-1")

    sari.taps("Tidak aman")

    assert sari.rings == {"alert:message-2": "kritis"}


def test_tidak_aman_inside_a_check_in_is_an_alert_of_that_check_in() -> None:
    sari = an_asked_family()

    sari.writes("bahaya")

    assert sari.rings == {OWN: "kritis"}
    assert sari.talk is not None
    assert sari.talk.asked == "sleep"


def test_no_tip_is_given_while_the_family_waits_for_somebody() -> None:
    sari = at_safety()
    sari.taps("Tidak ada")
    sari.writes("gak aman")

    sari.taps("Selesai")

    assert sari.reads == TEXTS["thanks_plain"].text


# The duress word -------------------------------------------------------------------------------


def test_the_duress_word_joins_the_alert_of_an_open_check_in() -> None:
    sari = a_family(duress_word="kue lapis")
    sari.is_asked()
    sari.taps("Mulai")

    sari.writes("kue lapis")

    assert sari.rings == {OWN: "kritis"}
    assert sari.reads.startswith("Terima kasih, sudah saya catat.\n\n1/8\n")


def test_the_duress_word_under_a_picture_gets_the_reply_of_any_picture() -> None:
    sari = a_family(duress_word="kue lapis")

    sari.sends("photo", "kue lapis")

    assert sari.reads == TEXTS["media"].text
    assert "kritis" in sari.rings.values()


def test_a_duress_word_of_marks_alone_is_none() -> None:
    sari = a_family(duress_word="🙏")

    sari.writes("🙏")
    sari.writes("👍")

    assert "kritis" not in sari.rings.values()


def test_the_duress_word_wins_over_every_command() -> None:
    sari = a_family(duress_word="stop")

    sari.writes("STOP")

    assert sari.contact.state == "active"
    assert list(sari.rings.values()) == ["kritis"]
