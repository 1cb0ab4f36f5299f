"""The rules of a day look at a case: once, cheaply, and only where anybody is still asked about."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.usecases import gather
from bot.usecases.look_at_case import look_at_case
from bot.usecases.room import Room
from flows.model import CaseId, Encounter, Level, Risk, Way
from storage import alerts, cases, days, encounters, tables
from storage.transaction import Tx
from tests.e2e.conftest import the_room
from tests.programme.test_preview import CODE, Family, family

__all__ = ["the_room"]


@pytest.fixture
def here(tmp_path: Path, the_room: Room) -> Iterator[Family]:
    found = family(tmp_path, the_room, Level.DISCREET, risk=Risk.MEDIUM)
    with found.centre.database:
        yield found


def the_case(tx: Tx) -> CaseId:
    found = cases.find(tx, CODE)
    assert found is not None
    return found


def look_on(here: Family, now: datetime) -> datetime | None:
    """One look; when is the next one?"""

    def write(tx: Tx) -> datetime | None:
        look_at_case(tx, here.centre.room, the_case(tx), now=now)
        return days.began(tx, the_case(tx)).look_at

    return here.centre.database.write_now(write)


def kept(here: Family) -> list[tuple[str, ...]]:
    f, a = tables.facts, tables.alerts
    rows = here.centre.rows(select(f.c.id, a.c.id).join_from(f, a).order_by(f.c.id))
    return [tuple(row) for row in rows]


def test_the_same_look_twice_changes_nothing(here: Family) -> None:
    silent = here.centre.now + timedelta(days=21)
    look_on(here, silent)
    first = kept(here)

    look_on(here, silent)
    look_on(here, silent + timedelta(days=3))

    assert len(first) == 2, "the limit, and a week over it, are one task"
    assert len({alert for _, alert in first}) == 1
    assert kept(here) == first


def test_the_next_look_is_as_work_begins_on_the_day_of_the_limit(here: Family) -> None:
    began = here.centre.now

    after = look_on(here, began)
    near = look_on(here, began + timedelta(days=10))

    assert after is not None and near is not None
    assert (after - began) < timedelta(days=7, hours=1), "a week at most"
    local = near + timedelta(hours=7)  # Jakarta
    assert (local.hour, local.minute) == (8, 0)
    assert local.date() == (began + timedelta(hours=7)).date() + timedelta(days=14)


def test_whoever_is_an_adult_or_erased_is_not_looked_at(here: Family, tmp_path: Path) -> None:
    grown = datetime(2044, 1, 2, tzinfo=here.centre.now.tzinfo)
    assert look_on(here, grown) is None

    def erase(tx: Tx) -> None:
        tx.vault.destroy(tx, cases.subject(the_case(tx)), now=here.centre.now)

    here.writes(erase)
    assert look_on(here, here.centre.now) is None
    assert kept(here) == []


def test_a_rule_about_answers_may_name_the_day_on_which_the_child_was_seen(here: Family) -> None:
    seen = here.centre.now - timedelta(days=12)

    def write(tx: Tx) -> None:
        case = the_case(tx)
        met = Encounter(
            case=case, contact=None, staff=None, checkin=None, way=Way.VISIT,
            spoke=False, saw_child=True, at=seen,
        )  # fmt: skip
        encounters.note(tx, "encounter:1", met)

    here.writes(write)

    def read(tx: Tx) -> dict[str, object]:
        contact = gather.the_contact(tx, here.centre.room, here.contact, now=here.centre.now)
        found = gather.situation(tx, here.centre.room, contact, None, now=here.centre.now)
        assert alerts.known(tx, contact.case, None) == ()
        return dict(found.of_day)

    known = here.centre.database.read_now(read)

    assert known == {"home_risk": 0, "open_alerts": 0, "days_since_child_seen": 12}, (
        "what no rule about answers names is not looked up for a reply"
    )
