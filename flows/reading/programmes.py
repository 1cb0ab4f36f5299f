"""The programme as a file: stages, which check-in a level gets, how often by risk, and its ends."""

from collections.abc import Iterable, Mapping

from flows.forms import Checkin
from flows.model import Level, Risk
from flows.reading.checkins import LEVELS
from flows.reading.nodes import APPROVAL, Node, read_approval, suggest
from flows.rhythm import Cadence, DayKind, Programme, Pulse, SchoolRhythm, Stage, Steps

LONGEST_WEEKS = 520  # ten years
LONGEST_DAYS = 7 * LONGEST_WEEKS
FURTHEST_DAY = 60  # days around a day of weight
LEAST_AT_SCHOOL = 28  # safeguarding decision 5: a school is asked monthly at most

Known = Mapping[str, Checkin] | None

OPTIONAL = ("levels", "pulse", "days", "school", "before_leaving", "notice")


def read_programme(root: Node, checkins: Known) -> Programme:
    """The programme of a file; its check-ins are looked up unless `checkins` is None."""
    fields = root.fields(("id", "stages", "checkins", "cadence"), (*APPROVAL, *OPTIONAL))
    notice = fields["notice"].fields((), ("ending_days", "adult_days"))
    before = fields["before_leaving"].fields((), ("weeks", "asks"))
    return Programme(
        id=fields["id"].name(),
        stages=_stages(fields["stages"]),
        checkins=_checkins(fields["checkins"], checkins),
        cadence=_cadence(fields["cadence"]),
        approval=read_approval(fields),
        levels=_levels(fields["levels"]),
        pulse=_pulse(fields["pulse"], checkins),
        days=_days(fields["days"]),
        school=_school(fields["school"], checkins),
        enrol_weeks=_optional(before.get("weeks"), most=LONGEST_WEEKS),
        pulses_before_leaving=_pulses_first(before.get("asks"), fields["pulse"]),
        ending_notice_days=_optional(notice.get("ending_days")) or 28,
        adult_notice_days=_optional(notice.get("adult_days")) or 28,
    )


def _optional(node: Node | None, most: int = 365) -> int | None:
    return node.whole(least=1, most=most) if node is not None and node.is_given else None


def _pulses_first(node: Node | None, pulse: Node) -> bool:
    """Until the child is at home: the pulse alone, or the whole check-in."""
    if node is None or not node.is_given:
        return False
    is_pulse = node.one_of(("check-in", "pulse")) == "pulse"
    if is_pulse and not pulse.is_given:
        node.wrong("this programme has no `pulse`; add one, or write `asks: check-in`")
    return is_pulse


def _stages(node: Node) -> tuple[Stage, ...]:
    stages: dict[str, Stage] = {}
    for entry in node.items(least=1):
        fields = entry.fields(("id", "name"), ("asks",))
        stage, asks = fields["id"].name(), fields["asks"]
        if stage in stages:
            entry.wrong(f"the id `{stage}` is used twice; give this stage another")
        asks_there = asks.flag() if asks.is_given else True
        stages[stage] = Stage(id=stage, name=fields["name"].text(), asks=asks_there)
    if stages and not any(stage.asks for stage in stages.values()):
        node.wrong("no stage asks a family anything; take `asks: false` away from one")
    return tuple(stages.values())


def _checkins(node: Node, known: Known) -> Mapping[Level, str]:
    chosen: dict[Level, str] = {}
    for level, entry in node.fields(LEVELS).items():
        chosen[Level(level)] = name = _known_checkin(entry, known)
        if known is not None and name in known:
            _prove_fit(Level(level), known[name], entry)
    return chosen


def _known_checkin(node: Node, known: Known) -> str:
    name = node.name()
    if known is not None and name and name not in known:
        node.wrong(f"there is no check-in `{name}`{suggest(name, known)}")
    return name


def _prove_fit(level: Level, checkin: Checkin, node: Node) -> None:
    """A phone at B must never be shown what was written for A."""
    if level is Level.DISCREET and checkin.level is not Level.DISCREET:
        node.wrong(f"`{checkin.id}` needs level A; name a check-in with `level: B`")
    if checkin.kind == "school":
        node.wrong(f"`{checkin.id}` is for a school; name one with `kind: check-in`")


def _levels(node: Node) -> Mapping[Level, Steps]:
    if not node.is_given:
        return {}
    given = node.fields((), tuple(str(level) for level in LEVELS)).items()
    return {Level(level): _cadence(steps) for level, steps in given if steps.is_given}


def _cadence(node: Node) -> Steps:
    return {Risk(risk): _steps(steps) for risk, steps in node.fields(tuple(Risk)).items()}


def _steps(node: Node) -> tuple[Cadence, ...]:
    steps: list[Cadence] = []
    for entry in node.items(least=1):
        fields = entry.fields(("until_week", "every_days"))
        step = Cadence(
            until_week=fields["until_week"].whole(least=1, most=LONGEST_WEEKS),
            every_days=fields["every_days"].whole(least=1, most=LONGEST_DAYS),
        )
        if steps and step.until_week <= steps[-1].until_week:
            entry.wrong(f"weeks rise; write `until_week` above {steps[-1].until_week}")
        steps.append(step)
    return tuple(steps)


def _pulse(node: Node, known: Known) -> Pulse | None:
    """It goes to both levels, so that it has to be one that anybody may read."""
    if not node.is_given:
        return None
    fields = node.fields(("checkin", "every_days", "until_week"))
    name = _known_checkin(fields["checkin"], known)
    if known is not None and name in known:
        _prove(fields["checkin"], known[name], "pulse")
    return Pulse(
        checkin=name,
        every_days=fields["every_days"].whole(least=1, most=LONGEST_DAYS),
        until_week=fields["until_week"].whole(least=1, most=LONGEST_WEEKS),
    )


def _prove(node: Node, checkin: Checkin, kind: str) -> None:
    if checkin.kind != kind:
        node.wrong(f"`{checkin.id}` is a {checkin.kind}; name one with `kind: {kind}`")
    if checkin.level is not Level.DISCREET:
        node.wrong(f"`{checkin.id}` goes to everybody; it has to have `level: B`")


def _days(node: Node) -> tuple[DayKind, ...]:
    kinds: dict[str, DayKind] = {}
    for entry in node.items():
        fields = entry.fields(("id", "name", "asks"))
        kind = fields["id"].name()
        if kind in kinds:
            entry.wrong(f"the id `{kind}` is used twice; give this kind of day another")
        asks = _offsets(fields["asks"].items(least=1))
        kinds[kind] = DayKind(id=kind, name=fields["name"].text(), asks=asks)
    return tuple(kinds.values())


def _offsets(nodes: Iterable[Node]) -> tuple[int, ...]:
    return tuple(sorted({node.whole(least=-FURTHEST_DAY, most=FURTHEST_DAY) for node in nodes}))


def _school(node: Node, known: Known) -> SchoolRhythm | None:
    if not node.is_given:
        return None
    fields = node.fields(("checkin", "every_days"))
    name = _known_checkin(fields["checkin"], known)
    if known is not None and name in known:
        _prove(fields["checkin"], known[name], "school")
    every = fields["every_days"].whole(least=LEAST_AT_SCHOOL, most=LONGEST_DAYS)
    return SchoolRhythm(checkin=name, every_days=every)
