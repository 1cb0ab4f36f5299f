"""A family that writes back has seen what it was asked."""

from datetime import timedelta

import pytest

from bot.usecases.receive_reply import receive_reply
from storage import addresses, deliveries, outbox
from storage.database import Tx
from storage.deliveries import State, Verdict
from storage.outbox import Outgoing, Payload
from tests.bot.test_races import NOW, SARI, Centre, centre, room
from tests.e2e.scenes import HARMLESS

__all__ = ["centre", "room"]

WAIT = timedelta(minutes=10)


def loses_a_question(tx: Tx, contact: str) -> None:
    """It was sent, and nobody knows whether it arrived."""
    address = addresses.of(tx, "contact", contact)
    assert address is not None
    question = {"id": "question", "lane": 2, "kind": "question_a", "verb": "send"}
    out = Outgoing(**question, address=address, payload=Payload(text="?"), not_before=NOW)
    outbox.enqueue(tx, out, now=NOW)
    (claimed,) = deliveries.claim(tx, now=NOW, wall=NOW, lease="x", limit=1)
    lost = Verdict(state=State.UNCERTAIN, error="timeout", retry_at=NOW + WAIT)
    assert deliveries.settle(tx, claimed.hand, lost, now=NOW)


@pytest.mark.parametrize(("writes", "asked_again"), [(False, 1), (True, 0)])
def test_a_question_is_asked_again_unless_the_family_wrote_meanwhile(
    centre: Centre, writes: bool, asked_again: int
) -> None:
    centre.here.write_now(loses_a_question, centre.contact)
    if writes:
        came = centre.come(SARI, text=HARMLESS)
        centre.here.write_now(receive_reply, centre.room, came, now=NOW)

    def after_the_wait(tx: Tx) -> list[str]:
        later = NOW + WAIT
        deliveries.revive(tx, now=later, wall=later, mark="")
        claimed = deliveries.claim(tx, now=later, wall=later, lease="y", limit=10, lanes=(2, 4))
        return [one.hand.row for one in claimed]

    assert centre.here.write_now(after_the_wait).count("question") == asked_again
