"""Every screen that anybody may be shown: its words, its length, how hard it is to read."""

from collections.abc import Iterator
from itertools import product

import pytest

from flows import conversation, loader, walking
from flows.conversation_state import Talk
from flows.definition import Content
from flows.events import Event, Message, MessageDue
from flows.forms import Checkin
from flows.model import CheckinState
from flows.reading.folder import SHIPPED
from flows.reading.plain import BUTTON, QUESTION, hard_parts, syllables
from flows.walking import Ways, next_places, numbers_to_try, ways_through
from flows.wording import forbidden_words
from tests.flows.builders import only

CONTENT = loader.load()
AGES = (3, 9, 15)
OPENING = 160  # characters
LABELS_IN_A_ROW = 28  # characters that two or three buttons share on a small phone

VARIANTS = [
    pytest.param(checkin, age, is_short, holidays, id=f"{checkin.id}-{age}-{is_short}-{holidays}")
    for checkin in CONTENT.checkins.values()
    for age, is_short, holidays in product(AGES, (False, True), (False, True))
]


def screens(
    checkin: Checkin, age: int, *, is_short: bool, holidays: bool, content: Content = CONTENT
) -> Iterator[Message]:
    """The opening and every question on every way, each once."""
    for number in numbers_to_try(checkin):
        talk = walking.a_talk(
            checkin,
            number=number,
            in_school_holidays=holidays,
            age=age,
            reads_little=is_short,
            called="si Kecil",
        )
        yield _message(conversation.open_(content.messages, talk, greeting="siang"))
        yield from _questions(talk, content, set())


def _questions(talk: Talk, content: Content, seen: set[tuple[str, ...]]) -> Iterator[Message]:
    for after in next_places(talk, content.messages):
        if after.state is CheckinState.OPEN and after.path not in seen:
            seen.add(after.path)
            yield _message(conversation.show_again(content.messages, after))
            yield from _questions(after, content, seen)


def _message(events: tuple[Event, ...]) -> Message:
    (due,) = only(events, MessageDue)
    return due.message


@pytest.mark.parametrize(("checkin", "age", "is_short", "holidays"), VARIANTS)
def test_every_screen_is_harmless_short_and_plain(
    checkin: Checkin, age: int, is_short: bool, holidays: bool
) -> None:
    shown = list(screens(checkin, age, is_short=is_short, holidays=holidays))

    assert shown
    for message in shown:
        labels = [button.label for row in message.buttons for button in row]
        for text in (message.text, *labels):
            assert forbidden_words(text, CONTENT.wording) == ()
            assert list(hard_parts(text)) == []
            assert "{" not in text
        assert len(message.text) <= max(QUESTION, OPENING)
        assert max(map(len, labels)) <= BUTTON
        for row in message.buttons:
            assert len(row) == 1 or sum(len(one.label) for one in row) <= LABELS_IN_A_ROW
        if is_short:
            assert all(len(row) == 1 for row in message.buttons)


@pytest.mark.parametrize("checkin", CONTENT.checkins.values(), ids=lambda one: one.id)
def test_the_opening_says_how_many_are_asked_and_so_does_each_question(checkin: Checkin) -> None:
    for holidays in (False, True):
        counted = [item for item in checkin.asked if not (holidays and item.not_in)]

        opening, *questions = screens(checkin, 9, is_short=False, holidays=holidays)

        if "{jumlah}" in checkin.opening:
            assert f"Ada {len(counted)} pertanyaan" in opening.text
            numbers = {one.text.split("\n")[0] for one in questions if "/" in one.text[:4]}
            wanted = {f"{at}/{len(counted)}" for at in range(1, len(counted) + 1)}
            assert numbers == wanted


@pytest.mark.parametrize("checkin", CONTENT.checkins.values(), ids=lambda one: one.id)
def test_every_way_ends_and_every_item_is_asked_of_somebody(checkin: Checkin) -> None:
    ways = ways_through(checkin, CONTENT.messages)

    assert ways.all_end
    assert ways.asked == {item.id for item in checkin.items}


def test_the_longest_ways() -> None:
    longest = {
        one.id: ways_through(one, CONTENT.messages).longest for one in CONTENT.checkins.values()
    }

    assert longest == {"mingguan-a": 10, "mingguan-b": 5, "sekolah": 4, "denyut": 1}


def test_an_item_that_nobody_can_reach_is_seen() -> None:
    body = (SHIPPED / "checkins" / "mingguan-a.yaml").read_text("utf-8")
    never = body.replace("only_if: {item: safety, at_most: 1}", "only_if: {item: safety, is: 9}")

    ways: Ways = ways_through(loader.load_checkin(never, "x.yaml"), CONTENT.messages)

    assert ways.asked.isdisjoint({"strength", "caregiver", "practical"})
    assert ways.longest == 10, "eight, about what, and the open line"


FOURTEEN = "Tadi malam Kakak tidur jam berapa dan bangun jam berapa tadi pagi di rumah"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{FOURTEEN}?", None),
        (f"{FOURTEEN} nenek?", "has 15 words in one sentence; make two of it"),
        ("Kakak tidur? Makan? " * 10, None),
        ("Kami mempertanggungjawabkannya.", '"mempertanggungjawabkannya", a long word'),
        ("{panggilan} dan Bapak/Ibu baik?", None),
    ],
)
def test_what_is_hard_to_read_is_named_with_a_remedy(text: str, says: str | None) -> None:
    hard = list(hard_parts(text))

    assert bool(hard) == (says is not None)
    assert says is None or says in hard[0]


def test_a_word_is_measured_by_what_is_heard() -> None:
    assert [syllables(word) for word in ("anak", "selesai", "Bapak", "pertanyaan")] == [2, 3, 2, 4]
