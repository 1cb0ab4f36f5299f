"""The main job from outside: commands, two processes, HTTP, another check-in, and kill -9."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.outside import REPEATED, TOKEN, Centre, Person, a_centre
from tests.postgres import chosen_engine, fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGERS = (
    "Terima kasih. Layanan ini hanya untuk peserta kelas. "
    "Kalau Bapak/Ibu peserta, silakan minta kode pada petugas."
)
NEVER_GIVEN = "f_" + "0" * 32


@dataclass(frozen=True, kw_only=True)
class Team:
    """The staff of the centre, each with a connected phone."""

    ratna: Person
    wati: Person
    tika: Person
    dewi: Person
    budi: Person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    unused_tcp_port_factory: Callable[[], int],
) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("outside")
    with fresh(request, chosen_engine(), folder, is_empty=True) as url:
        async with a_centre(folder, unused_tcp_port_factory, url) as made:
            yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def team(centre: Centre) -> Team:
    ratna, wati, tika, dewi, budi = await asyncio.gather(
        centre.staff("Ratna"),
        centre.staff("Wati"),
        centre.staff("Tika", "psychologist"),
        centre.staff("Dewi", "supervisor"),
        centre.staff("Budi", "head"),
    )
    return Team(ratna=ratna, wati=wati, tika=tika, dewi=dewi, budi=budi)


async def test_the_whole_story_survives_two_kills_and_nothing_is_lost_or_doubled(
    centre: Centre, team: Team
) -> None:
    ratna, dewi, budi = team.ratna, team.dewi, team.budi
    sari = await centre.family(ratna, "K-0142")

    await centre.is_asked(sari)
    await sari.taps("Mulai")
    await sari.does("tap", label="3-4 hari")
    await centre.dies_and_returns()
    await shows_one_question(sari, "2/3")
    await sari.writes("tiap hari")
    await sari.does("tap", label="Ada, mohon segera")
    await centre.dies_and_returns()
    await sari.writes("mohon ditelepon sore")
    await sari.taps("Selesai")

    await was_told(ratna, "Kritis. 1 hal perlu dilihat. K-0142", times=1)
    await ratna.presses("Lihat", under="Kritis. 1 hal perlu dilihat. K-0142")
    assert "ada yang dikhawatirkan, mohon segera (3)" in (await ratna.texts())[-1]
    await ratna.presses("Saya tangani", under="Kritis. 1 hal perlu dilihat. K-0142")
    await ratna.taps("Bicara, aman")
    await ratna.writes("sudah ditelepon")
    assert (await ratna.texts())[-1] == "K-0142. Selesai, sudah disimpan."
    await centre.forward(hours=2)
    await was_told(dewi, "Kritis. 1 hal perlu dilihat. K-0142", times=0)

    await centre.is_asked(sari)
    await sari.taps("Mulai", "Tidak ada", "Tidak ada", "Ada, mohon segera", "Selesai")
    await was_told(ratna, "Kritis. 1 hal perlu dilihat. K-0142", times=2)
    await centre.forward(minutes=15)
    await was_told(dewi, "Kritis. 1 hal perlu dilihat. K-0142", times=1)
    await was_told(budi, "Kritis. 1 hal perlu dilihat. K-0142", times=0)
    await centre.forward(minutes=15)
    await was_told(budi, "Kritis. 1 hal perlu dilihat. K-0142", times=1)
    await budi.presses("Saya tangani", under="K-0142")
    await centre.forward(hours=2)

    await was_told(ratna, "Kritis. 1 hal perlu dilihat. K-0142", times=3)
    await was_told(dewi, "Kritis. 1 hal perlu dilihat. K-0142", times=1)
    await was_told(budi, "Kritis. 1 hal perlu dilihat. K-0142", times=1)
    assert "K-0142 sudah ditangani (kepala)" in await dewi.texts()
    assert "K-0142 sudah ditangani (kepala)" in await ratna.texts()
    assert await sari.pushed("pertanyaan pendek") == 2
    assert Counter(map(answer, await replies_of(centre, "K-0142"))) == Counter(
        [
            ("sleep", 2, None),
            ("mood", 3, "tiap hari"),
            ("safety", 3, None),
            (None, None, "mohon ditelepon sore"),
            ("sleep", 0, None),
            ("mood", 0, None),
            ("safety", 3, None),
        ]
    )


async def test_a_button_works_for_nobody_but_the_one_it_was_sent_to(
    centre: Centre, team: Team
) -> None:
    ratna, wati, tika, dewi = team.ratna, team.wati, team.tika, team.dewi
    sari, tono = await centre.family(ratna, "K-0201"), await centre.family(wati, "K-0202")
    stranger = await centre.meets("Orang lain")
    await stranger.writes("halo")
    await centre.is_asked(sari)
    await sari.taps("Mulai", "1-2 hari", "1-2 hari")
    asked = await sari.buttons(under="3/3")
    before = await sari.texts(), await replies_of(centre, "K-0201", "K-0202")

    for forger in (tono, stranger, wati, ratna):
        for data in asked.values():
            await forger.presses_forged(data)
    for nonsense in ("x", "x" * 64, "0:0", asked["Tidak ada"] + "9", "\N{PILE OF POO}" * 16):
        await sari.presses_forged(nonsense)
    await centre.settles()
    assert (await sari.texts(), await replies_of(centre, "K-0201", "K-0202")) == before

    await sari.taps("Ada, mohon segera")
    notice = await ratna.buttons(under="Kritis. 1 hal perlu dilihat. K-0201")
    seen = [await person.texts() for person in (wati, tika, dewi, sari, tono, stranger)]
    for forger in (wati, tika, dewi, sari, tono, stranger):
        await forger.presses_forged(notice["Lihat"])
        await forger.presses_forged(notice["Saya tangani"])
    await centre.settles()
    assert [await person.texts() for person in (wati, tika, dewi, sari, tono, stranger)] == seen
    await centre.forward(minutes=15)  # nobody has taken it: it rings on
    await was_told(ratna, "Kritis. 1 hal perlu dilihat. K-0201", times=2)
    await was_told(dewi, "Kritis. 1 hal perlu dilihat. K-0201", times=1)

    await dewi.presses("Saya tangani", under="Kritis. 1 hal perlu dilihat. K-0201")
    outcomes = await dewi.buttons(under="K-0201. Anda yang menangani.")
    for forger in (ratna, wati, tika, sari, stranger):
        await forger.presses_forged(outcomes["Bicara, aman"])
    await centre.settles()
    assert "Bicara, aman" in await dewi.buttons(under="K-0201. Anda yang menangani.")


async def test_a_link_that_was_used_tells_a_second_person_nothing(
    centre: Centre, team: Team
) -> None:
    sari = await centre.family(team.ratna, "K-0301")
    tono = await centre.meets("Tono")

    for token in (sari.token, team.ratna.token, NEVER_GIVEN):
        await tono.opens(token)

    assert await tono.texts() == [STRANGERS] * 3
    await sari.opens(sari.token)
    await sari.writes("halo")
    assert [row["text"] for row in await replies_of(centre, "K-0301")] == ["halo"]


async def test_replaying_every_stored_update_changes_nothing(centre: Centre, team: Team) -> None:
    ratna = team.ratna
    sari = await centre.family(ratna, "K-0401")
    await centre.is_asked(sari)
    await sari.taps("Mulai", "5-7 hari", "Kembali", "Tidak ada")
    await sari.writes("4", "dia mau bunuh diri", "telepon")
    await sari.taps("Sore")
    await ratna.presses("Lihat", under="Kritis. 1 hal perlu dilihat. K-0401")
    await ratna.presses("Saya tangani", under="Kritis. 1 hal perlu dilihat. K-0401")
    await sari.writes("cukup", "stop", "mulai")
    before = await everything(centre)

    for kept in (await centre.control("GET", "updates"))["updates"]:
        await centre.control("POST", f"updates/{kept['update_id']}/redeliver", {})
    await centre.settles()

    assert await everything(centre) == before


async def test_words_are_kept_however_bare_or_odd_the_update_is(centre: Centre) -> None:
    stranger = await centre.meets("Orang lain")
    bare = {"message_id": 1, "chat": {"id": stranger.id}, "from": {"id": stranger.id}}
    odd = {"date": "kemarin", "quote": 7, "entities": [{"type": "something new"}]}

    for update in ({**bare, "text": "tanpa tanggal"}, {**bare, **odd, "text": "serba aneh"}):
        await centre.control("POST", "updates", {"update": {"message": update}})
    await centre.settles()

    kept = [row["text"] for row in await replies_of(centre, None)]
    assert kept.count("tanpa tanggal") == kept.count("serba aneh") == 1


async def test_no_file_beside_the_key_holds_a_name_a_word_a_chat_or_the_token(
    centre: Centre, team: Team, request: pytest.FixtureRequest
) -> None:
    stranger = await centre.meets("Orang lain")
    await stranger.writes("melati tujuh belas, tolong, dia dipukul sampai berdarah")
    await team.dewi.presses("Lihat", under="Kritis. 1 hal perlu dilihat. tamu")
    await team.dewi.presses("Saya tangani", under="Kritis. 1 hal perlu dilihat. tamu")
    secrets = (TOKEN.partition(":")[2], team.dewi.token, str(stranger.id), str(team.ratna.id))
    planted = ("melati tujuh", "dipukul", "Ratna", "Orang lain", *secrets)

    folders, expected = [centre.folder], {"run.log"}
    if centre.database_url.startswith("sqlite"):
        expected |= {"kabar.db", "kabar.db-wal"}
    else:
        folders.append(request.getfixturevalue("postgres").files(centre.database_url))
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]
    written = {path.name: path.read_bytes() for path in files}

    assert expected <= written.keys()
    found = [
        (name, word) for name, body in written.items() for word in planted if is_in(word, body)
    ]
    assert found == []


async def shows_one_question(mother: Person, number: str) -> None:
    """The question stands once on the phone, and no other one beside it."""
    shown = [text.split("\n")[0] for text in await mother.texts() if "/3\n" in text]
    assert shown == [number]


async def was_told(person: Person, notice: str, *, times: int) -> None:
    """So often came the notice; one that may have come before says so and is not counted."""
    pushes = [push for push in await person.pushes() if push.startswith(notice)]
    assert sum(not push.endswith(REPEATED) for push in pushes) == times, pushes


def is_in(word: str, body: bytes) -> bool:
    return word.encode() in body


def answer(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["item"], row["value"], row["text"]


async def replies_of(centre: Centre, *codes: str | None) -> list[dict[str, Any]]:
    return [row for row in await centre.export() if row["case"] in codes]


async def everything(centre: Centre) -> tuple[Any, ...]:
    """What is stored, and what is and was on every phone."""
    people = (await centre.control("GET", "people"))["people"]
    chats = [await centre.control("GET", f"people/{person['id']}/chat") for person in people]
    return await centre.export(), [(chat["messages"], chat["lock_screen"]) for chat in chats]
