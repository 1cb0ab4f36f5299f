"""kill -9 at the worst moments: while a page, an answer or a notice hangs in the air."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.e2e.outside import Centre, Person, a_centre
from tests.postgres import fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")

# On PostgreSQL tests/crash kills the program at each run of `make test`; this here is for its soak.
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.soak))

FOR_EVER_S = 600.0  # a call that will not end before the program does
Answer = tuple[str | None, int | None, str | None]
NOTICE = "Kritis. 1 hal perlu dilihat. K-0500"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One family in the middle of a check-in, and its worker."""

    centre: Centre
    ratna: Person
    dewi: Person
    sari: Person

    async def stored(self) -> Counter[Answer]:
        """Item, value and text of every reply in the export, and how often it is there."""
        rows = await self.centre.export()
        return Counter((row["item"], row["value"], row["text"]) for row in rows)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BOTH)
async def scene(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    unused_tcp_port_factory: Callable[[], int],
) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("crash")
    with fresh(request, request.param, folder, is_empty=True) as url:
        async with a_centre(folder, unused_tcp_port_factory, url) as centre:
            yield await _scene(centre)


async def _scene(centre: Centre) -> Scene:
    ratna, dewi = await asyncio.gather(centre.staff("Ratna"), centre.staff("Dewi", "supervisor"))
    sari = await centre.family(ratna, "K-0500")
    return Scene(centre=centre, ratna=ratna, dewi=dewi, sari=sari)


async def test_an_alert_that_hung_as_the_program_died_is_rung_and_the_chain_goes_on(
    scene: Scene,
) -> None:
    centre, sari, ratna = scene.centre, scene.sari, scene.ratna
    told, asked = await ratna.pushed(NOTICE), await scene.dewi.pushed(NOTICE)
    hangs = await centre.fault("delay", "sendMessage", chat_id=ratna.id, seconds=FOR_EVER_S)

    await sari.does("text", text="dia mau bunuh diri")
    await centre.strikes(hangs)
    await centre.dies_and_returns()

    assert (await scene.stored())[(None, None, "dia mau bunuh diri")] == 1
    assert await ratna.pushed(NOTICE) == told + 1
    await centre.forward(minutes=15)
    assert await scene.dewi.pushed(NOTICE) == asked + 1
    await ratna.presses("Saya tangani", under=NOTICE)


async def test_lost_answers_of_telegram_double_no_reply_and_lose_no_alert(scene: Scene) -> None:
    """Notice, question, tap and page are all over there when the connection breaks and kill -9
    comes; the program has heard of none."""
    centre, sari, ratna = scene.centre, scene.sari, scene.ratna
    await centre.is_asked(sari)
    await sari.taps("Mulai")
    stored, told = await scene.stored(), await ratna.pushes()

    notice = await centre.fault("drop_answer", "sendMessage", chat_id=ratna.id)
    await sari.does("text", text="tadi malam dia dipukul bapaknya")
    await centre.strikes(notice)
    question = await centre.fault("drop_answer", "editMessageText", chat_id=sari.id)
    end = await centre.fault("delay", "answerCallbackQuery", seconds=FOR_EVER_S, accepted=True)
    await sari.does("tap", label="3-4 hari")
    await centre.strikes(question)
    await centre.strikes(end)
    page = await centre.fault("drop_answer", "getUpdates")
    await sari.does("text", text="ini masih sampai")  # ends the poll that waits; the next is hit
    await centre.strikes(page)
    await sari.does("text", text="ini hilang di jalan")
    await centre.dies_and_returns()

    assert await scene.stored() - stored == {
        (None, None, "tadi malam dia dipukul bapaknya"): 1,
        ("sleep", 2, None): 1,
        (None, None, "ini masih sampai"): 1,
        (None, None, "ini hilang di jalan"): 1,
    }
    assert Counter(await ratna.pushes())[NOTICE] == Counter(told)[NOTICE] + 1
    assert "2/3\n" in [text for text in await sari.texts() if "/3\n" in text][-1]
    await ratna.presses("Saya tangani", under=NOTICE)
