"""In what order and how fast the outbox is emptied."""

from typing import Any

from bot.delivery.lanes import Places
from bot.delivery.pacing import Rates
from bot.ports import Refusal, Refused, RetryAfter

RATNA, DEWI = "2002", "3003"


# Order


async def test_what_is_written_goes_out_and_its_number_is_kept(office: Any) -> None:
    async with office.sender() as sender:
        await office.put("halo")
        await office.sees("halo", "sent")

    row = await office.row("halo")
    assert (row.message_no, row.sent_at, row.attempts) == (1, office.clock.moved, 1)
    assert sender.metrics()["sent"] == 1


async def test_a_chat_is_served_in_order_while_others_go_on(office: Any) -> None:
    for row in ("one", "two"):
        await office.put(row)
    await office.put("other chat", to=RATNA, lane=4)
    office.telegram.holds()

    async with office.sender():
        await office.telegram.gets("one", "other chat")
        office.telegram.open.set()
        await office.telegram.gets("one", "other chat", "two")


async def test_an_alert_goes_before_everything_that_waits_in_its_chat(office: Any) -> None:
    office.telegram.holds()
    await office.put("first", to=RATNA)

    async with office.sender():
        await office.telegram.gets("first")
        await office.put("second", to=RATNA, lane=1)
        await office.put("alert", to=RATNA, lane=0, kind="notice")
        office.telegram.open.set()
        await office.sees("second", "sent")

    assert office.telegram.texts == ["first", "alert", "second"]


async def test_what_hangs_never_takes_the_places_of_alerts_and_answers(office: Any) -> None:
    for number in range(5):
        await office.put(f"broadcast {number}", to=f"4{number}", lane=4)
    office.telegram.holds()
    went = ["broadcast 0", "broadcast 1"]

    async with office.sender(places=Places(total=4, alerts=1, answers=1)) as sender:
        await office.telegram.gets(*went)
        for row, to, lane in (
            ("answer", "1001", 1),
            ("late answer", "1002", 1),
            ("alert", RATNA, 0),
        ):
            await office.put(row, to=to, lane=lane)
            went += [row] if row != "late answer" else []
            await office.telegram.gets(*went)
        await office.put("next alert", to=DEWI, lane=0, kind="notice")
        assert sender.metrics()["in_flight"] == 4
        office.telegram.open.set()
        await office.sees("broadcast 4", "sent")

    assert office.telegram.texts[4:] == [
        *("next alert", "late answer"),
        *(f"broadcast {number}" for number in (2, 3, 4)),
    ]


async def test_an_alert_takes_the_next_slot_before_a_burst_that_waits_longer(office: Any) -> None:
    office.rates = Rates(total=20, chat=1000)
    for number in range(40):
        await office.put(f"broadcast {number}", to=f"4{number}", lane=4)

    async with office.sender():
        await office.until(lambda: len(office.telegram.seen) >= 8)
        before = len(office.telegram.seen)
        await office.put("alert", to=RATNA, lane=0, kind="notice")
        await office.sees("alert", "sent")

    assert office.telegram.texts.index("alert") <= before + 4  # what was in hand already


async def test_an_edit_whose_message_vanished_is_sent_anew(office: Any) -> None:
    await office.put("question")

    async with office.sender():
        await office.sees("question", "sent")
        office.telegram.answers.append(Refused(kind=Refusal.MESSAGE_GONE, code=400))
        await office.put("edit", verb="edit", target="question")
        await office.sees("edit", "sent")

    assert [each.verb for each in office.telegram.seen] == ["send", "edit", "send"]
    assert (await office.row("question")).message_no == (await office.row("edit")).message_no == 2


# Pace


async def test_a_chat_gets_its_next_message_when_it_has_rested(office: Any) -> None:
    office.rates = Rates(total=1000, chat=0.001)
    await office.put("one")
    await office.put("two")

    async with office.sender():
        await office.sees("one", "sent")
        await office.put("other chat", to=RATNA)
        await office.sees("other chat", "sent")
        office.clock.forward(seconds=1000)
        await office.sees("two", "sent")

    assert office.telegram.texts == ["one", "other chat", "two"]


async def test_a_refused_chat_waits_and_the_others_do_not(office: Any) -> None:
    office.telegram.answers.append(RetryAfter(seconds=30))
    await office.put("one")

    async with office.sender() as sender:
        await office.until(lambda: sender.metrics().get("retried") == 1)
        await office.put("other chat", to=RATNA)
        await office.sees("other chat", "sent")
        assert not await sender.is_idle(office.clock.moved)
        office.clock.forward(seconds=30)
        await office.sees("one", "sent")

    assert office.telegram.texts == ["one", "other chat", "one"]
    assert sender.metrics()["retried"] == 1


async def test_two_refused_chats_stop_the_bot_for_as_long_as_told(office: Any) -> None:
    office.telegram.answers.extend([RetryAfter(seconds=3000), RetryAfter(seconds=2000)])
    await office.put("one")
    await office.put("two", to=RATNA)

    async with office.sender() as sender:
        await office.until(lambda: sender.metrics().get("retried") == 2)
        await office.put("alert", to=DEWI, lane=0)
        office.clock.forward(seconds=1900)
        sender.ring()
        await office.database.write(lambda tx: None)
        assert office.telegram.texts == ["one", "two"]
        office.clock.forward(seconds=100)
        await office.sees("alert", "sent")
