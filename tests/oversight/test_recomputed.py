"""Whoever deletes rows together with their seals is found out by what else is there."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows import loader
from storage import tables
from storage.rows import change
from tests.e2e.scenes import DENIED, HARMLESS, UNSURE
from tests.oversight.centres import Centre
from tests.oversight.conftest import DAYS, DEWI, RATNA, SARI

t = tables


def the(centre: Centre, table: Any, *where: Any) -> Any:
    return centre.ids(table, *where)[0]


def checks(found: set[str]) -> set[str]:
    return {one.split(":")[1] for one in found}


def take_alert(centre: Centre, alert: str) -> None:
    """The alert, its reasons, its steps, its notices: nothing is left that names it."""
    for table in (t.steps, t.facts, t.outbox):
        for row in centre.ids(table, table.c.alert_id == alert):
            centre.gone(table.name, "id" if "id" in table.c else "seq", row)
    centre.gone("alerts", "id", alert)


def test_weeks_in_which_nothing_is_wrong_find_nothing(quiet: Centre) -> None:
    """Answers that rise, a week without any, a break, words of all kinds, STOP and the way back."""
    quiet.staff(DEWI)
    quiet.taps(SARI, "Mulai", *DAYS, "Ada sedikit")
    quiet.writes(SARI, DENIED)
    quiet.writes(SARI, UNSURE)
    quiet.taps(RATNA, "Bukan")
    quiet.passes(days=7)
    assert quiet.finds() == set()

    quiet.taps(SARI, "Mulai", *["3-4 hari"] * 4)
    quiet.passes(days=8)
    assert quiet.finds() == set()

    quiet.taps(SARI, "Telepon saya", "Pagi")
    quiet.writes(SARI, "STOP")
    quiet.passes(days=3)

    assert quiet.finds() == set()


def test_an_alert_and_all_that_names_it_is_missed_from_the_words(centre: Centre) -> None:
    fact = the(centre, t.facts, t.facts.c.rule == "W-self_harm")
    row = centre.rows(select(t.facts).where(t.facts.c.id == fact))[0]

    take_alert(centre, row.alert_id)

    found = centre.finds()
    assert f"finding:signs_unasked:{row.words_id}" in found
    assert f"finding:words_unread:{row.words_id}" in found


def test_an_alert_and_all_that_names_it_is_missed_from_the_answers(centre: Centre) -> None:
    fact = the(centre, t.facts, t.facts.c.rule == "A2")
    row = centre.rows(select(t.facts).where(t.facts.c.id == fact))[0]

    take_alert(centre, row.alert_id)

    (checkin,) = centre.ids(t.checkins, t.checkins.c.state == "finished")
    assert f"finding:answers_unasked:{checkin}" in centre.finds()


def test_an_alert_alone_is_missed_from_its_reasons(centre: Centre) -> None:
    alert = the(centre, t.alerts, t.alerts.c.urgency == "kritis")

    centre.gone("alerts", "id", alert)

    assert f"finding:alert_lost:{alert}" in centre.finds()


def test_an_answer_is_missed_from_the_tap_and_from_the_check_in(centre: Centre) -> None:
    answer = the(centre, t.answers, t.answers.c.item == "eat")
    (checkin,) = centre.ids(t.checkins, t.checkins.c.state == "finished")

    centre.gone("answers", "id", answer)

    found = centre.finds()
    assert f"finding:answer_lost:{answer.removeprefix('answer:')}" in found
    assert f"finding:checkin_answer_lost:{checkin}" in found


def test_not_safe_is_missed_where_nobody_was_asked(centre: Centre) -> None:
    row = centre.taps(SARI, "Tidak aman")
    assert centre.finds() == set()

    centre.gone("facts", "id", f"fact:{row}:unsafe:0")

    assert f"finding:unsafe_unasked:answer:{row}" in centre.finds()


def test_words_are_missed_from_what_came_in(centre: Centre) -> None:
    words = the(centre, t.words, t.words.c.signs_level == "none")

    centre.gone("words", "id", words)

    assert f"finding:words_lost:{words.removeprefix('words:')}" in centre.finds()


def test_words_that_are_said_to_be_handled_and_were_not_are_missed(centre: Centre) -> None:
    row = centre.arrives(
        SARI, "message", {"chat": {"id": SARI, "type": "private"}, "text": HARMLESS}
    )

    centre.by_hand("UPDATE inbox SET state = 'done' WHERE id = %s", row)

    assert centre.finds() == {f"finding:words_lost:{row}"}


def test_a_notice_is_missed_from_the_chain(centre: Centre) -> None:
    notice = the(centre, t.outbox, t.outbox.c.kind == "notice")

    centre.gone("outbox", "id", notice)

    assert f"finding:notice_lost:{notice}" in centre.finds()


def test_the_message_that_shows_a_check_in_is_missed(centre: Centre) -> None:
    checkin, message = centre.rows(select(t.checkins.c.id, t.checkins.c.message))[0]

    centre.gone("outbox", "id", message)

    assert f"finding:checkin_unshown:{checkin}" in centre.finds()


def test_a_planned_check_in_is_missed_from_the_programme(quiet: Centre) -> None:
    quiet.passes(days=14)
    planned = quiet.ids(t.checkins)
    assert quiet.finds() == set()

    quiet.gone("checkins", "id", planned[1])

    assert f"finding:plan_left_out:{planned[1]}" in quiet.finds()


def sealed_anew(centre: Centre, table: str, row: str, column: str, value: object) -> None:
    """What an error of our own would leave: the row is wrong, and its seal fits."""
    found = tables.metadata.tables[table]
    centre.database.write_now(change, found, found.c.id == row, **{column: value})


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("next_due_at", None, "plan_missing"),
        ("next_due_at", timedelta(days=-1), "plan_late"),
        ("next_due_at", timedelta(days=3), "plan_differs"),
        ("next_due_at", timedelta(days=300), "plan_differs"),
        ("state", "stopped", "plan_after_the_end"),
    ],
)
def test_a_plan_that_the_programme_does_not_give_is_named(
    quiet: Centre, column: str, value: Any, check: str
) -> None:
    (contact,) = quiet.ids(t.contacts)
    at = quiet.now + value if isinstance(value, timedelta) else value

    sealed_anew(quiet, "contacts", contact, column, at)

    assert f"finding:{check}:{contact}" in quiet.finds()


@pytest.mark.parametrize(
    ("values", "check"),
    [
        ({"escalate_at": timedelta(minutes=-6)}, "alert_overdue"),
        ({"escalate_at": None}, "alert_stopped"),
        ({"escalate_at": None, "round": 4}, "alert_untold"),
        (
            {"escalate_at": None, "is_waiting": True, "opened_at": timedelta(minutes=-6)},
            "alert_left_waiting",
        ),
        ({"state": "acknowledged"}, "alert_unowned"),
        ({"state": "closed"}, "alert_without_outcome"),
    ],
)
def test_an_alert_that_rings_for_nobody_is_named(
    centre: Centre, values: dict[str, Any], check: str
) -> None:
    where = (t.alerts.c.urgency == "kritis", t.alerts.c.state == "open")
    alert = the(centre, t.alerts, *where)

    for column, value in values.items():
        at = centre.now + value if isinstance(value, timedelta) else value
        sealed_anew(centre, "alerts", alert, column, at)

    assert f"finding:{check}:{alert}" in centre.finds()


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("state", "cancelled", "alert_unheard"),
        ("message_no", None, "send_unproved"),
        ("state", "sending", "send_held"),
        ("state", "pending", "send_late"),
        ("target", "nothing", "target_lost"),
        ("checkin_id", "nothing", "checkin_lost"),
        ("payload", b"\x01" * 60, "send_unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_outbox_row_that_cannot_be_right_is_named(
    centre: Centre, column: str, value: object, check: str
) -> None:
    rings = the(centre, t.alerts, t.alerts.c.urgency == "kritis", t.alerts.c.state == "open")
    notice = the(centre, t.outbox, t.outbox.c.alert_id == rings, t.outbox.c.kind == "notice")

    sealed_anew(centre, "outbox", notice, column, value)
    centre.clock.at += timedelta(minutes=6)

    assert check in checks(centre.finds())


def test_an_update_that_nobody_handles_is_named_after_five_minutes(centre: Centre) -> None:
    row = centre.arrives(SARI, "message", {})
    assert f"finding:unhandled:{row}" not in centre.finds()

    centre.clock.at += timedelta(minutes=6)

    assert f"finding:unhandled:{row}" in centre.finds()


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("total", 20, "checkin_misscored"),
        ("expires_at", timedelta(hours=-1), "checkin_late"),
    ],
)
def test_a_check_in_that_is_not_what_its_answers_say_is_named(
    centre: Centre, column: str, value: Any, check: str
) -> None:
    (checkin,) = centre.ids(t.checkins, t.checkins.c.state == "finished")
    at = centre.now + value if isinstance(value, timedelta) else value

    sealed_anew(centre, "checkins", checkin, column, at)

    assert f"finding:{check}:{checkin}" in centre.finds()


def test_words_that_ring_together_with_answers_are_asked_about_only_once(
    quiet: Centre, tmp_path: Path
) -> None:
    file = tmp_path / "coba.yaml"
    file.write_text("""
rules:
  - id: N1
    version: 1
    when: {all: [{fact: words.self_harm, is: unsure}, {fact: total, at_least: 6}]}
    urgency: kritis
    says: "Jumlah {total}."
""")
    rules = loader.load(rules=file).rules
    quiet.room = replace(quiet.room, content=replace(quiet.room.content, rules=rules))
    quiet.taps(SARI, "Mulai", "5-7 hari", "5-7 hari")

    quiet.writes(SARI, UNSURE)

    assert {row.rule for row in quiet.rows(select(t.facts))} == {"N1"}
    assert quiet.finds() == set()
