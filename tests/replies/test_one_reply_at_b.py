"""At B one byte-identical reply answers everything: whatever is typed or sent, the phone shows the
same, at the same moment, and the typed message leaves it all the same."""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from flows import intake
from flows.definition import Press
from flows.events import (
    AlertFound,
    AnswerGiven,
    CheckinMoved,
    Event,
    MessageDue,
    PhoneHidden,
    Spoke,
    TypedDeleted,
    WordsKept,
)
from flows.model import ContactState, Level
from flows.situation import Situation
from flows.wording import typed_choice, typed_presses
from tests.flows.builders import (
    CONTENT,
    DETECTOR,
    B,
    a_checkin,
    a_contact,
    a_reply,
    a_situation,
    a_talk,
    up_to,
)

BEHIND = (AlertFound, AnswerGiven, CheckinMoved, Spoke, WordsKept)
"""Events that no phone shows."""

CONTROL = (Press.STOP, Press.WRONG_PERSON, Press.HELP, Press.NUMBERS, Press.CALL_ME, Press.HIDE)

HARD = (
    "Kakak bilang mau mati",
    "mungkin anak dipukul lagi",
    "tidak aman",
    "aman",
    "kue lapis",
    "saya dipukul suami tolong",
    "🙏",
    "?",
    "   ",
    "apa kabar bu",
)
MEDIA = st.sampled_from([None, None, "photo", "voice", "video", "document", "location", "sticker"])
WRITTEN = st.one_of(st.sampled_from(HARD), st.text(max_size=200))


def situations() -> list[Situation]:
    """No check-in, an opening, a question, and one that is left from A."""
    contact = a_contact(level=B, duress_word="kue lapis")
    shape = a_checkin(B)
    talks = (None, a_talk(checkin=shape), a_talk(*up_to("eat", shape), checkin=shape))
    calm = [a_situation(talk, level=B, contact=contact) for talk in talks]
    return [*calm, replace(calm[0], is_safety_asked=True, is_safety_last=True)]


def shown(events: tuple[Event, ...]) -> list[Event]:
    return [event for event in events if not isinstance(event, BEHIND)]


def is_own_word(text: str, situation: Situation) -> bool:
    """A control word, a word of the check-in's own buttons, or an answer."""
    presses = typed_presses(text, CONTENT.messages)
    talk = situation.talk
    if any(press in CONTROL for press in presses):
        return True
    if talk is None:
        return False
    item = None if talk.asked is None else talk.checkin.item(talk.asked)
    is_answer = item is not None and typed_choice(text, item, CONTENT.messages) is not None
    return is_answer or any(press in OWN for press in presses)


OWN = (Press.START, Press.LATER, Press.SKIP, Press.BACK, Press.FINISH, Press.RESUME)


@given(text=WRITTEN, media=MEDIA, number=st.integers(0, 3))
@example(text="Kakak bilang mau mati", media=None, number=2)
@example(text="tidak aman", media="photo", number=0)
@example(text="aman", media=None, number=3)
def test_whatever_comes_the_phone_shows_the_same(text: str, media: str | None, number: int) -> None:
    situation = situations()[number]
    if is_own_word(text, situation):
        return

    events = intake.receive(situation, a_reply(text, media=media))

    small_talk = intake.receive(situations()[0], a_reply("apa kabar bu"))
    assert shown(events) == shown(small_talk)


def test_it_is_one_message_with_the_door_to_a_human_and_the_typed_one_leaves() -> None:
    due, gone = shown(intake.receive(situations()[0], a_reply("apa kabar bu")))

    assert isinstance(due, MessageDue)
    assert isinstance(gone, TypedDeleted)
    assert due.message.text == CONTENT.messages.texts["everything"].text
    labels = [[button.label for button in row] for row in due.message.buttons]
    assert labels == [["Telepon saya"], ["Bantuan"]]


def test_no_hard_word_of_the_shipped_signs_changes_a_letter_at_a_that_is_not_the_general_one() -> (
    None
):
    """At A whatever was found, surely or not, gets the same words; nothing names it."""
    said = set()
    for text in ("Kakak bilang mau mati", "mungkin anak dipukul lagi", "saya dipukul suami"):
        assert DETECTOR.find(text).level == "critical"
        events = intake.receive(a_situation(), a_reply(text))
        said.add(tuple(one.message for one in events if isinstance(one, MessageDue)))

    assert len(said) == 1


def test_a_pending_contact_at_b_is_told_to_wait_whatever_they_write() -> None:
    pending = a_situation(level=Level.DISCREET, state=ContactState.PENDING)

    texts = {tuple(shown(intake.receive(pending, a_reply(text)))) for text in ("halo", *HARD[:2])}

    assert len(texts) == 1
    assert not any(isinstance(one, PhoneHidden) for one in next(iter(texts)))
