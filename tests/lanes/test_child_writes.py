"""A child on the parent's phone: a human at once, and words back only after a human said so."""

import pytest

from flows.model import Level
from tests.lanes.houses import CHILD, CHILD_PLEADS, HARMLESS, RATNA, SARI, House

REPLY = "Terima kasih sudah cerita. Kamu hebat sudah memberi tahu."


def answered(house: House) -> list[str]:
    return [one.text for one in house.pushed(SARI) if one.text.startswith(REPLY)]


def test_a_child_who_asks_for_help_rings_and_another_is_read_within_the_hour(house: House) -> None:
    house.writes(CHILD)
    assert house.rung(RATNA) == (0, 1)
    house.taps(RATNA, "Lihat")
    assert "Sepertinya anak sendiri yang menulis." in house.last(RATNA)[0]

    house.writes(CHILD_PLEADS)

    assert house.rung(RATNA) == (1, 1)


def test_the_phone_reads_what_it_always_reads_until_staff_say_so(house: House) -> None:
    house.writes(CHILD)
    first = house.pushed(SARI)[-1].text
    assert first.startswith("Terima kasih, Bapak/Ibu. Pesannya sudah masuk.")

    said = house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert said is not None and "Anak menerima balasan singkat sekarang" in said
    assert len(answered(house)) == 1
    house.taps(RATNA, "Anak yang menulis")
    assert len(answered(house)) == 1, "once"


def test_late_at_night_it_waits_for_safe_hours_and_staff_are_told(house: House) -> None:
    house.until(22)
    house.writes(CHILD)
    house.passes(minutes=10)

    said = house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert said is not None and "Jangan menunggu" in said
    assert answered(house) == []
    house.passes(hours=12)
    assert len(answered(house)) == 1


def test_what_the_mother_writes_afterwards_does_not_bring_it_at_night(house: House) -> None:
    house.until(22)
    house.writes(CHILD)
    house.passes(minutes=10)
    house.writes(HARMLESS)

    house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert answered(house) == [], "the mother holds the phone now"


def test_a_day_later_nobody_answers_the_child_on_this_phone(house: House) -> None:
    house.writes(CHILD)
    house.passes(hours=25)

    said = house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert said is not None and "Tidak ada yang dikirim ke HP ini" in said
    house.passes(hours=24)
    assert answered(house) == []


def test_it_is_offered_on_any_words_and_not_twice_a_day(house: House) -> None:
    house.writes(CHILD)
    house.taps(RATNA, "Lihat", "Anak yang menulis", "Benar")
    house.writes(CHILD_PLEADS)
    house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert len(answered(house)) == 1


@pytest.mark.parametrize("house", [Level.DISCREET, Level.SILENT, Level.CUT], indirect=True)
def test_at_other_levels_nothing_is_sent(house: House) -> None:
    house.writes(CHILD)
    before = len(house.pushed(SARI))

    said = house.taps(RATNA, "Lihat", "Anak yang menulis")

    assert said is not None and "Tidak ada yang dikirim ke HP ini" in said
    house.passes(hours=24)
    assert answered(house) == []
    assert before <= 1


def test_a_parent_who_chats_is_no_child(house: House) -> None:
    house.writes(HARMLESS)

    assert house.alerts() == []
