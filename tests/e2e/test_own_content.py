"""A check-in that was never seen before, written from docs/content.md alone, run without code."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.outside import KABAR, Centre, a_centre
from tests.postgres import chosen_engine, fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "content.md").read_text("utf-8")
SHIPPED = ROOT / "flows" / "content"

USED = "checkins: {A: kakek-nenek, B: mingguan-b}"


def shown(first: str) -> str:
    """The block of the page whose first line begins so."""
    found: str = re.search(rf"```yaml\n({re.escape(first)}.*?)```", PAGE, re.DOTALL)[1]
    return found


def own_content() -> dict[str, str]:
    """What the page says to write, and nothing else."""
    assert f"`{USED}`" in PAGE
    programme = (SHIPPED / "programme.yaml").read_text("utf-8")
    rules = (SHIPPED / "rules.yaml").read_text("utf-8")
    return {
        "checkins/kakek-nenek.yaml": shown("# checkins/kakek-nenek.yaml"),
        "programme.yaml": programme.replace("checkins: {A: mingguan-a, B: mingguan-b}", USED),
        "rules.yaml": rules + shown("  - id: N1") + shown("  - id: N2"),
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    unused_tcp_port_factory: Callable[[], int],
) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("own")
    with fresh(request, chosen_engine(), folder, is_empty=True) as url:
        async with a_centre(folder, unused_tcp_port_factory, url, content=own_content()) as made:
            yield made


async def test_the_check_in_of_the_page_is_sound(centre: Centre) -> None:
    said = await centre.shell("check")

    assert "kakek-nenek: 6 items, longest path 6, all paths end" in said
    assert "The content is sound." in said
    assert "Could be plainer" not in said


async def test_grandparents_answer_it_on_a_phone(centre: Centre) -> None:
    ratna = await centre.staff("Ratna")
    nenek = await centre.family(ratna, "K-0142")

    await centre.is_asked(nenek)
    assert "Apa kabar cucunya? Ada 3 pertanyaan pendek." in (await nenek.texts())[-1]
    await nenek.taps("Mulai")
    assert "1/3\nDalam 7 hari ini, berapa hari Kakak tidur sesudah jam 10?" in await nenek.texts()
    await nenek.writes("jarang")
    await nenek.writes("5")
    assert "Adakah yang menemani Kakak belajar?" in (await nenek.texts())[-1]
    assert set(await nenek.buttons("menemani")) >= {"Kadang ada", "Lewati", "Kembali"}
    await nenek.writes("kadang")
    await nenek.taps("Ada, mohon segera")
    await nenek.taps("Selesai")

    assert (await nenek.texts())[-1].startswith("Terima kasih, Bapak/Ibu. Kabarnya sudah masuk.")
    await ratna.presses("Lihat", under="Kritis. 1 hal perlu dilihat. K-0142")
    assert "Kakek/nenek minta segera (3)." in (await ratna.texts())[-1]
    nested = "Jumlah 4 dengan homework 3. Tanyakan apa yang berubah di rumah."
    assert nested in (await ratna.texts())[-1], "of the same alert"
    given = {row["item"]: row["value"] for row in await centre.export() if row["item"]}
    assert given == {"late": 1, "homework": 3, "helper": 1, "worry": 3}


async def test_it_can_be_played_in_a_terminal(centre: Centre) -> None:
    said = await plays(centre, "--age", "15", "--holidays", typed="mulai\n")

    assert "Ada 2 pertanyaan pendek" in said, "no homework in the holidays"
    assert "1/2\nDalam 7 hari ini, berapa hari Kakak tidur sesudah jam 11?" in said
    assert "Left half done." in said


async def test_at_the_second_one_a_turn_comes_only_where_nothing_is_wrong(centre: Centre) -> None:
    calm = await plays(centre, "--number", "2", typed="1\n0\n0\ntidak\nkurang bgt\nselesai\n")
    worried = await plays(centre, "--number", "2", typed="1\n0\n0\nsegera\nselesai\n")

    assert "Satu lagi, boleh dilewati. Apakah Kakek/Nenek cukup istirahat?" in calm
    assert "(kept: tired = 2)" in calm
    assert "Total 0, hijau." in calm
    assert "cukup istirahat" not in worried
    assert "N1, kritis: Kakek/nenek minta segera (3)." in worried


async def plays(centre: Centre, *options: str, typed: str) -> str:
    """`kabar play` with lines from a file, to its end."""
    played = await asyncio.create_subprocess_exec(
        *(KABAR, "play", "kakek-nenek", *options),
        env=centre.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await played.communicate(typed.encode())
    assert played.returncode == 0
    return said.decode()
