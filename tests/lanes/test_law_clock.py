"""The 3x24 hours: from the message on, with an owner, until a human stops them with a reason."""

from datetime import timedelta

from flows.hours import local
from tests.lanes.houses import (
    CRITICAL,
    DEWI,
    HANA,
    RATNA,
    TUGAS,
    UNSURE,
    UNSURE_VIOLENCE,
    VIOLENCE,
    WIB,
    House,
)

STOPPED = "K-0142. Jam 3x24 sudah dihentikan."


def test_it_runs_from_the_message_and_the_worker_reads_how_long(house: House) -> None:
    house.writes(VIOLENCE)
    began = house.centre.now

    (clock,) = house.clocks()
    assert (clock.began_at, clock.ends_at) == (began, began + timedelta(hours=72))
    assert clock.owner_id == house.people[RATNA]
    house.passes(hours=10)
    house.taps(RATNA, "Lihat")
    ends = local(clock.ends_at, WIB)
    text = house.pushed(RATNA)[-1].text
    assert f"Jam 3x24: sisa 62 jam, sampai Kamis {ends:%d-%m-%Y} pukul {ends:%H.%M}." in text
    assert "Bot tidak melapor ke siapa pun" in text


def test_other_danger_starts_none(house: House) -> None:
    house.writes(CRITICAL)

    assert house.clocks() == []


def test_unsure_words_start_it_with_benar_from_their_own_time(house: House) -> None:
    house.writes(UNSURE_VIOLENCE)
    began = house.centre.now
    house.passes(minutes=40)
    assert house.clocks() == []

    house.taps(RATNA, "Benar")

    (clock,) = house.clocks()
    assert clock.began_at == began


def test_unsure_words_of_another_kind_start_none(house: House) -> None:
    house.writes(UNSURE)
    house.taps(RATNA, "Benar")

    assert house.clocks() == []


def test_who_takes_the_alert_owns_it_and_supervisors_hear_towards_the_end(house: House) -> None:
    house.writes(VIOLENCE)
    house.passes(minutes=16)
    house.taps(DEWI, "Saya tangani", "Bicara, aman", "Lewati catatan")
    (clock,) = house.clocks()
    assert clock.owner_id == house.people[DEWI]

    heard = []
    for hours in (23, 1, 24, 12, 9, 3, 48, 120):
        house.passes(hours=hours)
        heard.append((house.rung(RATNA)[1], house.rung(DEWI)[1], house.rung(HANA)[1]))

    assert [dewi for _, dewi, _ in heard] == [0, 1, 2, 3, 4, 5, 7, 9]
    assert [ratna for ratna, _, _ in heard] == [0] * 8
    assert [hana for *_, hana in heard] == [0, 0, 0, 0, 0, 1, 1, 3]
    assert house.clocks()[0].remind_at is None
    house.taps(DEWI, "Lihat")
    assert "Jam 3x24 sudah habis" in house.pushed(DEWI)[-1].text


def test_who_cannot_be_reached_is_stood_in_for(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Saya tangani", "Bicara, aman", "Lewati catatan")
    house.blocks(RATNA)

    house.passes(hours=24)

    assert house.rung(DEWI)[1] == 1


def test_after_an_outage_only_the_latest_reminder_comes(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Saya tangani", "Bicara, aman", "Lewati catatan")

    house.centre.clock.at += timedelta(hours=61)
    house.passes(minutes=1)

    assert (house.rung(RATNA)[1], house.rung(DEWI)[1]) == (1, 1)
    assert house.clocks()[0].reminded == 3


def test_outcomes_do_not_stop_it_and_a_reason_by_button_does(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Saya tangani", "Bicara, aman", "Lewati catatan")
    assert house.last(RATNA) == ("K-0142. Selesai, sudah disimpan.", ["Jam 3x24"])
    house.passes(hours=25)
    assert house.pushed(RATNA)[-1].text == TUGAS

    house.taps(RATNA, "Jam 3x24", "Hentikan jamnya", "Kembali", "Hentikan jamnya")
    assert house.last(RATNA)[1] == [
        "Sudah dilaporkan",
        "Sudah dilaporkan pihak lain",
        "Bukan kejadian baru",
        "Bukan dugaan pidana",
        "Lainnya (tulis)",
        "Kembali",
    ]
    house.taps(RATNA, "Sudah dilaporkan")

    (clock,) = house.clocks()
    assert (clock.why, clock.stopped_by) == ("reported", f"staff:{house.people[RATNA]}")
    assert (clock.stopped_at, clock.remind_at) == (house.centre.now, None)
    assert STOPPED in house.shown(RATNA)
    assert house.taps(RATNA, "Sudah dilaporkan") == "Jam ini sudah dihentikan."
    house.passes(hours=72)
    assert house.rung(RATNA)[1] == 1


def test_lainnya_waits_for_words_which_are_kept_sealed(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Lainnya (tulis)")
    assert house.clocks()[0].stopped_at is None, "without words it goes on"

    house.tells(RATNA, "kejadian lama, sudah ada laporan tahun lalu")

    (clock,) = house.clocks()
    assert (clock.why, clock.stopped_at) == ("other", house.centre.now)
    assert b"laporan" not in bytes(clock.reason)
    assert house.shown(RATNA)[-1] == STOPPED


def test_words_that_come_much_later_stop_nothing(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Lainnya (tulis)")
    house.passes(minutes=31)

    house.tells(RATNA, "besok saya ke sana")

    assert house.clocks()[0].stopped_at is None


def test_one_message_has_one_clock_also_after_a_stop(house: House) -> None:
    house.writes(VIOLENCE)
    house.taps(RATNA, "Lihat", "Hentikan jamnya", "Bukan kejadian baru")

    house.taps(RATNA, "Saya tangani", "Tandanya benar")

    assert len(house.clocks()) == 1
    house.writes(f"{VIOLENCE} tadi pagi")
    assert len(house.clocks()) == 2
