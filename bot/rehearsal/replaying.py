"""Stored history once more under other rules: what would staff have been asked?

Rows come back into a copy in memory in their order, and wherever rules looked, they look again with
the functions that serve real families: what is known is gathered by the same use cases, judged by
the same decisions. What the other rules say is kept in the copy, so that each speaks again only as
its repeat policy lets it. Staff have settled alerts as they really did; an alert that only the
other rules bring was settled by nobody, and counts as open in no later look."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.usecases import forms, gather, look_at_case
from bot.usecases.repeat_for_phone import active_on_phone
from bot.usecases.room import Room
from flows.conversation_state import OPEN_LINE
from flows.events import AlertFound, CheckinScored, Event, Reason
from flows.fact_names import WORDS
from flows.judging import CHILD_WRITES, Keep, judge_answers, judge_words
from flows.model import AlertState, CaseId, ContactState, MessageId, Slot
from flows.rules import PLACE
from flows.situation import Reply, Situation
from storage import addresses, checkins, contacts, tables, words
from storage.bygone import Entry, Judged
from storage.checkins import Kept
from storage.errors import SubjectErased, Tampered
from storage.history import History, StoredFact
from storage.scratch import Scratch

BESIDE_RULES = ("unsure_words", CHILD_WRITES)
"""They stand in no rule file, and depend on it all the same: it is asked where no rule rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reason that the rules give. `says` is None where the sentence quotes a family."""

    fact: StoredFact
    says: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What was told since then. `unreadable` are cases whose words or names are erased or damaged,
    `read_anew` texts that the detector reads otherwise today than on the day they came."""

    told: tuple[Told, ...]
    looks: int
    unreadable: frozenset[str]
    read_anew: int


def is_of_rules(fact: StoredFact) -> bool:
    """Does this reason come from a rule file, or hang on one?"""
    return fact.version > 0 or fact.rule in BESIDE_RULES


