"""`make soak`: parents write all the time while the program is killed again and again."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.outside import Centre, Person, a_centre

pytestmark = pytest.mark.soak

KILLS = 12
ROUND = 6  # texts of each family between two kills; the last of each round is a critical one
CODES = ("K-0901", "K-0902")


async def write_a_round(family: Person, number: int) -> list[str]:
    """Texts as fast as they go, none of them waited for."""
    calm = [f"cerita {family.id} {number} {text}" for text in range(ROUND - 1)]
    texts = [*calm, f"{number}: dia bilang mau bunuh diri {family.id}"]
    for text in texts:
        await family.does("text", text=text)
    return texts


async def test_a_dozen_kills_lose_no_word_and_no_alert(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], world_url: str
) -> None:
    async with a_centre(tmp_path, unused_tcp_port_factory, world_url) as centre:
        ratna = await centre.staff("Ratna")
        families = [await centre.family(ratna, code) for code in CODES]
        written: list[str] = []

        for number in range(KILLS):
            rounds = await asyncio.gather(*(write_a_round(one, number) for one in families))
            written += [text for texts in rounds for text in texts]
            await centre.dies_and_returns()

        await everything_is_kept_once(centre, written)
        for code in CODES:
            assert await ratna.pushed(f"Kritis. 1 hal perlu dilihat. {code}") >= KILLS


async def everything_is_kept_once(centre: Centre, written: list[str]) -> None:
    rows = await centre.export()
    kept = Counter(row["text"] for row in rows if row["item"] is None)
    assert {text: kept[text] for text in written} == dict.fromkeys(written, 1)
