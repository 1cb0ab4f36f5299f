"""Plans as a psychologist can read them: who the family is, what staff have decided, what comes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows import loader
from flows.definition import Content
from flows.hours import ZONES, at, local, next_safe, within
from flows.model import CaseState, ContactKind, KeyDate, Level, Risk, SafeHours, Slot
from flows.planning import Plan, Planned, ahead, asked_as, first_due, still_makes_sense

CASES = Path(__file__).parents[1] / "cases" / "programme"

NAMES = {
    Slot.REGULAR: "kabar",
    Slot.PULSE: "denyut",
    Slot.EXTRA: "kabar tambahan",
    Slot.SCHOOL: "kabar sekolah",
    Slot.ENDING: "petugas ditanya: diperpanjang atau pamitan",
    Slot.NOTICE: "petugas diberi tahu: anak akan dewasa",
    Slot.OF_AGE: "anak dewasa, semua berhenti",
    Slot.PARTING: "keluarga diberi tahu: sebentar lagi selesai",
    Slot.GOODBYE: "pamitan",
    Slot.RESUME: "jeda selesai",
}
DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
FIELDS = {
    *("judul", "keluarga", "petugas", "dari", "sampai", "maka", "setuju", "pulang", "risiko"),
    *("tingkat", "lahir", "jam", "hari", "zona", "tanpa", "tanggal", "tahap", "sekolah"),
    *("jeda", "jeda_sampai", "pamitan", "diperpanjang", "terakhir"),
}


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            yield pytest.param(case, id=f"{path.stem}: {case['judul']}")


@pytest.fixture(scope="module")
def content() -> Content:
    return loader.load()


@pytest.mark.parametrize("case", list(cases()))
def test_what_comes_is_what_the_case_says(case: Mapping[str, Any], content: Content) -> None:
    assert set(case) | set(case["keluarga"]) | set(case.get("petugas", {})) <= FIELDS

    assert coming(case, content) == case["maka"]


def test_there_are_enough_cases_to_learn_from() -> None:
    folder = CASES.parent
    found = [
        path
        for name in ("programme", "intake", "scores")
        for path in (folder / name).glob("*.yaml")
    ]

    assert len(list(cases())) >= 25
    assert (
        sum(path.read_text().count("\n- ") + path.read_text().startswith("- ") for path in found)
        >= 60
    )


def coming(case: Mapping[str, Any], content: Content) -> list[str]:
    """Lines such as `2026-03-03 09.00 kabar`, as the family and staff see them."""
    plan, agreed = a_plan(case, content)
    zone = plan.hours.timezone
    last = case.get("terakhir")
    anchor = first_due(agreed, plan.hours) if last is None else at(last, plan.hours.start, zone)
    after = at(case["dari"], time(0), zone) if "dari" in case else agreed
    lines, places = [], list(_until(ahead(plan, anchor, after=after), case["sampai"], zone))
    for planned, then in zip(places, [*places[1:], None], strict=True):
        if local(planned.at, zone).date() <= case["sampai"]:
            lines.append(_line(plan, planned, then, content))
    return lines


def _until(places: Iterator[Planned], last: date, zone: str) -> Iterator[Planned]:
    """Up to a day, and one more, for what follows decides whether something is merged."""
    for planned in places:
        yield planned
        if local(planned.at, zone).date() > last:
            return


def _line(plan: Plan, planned: Planned, then: Planned | None, content: Content) -> str:
    name = NAMES[asked_as(plan, planned)]
    moment: datetime = planned.at
    if planned.slot.asks or planned.slot in (Slot.PARTING, Slot.GOODBYE):
        laid = within(plan.hours, content.calendar, near=planned.at)
        moment = next_safe(planned.at, laid)
        if planned.slot.asks and not still_makes_sense(planned, moment, then=then):
            day = local(planned.at, plan.hours.timezone).date()
            return f"{day} {name}: digabung dengan yang berikutnya"
    return f"{local(moment, plan.hours.timezone):%Y-%m-%d %H.%M} {name}"


def a_plan(case: Mapping[str, Any], content: Content) -> tuple[Plan, datetime]:
    family, staff = case["keluarga"], case.get("petugas", {})
    zone = ZONES[family.get("zona", "WIB")]
    start, end = family.get("jam", "09.00-16.00").split("-")
    hours = SafeHours(
        start=time.fromisoformat(start.replace(".", ":")),
        end=time.fromisoformat(end.replace(".", ":")),
        timezone=zone,
        weekdays=frozenset(DAYS.index(day) for day in family.get("hari", DAYS)),
        quiet=tuple((first, last) for first, last in family.get("tanpa", ())),
    )
    agreed = at(family["setuju"], time(12), zone)
    plan = Plan(
        programme=content.programme,
        risk=Risk(family["risiko"]),
        level=Level(family.get("tingkat", "B")),
        kind=ContactKind.SCHOOL if family.get("sekolah") else ContactKind.CAREGIVER,
        stage=family.get("tahap", "follow_up"),
        since=family.get("pulang", family["setuju"]),
        hours=hours,
        birth_date=family.get("lahir", date(2016, 8, 1)),
        days=tuple(KeyDate(kind=kind, day=day) for kind, day in staff.get("tanggal", {}).items()),
        state=CaseState.PAUSED if staff.get("jeda") or "jeda_sampai" in staff else CaseState.ACTIVE,
        paused_until=staff.get("jeda_sampai"),
        closes_on=staff.get("pamitan"),
        ends_on=content.calendar.school_year_end(family["setuju"])
        if family.get("sekolah")
        else None,
        extra_weeks=staff.get("diperpanjang", 0),
    )
    return plan, agreed
