"""Signs under a picture, after STOP, in the midst of a check-in, and from strangers."""

import pytest

from flows.model import Level
from tests.lanes.houses import CHILD, CRITICAL, DEWI, RATNA, SARI, UNSURE, VIOLENCE, House

HARD = "Satu pertanyaan saja: apakah saat ini aman?"
TAMU = "Kritis. 1 hal perlu dilihat. tamu"
TAMU_TASK = "Tugas. 1 hal perlu dilihat. tamu"


def test_words_under_a_photo_go_the_same_two_ways(house: House) -> None:
    house.shows(UNSURE)
    assert house.rung(RATNA) == (0, 1)
    assert house.pushed(SARI)[-1].text.endswith(HARD)
    house.taps(RATNA, "Lihat")
    assert UNSURE in "".join(house.shown(RATNA))

    house.shows(CRITICAL)

    assert house.rung(RATNA) == (1, 1)


def test_after_stop_they_are_heard_and_nothing_goes_back(house: House) -> None:
    house.writes("STOP")
    house.passes(minutes=1)
    sent = len(house.shown(SARI))
    tasks = house.rung(RATNA)[1]

    house.writes(UNSURE)
    house.writes(CHILD)
    house.shows(UNSURE)
    house.writes("tidak aman")

    assert house.rung(RATNA) == (1, tasks + 1)
    said = house.taps(RATNA, "Anak yang menulis") if "Anak" in str(house.last(RATNA)[1]) else None
    assert said is None
    house.passes(hours=24)
    assert len(house.shown(SARI)) == sent


def test_a_child_who_writes_after_stop_reads_nothing(house: House) -> None:
    house.writes("STOP")
    sent = len(house.shown(SARI))
    house.writes(CHILD)

    said = house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert said is not None and "Tidak ada yang dikirim ke HP ini" in said
    house.passes(hours=24)
    assert len(house.shown(SARI)) == sent


def opened_checkin(house: House) -> str:
    house.until(9)
    house.passes(hours=3)
    house.centre.taps(SARI, "Mulai")
    return house.last(SARI)[0]


def test_in_the_midst_of_a_check_in_the_question_stays(house: House) -> None:
    question = opened_checkin(house)

    house.writes(UNSURE)

    assert house.pushed(SARI)[-1].text.endswith(HARD)
    assert house.rung(RATNA) == (0, 1)
    house.centre.taps(SARI, "1-2 hari")
    assert question not in house.last(SARI)[0] and "hari ini, berapa hari" in house.last(SARI)[0]
    house.taps(RATNA, "Lihat", "Bukan")
    assert ("unsure_words", "closed", "dismissed") in house.alerts()


@pytest.mark.parametrize("house", [Level.DISCREET], indirect=True)
def test_at_b_unsure_words_read_like_small_talk_before_and_after_a_verdict(house: House) -> None:
    house.writes("hari ini hujan terus bu")
    small = house.last(SARI)
    house.writes(UNSURE)
    assert house.last(SARI) == small
    house.writes(CHILD)
    assert house.last(SARI) == small
    before = house.shown(SARI)

    house.taps(RATNA, "Lihat", "Benar", "Saya tangani", "Kunjungi")
    house.passes(hours=10)

    assert house.shown(SARI) == before


def test_what_a_stranger_tells_has_a_clock_and_supervisors_are_asked(house: House) -> None:
    house.strays_in(VIOLENCE)

    (clock,) = house.clocks()
    assert (clock.case_id, clock.owner_id, clock.began_at) == (None, None, house.centre.now)
    assert [one.text for one in house.pushed(DEWI)] == [TAMU]
    assert house.pushed(RATNA) == []
    house.taps(DEWI, "Saya tangani", "Rujuk", "Lewati catatan")
    assert house.clocks()[0].owner_id == house.people[DEWI]
    house.passes(hours=24)
    assert [one.text for one in house.pushed(DEWI)].count(TAMU_TASK) == 1
    house.taps(DEWI, "Lihat")
    assert VIOLENCE in "".join(house.shown(DEWI))
    house.taps(DEWI, "Hentikan jamnya", "Sudah dilaporkan pihak lain")
    assert house.clocks()[0].why == "reported_by_others"


def test_a_stranger_beyond_the_ten_an_hour_rings_no_more_and_has_a_clock(house: House) -> None:
    for chat in range(9100, 9112):
        house.strays_in(VIOLENCE, chat)

    assert [one.text for one in house.pushed(DEWI)].count(TAMU) == 10
    assert len(house.clocks()) == 12
    house.passes(hours=24)
    assert house.centre.finds() == set()


def test_unsure_words_of_strangers_are_read_and_ring_nobody(house: House) -> None:
    house.strays_in(UNSURE)
    house.passes(hours=2)

    assert [one.text for one in house.pushed(DEWI)] == [TAMU_TASK]
