"""What a family reads back: the general reply of its level, and the few that a tap may choose.

The detector may choose between the general reply and the one for hard words, nothing else
(safeguarding decision 4). At B one byte-identical reply answers everything.
"""

from datetime import date, datetime, timedelta

from flows import phrases
from flows.conversation_state import Talk
from flows.definition import Messages
from flows.events import AlertFound, Event, Manner, Message, MessageDue, Purpose
from flows.hours import local
from flows.model import AlertKind, AlertState, ContactKind, Level
from flows.scoring import counted
from flows.situation import Situation
from flows.wording import fill, greeting

WORRIES = (AlertKind.ALERT, AlertKind.UNSURE_WORDS)
"""After these a tip would sound as if nobody had listened; a task about the plan is none."""

SOON = timedelta(minutes=30)
"""A call that could begin within this time is promised as "hari ini", without an hour."""


def reply(message: Message, *, purpose: Purpose = Purpose.ANSWER) -> MessageDue:
    """An answer to what the person just did."""
    return MessageDue(message=message, manner=Manner.REPLY, purpose=purpose)


def say(situation: Situation, name: str, **places: str) -> MessageDue:
    """The message `name` as an answer."""
    return reply(phrases.say(situation.content.messages, name, places))


def for_level(situation: Situation, at_open: str, **places: str) -> MessageDue:
    """At A the message `at_open`; at B the one reply that answers everything."""
    if situation.level is Level.OPEN:
        return say(situation, at_open, **places)
    return say(situation, "everything")


def hard_words(situation: Situation) -> MessageDue:
    """Thanks, you are not alone, someone will call, one question: is it safe now?"""
    return for_level(situation, "hard_words", waktu=call_time(situation))


def danger(situation: Situation) -> MessageDue:
    """After "Tidak aman" at A: safety first, and the numbers that answer at once."""
    if situation.level is not Level.OPEN:
        return say(situation, "everything")
    message = phrases.say(situation.content.messages, "danger")
    lines = phrases.numbers(
        situation.content.messages, situation.content.help_numbers, in_danger=True
    )
    return reply(Message(text=f"{message.text}\n\n{lines}", buttons=message.buttons))


def help_numbers(situation: Situation) -> MessageDue:
    """Every help number, each with a neutral label."""
    message = phrases.say(situation.content.messages, "numbers")
    lines = phrases.numbers(
        situation.content.messages, situation.content.help_numbers, in_danger=False
    )
    return reply(Message(text=f"{message.text}\n\n{lines}", buttons=message.buttons))


def thanks(
    situation: Situation, talk: Talk, judged: tuple[Event, ...], *, is_typed: bool
) -> MessageDue:
    """The last words of a check-in: no tip after an alert, and no summary ever."""
    messages = situation.content.messages
    if situation.contact.kind is ContactKind.SCHOOL:
        message = phrases.say(messages, "thanks_school")
    elif situation.level is not Level.OPEN:
        message = phrases.say(messages, "everything")
    elif promises(talk):
        message = phrases.say(messages, "thanks_soon", {"waktu": call_time(situation)})
    elif _has_alert(situation, talk, judged):
        message = phrases.say(messages, "thanks_plain")
    else:
        message = phrases.say(messages, "thanks", {"tips": _tip(situation)})
    return last_words(talk, message, moves=not is_typed)


def promises(talk: Talk) -> bool:
    """Has a choice been tapped, now or before, that asks for somebody soon?"""
    values = counted(talk.answers)
    return any(
        choice.promises
        for item in talk.checkin.items
        for choice in item.choices
        if values.get(item.id) == choice.value
    )


def soon(situation: Situation) -> str:
    """When somebody can really call, at once: at night that is not now."""
    said = phrases.say(situation.content.messages, "soon", {"waktu": call_time(situation)})
    return said.text


def last_words(talk: Talk, message: Message, *, moves: bool) -> MessageDue:
    """What stands in the place of a check-in that is over, so that its buttons are gone."""
    return MessageDue(
        message=message,
        manner=Manner.REPLY,
        purpose=Purpose.ANSWER,
        checkin=talk.id,
        moves=moves,
    )


def _has_alert(situation: Situation, talk: Talk, judged: tuple[Event, ...]) -> bool:
    """Has this check-in raised one, or is the family still waiting for somebody?"""
    return any(isinstance(event, AlertFound) and event.kind in WORRIES for event in judged) or any(
        known.kind in WORRIES and (known.checkin == talk.id or known.state is not AlertState.CLOSED)
        for known in situation.alerts
        if known.contact in (None, situation.contact.id)  # of another contact's nobody learns
    )


def _tip(situation: Situation) -> str:
    """In fixed order by day, never chosen by answers."""
    tips = situation.content.messages.tips
    return tips[situation.now.toordinal() % len(tips)]


def call_time(situation: Situation) -> str:
    """When staff can call, truthfully: in words of the family's own time zone."""
    zone, messages = situation.contact.hours.timezone, situation.content.messages
    if situation.call_at - situation.now <= SOON:
        return messages.days["today"]
    day = day_word(messages, situation.call_at, now=situation.now, timezone=zone)
    return fill(messages.days["at"], hari=day, jam=clock_word(situation.call_at, zone))


def day_word(messages: Messages, moment: datetime, *, now: datetime, timezone: str) -> str:
    """hari ini, besok, or the day of the week."""
    today = local(now, timezone).date()
    return date_word(messages, local(moment, timezone).date(), today=today)


def date_word(messages: Messages, day: date, *, today: date) -> str:
    """hari ini, besok, or the day of the week, for local dates."""
    distance = (day - today).days
    if distance in (0, 1):
        return messages.days["tomorrow" if distance else "today"]
    return fill(messages.days["weekday"], hari=messages.weekdays[day.weekday()])


def weekday_word(messages: Messages, moment: datetime, timezone: str) -> str:
    return messages.weekdays[local(moment, timezone).weekday()]


def part_of_day(situation: Situation) -> str:
    """pagi, siang, sore or malam where the family lives."""
    here = local(situation.now, situation.contact.hours.timezone)
    return greeting(here.hour, situation.content.messages)


def clock_word(moment: datetime, timezone: str) -> str:
    """09.00, as hours are written in Indonesian."""
    return f"{local(moment, timezone):%H.%M}"
