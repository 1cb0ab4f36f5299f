"""kabar check and kabar play: is the content sound, and how does a check-in feel to answer?"""

import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from bot import clock, config
from bot.commands import desk
from flows import judging, loader, trial, walking
from flows.conversation_state import OPEN_LINE
from flows.definition import Content
from flows.events import (
    AlertFound,
    AnswerGiven,
    Button,
    CheckinMoved,
    Event,
    Message,
    MessageDue,
    PhoneHidden,
    SendsStopped,
    TypedDeleted,
)
from flows.forms import Checkin
from flows.trial import Trial, Way
from flows.warning_signs import Detector

OLDEST = 17

HOW = "Answer as a family would: in everyday words, or with the letter of a button."

UNHEARD = "Of answers nobody is told at once; words wait an hour for Benar or Bukan."

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def check() -> None:
    """Is every content file sound, and is no forbidden word in it? Names file and line."""
    with desk.refusing():
        folder = config.load().content_dir
    problems = loader.check(folder)
    for problem in problems:
        desk.errors.print(str(problem))
    if problems:
        desk.fail(f"{len(problems)} to mend.")
    content = loader.load(folder)
    _prove_ways(content)
    desk.answers.print("The content is sound.")
    for hint in loader.hints(folder):
        desk.answers.print(f"Could be plainer: {hint}")
    for note in loader.idle(folder):
        desk.answers.print(f"Not in use: {note}")
    if cries := judging.unheard(content):
        desk.answers.print(f"No rule of kritis names: {', '.join(cries)}. {UNHEARD}")
    waiting = loader.unapproved(content)
    if waiting:
        desk.answers.print(f"Not approved yet: {', '.join(waiting)}.")


def _prove_ways(content: Content) -> None:
    """Walk every check-in; a line for each, and an end where one does not end."""
    wrong = []
    for checkin in content.checkins.values():
        ways = walking.ways_through(checkin, content.messages)
        never = [item.id for item in checkin.items if item.id not in ways.asked]
        if ways.endless is not None:
            wrong.append(f"{checkin.id}: `{ways.endless}` leads to no end that could be found")
        elif never:
            wrong.append(
                f"{checkin.id}: nobody is ever asked `{never[0]}`; mend its `only_if`, or delete it"
            )
        else:
            items = f"{len(checkin.items)} item{'s' if len(checkin.items) > 1 else ''}"
            desk.answers.print(f"{checkin.id}: {items}, longest path {ways.longest}, all paths end")
    for line in wrong:
        desk.errors.print(line)
    if wrong:
        desk.fail(f"{len(wrong)} to mend.")


def play(
    name: Annotated[str, typer.Argument(help="The id of a check-in, such as mingguan-a.")],
    age: Annotated[int, typer.Option(min=0, max=OLDEST, help="How old the child is.")] = 9,
    number: Annotated[
        int, typer.Option(min=1, help="The how-manieth check-in of this family it is.")
    ] = 1,
    simple: Annotated[
        bool, typer.Option("--simple", help="For somebody who reads little.")
    ] = False,
    holidays: Annotated[bool, typer.Option("--holidays", help="In the school holidays.")] = False,
) -> None:
    """Answer one check-in here, exactly as it would be worded. Nothing is kept or sent."""
    with desk.refusing():
        settings = config.load()
        content = loader.load(settings.content_dir)
    checkin = content.checkins.get(name)
    if checkin is None:
        desk.fail(f"There is no check-in `{name}`. There are: {', '.join(content.checkins)}.")
    way = Way(age=age, number=number, in_school_holidays=holidays, reads_little=simple)
    detector = loader.detector(content)
    _play(content, checkin, way, detector, timezone=settings.timezone)


def _play(
    content: Content, checkin: Checkin, way: Way, detector: Detector, *, timezone: str
) -> None:
    now = clock.SystemClock().now()
    tried, events = trial.begin(content, checkin, way, now=now, timezone=timezone)
    desk.answers.print(HOW)
    shown = _show(events, ())
    for line in _lines():
        button = _button(line, shown, tried)
        signs = detector.find("" if button else line)
        if button is not None:
            tried, events = trial.tapped(tried, button, signs)
        else:
            tried, events = trial.wrote(tried, line, signs)
        shown = _show(events, shown)
        if tried.is_put_off:
            desk.answers.print("-- a few hours later --")
            tried, events = trial.asked_again(tried)
            shown = _show(events, shown)
        if tried.is_over:
            break
    _tell_result(tried)


def _lines() -> Iterator[str]:
    """What is typed, until the end of input."""
    while True:
        if sys.stdin.isatty():
            typer.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()


def _button(line: str, shown: tuple[Button, ...], tried: Trial) -> Button | None:
    """A letter is a button; a number is one only where a family's number would mean nothing."""
    if len(line) == 1 and line.lower() in LETTERS[: len(shown)]:
        return shown[LETTERS.index(line.lower())]
    is_asked = tried.talk.asked not in (None, OPEN_LINE)
    if not is_asked and line.isdecimal() and 0 < int(line) <= len(shown):
        return shown[int(line) - 1]
    return None


def _show(events: Iterable[Event], before: tuple[Button, ...]) -> tuple[Button, ...]:
    """Print what the family and staff would see; the buttons that are there now."""
    for event in events:
        if isinstance(event, MessageDue):
            before = _print(event.message)
        else:
            for line in _told(event):
                desk.answers.print(f"   ({line})")
    return before


def _print(message: Message) -> tuple[Button, ...]:
    desk.answers.print(f"\n{message.text}")
    shown = tuple(button for row in message.buttons for button in row)
    letter = {id(button): LETTERS[at] for at, button in enumerate(shown)}
    for row in message.buttons:
        keys = "  ".join(f"{letter[id(button)]}) [{button.label}]" for button in row)
        desk.answers.print(f"   {keys}")
    return shown


def _told(event: Event) -> Iterator[str]:
    """What happens behind the screen, in a line."""
    match event:
        case AnswerGiven():
            yield f"kept: {event.item} = {'not known' if event.value is None else event.value}"
        case AlertFound():
            for reason in event.reasons:
                yield f"staff are told, {reason.urgency}: {reason.says}"
        case SendsStopped():
            yield "nothing more is sent to this contact"
        case PhoneHidden():
            yield "the bot's recent messages leave the phone"
        case TypedDeleted():
            yield "level B: what was typed leaves the phone"
        case CheckinMoved() if not event.state.is_open:
            yield f"the check-in is {event.state}"
        case _:
            return


def _tell_result(tried: Trial) -> None:
    """The score and the rules that speak, as staff read them."""
    score, fired = trial.result(tried)
    if not tried.is_over:
        desk.answers.print("\nLeft half done.")
    if score.total is None:
        desk.answers.print(f"\nNo total. Answered: {score.answered}.")
    else:
        estimated = " (perkiraan)" if score.is_estimated else ""
        desk.answers.print(f"\nTotal {score.total}{estimated}, {score.band}.")
    for one in fired:
        desk.answers.print(f"{one.rule.id}, {one.rule.urgency}: {one.says}")
    if not fired:
        desk.answers.print("No rule speaks.")
