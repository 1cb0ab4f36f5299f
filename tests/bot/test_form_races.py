"""A tap or a note in a form at the moment at which its day is over, on PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.scheduler import ticks
from bot.usecases.form_desk import open_form
from bot.usecases.record_outcome import staff_text
from bot.usecases.staff_press import staff_press
from storage import addresses, tables
from storage.transaction import Tx
from tests.bot.meetings import NOW, RATNA, Centre, centre, room

__all__ = ["centre", "room"]

EXPIRE = next(one for one in ticks.DUTIES if one.name == "expire")
DAY_OVER = NOW + timedelta(hours=24)
LATE = DAY_OVER - timedelta(minutes=10)
SETTLED = 4  # form, way, contact, and was the child seen
ALL = 8  # then comes the note


def first_button(tx: Tx) -> str:
    """The first button of the newest screen of a form."""
    o = tables.outbox
    mine = (o.c.chat_hash == addresses.chat_hash(tx, RATNA), o.c.kind == "form")
    tokens = tx.execute(select(o.c.token).where(*mine).order_by(o.c.seq.desc())).scalars()
    return f"{tokens.first()}:0"


def begin(centre: Centre, answered: int) -> str:
    """Ratna's form, and late so many answers: the first button of each screen."""
    asked = centre.come(RATNA, text="/isi K-0142")
    centre.here.write_now(open_form, centre.room, asked, now=NOW)
    for at in (*(NOW,) * SETTLED, *(LATE,) * answered):
        came = centre.come(RATNA, pressed=centre.here.read_now(first_button), text=None)
        centre.here.write_now(staff_press, centre.room, came, now=at)
    return centre.here.read_now(lambda tx: tx.execute(select(tables.checkins.c.id)).scalar_one())


@pytest.mark.parametrize("answered", (0, 3))
async def test_a_tap_that_comes_as_the_day_ends_finds_the_form_over(
    centre: Centre, answered: int
) -> None:
    form = begin(centre, answered)
    tap = centre.come(RATNA, pressed=centre.here.read_now(first_button), text=None)

    is_ended, said = await centre.meet(
        lambda tx: ticks.visit(tx, EXPIRE, centre.room, form, now=DAY_OVER),
        lambda tx: staff_press(tx, centre.room, tap, now=DAY_OVER),
    )

    state = "expired" if answered else "cancelled"
    assert (is_ended, said) == (True, "Formulir ini sudah selesai.")
    assert centre.count(tables.checkins, tables.checkins.c.state == state) == 1
    assert centre.count(tables.answers) == answered


async def test_a_note_that_comes_as_the_day_ends_finds_the_form_over(centre: Centre) -> None:
    form = begin(centre, ALL)
    note = centre.come(RATNA, text="ibu terdengar lelah")

    await centre.meet(
        lambda tx: ticks.visit(tx, EXPIRE, centre.room, form, now=DAY_OVER),
        lambda tx: staff_text(tx, centre.room, note, now=DAY_OVER),
    )

    assert centre.count(tables.checkins, tables.checkins.c.state == "expired") == 1
    assert centre.count(tables.answers, tables.answers.c.words.is_not(None)) == 0
