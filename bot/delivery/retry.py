"""What an outcome means for a row, by its kind. Pure: the caller says what time it is.

Telegram has no key by which it would know a repeated send. Where the answer was lost, the choice
is between perhaps twice and perhaps never:

    alerts, notices      once more after 15 s, marked, until somebody acknowledges
    questions at A       once more after 10 minutes, once
    questions at B       never: a second one could be seen by somebody else
    answers              once more after 15 s, once, unless they have expired
    all other messages   never (consent, invitation, broadcast, details): reported as unknown
    edits, deletes       again, soon and then less often, for two days: twice does no harm
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never

from bot.ports import NotSent, Outcome, Refusal, Refused, RetryAfter, Sent, Unauthorized, Unknown
from storage.deliveries import InHand, State, Verb, Verdict
from storage.outbox import DELETABLE
from storage.turns import FIRST_TRIES

ALERT_AGAIN = timedelta(seconds=15)
ONCE_AGAIN = {
    "answer": timedelta(seconds=15),
    "staff": timedelta(seconds=15),  # what somebody of the staff has just asked for
    "question_a": timedelta(minutes=10),  # any reply until then shows that it arrived
}
CHANGE_AGAIN = timedelta(seconds=2)
LONGEST_PAUSE_S = 24 * 60 * 60.0  # whatever a server says to a 429
LONGEST_ALERT_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=60), timedelta(minutes=10)
UNREACHABLE = (Refusal.BLOCKED, Refusal.DEACTIVATED, Refusal.NOT_STARTED, Refusal.CHAT_GONE)


def verdict(hand: InHand, outcome: Outcome, *, now: datetime, wall: datetime) -> Verdict:
    """What becomes of the row in hand. `now` is the moved clock's, `wall` the system's."""
    match outcome:
        case Sent():
            moved_to = outcome.moved_to
            return Verdict(state=State.SENT, message_no=outcome.message_no, moved_to=moved_to)
        case RetryAfter():
            later = wall + timedelta(seconds=min(outcome.seconds, LONGEST_PAUSE_S))
            return Verdict(state=State.PENDING, retry_at=later, error="too many requests")
        case NotSent():
            later = wall + backoff(hand)
            return Verdict(state=State.PENDING, retry_at=later, error=outcome.reason)
        case Unauthorized():
            return Verdict(state=State.PENDING, error="unauthorized")
        case Refused():
            return _refused(hand, outcome)
        case Unknown():
            return _unknown(hand, outcome.reason, now=now, wall=wall)
        case _:
            assert_never(outcome)


def after_crash(hand: InHand, *, now: datetime, wall: datetime) -> Verdict:
    """The process ended while the row was on its way. An alert has waited long enough."""
    found = _unknown(hand, "stopped on the way", now=now, wall=wall)
    if found.state is State.UNCERTAIN and not hand.is_alert:
        return found
    return Verdict(state=found.state, error=found.error, retry_at=found.retry_at and wall)


def untold(hand: InHand, *, wall: datetime) -> Verdict:
    """Its owner cannot be reached, but that could not be recorded: the row asks once more."""
    return Verdict(state=State.PENDING, error="not told", retry_at=wall + backoff(hand))


def withheld() -> Verdict:
    """Nobody was called: it was too late, or this process may not send any more."""
    return Verdict(state=State.PENDING, error="withheld")


def backoff(hand: InHand) -> timedelta:
    """1, 2, 4, ... seconds, cut by up to a half that differs from row to row."""
    longest = LONGEST_ALERT_BACKOFF if hand.is_alert else LONGEST_BACKOFF
    full = min(longest, timedelta(seconds=2 ** min(hand.attempts - 1, 20)))
    drawn = sha256(f"{hand.row}:{hand.attempts}".encode()).digest()[0] / 255
    return full * (1 - drawn / 2)


def _refused(hand: InHand, refused: Refused) -> Verdict:
    error = f"{refused.code} {refused.kind}: {refused.reason}".removesuffix(": ")
    if refused.kind in UNREACHABLE:
        return Verdict(state=State.UNREACHABLE, error=error)
    if refused.kind is Refusal.MESSAGE_GONE and hand.verb is Verb.EDIT:
        return Verdict(state=State.PENDING, error=error, is_lost=True)
    return Verdict(state=State.DEAD, error=error)


def _unknown(hand: InHand, reason: str, *, now: datetime, wall: datetime) -> Verdict:
    if hand.verb is not Verb.SEND:
        return _change_unknown(hand, reason, now=now, wall=wall)
    wait = ALERT_AGAIN if hand.is_alert else ONCE_AGAIN.get(hand.kind)
    if wait is None or (hand.was_uncertain and not hand.is_alert):
        return Verdict(state=State.UNCERTAIN, error=reason)
    return Verdict(state=State.UNCERTAIN, error=reason, retry_at=wall + wait)


def _change_unknown(hand: InHand, reason: str, *, now: datetime, wall: datetime) -> Verdict:
    """What is to leave a phone must leave it, even after hours; a newer edit ends an older one.
    After two days Telegram would not delete any more."""
    if hand.attempts < FIRST_TRIES:
        return Verdict(state=State.PENDING, error=reason, retry_at=wall + CHANGE_AGAIN)
    if now >= hand.due_since + DELETABLE:
        return Verdict(state=State.UNCERTAIN, error=reason)
    return Verdict(state=State.PENDING, error=reason, retry_at=wall + backoff(hand))
