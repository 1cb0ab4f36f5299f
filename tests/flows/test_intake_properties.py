"""Whatever a family taps and writes, in any order: nothing raises, is lost or falls."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import intake
from flows.conversation_state import OPEN_LINE, Talk
from flows.definition import Approval, Press
from flows.events import AnswerGiven, CheckinMoved, Event, MessageDue, WordsKept
from flows.forms import ANY_AGE, Checkin, Choice, Item, Total
from flows.model import CheckinState, ContactState, Level
from flows.scoring import counted
from flows.situation import Situation
from flows.wording import normalise, typed_choice, typed_presses
from tests.flows.builders import (
    CONTENT,
    A,
    B,
    a_checkin,
    a_contact,
    a_reply,
    a_situation,
    a_talk,
    only,
    up_to,
)
from tests.flows.family import Family

slow = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)

SAID = (
    *("0", "3", "7", "dua", "tiap hari", "Tidak ada", "1-2 hari", "gak tau", "tidak tahu"),
    *("kembali", "selesai", "lanjut", "mulai", "nanti", "baik", "kurang baik", "ya", "tidak"),
    *("bantuan", "telepon", "pagi", "jangan dulu", "aman", "tidak aman", "tutup", "setuju"),
    *("Ada, mau bicara", "Ada, mohon segera", "Anak", "Ya, secepatnya"),
    *("Kakak mau mati", "mungkin dipukul lagi", "tidak dipukul kok", "susah tidur", "😢", ""),
)


@st.composite
def checkins(draw: st.DrawFn) -> Checkin:
    """Three items, in days or with choices of their own; a choice may lead further down."""
    names = ("one", "two", "three")
    leads = {
        "one": draw(st.sampled_from((None, "two", "three"))),
        "two": draw(st.sampled_from((None, "three"))),
    }
    branches = {target for target in leads.values() if target is not None}
    scales = {name: draw(st.sampled_from(("days", None))) for name in names}
    made = tuple(
        Item(
            id=name,
            texts={ANY_AGE: f"{name}, {{panggilan}}?"},
            choices=tuple(
                Choice(value=value, label=f"{name} {value}", then=_then(leads, name, value))
                for value in range(draw(st.integers(2, 4)))
            ),
            scale=scales[name],
            is_branch=name in branches,
        )
        for name in names
    )
    total = Total(items=names, least_answered=draw(st.integers(1, 3)), bands=(("hijau", 0),))
    return Checkin(
        id="tiga",
        kind="check-in",
        level=draw(st.sampled_from((Level.OPEN, Level.DISCREET))),
        approval=Approval(by=None, on=None),
        opening="Apa kabar? {waktu} {jumlah}",
        items=made,
        open_line=draw(st.none() | st.just("Ada lagi?")),
        total=draw(st.none() | st.just(total)),
    )


def _then(leads: dict[str, str | None], name: str, value: int) -> str | None:
    return leads.get(name) if value == 1 else None


shapes = checkins() | st.sampled_from((a_checkin(A), a_checkin(B)))
acts = st.lists(
    st.one_of(
        st.tuples(st.just("tap"), st.integers(0, 6)),  # a button of the newest message
        st.tuples(st.just("old tap"), st.integers(0, 200)),  # any button ever seen
        st.tuples(st.just("write"), st.sampled_from(SAID) | st.text(max_size=12)),
        st.tuples(st.just("correct"), st.sampled_from(SAID)),
        st.tuples(st.sampled_from(("idle", "day old", "photo", "take", "close")), st.none()),
    ),
    max_size=30,
)


def do(family: Family, act: str, detail: Any) -> None:
    """One act, if it can be done now."""
    buttons = [one for due in family.sent for row in due.message.buttons for one in row]
    match act:
        case "tap":
            newest = [one for row in family.sent[-1].message.buttons for one in row]
            if newest:
                family.presses(newest[detail % len(newest)])
        case "old tap":
            family.presses(buttons[detail % len(buttons)])
        case "write":
            family.writes(detail)
        case "photo":
            family.sends("photo")
        case "correct":
            given = [one for one in family.answers if one.checkin is not None]
            family.corrects("message-1", detail, given[-1].item if given else None)
        case "take" | "close":
            for alert in tuple(family.alerts):
                (family.staff_take if act == "take" else family.staff_close)(alert)
        case "idle" if family.talk and family.talk.state is CheckinState.OPEN:
            family.idles()
        case "day old" if family.talk and family.talk.state.is_open:
            family.is_a_day_old()
        case _:
            pass


def follows(talk: Talk) -> bool:
    """Could somebody have come along this path?"""
    shape, asked = talk.checkin, [item.id for item in talk.checkin.asked]
    if not talk.path:
        return True
    if talk.path[0] != asked[0] or OPEN_LINE in talk.path[:-1]:
        return False
    for here, there in zip(talk.path, talk.path[1:], strict=False):
        branches = {choice.then for choice in shape.item(here).choices}
        so_far = talk.path[: talk.path.index(here) + 1]
        last = max(asked.index(item) for item in so_far if item in asked)
        onward = asked[last + 1] if last + 1 < len(asked) else OPEN_LINE
        if there not in branches and there != onward:
            return False
    return True


@slow
@given(shape=shapes, level=st.sampled_from((A, B)), todo=acts)
def test_nothing_that_a_family_does_leads_a_check_in_astray(
    shape: Checkin, level: Level, todo: Sequence[tuple[str, Any]]
) -> None:
    family = Family(contact=a_contact(level=level))
    family.is_asked(shape)
    assert family.talk is not None

    for act, detail in todo:
        before = family.talk
        do(family, act, detail)
        after = family.talk

        assert follows(after)
        assert after.floor >= before.floor
        assert len(after.path) > after.floor or not after.path
        assert len(after.path) >= len(before.path) or len(after.path) > before.floor
        highest, now = counted(before.answers), counted(after.answers)
        assert all(now[item] >= value for item, value in highest.items())
        if act not in ("correct", "idle", "day old", "take", "close"):
            given_now = [one for one in only(family.events, AnswerGiven) if one.checkin]
            assert all(one.item in (before.answerable, "pulse") for one in given_now)


@slow
@given(shape=shapes, todo=acts, choice=st.integers(0, 3))
def test_whoever_answers_everything_comes_to_the_end(
    shape: Checkin, todo: Sequence[tuple[str, Any]], choice: int
) -> None:
    family = Family(contact=a_contact(level=shape.level))
    family.is_asked(shape)
    for act, detail in todo:
        do(family, act, detail)
    assert family.talk is not None

    for _ in range(2 * len(shape.items) + 3):
        _goes_on(family, choice)

    assert not family.talk.state.is_open
    if family.talk.state is CheckinState.FINISHED:
        assert {item.id for item in shape.asked} <= {one.item for one in family.talk.answers}


def _goes_on(family: Family, choice: int) -> None:
    """The next sensible tap, if there is still one."""
    talk = family.talk
    if talk is None or not talk.state.is_open:
        return
    if talk.state is CheckinState.ASKED:
        family.writes("ayo mulai")
    elif talk.state is CheckinState.PAUSED:
        family.writes("lanjut")
    elif talk.asked == OPEN_LINE:
        family.writes("selesai")
    else:
        assert talk.asked is not None
        choices = talk.checkin.item(talk.asked).choices
        family.writes(choices[choice % len(choices)].label)


STATES = tuple(ContactState)
WHERE = (
    None,
    a_talk(),
    a_talk(is_reminded=True),
    a_talk(*up_to("eat")),
    a_talk(*up_to("safety")),
    a_talk(*up_to(OPEN_LINE)),
    a_talk("sleep", state=CheckinState.PAUSED),
    a_talk(checkin=a_checkin(B)),
    a_talk(*up_to("call", a_checkin(B)), checkin=a_checkin(B)),
)
situations = st.builds(
    lambda talk, level, state, part, asked: a_situation(
        talk if state is ContactState.ACTIVE else None,
        level=level,
        contact=a_contact(level=level, state=state, consent_part=part, duress_word="kue lapis"),
        is_safety_asked=asked,
    ),
    talk=st.sampled_from(WHERE),
    level=st.sampled_from(Level),
    state=st.sampled_from(STATES),
    part=st.integers(0, 2),
    asked=st.booleans(),
)
written = (
    st.sampled_from((*SAID, "STOP", "CUKUP", "MULAI", "salah sambung", "kue lapis")) | st.text()
)


def records(events: Sequence[Event], text: str) -> int:
    kept = [one for one in only(events, WordsKept) if one.text == text]
    given_now = [one for one in only(events, AnswerGiven) if one.words == text]
    return len(kept) + len(given_now)


@slow
@given(situation=situations, text=written)
def test_any_words_in_any_state_are_kept_exactly_once(situation: Situation, text: str) -> None:
    assert records(intake.receive(situation, a_reply(text)), text) == 1


@slow
@given(situation=situations, text=written, kind=st.sampled_from(("photo", "voice")))
def test_whatever_is_sent_is_kept_exactly_once_with_its_caption(
    situation: Situation, text: str, kind: str
) -> None:
    assert records(intake.receive(situation, a_reply(text, media=kind)), text) == 1


@slow
@given(situation=situations, text=written)
def test_any_correction_is_kept_exactly_once_and_sends_nothing(
    situation: Situation, text: str
) -> None:
    events = intake.receive(situation, a_reply(text, edits="message-0", edits_item="sleep"))

    assert records(events, text) == 1
    assert only(events, MessageDue) == ()
    assert only(events, CheckinMoved) == ()


@slow
@given(situation=situations, text=written)
def test_the_same_words_in_the_same_situation_always_mean_the_same(
    situation: Situation, text: str
) -> None:
    assert intake.receive(situation, a_reply(text)) == intake.receive(situation, a_reply(text))


@slow
@given(situation=situations, text=written)
def test_at_c_and_d_and_to_a_wrong_person_no_word_goes_back(
    situation: Situation, text: str
) -> None:
    silent = replace(situation, level=Level.SILENT)
    wrong = replace(situation, contact=a_contact(state=ContactState.WRONG_PERSON))

    for quiet in (silent, wrong):
        assert only(intake.receive(quiet, a_reply(text)), MessageDue) == ()


B_ITEMS = {item.id: item for item in a_checkin(B).items}


@slow
@given(
    talk=st.sampled_from((None, a_talk(checkin=a_checkin(B)), *(
        a_talk(*up_to(item, a_checkin(B)), checkin=a_checkin(B)) for item in B_ITEMS
    ))),
    text=st.text(max_size=60) | st.sampled_from(("apa kabar bu", "tolong saya", "Kakak mau mati")),
    kind=st.sampled_from((None, "photo", "voice")),
)  # fmt: skip
def test_at_b_every_free_text_and_picture_gets_the_same_message(
    talk: Talk | None, text: str, kind: str | None
) -> None:
    if typed_presses(text, CONTENT.messages):
        return
    asked = None if talk is None or talk.asked is None else B_ITEMS[talk.asked]
    if asked is not None and typed_choice(text, asked, CONTENT.messages) is not None:
        return

    events = intake.receive(a_situation(talk, level=B), a_reply(text, media=kind))

    (due,) = only(events, MessageDue)
    first = intake.receive(a_situation(level=B), a_reply("apa kabar bu"))
    assert due == only(first, MessageDue)[0]
    assert normalise(due.message.text).startswith("terima kasih kabarnya")
    assert [one.press for row in due.message.buttons for one in row] == [Press.CALL_ME, Press.HELP]
