"""What other rules would add and drop, as tables for an operator and as JSON.

Cases are told by their codes, workers by their ids, as everywhere in the commands. No sentence that
quotes a family is shown."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from bot.rehearsal.comparing import Change, Compared, Counted, Difference
from bot.rehearsal.stored import Answer
from flows.hours import local

HEADS = ("now", "changed", "added", "dropped")
SIGNS = {Change.ADDED: "+", Change.DROPPED: "-", Change.URGENCY: "~"}


def as_json(answer: Answer, *, since: date, timezone: str) -> dict[str, Any]:
    """Everything, without a word of anybody's."""
    compared, replayed = answer.compared, answer.replayed
    return {
        "since": since.isoformat(),
        "looks": replayed.looks,
        "unreadable_cases": len(replayed.unreadable),
        "texts_read_anew": replayed.read_anew,
        "weeks": [
            {"week": monday.isoformat(), "worker": worker, **_counted(one)}
            for (monday, worker), one in compared.weeks.items()
        ],
        "rules": {rule: _counted(one) for rule, one in compared.rules.items()},
        "differences": [_difference(one, timezone) for one in compared.differences],
    }


def _counted(one: Counted) -> dict[str, int]:
    return {"now": one.now, "changed": one.changed, "added": one.added, "dropped": one.dropped}


def _difference(one: Difference, timezone: str) -> dict[str, str | None]:
    return {
        "change": one.change,
        "at": local(one.at, timezone).isoformat(timespec="minutes"),
        "case": one.case,
        "worker": one.worker,
        "rule": one.rule,
        "urgency": one.urgency,
        "was": one.was,
        "says": one.says,
    }


def as_text(answer: Answer, *, since: date, timezone: str) -> str:
    """The same in tables."""
    return "\n".join(_lines(answer, since, timezone))


def _lines(answer: Answer, since: date, timezone: str) -> Iterator[str]:
    compared, replayed = answer.compared, answer.replayed
    if not replayed.looks:
        yield f"Since {since} there was nothing for the rules to look at."
        return
    yield f"Since {since} the rules looked {replayed.looks} times. Nothing was written."
    yield from _warnings(answer)
    if not compared.weeks:
        yield "They asked nobody, and would ask nobody."
        return
    yield ""
    yield from _table("week       worker", _weeks(compared))
    yield ""
    yield from _table("rule", [(rule, one) for rule, one in compared.rules.items()])
    yield ""
    if not compared.differences:
        yield "Nothing would be added, and nothing dropped."
        return
    yield "+ added, - dropped, ~ another urgency"
    for one in compared.differences:
        yield _line(one, timezone)


def _warnings(answer: Answer) -> Iterator[str]:
    gone, anew = len(answer.replayed.unreadable), answer.replayed.read_anew
    if gone:
        yield f"Of {gone} cases something is erased or damaged: looks at that are left out."
    if anew:
        yield (
            f"{anew} texts are read otherwise by today's detector than on the day they came:"
            " differences about them may be its doing."
        )


def _weeks(compared: Compared) -> list[tuple[str, Counted]]:
    return [(f"{monday} {worker}", one) for (monday, worker), one in compared.weeks.items()]


def _table(head: str, rows: Sequence[tuple[str, Counted]]) -> Iterator[str]:
    wide = max(len(head), *(len(name) for name, _ in rows))
    yield f"{head:<{wide}}" + "".join(f"{name:>9}" for name in HEADS)
    whole = Counted(
        now=sum(one.now for _, one in rows),
        changed=sum(one.changed for _, one in rows),
        added=sum(one.added for _, one in rows),
        dropped=sum(one.dropped for _, one in rows),
    )
    for name, one in [*rows, ("in all", whole)]:
        figures = "".join(f"{count:>9}" for count in _counted(one).values())
        yield f"{name:<{wide}}{figures}"


def _line(one: Difference, timezone: str) -> str:
    urgency = one.urgency if one.change is not Change.URGENCY else f"{one.was} -> {one.urgency}"
    when = f"{local(one.at, timezone):%Y-%m-%d %H.%M}"
    says = "" if one.says is None else f"  {one.says}"
    return f"{SIGNS[one.change]} {when}  {one.case}  {one.rule}  {urgency}{says}"
