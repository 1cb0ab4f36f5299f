"""The benchmarks still run: each scenario once, with tiny numbers. No figure is judged here."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks import centre, delivery, latency, pieces, planning, signs
from flows import loader, warning_signs
from flows.hours import in_safe_hours


def test_families_can_be_asked_in_any_minute_of_the_day() -> None:
    midnight = datetime(2026, 12, 1, 17, tzinfo=UTC)  # in Jakarta
    minutes = [midnight + timedelta(minutes=number - 2, seconds=30) for number in range(4)]

    assert all(in_safe_hours(centre.asked_at(at), centre.AT_ANY_HOUR) for at in minutes)


def test_every_piece_of_a_reply_is_measured() -> None:
    meter, replies = pieces.measure(2)

    assert replies == 20
    assert set(meter.seconds) == {"store", "handle", "claim", "settle"}


def test_a_due_day_and_a_quiet_tick_are_measured() -> None:
    small, large = planning.measure((2, 4), due=2, quiet=2)

    assert (small.cases, large.cases) == (2, 4)
    assert small.planned_ms > 0 and len(large.quiet_ms) == 2


def test_the_detector_is_measured() -> None:
    detector = warning_signs.build(loader.load().signs)

    assert signs.cost_s(detector, signs.MESSAGE, rounds=2) > 0


def test_a_peer_answers_every_family() -> None:
    found = delivery.measure(families=2, repeats=1, way="taps", names=(delivery.PTB,))

    assert found[delivery.PTB][0].per_s > 0


@pytest.mark.soak
@pytest.mark.parametrize("way", ["taps", "typed"])
def test_all_contenders_answer_every_family(way: str) -> None:
    found = delivery.measure(families=2, repeats=1, way=way)

    assert all(runs[0].per_s > 0 for runs in found.values())


@pytest.mark.soak
@pytest.mark.parametrize("name", list(latency.CONTENDERS))
def test_alerts_of_every_contender_are_timed(name: str) -> None:
    found = latency.measure(alerts=3, window_s=8, recipients=20, names=(name,))

    assert all(seconds < 60 for seconds in (*found[name].idle, *found[name].burst))
