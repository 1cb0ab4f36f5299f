"""Unsure words are asked about before they ring; sure ones ring, and are judged afterwards."""

from storage import tables
from storage.rows import change
from storage.transaction import Tx
from tests.lanes.houses import CRITICAL, DEWI, HANA, RATNA, TUGAS, UNSURE, House


def test_by_day_the_worker_is_asked_without_sound_and_sees_what_waits(house: House) -> None:
    house.writes(UNSURE)

    assert (house.rung(RATNA), house.rung(DEWI)) == ((0, 1), (0, 0))
    assert house.pushed(RATNA)[-1].is_silent
    house.taps(RATNA, "Lihat")
    text, labels = house.last(RATNA)
    assert "Menunggu Benar atau Bukan sampai pukul 11.00" in text
    assert labels == ["Benar", "Bukan", "Anak yang menulis"]
    house.passes(minutes=59)
    assert house.rung(RATNA) == (0, 1)
    house.passes(minutes=1)
    assert house.rung(RATNA) == (1, 1)


def test_at_night_it_makes_a_sound_and_supervisors_are_asked_before_it_rings(house: House) -> None:
    house.until(23)

    house.writes(UNSURE)
    assert [house.pushed(RATNA)[-1].is_silent, house.rung(DEWI)] == [False, (0, 0)]
    house.passes(minutes=30)
    assert (house.rung(RATNA), house.rung(DEWI)) == ((0, 2), (0, 1))
    house.passes(minutes=30)

    assert house.rung(RATNA) == (1, 2)


def test_the_night_is_the_one_of_whoever_is_asked(house: House) -> None:
    def in_the_east(tx: Tx) -> None:
        change(tx, tables.staff, tables.staff.c.id == house.people[RATNA], timezone="Asia/Jayapura")

    house.centre.database.write_now(in_the_east)
    house.until(15)  # five in the afternoon where she lives

    house.writes(UNSURE)

    assert not house.pushed(RATNA)[-1].is_silent


def test_bukan_needs_a_look_at_all_that_was_written(house: House) -> None:
    house.writes(UNSURE)
    look = "Tekan Lihat dulu: ada kata yang belum dilihat."

    house.taps(RATNA, "Lihat")
    house.passes(minutes=5)
    house.writes(f"{UNSURE}, beneran bu")
    assert house.taps(RATNA, "Bukan") == look
    assert house.rung(RATNA) == (0, 1), "the second one joins what waits already"
    house.passes(minutes=1)
    house.taps(RATNA, "Lihat", "Bukan")

    assert house.alerts() == [("unsure_words", "closed", "dismissed")]
    assert house.verdicts() == [("unsure_words", False)] * 2
    house.passes(hours=3)
    assert house.rung(RATNA) == (0, 1)


def test_the_second_message_does_not_make_the_first_wait_longer(house: House) -> None:
    house.writes(UNSURE)
    house.passes(minutes=50)
    house.writes(f"{UNSURE} katanya")

    house.passes(minutes=10)

    assert house.rung(RATNA) == (1, 1)


def test_unsure_then_sure_ring_at_once_and_the_first_still_waits(house: House) -> None:
    house.writes(UNSURE)
    house.writes(CRITICAL)

    assert house.rung(RATNA) == (1, 1)
    assert [kind for kind, _, _ in house.alerts()] == ["unsure_words", "alert"] or [
        kind for kind, _, _ in house.alerts()
    ] == ["alert", "unsure_words"]


def test_benar_under_the_words_rings_the_chain_and_the_notice_is_done(house: House) -> None:
    house.writes(UNSURE)
    house.taps(RATNA, "Lihat", "Benar")

    assert house.rung(RATNA) == (1, 1)
    assert house.verdicts() == [("unsure_words", True)]
    assert "K-0142. Selesai, sudah disimpan." in house.shown(RATNA)
    house.passes(minutes=15)
    assert house.rung(DEWI) == (1, 0)


def test_benar_by_another_after_bukan_still_rings(house: House) -> None:
    house.until(23)
    house.writes(UNSURE)
    house.passes(minutes=30)
    benar = house.centre._button(DEWI, "Benar")
    house.taps(RATNA, "Lihat", "Bukan")
    assert house.alerts() == [("unsure_words", "closed", "dismissed")]

    house.presses(DEWI, *benar)

    assert [(kind, state) for kind, state, _ in house.alerts()] == [("alert", "open")]
    assert house.verdicts() == [("unsure_words", True)]


def test_a_worker_who_blocks_meanwhile_is_replaced_without_a_longer_wait(house: House) -> None:
    house.writes(UNSURE)
    house.passes(minutes=20)

    house.blocks(RATNA)
    assert (house.rung(DEWI), house.rung(HANA)) == ((0, 1), (0, 0))
    house.passes(minutes=39)
    assert house.rung(DEWI)[0] == 0
    house.passes(minutes=1)

    assert house.rung(DEWI)[0] == 1


def test_where_nobody_can_be_asked_it_rings_whoever_comes_first(house: House) -> None:
    house.blocks(RATNA)
    house.blocks(DEWI)

    house.writes(UNSURE)

    assert house.rung(HANA) == (1, 0)


def test_after_the_outcome_bukan_arrives_too_late(house: House) -> None:
    house.writes(UNSURE)
    house.passes(minutes=61)

    assert house.taps(RATNA, "Bukan") == ("Sudah berjalan sebagai peringatan, atau sudah selesai.")
    assert house.verdicts() == []


def test_of_a_sure_sign_the_worker_may_say_what_it_was_worth(house: House) -> None:
    house.writes(CRITICAL)
    house.taps(RATNA, "Saya tangani")
    assert house.last(RATNA)[1][-2:] == ["Tandanya benar", "Tandanya bukan"]

    assert house.taps(RATNA, "Tandanya bukan") == "Sudah dicatat. Terima kasih."
    assert "Tandanya bukan" not in house.last(RATNA)[1]
    house.taps(RATNA, "Bicara, aman", "Lewati catatan")

    assert house.verdicts() == [("W-self_harm", False)]
    assert house.alerts() == [("alert", "closed", "talked_safe")]


def test_the_verdict_can_follow_the_outcome_and_is_never_required(house: House) -> None:
    house.writes(CRITICAL)
    house.taps(RATNA, "Saya tangani", "Bicara, aman")
    assert "Tandanya benar" in house.last(RATNA)[1]

    house.taps(RATNA, "Tandanya benar")
    text, labels = house.last(RATNA)
    assert text.endswith("Catatan?") and "Lewati catatan" in labels
    house.taps(RATNA, "Lewati catatan")
    house.writes(f"{CRITICAL} bu")
    house.taps(RATNA, "Saya tangani", "Bicara, aman", "Lewati catatan")

    assert house.verdicts() == [("W-self_harm", True)]


def test_no_notice_says_more_than_urgency_and_code(house: House) -> None:
    house.until(23)
    house.writes(UNSURE)
    house.passes(minutes=90)

    texts = {said.text for said in house.pushed(RATNA)}
    assert texts == {TUGAS, TUGAS.replace("Tugas", "Kritis")}
