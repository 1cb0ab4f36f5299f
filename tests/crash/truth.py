"""What must be true after any crash: what people did, against what was kept and what went out.

Pure: `judge` compares two accounts of the same hours, Telegram's own record and the database, and
names everything that does not fit. Nothing here knows how the program works inside.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

ONCE = frozenset({"question_b", "consent", "greeting", "invitation", "broadcast", "detail"})
"""Kinds of which a second copy could be seen by somebody else: better never than twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """An answer as it stood on the button."""

    item: str
    value: int | None
    checkin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person did and Telegram took. `cause` is the id it must have everywhere."""

    cause: str
    chat: int
    message: int | None = None  # its number; an edit has the number of what it corrects
    text: str | None = None
    files: int = 0
    tapped: Tapped | None = None
    is_critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A row of the inbox."""

    cause: str
    chat: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A stored version of a reply. `replaced_by` is the cause of the next one."""

    cause: str
    chat: int
    text: str | None = None
    files: int = 0
    item: str | None = None
    value: int | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A fact: `source` is the message or check-in it is about, `words` the message to read."""

    id: str
    alert: str
    source: str
    words: str
    is_critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the outbox. `mark` stands in its buttons, None without any; `target` is the row that
    an edit is of."""

    id: str
    chat: int
    kind: str
    verb: str
    text: str
    state: str
    mark: str | None = None
    alert: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A new message that Telegram took. `is_heard`: its answer reached the program, if it lived."""

    chat: int
    text: str
    mark: str | None = None
    is_heard: bool = True


@dataclass(frozen=True, kw_only=True)
class Record:
    """Both accounts, each in the order in which it was written down.

    `updates` are the causes of everything anybody did, `acts` what families did. `rings` is the
    phone that every alert must reach. `in_flight` counts, per row, how often it was on its way as
    the program died."""

    rings: int
    updates: tuple[str, ...]
    acts: tuple[Act, ...]
    pushes: tuple[Push, ...]
    arrivals: tuple[Arrival, ...]
    replies: tuple[Reply, ...]
    alerts: tuple[str, ...]
    reasons: tuple[Reason, ...]
    steps: tuple[tuple[str, str, int, int], ...]  # alert, staff, round, step
    rows: tuple[Row, ...]
    in_flight: Counter[str] = field(default_factory=Counter)


def judge(record: Record) -> tuple[str, ...]:
    """Everything that is wrong; nothing if the promise held."""
    checks = (_arrived, _kept, _answered, _in_order, _versions, _told, _no_more, _sent, _written)
    return tuple(complaint for check in checks for complaint in check(record))


def _arrived(record: Record) -> Iterator[str]:
    """Every update is in the inbox once, and handled."""
    found = Counter(one.cause for one in record.arrivals)
    for cause in record.updates:
        if found[cause] != 1:
            yield f"{cause} is in the inbox {found[cause]} times"
    for one in record.arrivals:
        if one.state != "done":
            yield f"{one.cause} is {one.state} in the inbox"


def _kept(record: Record) -> Iterator[str]:
    """Each message has exactly one stored reply, with its words; none is made up."""
    by_cause = _grouped((one.cause, one) for one in record.replies)
    for act in record.acts:
        kept = by_cause.get(act.cause, [])
        if act.tapped is None and len(kept) != 1:
            yield f"{act.cause} ({act.text!r}) is kept {len(kept)} times"
        elif act.tapped is None and (kept[0].text, kept[0].files) != (act.text or "", act.files):
            yield f"{act.cause} says {kept[0].text!r} with {kept[0].files} files, not {act.text!r}"
    for cause in set(by_cause) - {act.cause for act in record.acts}:
        yield f"{cause} is kept, but nobody did it"


def _answered(record: Record) -> Iterator[str]:
    """Each tap of an answer is one stored answer, as it stood on the button."""
    by_cause = _grouped((one.cause, (one.item, one.value)) for one in record.replies)
    for act in record.acts:
        if act.tapped is None:
            continue
        kept = by_cause.get(act.cause, [])
        if kept != [(act.tapped.item, act.tapped.value)]:
            yield f"{act.cause} tapped {act.tapped.item}={act.tapped.value}, kept is {kept}"


def _in_order(record: Record) -> Iterator[str]:
    """What a chat wrote stands in the order in which it was written."""
    written = {act.cause: number for number, act in enumerate(record.acts)}
    kept = _grouped(((one.chat, one.item is None), one.cause) for one in record.replies)
    came = _grouped((one.chat, one.cause) for one in record.arrivals)
    for chat, causes in [*kept.items(), *came.items()]:
        for before, after in pairwise(cause for cause in causes if cause in written):
            if written[before] > written[after]:
                yield f"{after} was written before {before}, but is kept after it ({chat})"


