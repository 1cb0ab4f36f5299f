"""What stands on the disk and in the log: no name, no word, no number; and nothing twice."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot import logs
from flows.model import Level, Role
from tests.e2e.conftest import TOKEN, Phone, World
from tests.e2e.scenes import CRITICAL, HARMLESS, UNSURE, answers, taps_all

CAREGIVER, WORKER = "Zulaikha Karangsari", "Ratnaningtyas"
PHONE = "+6281234567890"
DURESS, NOTE = "kue lapis legit", "besok saya datang membawa beras"
SPOKEN = "dia kabur dari rumah sejak subuh, naik angkot biru"
KEPT = ("answers", "words", "attachments", "alerts", "facts", "steps", "outbox", "consents")
KEPT += ("checkins", "contacts", "addresses", "invites", "audit", "inbox")


@pytest.fixture
async def log(world: World) -> AsyncIterator[io.StringIO]:
    """Every line that the program writes to stderr."""
    lines = io.StringIO()
    logs.set_up(secrets=[TOKEN], stream=lines, as_json=True)
    yield lines
    await world.stops()


async def a_whole_story(world: World) -> list[Phone]:
    """Enrolment, a check-in by tap and typing, alerts, notes, a stranger, goodbye."""
    ratna = await world.staff(WORKER)
    dewi = await world.staff("Dewi", Role.SUPERVISOR)
    tono = await world.meets("Tono", last_name="Wicaksono", username="tono_wicaksono")
    sari = await world.family(ratna, "K-1", name="Sari", duress_word=DURESS)
    wati = await world.meets("Wati", phone=PHONE)
    wati.owner_id, token = await world.invited(
        ratna, "K-2", name=CAREGIVER, level=Level.DISCREET, phone=PHONE
    )
    await wati.opens(token)
    await wati.taps("Lanjut")
    await wati.does("contact")
    await ratna.taps("Katanya cocok")
    await wati.taps("Setuju")
    await world.first_checkin(sari)
    await answers(sari, [3, 1, 0, 0, 0, 0], worry=None)
    await sari.writes("gak ada")
    await sari.taps("Ada, mau bicara")
    await sari.writes("biaya")
    await sari.writes(HARMLESS)
    await sari.edits(HARMLESS, SPOKEN)
    await sari.taps("Selesai")
    await sari.writes(DURESS)
    await wati.writes(UNSURE)
    await wati.does("photo", caption="ini rumah kami")
    await tono.writes(CRITICAL)
    await tono.opens(token)
    await taps_all(ratna, ["Lihat", "Saya tangani", "Kunjungi"])
    await ratna.writes(NOTE)
    await dewi.taps("Lihat")
    await wati.writes("STOP")
    await wati.does("block")
    return [ratna, dewi, tono, sari, wati]


def planted(people: list[Phone], tokens: list[str]) -> Iterator[str]:
    """Whatever may stand nowhere in clear."""
    yield from (CAREGIVER, WORKER, "Zulaikha", "Ibu Karangan", "Wicaksono", "tono_wicaksono")
    yield from (PHONE, PHONE.removeprefix("+62"), "2016-04-02")
    yield from (
        DURESS,
        NOTE,
        HARMLESS,
        SPOKEN,
        "naik angkot biru",
        UNSURE,
        CRITICAL,
        "ini rumah kami",
    )
    yield from (TOKEN, TOKEN.partition(":")[2], *tokens)
    yield from (str(person.id) for person in people)


def found_in(content: bytes, words: Iterator[str]) -> list[str]:
    return [
        word for word in words if word.encode() in content or word.encode("utf-16-le") in content
    ]


async def tokens_issued(world: World) -> list[str]:
    """What followed /start, as Telegram saw it."""
    updates = (await world.control("GET", "updates"))["updates"]
    texts = [(one["update"].get("message") or {}).get("text", "") for one in updates]
    return [text.removeprefix("/start ") for text in texts if text.startswith("/start ")]


async def test_nothing_changes_by_repetition_and_nothing_is_found_on_the_disk_or_in_the_log(
    world: World, log: io.StringIO, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    people = await a_whole_story(world)
    tokens = await tokens_issued(world)
    before, seen = await everything(world), [await phone.messages() for phone in people]
    updates = (await world.control("GET", "updates"))["updates"]

    seq = (await world.control("GET", "calls"))["next"]
    for update in reversed(updates):
        await world.control("POST", f"updates/{update['update_id']}/redeliver", {})
    await world.settles()

    assert await delivered_since(world, seq) >= {one["update_id"] for one in updates}
    assert await everything(world) == before
    assert [await phone.messages() for phone in people] == seen
    url = world.settings.database_url
    is_file = url.startswith("sqlite")
    where = tmp_path if is_file else request.getfixturevalue("postgres").files(url)
    while_running = await asyncio.to_thread(everything_on_disk, where)
    await world.stops()
    at_rest = await asyncio.to_thread(everything_on_disk, where)

    assert len(tokens) == 5
    if is_file:
        assert {"kabar.db", "kabar.db-wal", "kabar.db-shm", "kabar.key"} <= set(while_running)
    assert any(b"enrolled" in content or b"consent" in content for content in at_rest.values())
    for content in (*while_running.values(), *at_rest.values()):
        assert found_in(content, planted(people, tokens)) == []
    written = log.getvalue()
    assert '"action": "sent"' in written
    assert found_in(written.encode(), planted(people, tokens)) == []


def everything_on_disk(folder: Path) -> dict[str, bytes]:
    """Every file by its name: database, its companions, key file."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def delivered_since(world: World, seq: int) -> set[int]:
    """Ids of the updates that getUpdates has handed out."""
    calls = await world.control("GET", f"calls?method=getUpdates&after={seq}")
    pages = [call["answer"].get("result", []) for call in calls["calls"] if call["answer"]]
    return {update["update_id"] for page in pages for update in page}


async def everything(world: World) -> dict[str, list[object]]:
    return {table: await world.rows(f"select * from {table} order by 1") for table in KEPT}