def replay(
    scratch: Scratch,
    room: Room,
    history: History,
    *,
    since: datetime,
    until: datetime,
    heard: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Every look of the rules of `room` from `since` to `until`; `heard` is told how many rows came
    back."""
    replaying = _Replaying(scratch, room, history, since)
    for number, entry in enumerate(history.entries, start=1):
        replaying.days_pass(entry.at)
        replaying.goes_on(entry)
        heard(number)
    replaying.days_pass(until)
    return Replayed(
        told=tuple(replaying.told),
        looks=replaying.looks,
        unreadable=frozenset(replaying.unreadable),
        read_anew=replaying.read_anew,
    )


class _Replaying:
    def __init__(self, scratch: Scratch, room: Room, history: History, since: datetime) -> None:
        self._scratch, self._room, self._history, self._since = scratch, room, history, since
        self._rules = {rule.id: rule for rule in room.content.rules}
        self._closed: set[str] = set()
        self._next: dict[str, datetime] = {}  # when the rules of a day look at each case
        self.told: list[Told] = []
        self.looks = self.read_anew = 0
        self.unreadable: set[str] = set()

    def goes_on(self, entry: Entry) -> None:
        if entry.table is tables.facts and not self._stands(entry):
            return
        if entry.table is tables.alerts and entry.adds:
            self._scratch.put(entry.table, entry.row, entry.adds)
        elif entry.adds:
            self._scratch.add(entry.table, entry.adds)
        if entry.at >= self._since:
            self._look(entry)
        if entry.changes:
            self._scratch.change(entry.table, entry.row, entry.changes)
        if entry.spoke is not None:
            self._spoke(entry.spoke, entry.at, for_phone=entry.is_pulse)
        if entry.looks is not None:
            self._next[entry.looks] = max(entry.at, self._since)

    def days_pass(self, until: datetime) -> None:
        """The looks of a day that come before a moment, the earliest first."""
        while due := [(at, case) for case, at in self._next.items() if at < until]:
            at, case = min(due)
            self._look_at(CaseId(case), at)

    def _look_at(self, case: CaseId, at: datetime) -> None:
        """As `look_at_case` does it, with the copy in the place of the database."""
        del self._next[case]
        tx = self._scratch.tx
        try:
            looked = look_at_case.what_is_said(tx, self._room, case, now=at)
            if looked is None:
                return
            self.looks += 1
            self._keep(case, at, looked.events)
            self._next[case] = look_at_case.looks_next(tx, self._room, looked)
        except (SubjectErased, Tampered):
            self.unreadable.add(case)

    def _stands(self, entry: Entry) -> bool:
        """Reasons of before, and those that no rule gives; the others are given anew."""
        is_ruled = entry.adds["rule_version"] > 0 or entry.adds["rule"] in BESIDE_RULES
        return not is_ruled or entry.at < self._since

    def _look(self, entry: Entry) -> None:
        case = self._case_of(entry)
        if case is None:
            return
        try:
            events = self._judged(entry)
        except (SubjectErased, Tampered):
            self.unreadable.add(case)
            return
        self._keep(CaseId(case), entry.at, events)

    def _case_of(self, entry: Entry) -> str | None:
        if entry.table is tables.checkins and entry.judged is not None:
            kept = checkins.get(self._scratch.tx, entry.row)
            return None if kept is None else kept.case
        return entry.adds.get("case_id")

    def _judged(self, entry: Entry) -> tuple[Event, ...]:
        match entry.judged:
            case Judged.WORDS:
                return self._words(entry, words.text(self._scratch.tx, entry.row))
            case Judged.ANSWER:
                typed = self._words(entry, self._typed(entry))
                return (*typed, *self._answers(entry, str(entry.adds["checkin_id"])))
            case Judged.CLOSED | Judged.HALF_DONE:
                return self._answers(entry, entry.row)
            case None if entry.table is tables.answers:
                return self._words(entry, self._typed(entry))
            case _:
                return ()

    def _typed(self, entry: Entry) -> str | None:
        """What was typed as an answer; notes of staff are nobody's words."""
        row = entry.adds
        if row["words"] is None or row["item"] == OPEN_LINE:
            return None
        subject = contacts.subject(row["contact_id"])
        tx = self._scratch.tx
        return tx.vault.open(tx, subject, checkins.WORDS, entry.row, row["words"])

    def _words(self, entry: Entry, text: str | None) -> tuple[Event, ...]:
        if not text:
            return ()
        signs = self._room.detector.find(text)
        if signs.level != self._history.signs.get(entry.row, signs.level):
            self.read_anew += 1
        self.looks += 1
        contact = gather.the_contact(
            self._scratch.tx, self._room, str(entry.adds["contact_id"]), now=entry.at
        )
        kept = checkins.get(self._scratch.tx, entry.adds["checkin_id"] or "")
        situation = gather.situation(self._scratch.tx, self._room, contact, kept, now=entry.at)
        reply = Reply(
            id=MessageId(entry.cause),
            at=entry.at,
            signs=signs,
            text=text,
            edits=None if entry.edits is None else MessageId(entry.edits),
        )
        return judge_words(situation, reply, keep=Keep.ELSEWHERE)

    def _answers(self, entry: Entry, checkin: str) -> tuple[Event, ...]:
        """A check-in as it stands. Staff forms are compared with what came before their day."""
        kept = checkins.get(self._scratch.tx, checkin)
        if kept is None or (entry.judged is Judged.CLOSED and checkin in self._closed):
            return ()
        situation = self._situation(kept, entry.at)
        talk = situation.talk
        if talk is None:
            return ()
        is_closed = entry.judged is not Judged.ANSWER or entry.is_last or talk.is_pulse
        is_corrected = not kept.state.is_open
        if is_closed and entry.judged is not Judged.HALF_DONE:
            self._closed.add(checkin)
        self.looks += 1
        cause = MessageId(entry.cause)
        return judge_answers(situation, talk, cause, is_closed=is_closed or is_corrected)

    def _situation(self, kept: Kept, now: datetime) -> Situation:
        tx, room = self._scratch.tx, self._room
        if kept.slot is Slot.FORM:
            situation, talk = forms.situation_of(tx, room, kept, now=now)
            return replace(situation, talk=talk)
        contact = gather.the_contact(tx, room, kept.contact, now=now)
        return gather.situation(tx, room, contact, kept, now=now)

    def _keep(self, case: CaseId, at: datetime, events: tuple[Event, ...]) -> None:
        for event in events:
            match event:
                case AlertFound():
                    self._tell(case, at, event)
                case CheckinScored():
                    figures = {"total": event.total, "is_estimated": event.is_estimated,
                               "band": event.band}  # fmt: skip
                    self._scratch.change(tables.checkins, event.checkin, figures)
                case _:
                    pass

    def _tell(self, case: CaseId, at: datetime, found: AlertFound) -> None:
        for reason in found.reasons:
            fact = StoredFact(
                case=case,
                source=reason.source,
                rule=reason.rule,
                version=reason.version,
                urgency=reason.urgency,
                at=at,
            )
            if is_of_rules(fact):
                self._scratch.add_once(tables.alerts, _alert_row(found, case, at))
                self._scratch.add(tables.facts, _row(reason, found.id, fact))
                self.told.append(Told(fact=fact, says=self._shown(reason)))

    def _shown(self, reason: Reason) -> str | None:
        """The sentence, unless it has a place for words of a family."""
        rule = self._rules.get(reason.rule)
        is_quoting = rule is None or any(
            place.strip() == WORDS for place in PLACE.findall(rule.says)
        )
        return None if is_quoting else reason.says

    def _spoke(self, contact: str, at: datetime, *, for_phone: bool) -> None:
        tx = self._scratch.tx
        found = contacts.get(tx, contact)
        mine = [] if found is None or found.state is not ContactState.ACTIVE else [found]
        chat = addresses.of(tx, "contact", contact) if for_phone else None
        for one in mine if chat is None else active_on_phone(tx, chat.chat_hash):
            spoken = max(one.last_spoken_at or at, at)
            self._scratch.change(tables.contacts, one.id, {"last_spoken_at": spoken})


def _row(reason: Reason, alert: str, fact: StoredFact) -> dict[str, object]:
    """As much of a fact as the next look asks for; the sentence is not kept twice."""
    return {
        "id": reason.id,
        "alert_id": alert,
        "case_id": fact.case,
        "rule": fact.rule,
        "rule_version": fact.version,
        "urgency": fact.urgency,
        "says": b"",
        "evidence": b"" if reason.evidence else None,
        "words_id": None,
        "total": reason.total,
        "at": fact.at,
    }


def _alert_row(found: AlertFound, case: CaseId, at: datetime) -> dict[str, object]:
    """An alert that may really have been opened: then its own row takes this place. It is closed,
    for no later look may count it as open, and settled by nobody, for it is not said again."""
    return {
        "id": found.id,
        "kind": found.kind,
        "case_id": case,
        "checkin_id": None,
        "urgency": found.urgency,
        "state": AlertState.CLOSED,
        "chain": "",
        "round": 0,
        "step": 0,
        "is_waiting": False,
        "opened_at": at,
        "tries": 0,
    }