def _versions(record: Record) -> Iterator[str]:
    """A corrected message: every version, each pointing to the next, the last to none."""
    kept = {one.cause: one for one in record.replies}
    for causes in _versions_of(record.acts):
        following: list[str | None] = [*causes[1:], None]
        for cause, after in zip(causes, following, strict=True):
            if cause in kept and kept[cause].replaced_by != after:
                yield f"{cause} is replaced by {kept[cause].replaced_by}, not by {after}"


def _told(record: Record) -> Iterator[str]:
    """Each cry for help is a reason of exactly one alert, and its notice reached a phone."""
    critical = [reason for reason in record.reasons if reason.is_critical]
    by_cause = {act.cause: act for act in record.acts}
    for causes in _versions_of(record.acts):
        if any(by_cause[cause].is_critical for cause in causes):
            found = {one.alert for one in critical if {one.words, one.source} & set(causes)}
            yield from _one_alert(record, causes[0], found)
    for act in record.acts:
        if act.tapped is not None and act.is_critical:
            found = {one.alert for one in critical if one.source == act.tapped.checkin}
            yield from _one_alert(record, act.cause, found)
    for alert in {reason.alert for reason in critical}:
        yield from _notice(record, alert)


def _one_alert(record: Record, cause: str, found: set[str]) -> Iterator[str]:
    if len(found) != 1:
        yield f"{cause} cries for help and has {len(found)} alerts: {sorted(found)}"
    for alert in found:
        if record.alerts.count(alert) != 1:
            yield f"{alert} is there {record.alerts.count(alert)} times"


def _notice(record: Record, alert: str) -> Iterator[str]:
    marks = {row.mark for row in record.rows if row.alert == alert and row.kind == "notice"}
    if not any(push.mark in marks for push in record.pushes if push.chat == record.rings):
        yield f"no notice of {alert} has reached the worker"


def _no_more(record: Record) -> Iterator[str]:
    """No record twice: neither a reason, nor a step of a round, nor an alert without a reason."""
    for step, count in Counter(record.steps).items():
        if count > 1:
            yield f"the step {step} was taken {count} times"
    for reason, count in Counter(one.id for one in record.reasons).items():
        if count > 1:
            yield f"{reason} is there {count} times"
    for alert in set(record.alerts) - {reason.alert for reason in record.reasons}:
        yield f"{alert} has no reason"


def _sent(record: Record) -> Iterator[str]:
    """A second copy only of what was on its way at a crash, or whose answer was lost, and of what
    must not repeat never. What has buttons is known by them, the rest by its words."""
    rows = _grouped((_which(one), one) for one in record.rows)
    for which, pushes in _grouped((_which(one), one) for one in record.pushes).items():
        behind = rows.get(which, [])
        unheard = sum(not push.is_heard for push in pushes)
        allowed = len(behind) + unheard + sum(record.in_flight[row.id] for row in behind)
        if any(row.kind in ONCE for row in behind):
            allowed = len(behind)
        if not behind:
            yield f"chat {which[0]} got {pushes[0].text!r}, which nobody wrote down"
        elif len(pushes) > allowed:
            yield f"{behind[0].id} came {len(pushes)} times to a phone; {allowed} are explained"


def _written(record: Record) -> Iterator[str]:
    """Nothing hangs, and what counts as sent was taken by Telegram: itself, or its newer text as a
    message of its own, where nobody could know whether the older one had arrived."""
    taken = Counter(_which(push) for push in record.pushes)
    sent = _grouped((_which(row), row) for row in record.rows if row.state == "sent")
    edits = [row for row in record.rows if row.verb == "edit" and taken[_which(row)]]
    stood_in_for = {edit.target for edit in edits}
    for row in record.rows:
        if row.state == "sending":
            yield f"{row.id} is still on its way"
    for which, rows in sent.items():
        said = [row for row in rows if row.verb == "send" and row.id not in stood_in_for]
        if len(said) > taken[which]:
            yield f"{said[0].id} counts as sent, but Telegram took it {taken[which]} times"


def _versions_of(acts: Iterable[Act]) -> list[list[str]]:
    """The causes of each message: as it was first written, and each correction."""
    versions = _grouped(((act.chat, act.message), act.cause) for act in acts if not act.tapped)
    return list(versions.values())


def _which(one: Row | Push) -> tuple[int, str]:
    return one.chat, one.mark or one.text


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
