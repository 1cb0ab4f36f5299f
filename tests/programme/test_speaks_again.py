"""What reading a year of alerts showed: a rule that has spoken keeps silent until it is worse, and
a pulse on a shared phone is a word for every child on it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.usecases.room import Room
from flows.model import Level
from storage import cases, contacts, programmes, tables
from storage.transaction import Tx
from tests.e2e.conftest import the_room
from tests.replies.homes import SARI, Home, a_home

__all__ = ["the_room"]

DAYS = ("Tidak ada", "1-2 hari", "3-4 hari", "5-7 hari")


@pytest.fixture
def home(tmp_path: Path, the_room: Room) -> Iterator[Home]:
    with a_home(tmp_path, the_room) as home:
        yield home


def answers(home: Home, values: str) -> None:
    """One check-in, eight seconds a question, from Mulai to Selesai."""
    home.taps("Mulai")
    for value in values:
        home.centre.passes(seconds=8)
        home.taps(DAYS[int(value)])
    home.taps("Tidak ada")
    if "Lewati" in [label for row in shown(home) for label in row]:
        home.taps("Lewati")
    home.taps("Selesai")


def shown(home: Home) -> list[list[str]]:
    rows = home._rows("edit")
    return [[key.label for key in line] for line in home._said(rows[-1]).keys]


def spoke(home: Home, rule: str) -> int:
    f = tables.facts
    return len(home.centre.rows(select(f.c.id).where(f.c.rule == rule)))


def test_a_rule_that_spoke_at_the_first_tap_is_measured_by_the_whole_check_in(home: Home) -> None:
    """A7 speaks at the first question, when the sum so far is 2: the same week again is no rise."""
    home.until(3, 9, 1)
    for week in range(5):
        answers(home, "2211000")
        assert spoke(home, "A7") == (0 if week < 2 else 1), f"week {week}"
        home.centre.passes(days=7)


def test_it_speaks_again_three_points_above_that(home: Home) -> None:
    home.until(3, 9, 1)
    for _ in range(3):
        answers(home, "2211000")
        home.centre.passes(days=7)

    answers(home, "2233000")

    assert spoke(home, "A7") == 2


def test_a_pulse_is_a_word_for_every_child_on_the_phone(tmp_path: Path, the_room: Room) -> None:
    with a_home(tmp_path, the_room, Level.DISCREET) as home:
        worker = home.centre.rows(select(tables.cases.c.worker_id))[0].worker_id
        other = home.centre.family(SARI, worker, "K-0143", Level.DISCREET)
        both = (home.contact, other)
        comes_home_in(home, both, days=20)
        home.until(3, 9, 1)

        home.taps("Baik")

        assert {last_word(home, one) for one in both} == {home.centre.now}


def comes_home_in(home: Home, both: tuple[str, ...], *, days: int) -> None:
    """Before a child is home nothing but pulses is asked."""

    def write(tx: Tx) -> None:
        for one in both:
            contact = contacts.get(tx, one)
            assert contact is not None
            left_on = home.centre.now.date() + timedelta(days=days)
            cases.update(tx, contact.case, left_on=left_on)
            programmes.replan(tx, contact, now=home.centre.now)

    home.centre.database.write_now(write)


def last_word(home: Home, contact: str) -> object:
    found = home.centre.database.read_now(contacts.get, contact)
    assert found is not None
    return found.last_spoken_at
