"""Who is told about an alert, who is next when nobody takes it, and when it may end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from flows.definition import Chain, Step, WorkingHours
from flows.model import Outcome, StaffId, Urgency
from flows.programme import add_working_minutes, next_working

Reach = Mapping[str, tuple[StaffId, ...]]
"""Who is linked and reachable now behind worker, duty, supervisor and head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What one step of a chain comes to.

    `step` is the one that was done, `skipped` those before it that would have reached nobody.
    `next_step` and `next_at` are None when the chain has ended. Where nobody at all can be told,
    `tell` is empty, `next_at` None, and both steps stay at the first one tried.
    """

    tell: tuple[StaffId, ...]
    step: int
    next_step: int | None
    next_at: datetime | None
    skipped: tuple[int, ...]


def starts_at(chain: Chain, *, now: datetime, working: WorkingHours, timezone: str) -> datetime:
    """When the first step is due: at once, or when staff next begin where the chain keeps hours."""
    return next_working(now, working, timezone) if chain.in_working_hours else now


def advance(
    chain: Chain,
    step: int,
    *,
    now: datetime,
    reach: Reach,
    working: WorkingHours,
    timezone: str,
) -> Advance:
    """Do step `step` of the chain now; a step that reaches nobody gives way at once to the next.

    What follows keeps its distance to the step that was really done, so nobody is passed over
    faster because others were away. IndexError for a step the chain does not have.
    """
    if not 0 <= step < len(chain.steps):
        raise IndexError(f"chain {chain.urgency} has no step {step}")
    for done in range(step, len(chain.steps)):
        tell = _reached(chain.steps[done], reach)
        if tell:
            next_step, minutes = _after(chain, done)
            return Advance(
                tell=tell,
                step=done,
                next_step=next_step,
                next_at=_later(chain, minutes, now=now, working=working, timezone=timezone),
                skipped=tuple(range(step, done)),
            )
    tried = tuple(range(step, len(chain.steps)))
    return Advance(tell=(), step=step, next_step=step, next_at=None, skipped=tried)


def _reached(step: Step, reach: Reach) -> tuple[StaffId, ...]:
    """Everyone the step tells, once: the worker may also be on duty."""
    return tuple(dict.fromkeys(staff for name in step.tell for staff in reach.get(name, ())))


def _after(chain: Chain, done: int) -> tuple[int | None, int | None]:
    """The step that follows `done` and the minutes until then; only a last step repeats itself."""
    step = chain.steps[done]
    if done + 1 < len(chain.steps):
        return done + 1, max(chain.steps[done + 1].after_minutes - step.after_minutes, 0)
    if step.every_minutes is not None:
        return done, step.every_minutes
    return None, None


def _later(
    chain: Chain, minutes: int | None, *, now: datetime, working: WorkingHours, timezone: str
) -> datetime | None:
    if minutes is None:
        return None
    if chain.in_working_hours:
        return add_working_minutes(now, minutes, working, timezone)
    return now + timedelta(minutes=minutes)


def chain_as_json(chain: Chain) -> str:
    """The chain as an alert keeps it: later changes of content do not touch what already runs."""
    return json.dumps(asdict(chain), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chain_from_json(text: str) -> Chain:
    """The chain written by `chain_as_json`; KeyError or ValueError for anything else."""
    kept = json.loads(text)
    return Chain(
        urgency=Urgency(kept["urgency"]),
        in_working_hours=kept["in_working_hours"],
        makes_sound=kept["makes_sound"],
        steps=tuple(
            Step(
                after_minutes=step["after_minutes"],
                tell=tuple(step["tell"]),
                every_minutes=step["every_minutes"],
            )
            for step in kept["steps"]
        ),
    )


def raised(current: Urgency, found: Urgency) -> bool:
    """Does the new fact ring again? An alert only ever gets more urgent."""
    return found.rank > current.rank


def may_close(outcome: Outcome, earlier_attempts: int) -> bool:
    """May this outcome end the alert? Only a person reached, or a second try by another route."""
    return outcome is not Outcome.NOT_REACHED or earlier_attempts >= 1
