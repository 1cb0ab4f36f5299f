"""The judge itself: it has nothing to say about a good account, and a word for each that is not."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.crash.truth import (
    Act,
    Arrival,
    Push,
    Reason,
    Record,
    Reply,
    Row,
    Tapped,
    judge,
)

SARI, RATNA = 7, 8
ALERT, CHECKIN = "alert:bot:2", "checkin:1"
NOTICE = f"notice:{ALERT}:0:0:ratna"


def good() -> Record:
    """A mother writes, cries for help, corrects herself and taps; her worker hears of it."""
    cry = "dia mau bunuh diri"
    return Record(
        rings=RATNA,
        updates=("bot:1", "bot:2", "bot:3", "bot:4", "bot:5"),
        acts=(
            Act(cause="bot:1", chat=SARI, message=1, text="halo"),
            Act(cause="bot:2", chat=SARI, message=2, text=cry, is_critical=True),
            Act(cause="bot:3", chat=SARI, message=1, text="halo ya"),
            Act(cause="bot:4", chat=SARI, message=4, text="ini", files=1),
            Act(
                cause="bot:5",
                chat=SARI,
                tapped=Tapped(item="sleep", value=2, checkin=CHECKIN),
            ),
        ),
        pushes=(
            Push(chat=SARI, text="Terima kasih"),
            Push(chat=RATNA, text="Kritis.", mark="n1"),
            Push(chat=SARI, text="2/5", mark="q2"),
        ),
        arrivals=tuple(Arrival(cause=f"bot:{n}", chat=SARI, state="done") for n in range(1, 6)),
        replies=(
            Reply(cause="bot:1", chat=SARI, text="halo", replaced_by="bot:3"),
            Reply(cause="bot:2", chat=SARI, text=cry),
            Reply(cause="bot:3", chat=SARI, text="halo ya"),
            Reply(cause="bot:4", chat=SARI, text="ini", files=1),
            Reply(cause="bot:5", chat=SARI, item="sleep", value=2),
        ),
        alerts=(ALERT,),
        reasons=(
            Reason(
                id="fact:bot:2:A1:1", alert=ALERT, source="bot:2", words="bot:2", is_critical=True
            ),
        ),
        steps=((ALERT, "ratna", 0, 0),),
        rows=(
            Row(id="r1", chat=SARI, kind="answer", verb="send", text="Terima kasih", state="sent"),
            Row(
                id=NOTICE,
                chat=RATNA,
                kind="notice",
                verb="send",
                text="Kritis.",
                state="sent",
                mark="n1",
                alert=ALERT,
            ),
            Row(
                id="r2",
                chat=SARI,
                kind="question_b",
                verb="send",
                text="2/5",
                state="sent",
                mark="q2",
            ),
        ),
    )


def without(record: Record, field: str, number: int) -> Record:
    kept = list(getattr(record, field))
    del kept[number]
    return replace(record, **{field: tuple(kept)})


def altered(record: Record, field: str, number: int, **values: object) -> Record:
    kept = list(getattr(record, field))
    kept[number] = replace(kept[number], **values)
    return replace(record, **{field: tuple(kept)})


def doubled(record: Record, field: str, number: int) -> Record:
    kept = getattr(record, field)
    return replace(record, **{field: (*kept, kept[number])})


def test_a_good_account_has_no_complaint() -> None:
    assert judge(good()) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (without(good(), "arrivals", 0), "bot:1 is in the inbox 0 times"),
        (doubled(good(), "arrivals", 0), "bot:1 is in the inbox 2 times"),
        (altered(good(), "arrivals", 2, state="new"), "bot:3 is new in the inbox"),
        (altered(good(), "arrivals", 2, state="dead"), "bot:3 is dead in the inbox"),
        (without(good(), "replies", 3), "bot:4 ('ini') is kept 0 times"),
        (doubled(good(), "replies", 3), "bot:4 ('ini') is kept 2 times"),
        (altered(good(), "replies", 1, text="dia"), "bot:2 says 'dia' with 0 files"),
        (altered(good(), "replies", 3, files=0), "bot:4 says 'ini' with 0 files"),
        (without(good(), "acts", 3), "bot:4 is kept, but nobody did it"),
        (without(good(), "replies", 4), "bot:5 tapped sleep=2, kept is []"),
        (doubled(good(), "replies", 4), "bot:5 tapped sleep=2, kept is [("),
        (altered(good(), "replies", 4, value=1), "bot:5 tapped sleep=2, kept is [('sleep', 1)]"),
        (altered(good(), "replies", 0, replaced_by=None), "bot:1 is replaced by None"),
        (altered(good(), "replies", 2, replaced_by="bot:1"), "bot:3 is replaced by bot:1"),
        (replace(good(), replies=good().replies[::-1]), "was written before"),
        (replace(good(), arrivals=good().arrivals[::-1]), "was written before"),
        (without(good(), "reasons", 0), "bot:2 cries for help and has 0 alerts"),
        (altered(good(), "reasons", 0, is_critical=False), "bot:2 cries for help and has 0"),
        (without(good(), "alerts", 0), f"{ALERT} is there 0 times"),
        (doubled(good(), "alerts", 0), f"{ALERT} is there 2 times"),
        (doubled(good(), "reasons", 0), "fact:bot:2:A1:1 is there 2 times"),
        (replace(good(), alerts=(ALERT, "alert:x")), "alert:x has no reason"),
        (doubled(good(), "steps", 0), "was taken 2 times"),
        (without(good(), "pushes", 1), f"no notice of {ALERT} has reached the worker"),
        (altered(good(), "pushes", 1, chat=SARI), f"no notice of {ALERT} has reached the worker"),
        (without(good(), "pushes", 0), "r1 counts as sent, but Telegram took it 0 times"),
        (doubled(good(), "pushes", 0), "r1 came 2 times to a phone; 1 are explained"),
        (doubled(good(), "pushes", 1), f"{NOTICE} came 2 times to a phone"),
        (without(good(), "rows", 0), "which nobody wrote down"),
        (altered(good(), "rows", 0, state="sending"), "r1 is still on its way"),
    ],
)
def test_whatever_is_lost_doubled_or_changed_is_named(wrong: Record, said: str) -> None:
    complaints = judge(wrong)

    assert any(said in complaint for complaint in complaints), complaints


def test_a_second_copy_of_what_was_on_its_way_at_a_crash_is_forgiven_once() -> None:
    twice = replace(doubled(good(), "pushes", 1), in_flight=Counter({NOTICE: 1}))

    assert judge(twice) == ()
    assert judge(doubled(twice, "pushes", 1)) != ()


def test_a_second_copy_of_what_telegram_took_without_a_word_is_forgiven_once() -> None:
    unheard = altered(good(), "pushes", 0, is_heard=False)

    twice = replace(unheard, pushes=(*unheard.pushes, good().pushes[0]))

    assert judge(twice) == ()
    assert judge(replace(twice, pushes=(*twice.pushes, good().pushes[0]))) != ()


def test_a_doubted_question_counts_as_sent_where_its_newer_text_arrived_as_a_message() -> None:
    newer = Row(
        id="r3",
        chat=SARI,
        kind="question_b",
        verb="edit",
        text="3/5",
        state="sent",
        mark="q3",
        target="r2",
    )
    doubted = without(replace(good(), rows=(*good().rows, newer)), "pushes", 2)
    arrived = Push(chat=SARI, text="3/5", mark="q3")

    assert judge(doubted) == ("r2 counts as sent, but Telegram took it 0 times",)
    assert judge(replace(doubted, pushes=(*doubted.pushes, arrived))) == ()


def test_a_question_at_b_is_never_forgiven() -> None:
    twice = replace(doubled(good(), "pushes", 2), in_flight=Counter({"r2": 1}))

    assert judge(twice) == ("r2 came 2 times to a phone; 1 are explained",)


def test_a_cry_for_help_with_two_alerts_is_named() -> None:
    other = replace(good().reasons[0], id="fact:bot:2:A2:1", alert="alert:other")
    record = replace(good(), reasons=(*good().reasons, other), alerts=(ALERT, "alert:other"))

    assert any("has 2 alerts" in complaint for complaint in judge(record))


def test_a_tap_that_asks_for_help_needs_an_alert_of_its_checkin() -> None:
    tapped = altered(good(), "acts", 4, is_critical=True)
    reason = Reason(
        id="fact:checkin:1:A8:1", alert=ALERT, source=CHECKIN, words="bot:5", is_critical=True
    )

    assert any("bot:5 cries for help" in complaint for complaint in judge(tapped))
    assert judge(replace(tapped, reasons=(*tapped.reasons, reason))) == ()
