"""What staff decide at a terminal while a scene is played."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.usecases.casework import Decision
from bot.usecases.room import Room
from flows import loader
from flows.hours import local
from tests.e2e.conftest import World

WHY = Decision(reason="Keluarga minta begitu, sudah dibicarakan.")


async def decides(world: World, verb: Callable[..., Any], code: str = "K-0142", **more: Any) -> Any:
    """One verb of casework, as its command does it; what it sends has gone out afterwards."""
    now = await world.now()
    made = await world.write(verb, world.room, code, more.pop("why", WHY), now=now, **more)
    await world.settles()
    return made


async def day(world: World, ahead: int = 0) -> date:
    """The day in Jakarta, so many days ahead."""
    return local(await world.now(), "Asia/Jakarta").date() + timedelta(days=ahead)


async def with_content(world: World, folder: Path, **files: str) -> None:
    """The program starts again, with files of a centre's own laid over what comes along."""
    for name, body in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    await world.stops()
    world.settings = world.settings.model_copy(update={"content_dir": folder})
    content = loader.load(folder)
    detector = loader.detector(content)
    world.room = Room(content=content, detector=detector, timezone="Asia/Jakarta")
    await world.starts()


def shipped(name: str) -> str:
    """A content file as it comes along."""
    return (Path(loader.__file__).parent / "content" / name).read_text()


async def plan_tasks(world: World) -> list[str]:
    """What staff were asked to decide, by name, in order."""
    rows = await world.rows(
        "select facts.rule from facts join alerts on alerts.id = facts.alert_id "
        "where alerts.kind = 'plan' order by alerts.opened_at, facts.rule"
    )
    return [row[0] for row in rows]


async def contact_states(world: World) -> list[str]:
    rows = await world.rows("select state from contacts order by created_at, id")
    return [row[0] for row in rows]


async def case_states(world: World) -> list[str]:
    return [row[0] for row in await world.rows("select state from cases order by code")]
