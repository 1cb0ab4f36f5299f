"""From plans: no active family is without a next check-in, and none was left out."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select

from bot.oversight.look import Finding, Found, Kept, Look, by_column
from flows.definition import Programme
from flows.model import ContactState, Risk, SafeHours, Slot
from flows.programme import cadence_days, first_due, local, next_due
from storage import contacts, tables
from storage.programmes import kept_programme
from storage.transaction import Tx

PATIENCE = timedelta(minutes=5)
WINDOW = timedelta(days=60)
LEFT_OUT_AFTER = timedelta(days=5)
"""A planned day that the program slept through for so long is left out."""


def unplanned(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """An active family has its next check-in in the future, unless the programme is over; whoever
    has left has none."""
    for row, plan in _plans(tx, rows):
        if row.state != ContactState.ACTIVE:
            if row.next_due_at is not None:
                yield Finding(check="plan_after_the_end", row=row.id)
        elif row.next_due_at is None:
            if plan.has_future(look.now):
                yield Finding(check="plan_missing", row=row.id)
        elif look.is_late(row.next_due_at, PATIENCE):
            yield Finding(check="plan_late", row=row.id)


def misplanned(tx: Tx, _: Look, rows: Sequence[Kept]) -> Found:
    """The next check-in is on the day that the programme gives."""
    for row, plan in _plans(tx, rows):
        if row.state == ContactState.ACTIVE and row.next_due_at is not None:
            anchors = plan.anchors()
            if any(plan.reaches(one, row.next_due_at) for one in anchors):
                continue
            if not any(first_due(at, plan.hours) == row.next_due_at for at in _begun(tx, row)):
                yield Finding(check="plan_differs", row=row.id)


def left_out(tx: Tx, look: Look, rows: Sequence[Kept]) -> Found:
    """Each planned day of the last sixty has its check-in."""
    for row, plan in _plans(tx, rows):
        if row.state != ContactState.ACTIVE or not plan.planned:
            continue
        begins = max(plan.planned[0], look.now - WINDOW)
        missing = [day for day in plan.days(plan.planned[0], look.now - PATIENCE)
                   if day >= begins and day not in plan.planned]  # fmt: skip
        if missing and not _has_changed(tx, row, missing[0]):
            for day in missing:
                if _ran_within(tx, day, day + LEFT_OUT_AFTER):
                    checkin = f"checkin:{row.id}:{day:%Y%m%dT%H%M}"
                    yield Finding(check="plan_left_out", row=checkin)


class _Plan:
    """The days of one contact's check-ins, as the programme of their case counts them."""

    def __init__(self, row: Kept, case: Kept, programme: Programme, days: list[datetime]) -> None:
        self.hours = SafeHours(
            start=time.fromisoformat(row.safe_from),
            end=time.fromisoformat(row.safe_to),
            timezone=row.timezone,
        )
        self.planned = sorted(days)
        self._risk, self._programme = Risk(case.risk), programme
        self._left_on, self._consented_at = case.left_on, row.consented_at

    def anchors(self) -> tuple[datetime, ...]:
        """Where the counting may have begun: the last check-in, or the consent."""
        last = self.planned[-1:]
        agreed = self._consented_at
        return (*last, *([] if agreed is None else [first_due(agreed, self.hours)]))

    def reaches(self, start: datetime, end: datetime) -> bool:
        """Is `end` a planned day, counted from `start`?"""
        return start == end or end in self.days(start, end)

    def days(self, start: datetime, end: datetime) -> list[datetime]:
        """Planned days after `start`, up to `end`."""
        return [day for day in self._after(start, end) if day <= end]

    def has_future(self, now: datetime) -> bool:
        """Does any planned day lie ahead?"""
        return any(list(self._after(one, now))[-1:] > [now] for one in self.anchors())

    def _after(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Planned days after `start`, the first one past `end` too."""
        day, since = start, self._left_on
        if since is None:
            since = local(self._consented_at or start, self.hours.timezone).date()
        while True:
            on = local(day, self.hours.timezone).date()
            every = cadence_days(self._programme, self._risk, since=since, on=on)
            if every is None:  # the programme is over by this day
                return
            if day > start:
                yield day
            if day > end:
                return
            day = next_due(day, every, self.hours)


def _plans(tx: Tx, rows: Sequence[Kept]) -> Iterator[tuple[Kept, _Plan]]:
    mine = [row for row in rows if row.state == ContactState.ACTIVE or row.next_due_at is not None]
    c = tables.checkins
    cases = by_column(tx, tables.cases, tables.cases.c.id, [row.case_id for row in mine])
    days: dict[str, list[datetime]] = {}
    theirs = (c.c.contact_id.in_([r.id for r in mine]), c.c.slot != Slot.FORM)
    asked = select(c.c.contact_id, c.c.planned_at).where(*theirs)
    for one in tx.execute(asked) if mine else ():
        days.setdefault(one.contact_id, []).append(one.planned_at)
    for row in mine:
        case = cases[row.case_id][0]
        programme = kept_programme(tx, case.programme_version)
        yield row, _Plan(row, case, programme, days.get(row.id, []))


def _begun(tx: Tx, row: Kept) -> Sequence[datetime]:
    """When this family began to take part, or began again."""
    a = tables.audit
    begun = (a.c.object == contacts.subject(row.id), a.c.action == "contact_active")
    return tx.execute(select(a.c.at).where(*begun)).scalars().all()


def _has_changed(tx: Tx, row: Kept, since: datetime) -> bool:
    """Has something been different since then: an interview that set another level, a goodbye, a
    return, another phone?"""
    a = tables.audit
    noted = (a.c.object == contacts.subject(row.id), a.c.at > since - WINDOW)
    kinds = a.c.action.in_(("interviewed", "contact_active", "linked"))
    later = select(a.c.seq).where(*noted, kinds, a.c.at > (row.consented_at or since))
    return tx.execute(later.limit(1)).first() is not None


def _ran_within(tx: Tx, start: datetime, end: datetime) -> bool:
    """Was the program at work between the two moments?"""
    o = tables.outbox
    wrote = select(o.c.id).where(o.c.created_at > start, o.c.created_at < end)
    return tx.execute(wrote.limit(1)).first() is not None
