""" "Sudah dibaca": at A only, in the same words for every free text, inside safe hours."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.usecases.room import Room
from flows.model import Level
from flows.wording import forbidden_words
from storage import contacts, tables
from storage.transaction import Tx
from tests.flows.builders import CONTENT
from tests.replies.homes import CRITICAL, HARMLESS, RATNA, UNSURE, Home, a_home

READ = "Pesan Bapak/Ibu sudah dibaca petugas. Terima kasih."


def notes(home: Home) -> list[str]:
    return [f"{at:%a %H.%M}" for at, text in home.heard if text == READ]


def reads(home: Home, outcome: str = "Sudah dibaca") -> None:
    home.centre.taps(RATNA, "Lihat", "Saya tangani", outcome)


def test_the_words_may_stand_on_any_lock_screen() -> None:
    assert CONTENT.messages.texts["read"].text == READ
    assert CONTENT.messages.texts["read"].levels == {Level.OPEN}
    assert forbidden_words(READ, CONTENT.wording) == ()


def test_a_text_that_was_read_is_answered_once(home: Home) -> None:
    home.writes(HARMLESS)
    home.writes("besok Kakak ulangan")
    assert notes(home) == []

    reads(home)

    assert notes(home) == ["Mon 10.00"]
    assert home.unread() == 0
    home.centre.taps(RATNA, "Lewati catatan")
    home.centre.passes(hours=4)
    assert notes(home) == ["Mon 10.00"]


@pytest.mark.parametrize(
    ("text", "outcome"), [(CRITICAL, "Bicara, aman"), (HARMLESS, "Bicara, aman")]
)
def test_the_words_are_the_same_whatever_was_found(home: Home, text: str, outcome: str) -> None:
    home.writes(text)

    reads(home, outcome)

    assert notes(home) == ["Mon 10.00"]


def test_words_that_were_not_so_were_read_too(home: Home) -> None:
    home.writes(UNSURE)

    home.centre.taps(RATNA, "Lihat", "Bukan")

    assert notes(home) == ["Mon 10.00"]


def test_what_is_read_in_the_evening_is_said_in_the_morning_and_once(home: Home) -> None:
    home.writes(HARMLESS)
    home.until(2, 20)
    reads(home)
    home.writes("selamat malam bu")
    home.until(2, 21)
    reads(home)
    home.until(3, 12)

    assert notes(home) == ["Tue 09.00"]


def test_a_text_after_that_is_answered_again(home: Home) -> None:
    home.writes(HARMLESS)
    reads(home)
    home.writes("satu lagi bu")
    reads(home)

    assert notes(home) == ["Mon 10.00", "Mon 10.00"]


def test_after_stop_nothing_is_said(home: Home) -> None:
    home.writes(HARMLESS)
    home.centre.taps(RATNA, "Lihat", "Saya tangani")
    home.writes("STOP")

    home.centre.taps(RATNA, "Sudah dibaca")

    assert notes(home) == []


def test_stop_takes_back_what_waits_for_the_morning(home: Home) -> None:
    home.writes(HARMLESS)
    home.until(2, 20)
    reads(home)
    home.writes("STOP")
    home.until(3, 12)

    assert notes(home) == []


@pytest.mark.parametrize("level", [Level.DISCREET, Level.SILENT, Level.CUT])
def test_at_other_levels_nothing_is_said(tmp_path: Path, the_room: Room, level: Level) -> None:
    with a_home(tmp_path, the_room, level) as home:
        home.writes(HARMLESS)

        reads(home)

        assert notes(home) == []
        assert home.unread() == 0


def test_a_phone_that_falls_to_b_over_night_hears_nothing(home: Home) -> None:
    home.writes(HARMLESS)
    home.until(2, 20)

    def fall(tx: Tx) -> None:
        day = home.centre.now.date()
        contacts.update(tx, home.contact, interviewed_on=day.replace(year=2025, month=12, day=2))

    home.centre.database.write_now(fall)
    reads(home)
    home.until(3, 12)

    assert notes(home) == []


def test_a_command_is_no_text_that_waits_to_be_read(home: Home) -> None:
    home.writes("telepon")

    reads(home, "Bicara, aman")

    assert notes(home) == []


def test_what_joined_after_the_look_is_not_read_by_it(home: Home) -> None:
    home.writes(HARMLESS)
    home.centre.taps(RATNA, "Lihat")
    home.centre.passes(minutes=2)
    home.writes("dan satu hal lagi bu")

    home.centre.taps(RATNA, "Saya tangani", "Sudah dibaca")

    assert home.unread() == 2
    assert notes(home) == []
    home.centre.taps(RATNA, "Lihat", "Sudah dibaca")
    assert home.unread() == 0
    assert len(notes(home)) == 1


def test_who_has_read_is_told_and_what_was_read_is_kept(home: Home) -> None:
    home.writes(HARMLESS)

    reads(home)

    w = tables.words
    assert [row.read_at for row in home.centre.rows(select(w))] == [home.centre.now]
