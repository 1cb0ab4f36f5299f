"""The menu of commands beside the text field: harmless to read, and each of them does something."""

from tests.e2e.conftest import World


async def menu(world: World) -> list[str]:
    """As any phone shows it, whoever holds it."""
    someone = await world.meets("Lina")
    found = await world.control("GET", f"phones?person={someone.id}")
    return [one["command"] for one in found["phones"][0]["commands"]]


async def test_every_command_of_the_menu_is_answered(world: World) -> None:
    ratna = await world.staff("Ratna")
    sari = await world.enrolled(ratna)

    answers = {}
    for command in await menu(world):
        await sari.writes(f"/{command}")
        answers[command] = (await sari.texts())[-1]

    assert list(answers) == ["bantuan"]
    assert answers["bantuan"].startswith("Bantuan untuk Bapak/Ibu.")
    await ratna.writes("/bantuan")
    assert "/bantuan" in (await ratna.texts())[-1]


async def test_the_quick_way_to_hide_stands_in_no_list(world: World) -> None:
    listed = await menu(world)

    assert listed
    assert not any("cukup" in command for command in listed)
