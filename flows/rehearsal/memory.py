"""What an invented family leaves behind: earlier check-ins, and what rules of a day have said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flows.conversation_state import Talk
from flows.definition import Content
from flows.events import AlertFound
from flows.forms import Checkin, Kind
from flows.history import KEPT, Beside, Past, past_of, said_by
from flows.look import Told
from flows.model import Contact, ContactId, ContactKind, Outcome
from flows.scoring import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A check-in that is over."""

    contact: ContactId
    kind: ContactKind
    checkin: Checkin
    answers: tuple[Given, ...]
    total: int | None
    at: datetime


class Memory:
    """Grows as the year goes by."""

    def __init__(self, content: Content, *, started_on: date) -> None:
        self.started_on = started_on
        self.missed: dict[ContactId, int] = {}  # check-ins in a row without any answer
        self.told_by_days: list[Told] = []
        self._content = content
        self._ended: list[Ended] = []
        self._past: dict[ContactId, list[Past]] = {}

    def ends(self, contact: Contact, talk: Talk, total: int | None, now: datetime) -> None:
        """A check-in with answers is over."""
        self._ended.append(
            Ended(
                contact=contact.id,
                kind=contact.kind,
                checkin=talk.checkin,
                answers=talk.answers,
                total=total,
                at=now,
            )
        )
        if talk.checkin.kind is Kind.CHECKIN:
            past = past_of(
                talk.checkin, talk.answers, left_out=talk.left_out, by_staff=talk.is_by_staff
            )
            self._past.setdefault(contact.id, []).append(past)

    def misses(self, contact: ContactId) -> None:
        """One was left unanswered."""
        self.missed[contact] = self.missed.get(contact, 0) + 1

    def totals(self, contact: ContactId) -> list[int]:
        mine = (one for one in self._ended if one.contact == contact)
        return [one.total for one in mine if one.total is not None]

    def history(self, contact: ContactId) -> tuple[Past, ...]:
        """The last check-ins of this contact that measured something."""
        return tuple(self._past.get(contact, ())[-KEPT:])

    def beside(self, contact: Contact, talk: Talk | None, now: datetime) -> Beside:
        """What the others have said lately."""
        if talk is None:
            return Beside()
        days, is_school = self._content.comparing, contact.kind is ContactKind.SCHOOL
        theirs = list(self._of(contact, ContactKind.CAREGIVER, days.contacts_days, now))
        totals = [one.total for one in theirs if one.total is not None and not is_school]
        other = ContactKind.CAREGIVER if is_school else ContactKind.SCHOOL
        answers: dict[str, int] = {}
        for one in self._of(contact, other, days.school_days, now):
            answers |= said_by(one.checkin, one.answers, to=talk.checkin)
        return Beside(total=totals[-1] if totals else None, answers=answers)

    def _of(
        self, contact: Contact, kind: ContactKind, within: int, now: datetime
    ) -> Iterator[Ended]:
        since = now - timedelta(days=within)
        for one in self._ended:
            if one.contact != contact.id and one.kind is kind and one.at >= since:
                yield one

    # Rules of a day -----------------------------------------------------------------------------

    def day_spoke(self, found: AlertFound) -> None:
        """What a look at a day has said."""
        for reason in found.reasons:
            self.told_by_days.append(
                Told(
                    source=reason.source,
                    rule=reason.rule,
                    alert=found.id,
                    kind=found.kind,
                    closed_on=None,
                    outcome=None,
                )
            )

    def closes(self, alert: str, on: date) -> None:
        """Staff have settled what took it."""
        self.told_by_days = [
            replace(one, closed_on=on, outcome=Outcome.TALKED_SAFE)
            if one.alert == alert and one.closed_on is None
            else one
            for one in self.told_by_days
        ]
