"""Twelve months of four families: calm, a setback, silence, and two children on one phone."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.rehearsal.stored import replay_stored
from flows.hours import in_safe_hours, local, within
from flows.model import ContactState
from flows.wording import forbidden_words
from storage import contacts
from tests.programme import alerts_of_year
from tests.programme.a_year import played, the_page
from tests.programme.office import WIB
from tests.programme.year import Year

PAGE = Path(__file__).parents[2] / "docs" / "a-year.md"
ALERTS = PAGE.with_name("a-year-of-alerts.md")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    year = played(tmp_path_factory.mktemp("year"))
    with year.centre.database:
        yield year


def heard(year: Year, code: str) -> list[tuple[date, str]]:
    return [(local(at, WIB).date(), text) for one, at, text in year.transcript.heard if one == code]


def days_of(year: Year, code: str, beginning: str) -> list[date]:
    return [day for day, text in heard(year, code) if text.startswith(beginning)]


def test_the_page_that_was_read_aloud_is_what_is_played(year: Year) -> None:
    assert PAGE.read_text() == the_page(year), "read it: `python -m tests.programme.a_year`"


def test_the_page_of_its_alerts_is_what_is_played(year: Year) -> None:
    page = ALERTS.read_text()

    assert page == alerts_of_year.the_page(year), "read it: `python -m tests.programme.a_year`"


def test_every_alert_of_the_year_was_judged_and_nothing_else(year: Year) -> None:
    played_ = [name for name, _ in alerts_of_year.named(alerts_of_year.all_raised(year))]

    assert sorted(alerts_of_year.judgements()) == sorted(played_)


def test_some_family_of_the_year_meets_every_rule(year: Year) -> None:
    """Of the words two groups are enough: each line of signs.yaml has cases of its own."""
    met = {rule for one in alerts_of_year.all_raised(year) for rule in one.rules}
    rules = {rule.id for rule in year.centre.room.content.rules if not rule.id.startswith("W-")}

    assert rules - met == set()
    assert len([rule for rule in met if rule.startswith("W-")]) >= 2


def test_everything_of_the_year_was_settled(year: Year) -> None:
    assert {one.outcome for one in alerts_of_year.all_raised(year)} & {"masih terbuka"} == set()


def test_an_audit_of_the_year_finds_nothing(year: Year) -> None:
    assert year.centre.finds() == set()


def test_the_year_replayed_under_its_own_rules_is_the_same_year(year: Year) -> None:
    since = year.centre.now - timedelta(days=500)

    found = replay_stored(
        year.centre.database, year.centre.room, since=since, until=year.centre.now
    )

    assert found.compared.differences == ()
    assert found.replayed.told != () and found.replayed.read_anew == 0


def test_whatever_came_unasked_came_in_safe_hours(year: Year) -> None:
    for code, at, text in year.transcript.heard:
        if "Apa kabar minggu ini?" not in text and not text.startswith("Halo"):
            continue
        contact = year.centre.database.read_now(contacts.get, year.children[code].contact)
        assert contact is not None
        hours = within(contact.hours, year.centre.room.content.calendar, near=at)
        assert in_safe_hours(at, hours), (code, at, text)


def test_no_word_that_may_never_leave_was_said(year: Year) -> None:
    wording = year.centre.room.content.wording
    assert [text for _, _, text in year.transcript.heard if forbidden_words(text, wording)] == []


def test_nothing_about_the_days_of_a_child_is_asked_before_the_child_is_home(year: Year) -> None:
    left = date(2026, 1, 19)

    early = {
        code: [text for day, text in heard(year, code) if day < left] for code in year.children
    }

    mothers = [code for code in early if early[code] and "," not in code]
    assert mothers == ["K-0101", "K-0102", "K-0103", "K-0104"]
    assert not any("berapa hari" in text for texts in early.values() for text in texts)


def test_the_calm_family_is_asked_less_and_less_and_hears_a_goodbye(year: Year) -> None:
    asked = days_of(year, "K-0101", "Selamat pagi, Bapak/Ibu. Apa kabar minggu ini? Ada")
    gaps = [(later - earlier).days for earlier, later in pairwise(asked)]

    assert gaps[:3] == [7, 7, 7]
    assert gaps[-2:] == [28, 28]
    (soon,) = days_of(year, "K-0101", "Bapak/Ibu, sebentar lagi kabar rutin ini selesai.")
    (goodbye,) = days_of(year, "K-0101", "Terima kasih sudah ikut, Bapak/Ibu.")
    assert goodbye - soon == timedelta(days=14)
    assert heard(year, "K-0101")[-1][0] == goodbye
    assert state(year, "K-0101") is ContactState.FAREWELL


def test_the_setback_rings_and_more_is_asked_around_the_heavy_day(year: Year) -> None:
    taken = "\n".join(year.transcript.lines["K-0102"])

    assert "Jumlah 12; batasnya 12." in taken
    asked = days_of(year, "K-0102", "Selamat pagi, Bapak/Ibu. Apa kabar minggu ini? Ada")
    trial = date(2026, 4, 29) + timedelta(days=21)
    around = [day for day in asked if abs(day - trial) <= timedelta(days=3)]
    assert len(around) >= 2
    assert "persidangan" not in " ".join(text.casefold() for _, text in heard(year, "K-0102"))
    assert asked[-1] > date(2027, 1, 17)  # the programme was made longer


def test_the_silent_family_falls_to_b_and_a_pause_asks_nothing(year: Year) -> None:
    texts = [text for _, text in heard(year, "K-0103")]

    assert any("si Kecil" in text for text in texts)
    assert "si Kecil" not in " ".join(texts[-40:])
    paused = (date(2026, 8, 7), date(2026, 8, 27))
    assert not [day for day, _ in heard(year, "K-0103") if paused[0] < day < paused[1]]


def test_two_children_are_never_mixed_and_the_grown_one_is_left_alone(year: Year) -> None:
    big = [text for _, text in heard(year, "K-0104") if "berapa hari" in text]
    small = [text for _, text in heard(year, "K-0105") if "berapa hari" in text]

    assert all("anak yang besar" in text for text in big)
    assert not any("anak yang besar" in text for text in small)
    assert max(day for day, _ in heard(year, "K-0104")) < date(2026, 9, 15)
    assert state(year, "K-0104") is ContactState.FAREWELL
    assert state(year, "K-0105") is ContactState.ACTIVE


def state(year: Year, code: str) -> ContactState:
    found = year.centre.database.read_now(contacts.get, year.children[code].contact)
    assert found is not None
    return found.state
