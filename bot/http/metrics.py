"""/metrics in Prometheus' text format: counts and ages, nothing about anybody."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from storage.figures import Depth

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How the program does. Ages are in seconds, None where it has not happened yet.

    `outbox` counts rows by state, `lanes` what is due by lane, `sends` outcomes since the start,
    `in_flight` calls right now, `findings` what is amiss by check.
    """

    inbox_waiting: int
    inbox_age_s: float | None
    outbox: Mapping[str, int]
    lanes: Mapping[str, Depth]
    alerts: Mapping[str, int]
    findings: Mapping[str, int]
    audit_age_s: float | None
    receive_age_s: float | None
    receiving_gap_s: float | None
    tick_age_s: float | None
    sends: Mapping[str, int]
    in_flight: int
    is_ready: bool


def exposition(figures: Figures) -> str:
    """The page that Prometheus reads."""
    depths = {lane: depth.waiting for lane, depth in figures.lanes.items()}
    ages = {lane: round(depth.oldest_s, 3) for lane, depth in figures.lanes.items()}
    lines = (
        *_gauge("ready", "1 while the bot receives and sends.", [("", int(figures.is_ready))]),
        *_gauge("inbox_waiting", "Updates not yet handled.", [("", figures.inbox_waiting)]),
        *_gauge("inbox_age_seconds", "Of the oldest of them.", _one(figures.inbox_age_s)),
        *_gauge("outbox_rows", "Messages by state.", _labelled("state", figures.outbox)),
        *_gauge("lane_waiting", "Messages that are due, by lane.", _labelled("lane", depths)),
        *_gauge("lane_age_seconds", "Of the oldest one due, by lane.", _labelled("lane", ages)),
        *_gauge("alerts", "Alerts and tasks that are not closed.", _labelled("is", figures.alerts)),
        *_gauge(
            "receive_age_seconds", "Since Telegram last answered.", _one(figures.receive_age_s)
        ),
        *_gauge(
            "receiving_gap_seconds",
            "Without receiving: the last time, or right now.",
            _one(figures.receiving_gap_s),
        ),
        *_gauge("tick_age_seconds", "Since what is due was last done.", _one(figures.tick_age_s)),
        *_gauge("audit_age_seconds", "Since the audit last ended.", _one(figures.audit_age_s)),
        *_gauge("findings", "What the audit finds amiss.", _labelled("check", figures.findings)),
        *_gauge("sends_in_flight", "Calls under way.", [("", figures.in_flight)]),
        *_counter("sends_total", "Sends by outcome.", _labelled("outcome", figures.sends)),
    )
    return "\n".join(lines) + "\n"


Sample = tuple[str, float]  # labels in braces or nothing, value


def _one(value: float | None) -> list[Sample]:
    return [] if value is None else [("", round(value, 3))]


def _labelled(label: str, values: Mapping[str, float]) -> list[Sample]:
    return [(f'{{{label}="{name}"}}', value) for name, value in sorted(values.items())]


def _gauge(name: str, says: str, samples: Iterable[Sample]) -> Iterator[str]:
    return _family("gauge", name, says, samples)


def _counter(name: str, says: str, samples: Iterable[Sample]) -> Iterator[str]:
    return _family("counter", name, says, samples)


def _family(kind: str, name: str, says: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP kabar_{name} {says}"
    yield f"# TYPE kabar_{name} {kind}"
    for labels, value in samples:
        yield f"kabar_{name}{labels} {value}"
