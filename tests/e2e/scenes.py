"""What many scenes do: answer a whole check-in, read what the centre kept of it."""

from collections.abc import Iterable
from typing import Any

from tests.e2e.conftest import Phone, World

DAYS = ("Tidak ada", "1-2 hari", "3-4 hari", "5-7 hari")
ITEMS = ("sleep", "eat", "fear", "withdraw", "anger", "self", "school", "safety")
WORRY = ("Tidak ada", "Ada sedikit", "Ada, mau bicara", "Ada, mohon segera")

CRITICAL = "dia bilang mau bunuh diri"
UNSURE = "kayaknya dia mau mati"
DENIED = "dia tidak mau mati"
HARMLESS = "hari ini hujan terus bu"


def notice(first: str, code: str = "K-0142") -> str:
    """The whole of what a staff phone shows unasked."""
    return f"{first}. 1 hal perlu dilihat. {code}"


async def taps_all(phone: Phone, labels: Iterable[str]) -> None:
    """One button after the other."""
    for label in labels:
        await phone.taps(label)


async def ends(phone: Phone) -> None:
    """The open line, and before it what takes turns from the second check-in on."""
    if "Lewati" in await phone.buttons():
        await phone.taps("Lewati")
    await phone.taps("Selesai")


async def answers(phone: Phone, values: Iterable[int], *, worry: int | None = 0) -> None:
    """Mulai, the days of the seven items, and the last item unless `worry` is None."""
    await phone.taps("Mulai")
    await taps_all(phone, [DAYS[value] for value in values])
    if worry is not None:
        await phone.taps(WORRY[worry])


async def takes(staff: Phone, words: str) -> None:
    """Saya tangani, under the newest notice that says this."""
    found = [message for message in await staff.messages() if message["text"] == words]
    await staff.does("tap", message_id=found[-1]["message_id"], label="Saya tangani")


async def kept_answers(world: World) -> list[tuple[str, int | None, str | None]]:
    """(item, value, words) of every answer version, in the order given."""
    return [(row.item, row.value, row.text) for row in await world.replies() if row.item]


async def next_week(world: World, *phones: Phone) -> None:
    """Seven days on, a minute after the safe hours of Jakarta began; the next check-in is there."""
    await world.until(9, 1, days=6)
    for phone in phones:
        await phone.sees_last("Apa kabar minggu ini?")


async def late_text(world: World, phone: Phone, text: str, *, minutes: float) -> None:
    """A message that the person wrote so long ago, and that only now comes through."""
    await wrote(world, phone, text, minutes=minutes)
    await world.settles()


async def wrote(world: World, phone: Phone, text: str, *, minutes: float) -> None:
    """The same while nobody listens."""
    clock = await world.control("GET", "clock")
    person = await world.control("GET", f"people/{phone.id}")
    sender = {"id": phone.id, "is_bot": False, "first_name": person["first_name"]}
    message = {
        "message_id": 900_000,
        "date": int(clock["system"] - minutes * 60),
        "chat": {"id": phone.id, "type": "private", "first_name": person["first_name"]},
        "from": sender,
        "text": text,
    }
    await world.control("POST", "updates", {"update": {"message": message}})


def labels_of(message: dict[str, Any]) -> list[str]:
    """The buttons under one message."""
    return [key["text"] for row in message.get("buttons") or () for key in row]


def as_seen(message: dict[str, Any]) -> tuple[str, list[str]]:
    """All that somebody who looks over a shoulder can compare."""
    return message["text"], labels_of(message)
