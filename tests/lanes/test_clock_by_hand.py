"""Who may stop the clock of the law, and what a wrong finger cannot do."""

from dataclasses import replace
from datetime import timedelta

from storage import tables
from storage.rows import change
from storage.transaction import Tx
from tests.lanes.houses import DEWI, HANA, RATNA, TUGAS, VIOLENCE, House

BUDI = 5009
SETTLED = ("Saya tangani", "Bicara, aman", "Lewati catatan")


def test_whom_a_reminder_asks_can_look_and_stop(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, *SETTLED)
    house.passes(hours=72)
    assert house.pushed(HANA)[-1].text == TUGAS

    assert house.taps(HANA, "Lihat") is None
    assert "Jam 3x24 sudah habis" in house.last(HANA)[0]
    assert VIOLENCE in "".join(house.shown(HANA))
    house.taps(HANA, "Hentikan jamnya", "Sudah dilaporkan")

    assert house.clocks()[0].stopped_by == f"staff:{house.people[HANA]}"


def test_what_has_run_out_is_called_to_mind_until_somebody_stops_it(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, *SETTLED)
    house.passes(hours=72)
    before = house.rung(RATNA)[1], house.rung(HANA)[1]

    house.passes(days=3)
    assert (house.rung(RATNA)[1], house.rung(HANA)[1]) == (before[0] + 3, before[1] + 1)
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Sudah dilaporkan")
    assert house.clocks()[0].remind_at is None


def test_reminders_that_a_centre_adds_later_make_no_old_clock_amiss(house: House) -> None:
    shipped, centre = house.centre.room, house.centre
    law = shipped.content.deadlines
    short = replace(law, reminders=tuple(one for one in law.reminders if one.at <= law.hours))
    centre.room = replace(shipped, content=replace(shipped.content, deadlines=short))
    house.writes(VIOLENCE)
    house.taps(RATNA, *SETTLED)
    house.passes(hours=73)
    assert house.clocks()[0].remind_at is None

    centre.room = shipped

    assert centre.finds() == set()


def test_a_clock_that_will_not_be_called_to_mind_is_named(house: House) -> None:
    house.writes(VIOLENCE)
    (clock,) = house.clocks()

    def forgotten(tx: Tx) -> None:
        change(tx, tables.deadlines, tables.deadlines.c.id == clock.id, remind_at=None)

    house.centre.database.write_now(forgotten)
    house.excused = house.centre.finds()

    assert house.excused == {f"finding:clock_silent:{clock.id}"}


def test_once_it_is_stopped_the_words_are_closed_again(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, *SETTLED)
    house.passes(hours=72)
    pressed, no = house.centre._button(HANA, "Lihat")
    house.taps(DEWI, "Lihat", "Hentikan jamnya", "Sudah dilaporkan")

    house.presses(HANA, pressed, no)

    assert VIOLENCE not in "".join(house.shown(HANA))


def test_a_note_that_was_asked_for_later_is_no_reason(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Lainnya (tulis)")
    house.passes(minutes=1)
    house.taps(RATNA, "Saya tangani", "Bicara, aman")
    house.passes(minutes=1)

    house.tells(RATNA, "ibu bilang anak sudah tidur")

    assert house.clocks()[0].stopped_at is None
    assert house.shown(RATNA)[-1] == "K-0142. Selesai, sudah disimpan."
    house.tells(RATNA, "laporan sudah masuk tadi pagi")
    assert house.clocks()[0].why == "other"
    assert house.clocks()[0].stopped_at == house.centre.now


def test_a_wrong_finger_can_let_it_run_again_from_where_it_was(house: House) -> None:
    house.writes(VIOLENCE)
    began = house.centre.now
    house.taps(RATNA, *SETTLED)
    house.passes(hours=25)
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Sudah dilaporkan")
    assert house.last(RATNA) == ("K-0142. Jam 3x24 sudah dihentikan.", ["Jalankan lagi"])

    house.taps(RATNA, "Jalankan lagi")

    (clock,) = house.clocks()
    assert (clock.stopped_at, clock.stopped_by, clock.why) == (None, None, None)
    assert (clock.began_at, clock.remind_at) == (began, began + timedelta(hours=48))
    assert "sisa 47 jam" in house.last(RATNA)[0]
    house.passes(hours=24)
    assert house.pushed(RATNA)[-1].text == TUGAS
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Bukan dugaan pidana")
    assert house.clocks()[0].why == "no_crime"


def test_another_worker_with_a_copied_button_stops_nothing(house: House) -> None:
    house.writes(VIOLENCE)
    house.centre.staff(BUDI)
    house.taps(RATNA, "Lihat", "Hentikan jamnya")
    pressed, no = house.centre._button(RATNA, "Sudah dilaporkan")

    house.presses(BUDI, pressed, no)

    assert house.clocks()[0].stopped_at is None


def test_a_worker_whose_case_has_gone_to_another_stops_it_no_more(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Lihat", "Hentikan jamnya")
    budi = house.centre.staff(BUDI)

    def given_away(tx: Tx) -> None:
        change(tx, tables.cases, tables.cases.c.code == "K-0142", worker_id=budi)
        change(tx, tables.deadlines, tables.deadlines.c.stopped_at.is_(None), owner_id=budi)
        tx.execute(tables.steps.delete())

    house.centre.database.write_now(given_away)
    said = house.taps(RATNA, "Sudah dilaporkan")
    house.excused = house.centre.finds()

    assert said == "Jam ini bukan bagian Anda."
    assert house.clocks()[0].stopped_at is None
