"""Figures of invented families in lines for an operator, and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from flows.rehearsal.figures import FAMILIES, Figures, Found

INVENTED = "Every family, rate and message here is invented: compare rule files, believe no figure."
AIM = 0.5  # of safeguarding decision 4: false kritis a week for 150 families
MOST = 12  # rules named in one line


def as_json(figures: Figures) -> dict[str, Any]:
    """Everything, as numbers."""
    return {
        "families": figures.families,
        "weeks": figures.weeks,
        "workers": figures.workers,
        "checkins": {"asked": figures.asked, "answered": figures.answered},
        "alerts": {str(urgency): count for urgency, count in figures.alerts},
        "alerts_per_worker_week": {
            str(urgency): round(figures.per_worker_week(count), 2)
            for urgency, count in figures.alerts
        },
        "tasks": dict(figures.tasks),
        "tasks_per_worker_week": round(
            figures.per_worker_week(sum(count for _, count in figures.tasks)), 2
        ),
        "reads_per_worker_week": round(figures.per_worker_week(figures.reads), 2),
        "by_rule": dict(figures.by_rule),
        "setbacks": _found(figures.setbacks),
        "dangers": _found(figures.dangers),
        "calm_four_weeks": {"all": figures.calm_spans, "with_an_alert": figures.calm_alerted},
        "false_kritis": figures.false_kritis,
        "false_kritis_a_week_per_150": round(figures.false_kritis_a_week, 2),
        "false_kritis_by": dict(figures.false_by),
    }


def _found(found: Found) -> dict[str, Any]:
    return {
        "began": found.began,
        "found_within_four_weeks": found.found,
        "missed": found.missed,
        "by": dict(found.by),
        "by_silence": found.by_silence,
        "median_days": found.median_days,
        "visited_before": found.visited_first,
        "missed_but_visited": found.visited_only,
    }


def as_text(figures: Figures) -> str:
    """The same in lines."""
    return "\n".join(_lines(figures))


def _lines(figures: Figures) -> Iterator[str]:
    yield f"{figures.families} invented families, {figures.weeks} weeks, {figures.workers} workers."
    yield INVENTED
    yield f"check-ins    asked {figures.asked}, answered {figures.answered}" + _percent(
        figures.answered, figures.asked
    )
    yield ""
    yield "per worker and week"
    for urgency, count in figures.alerts:
        yield _row(f"alerts, {urgency}", figures, count)
    for kind, count in figures.tasks:
        yield _row(f"tasks, {kind}", figures, count)
    yield _row("texts to read", figures, figures.reads)
    yield ""
    yield from _told("setbacks", figures.setbacks)
    yield from _told("new danger", figures.dangers)
    yield (
        f"by chance    {figures.calm_alerted} of {figures.calm_spans} spans of four weeks"
        f"{_percent(figures.calm_alerted, figures.calm_spans)} in families without either have an"
        " alert or a call as well"
    )
    yield ""
    yield (
        f"false kritis {figures.false_kritis}: {figures.false_kritis_a_week:.2f} a week for"
        f" {FAMILIES} families (aim: at most {AIM}){_by(figures.false_by)}"
    )
    yield f"by rule      {_listed(figures.by_rule, len(figures.by_rule))}"


def _row(name: str, figures: Figures, count: int) -> str:
    return f"  {name:<24}{figures.per_worker_week(count):>6.2f}   ({count} in all)"


def _told(name: str, found: Found) -> Iterator[str]:
    days = "" if found.median_days is None else f", half of them by day {found.median_days}"
    yield (
        f"{name:<13}{found.began} began; {found.found} found within four weeks"
        f"{_percent(found.found, found.began)}{days}; {found.missed} missed"
    )
    if not found.began:
        return
    yield f"             by {_listed(found.by, MOST)}"
    yield f"             {found.by_silence} of them by silence alone: nobody had said anything"
    yield (
        f"             staff had visited or called {found.visited_first} of these before, and"
        f" {found.visited_only} of the missed"
    )


def _by(counted: Sequence[tuple[str, int]]) -> str:
    return f"; by {_listed(counted, MOST)}" if counted else ""


def _listed(counted: Sequence[tuple[str, int]], most: int) -> str:
    shown = ", ".join(f"{name} {count}" for name, count in counted[:most])
    more = sum(count for _, count in counted[most:])
    return f"{shown}, others {more}" if more else shown or "none"


def _percent(part: int, whole: int) -> str:
    return f" ({100 * part // whole} %)" if whole else ""
