"""Changes that have no place any more: of an earlier phone, or of a message that never arrived."""

from typing import Any

from storage.deliveries import State
from storage.hands import QUIET

OLD_PHONE, NEW_PHONE = "1001", "2002"


def test_a_message_on_an_earlier_phone_is_not_changed_on_the_new_one(post: Any) -> None:
    post.put("notice", to=OLD_PHONE)
    post.fails("notice", State.SENT, message_no=7)
    post.put("taken", to=NEW_PHONE, verb="edit", target="notice")

    assert post.turns() == []
    assert post.state("taken") == "cancelled"


def test_a_quiet_edit_never_becomes_a_message_of_its_own(post: Any) -> None:
    post.put("question")
    post.fails("question", State.DEAD, error="refused")
    post.put("break", verb="edit", target="question", kind=QUIET)

    assert post.turns() == []
    assert post.state("break") == "expired"


def test_any_other_edit_of_a_lost_message_takes_its_place(post: Any) -> None:
    post.put("question")
    post.fails("question", State.DEAD, error="refused")
    post.put("next", verb="edit", target="question")

    assert post.turns() == ["next"]
