"""Phones without network: they stand still, and what is written on them waits."""

from . import deeds
from .bots import Bot
from .errors import ControlError
from .people import Gap, Person
from .phones import view
from .wire import Json
from .world import World


def go_offline(world: World, person: Person) -> Json:
    """Freeze what the phone shows; Telegram goes on to accept what bots send."""
    if person.gap is not None:
        raise ControlError(409, "Nothing to change: the phone is offline.")
    person.gap = Gap(views={bot.id: view(bot, person) for bot in world.bots.all()})
    world.noted("offline", person=person.id)
    return {"id": person.id}


def come_back(world: World, person: Person) -> Json:
    """Show everything that was missed, then send what was written meanwhile, in order."""
    gap = person.gap
    if gap is None:
        raise ControlError(409, "Nothing to change: the phone is online.")
    person.gap = None
    world.noted("online", person=person.id)
    for held in gap.waiting:
        bot = world.bot(str(held["bot"]))
        if held["start"] is None:
            deeds.write(world, bot, person, held["text"])
        else:
            deeds.start(world, bot, person, held["start"])
    return {"id": person.id, "sent": len(gap.waiting)}


def require(person: Person) -> None:
    """Raises ControlError 409 while the phone has no network."""
    if person.gap is not None:
        raise ControlError(409, "The phone is offline.")


def hold_text(world: World, bot: Bot, person: Person, gap: Gap, text: str) -> Json:
    """Keep a text until there is network. Raises ControlError as if it were sent now."""
    is_restarted = any(held["bot"] == bot.id and held["start"] is not None for held in gap.waiting)
    if not is_restarted:  # else the Start that waits will lift a block first
        deeds.open_chat(bot, person)
    return _hold(world, bot, person, gap, deeds.checked_text(text), None)


def hold_start(world: World, bot: Bot, person: Person, gap: Gap, parameter: str) -> Json:
    """Keep a press of Start in the same way."""
    if person.is_deactivated:
        deeds.open_chat(bot, person)
    return _hold(world, bot, person, gap, deeds.start_text(parameter), parameter)


def _hold(world: World, bot: Bot, person: Person, gap: Gap, text: str, start: str | None) -> Json:
    gap.waiting.append({"text": text, "bot": bot.id, "start": start})
    world.noted("waiting", bot=bot.id, person=person.id, text=text)
    return {"message_id": None, "update_id": None, "waiting": len(gap.waiting)}
