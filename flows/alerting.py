"""Reasons to ask a human, and which alert or task each of them joins."""

from collections.abc import Iterable

from flows.events import AlertFound, Reason
from flows.model import AlertKind, AlertState, CheckinId, Evidence, MessageId, Urgency
from flows.rules import Fired
from flows.situation import KnownAlert, Reply, Situation
from flows.wording import fill

ALWAYS_SPEAKS = 0
"""Version of the reasons that come from a button and not from a rule file."""

OF_ONE_PERSON = (AlertKind.NEW_CONTACT, AlertKind.RETURN, AlertKind.CALL)
"""Tasks that settle one contact; all others belong to the family."""


def alert(
    situation: Situation,
    cause: MessageId,
    reasons: tuple[Reason, ...],
    *,
    checkin: CheckinId | None,
    edits: MessageId | None = None,
) -> AlertFound:
    """One alert per check-in or per message. What was acknowledged or closed never swallows a new
    reason of the same weight: that one gets an alert of its own, which rings. The alert of a
    message that is being corrected is joined while it is known not to be closed.
    """
    urgency = highest(reason.urgency for reason in reasons)
    own, first = f"alert:{cause}", f"alert:{checkin or edits or cause}"
    known = next((one for one in situation.alerts if one.id == first), None)
    if known is None:
        joins = checkin is not None
    elif known.state is AlertState.ACKNOWLEDGED:
        joins = urgency.rank > known.urgency.rank
    else:
        joins = known.state is AlertState.OPEN
    return AlertFound(
        id=first if joins else own,
        kind=AlertKind.ALERT,
        urgency=urgency,
        reasons=reasons,
        checkin=checkin,
    )


def task(situation: Situation, kind: AlertKind, reason: Reason) -> AlertFound:
    """The open task of this kind takes the reason; if there is none, one opens."""
    return AlertFound(
        id=_open_task(situation, kind) or f"{kind.value}:{reason.source}",
        kind=kind,
        urgency=reason.urgency,
        reasons=(reason,),
    )


def untold(situation: Situation, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Those that nobody has been told yet: what is known already must not ring again."""
    return tuple(reason for reason in reasons if reason.id not in situation.told)


def reason_of(
    fired: Fired,
    *,
    source: str,
    evidence: tuple[Evidence, ...] = (),
    total: int | None = None,
    words: MessageId | None = None,
) -> Reason:
    """A rule that fired, as a reason."""
    return Reason(
        rule=fired.rule.id,
        version=fired.rule.version,
        urgency=fired.rule.urgency,
        says=fired.says,
        source=source,
        evidence=evidence,
        total=total,
        words=words,
    )


def plain(situation: Situation, name: str, urgency: Urgency, reply: Reply, **places: str) -> Reason:
    """A reason that stands in no rule file: the person pressed or typed something plain. A
    corrected message is a new thing to read, so it is its own source."""
    return Reason(
        rule=name,
        version=ALWAYS_SPEAKS,
        urgency=urgency,
        says=fill(situation.content.messages.reasons[name], **places),
        source=reply.id,
        evidence=reply.signs.evidence,
    )


def highest(urgencies: Iterable[Urgency]) -> Urgency:
    """The most urgent of them."""
    return max(urgencies, key=lambda urgency: urgency.rank)


def waits_for(situation: Situation, kind: AlertKind) -> bool:
    """Does this contact have a task of this kind that is not settled, taken or not?"""
    return any(
        known.kind is kind
        and known.contact == situation.contact.id
        and known.state is not AlertState.CLOSED
        for known in situation.alerts
    )


def is_pressing(known: KnownAlert) -> bool:
    """Is it open still, and more than something to look at in time?"""
    return known.state is not AlertState.CLOSED and known.urgency is not Urgency.ATTENTION


def _open_task(situation: Situation, kind: AlertKind) -> str | None:
    for known in situation.alerts:
        is_theirs = kind not in OF_ONE_PERSON or known.contact == situation.contact.id
        if known.kind is kind and known.state is AlertState.OPEN and is_theirs:
            return known.id
    return None
