"""The shape of what is assumed about invented families: content, so that it can be argued with."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.approval import Approval
from flows.model import Level, Risk, Signs

Weights = tuple[int, ...]
"""How often the answers 0, 1, 2, 3 are given, compared with each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """Who is there. Percent, except where the name says otherwise."""

    families_a_worker: int
    levels: Mapping[Level, int]
    risks: Mapping[Risk, int]
    home_risk: int
    second_caregiver: int
    school: int
    release: int  # a day of weight in the year


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """`by_month` are (last month, percent answered); `spread` how far families lie from it."""

    by_month: tuple[tuple[int, int], ...]
    spread: int
    in_trouble: int  # percent less while things are bad
    one_tap: int  # of those who do not answer, on the reminder
    pulses: int
    half_done: int
    dont_know: int  # of items
    lowered: int  # of check-ins
    slips: int  # of last items: tapped for nothing
    hasty: int  # of families
    all_zero: int  # of families
    blocked_a_year: int
    stopped_a_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Good and bad phases follow each other; `worry` is the last item at A, `call` the one at B."""

    good_weeks: tuple[int, int]
    bad_weeks: tuple[int, int]
    good: Weights
    bad: Weights
    worry: Weights
    call: Weights
    strength: Weights
    caregiver: Weights
    practical: Weights
    school: Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A setback, or new danger: how often, how it shows, who says so. Days count from its start."""

    percent_a_year: int
    lasts_days: tuple[int, int]
    shows_after_days: tuple[int, int]
    items: tuple[int, int]  # of the seven
    hidden: int  # percent of families in which no answer shows it
    values: Weights
    worry: Weights
    call: Weights
    caregiver: Weights
    school: Weights
    writes: int  # percent of caregivers who write about it
    writes_after_days: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Percent of families and weeks with a message of their own accord."""

    a_week: int
    tricky: int  # of those: harmless, with words that look otherwise
    after_checkin: int  # at the open line


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """What staff do. `days` is how long each urgency waits for a call, in days from and to."""

    reached: int  # percent of calls
    kritis_hours: tuple[int, int]
    tinggi_days: tuple[int, int]
    perhatian_days: tuple[int, int]
    task_days: tuple[int, int]
    visit_every_days: Mapping[Risk, int]
    visit_held: int
    sees_child: int
    renews_interview: int
    calls_at_c_held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An invented message with what the detector finds in it."""

    text: str
    signs: Signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What families write: small talk, harmless words that look otherwise, a setback, danger."""

    chat: tuple[Said, ...]
    tricky: tuple[Said, ...]
    setback: tuple[Said, ...]
    danger: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Everything that is assumed."""

    centre: Centre
    replies: Replies
    scores: Scores
    setback: Trouble
    danger: Trouble
    texts: Texts
    team: Team
    approval: Approval
