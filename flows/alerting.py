"""Reasons to ask a human, and which alert or task each of them joins."""

from collections.abc import Iterable

from flows.events import AlertFound, Reason
from flows.model import AlertKind, AlertState, CheckinId, Evidence, Urgency
from flows.rules import Fired
from flows.situation import KnownAlert, Reply, Situation
from flows.wording import fill

ALWAYS_SPEAKS = 0
"""Version of the reasons that come from a button and not from a rule file."""


def alert(
    situation: Situation, reply_id: str, reasons: tuple[Reason, ...], *, checkin: CheckinId | None
) -> AlertFound:
    """One alert per check-in or per message. What was acknowledged or closed never swallows a new
    reason of the same weight: that one gets an alert of its own, which rings."""
    urgency = highest(reason.urgency for reason in reasons)
    first = f"alert:{checkin or reply_id}"
    known = next((one for one in situation.alerts if one.id == first), None)
    must_ring_anew = known is not None and (
        known.state is AlertState.CLOSED
        or (known.state is AlertState.ACKNOWLEDGED and urgency.rank <= known.urgency.rank)
    )
    return AlertFound(
        id=f"alert:{reply_id}" if must_ring_anew else first,
        kind=AlertKind.ALERT,
        urgency=urgency,
        reasons=reasons,
        checkin=checkin,
    )


def task(situation: Situation, kind: AlertKind, reason: Reason) -> AlertFound:
    """The family's open task of this kind takes the reason; if there is none, one opens."""
    return AlertFound(
        id=_open_task(situation.alerts, kind) or f"{kind.value}:{reason.source}",
        kind=kind,
        urgency=reason.urgency,
        reasons=(reason,),
    )


def reason_of(
    fired: Fired, *, source: str, evidence: tuple[Evidence, ...] = (), total: int | None = None
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
    )


def plain(situation: Situation, name: str, urgency: Urgency, reply: Reply, **places: str) -> Reason:
    """A reason that stands in no rule file: the person pressed or typed something plain."""
    return Reason(
        rule=name,
        version=ALWAYS_SPEAKS,
        urgency=urgency,
        says=fill(situation.content.messages.reasons[name], **places),
        source=reply.edits or reply.id,
        evidence=reply.signs.evidence,
    )


def highest(urgencies: Iterable[Urgency]) -> Urgency:
    """The most urgent of them."""
    return max(urgencies, key=lambda urgency: urgency.rank)


def _open_task(alerts: tuple[KnownAlert, ...], kind: AlertKind) -> str | None:
    for known in alerts:
        if known.kind is kind and known.state is AlertState.OPEN:
            return known.id
    return None
