"""Days as a psychologist can read them: how long it has been quiet, and what a human is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.days import CaseDay, Person, facts_of_day
from flows.definition import Rule
from flows.look import Told, decide, is_of_a_day, next_look
from flows.model import (
    AlertKind,
    AlertState,
    CaseId,
    ContactId,
    ContactState,
    KeyDate,
    Level,
    Outcome,
    Risk,
    Urgency,
)
from flows.rhythm import SilenceLimits
from flows.situation import KnownAlert
from tests.flows.builders import CONTENT
from tests.flows.test_rule_mutations import Mutant, mutants

CASES = Path(__file__).parents[1] / "cases" / "days"
TODAY = date(2026, 3, 2)
ROUTE = "route:message-1"
FIELDS = {
    *("judul", "kasus", "orang", "sudah", "tugas", "maka", "fakta", "lihat"),
    *("risiko", "rumah", "jeda", "ditambah", "pulang", "lanjut", "bertemu", "anak", "tanggal"),
    *("peringatan", "tingkat", "keadaan", "setuju", "bicara", "jarak", "lewat", "hilang"),
    *("aturan", "tentang", "ke", "ditutup", "hasil", "jenis"),
}


def cases() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            yield pytest.param(case, id=f"{path.stem}: {case['judul']}")


@pytest.mark.parametrize("case", list(cases()))
def test_a_day_asks_for_what_the_case_says(case: Mapping[str, Any]) -> None:
    parts = (case, case["kasus"], *case["orang"], *case.get("sudah", ()), *case.get("tugas", ()))
    assert {key for part in parts for key in part} <= FIELDS
    day, told, alerts = a_day(case), the_told(case), the_alerts(case)

    found = decide(CONTENT.rules, day, told, alerts)

    assert [said(one) for one in found] == case["maka"]
    facts = facts_of_day(day)
    assert {name: facts.get(name) for name in case.get("fakta", {})} == case.get("fakta", {})
    if "lihat" in case:
        when = next_look(CONTENT.rules, day, told, alerts)
        assert (when - TODAY).days == case["lihat"]


def test_there_are_enough_cases_to_learn_from() -> None:
    found = list(cases())

    assert len(found) >= 60
    named = {word for case in found for line in case.values[0]["maka"] for word in line.split()}
    assert {rule.id for rule in CONTENT.rules if is_of_a_day(rule)} <= named


OF_A_DAY = tuple(rule for rule in CONTENT.rules if is_of_a_day(rule))


@pytest.mark.parametrize("rule", OF_A_DAY, ids=lambda rule: rule.id)
def test_a_case_fails_whatever_is_changed_in_a_rule_of_a_day(rule: Rule) -> None:
    known = [(one, a_day(one), the_told(one), the_alerts(one)) for (one,) in values()]

    def is_noticed(mutant: Mutant) -> bool:
        rules = tuple(mutant.rule if one is rule else one for one in OF_A_DAY)
        return any(
            [said(found) for found in decide(rules, day, told, alerts)] != case["maka"]
            for case, day, told, alerts in known
        )

    assert [one.what for one in mutants(rule) if not is_noticed(one)] == []


@pytest.mark.parametrize("name", ["margin_days", "most_days", "not_reached_again_days"])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_case_fails_whatever_is_changed_in_the_limits(name: str, by: int) -> None:
    limits = replace(CONTENT.silence, **{name: getattr(CONTENT.silence, name) + by})

    assert is_noticed_of(limits)


@pytest.mark.parametrize("name", ["limits", "calls"])
@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize("by", [-1, 1])
def test_a_case_fails_whatever_is_changed_for_a_risk(name: str, risk: Risk, by: int) -> None:
    known = getattr(CONTENT.silence, name)
    limits = replace(CONTENT.silence, **{name: {**known, risk: known[risk] + by}})

    assert is_noticed_of(limits)


def is_noticed_of(limits: SilenceLimits) -> bool:
    return any(
        [said(one) for one in decide(OF_A_DAY, day, the_told(case), the_alerts(case))]
        != case["maka"]
        for (case,) in values()
        for day in (replace(a_day(case), limits=limits),)
    )


def values() -> Iterator[Any]:
    return (case.values for case in cases())


def said(found: Any) -> str:
    return " ".join((found.urgency, found.kind, *(one.rule for one in found.reasons)))


def a_day(case: Mapping[str, Any]) -> CaseDay:
    about = case["kasus"]
    return CaseDay(
        case=CaseId("case-1"),
        today=TODAY,
        risk=Risk(about["risiko"]),
        home_risk=about.get("rumah", False),
        left_on=ago(about.get("pulang")),
        added_on=TODAY - timedelta(days=about.get("ditambah", 100)),
        resumed_on=ago(about.get("lanjut")),
        is_paused=about.get("jeda", False),
        people=tuple(a_person(one, number) for number, one in enumerate(case["orang"])),
        met_on=ago(about.get("bertemu")),
        seen_on=ago(about.get("anak")),
        key_dates=tuple(
            KeyDate(kind=kind, day=TODAY + timedelta(days=ahead))
            for kind, ahead in about.get("tanggal", {}).items()
        ),
        open_alerts=about.get("peringatan", 0),
        limits=CONTENT.silence,
    )


def a_person(one: Mapping[str, Any], number: int) -> Person:
    return Person(
        id=ContactId(f"contact-{number}"),
        state=ContactState(one.get("keadaan", "active")),
        level=Level(one.get("tingkat", "B")),
        consented_on=ago(one.get("setuju")),
        spoken_on=ago(one.get("bicara")),
        every=one.get("jarak"),
        missed=one.get("lewat", 0),
        is_gone=one.get("hilang", False),
    )


def the_told(case: Mapping[str, Any]) -> tuple[Told, ...]:
    """`tentang: quiet` is the silence of today."""
    quiet = f"quiet:{a_day(case).quiet_since}"
    return tuple(a_told(one, quiet) for one in case.get("sudah", ()))


def a_told(one: Mapping[str, Any], quiet: str) -> Told:
    about = quiet if one["tentang"] == "quiet" else one["tentang"]
    number = "" if one.get("ke", 1) == 1 else f":#{one['ke']}"
    kind = AlertKind(one.get("tugas", "silence"))
    return Told(
        source=f"day:case-1:{about}{number}",
        rule=one["aturan"],
        alert=ROUTE if kind is AlertKind.ROUTE else f"{kind}:{about}{number}",
        kind=kind,
        closed_on=ago(one.get("ditutup")),
        outcome=Outcome(one["hasil"]) if "hasil" in one else None,
    )


def the_alerts(case: Mapping[str, Any]) -> tuple[KnownAlert, ...]:
    return tuple(
        KnownAlert(
            id=ROUTE,
            kind=AlertKind(one["jenis"]),
            urgency=Urgency(one["tingkat"]),
            state=AlertState(one.get("keadaan", "open")),
            checkin=None,
        )
        for one in case.get("tugas", ())
    )


def ago(days: int | None) -> date | None:
    return None if days is None else TODAY - timedelta(days=days)
