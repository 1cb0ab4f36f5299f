"""The programme as a file: which check-in a level gets, and how often by risk."""

from collections.abc import Mapping

from flows.definition import Cadence, Checkin, Programme
from flows.model import Level, Risk
from flows.reading.checkins import LEVELS
from flows.reading.nodes import APPROVAL, Node, read_approval, suggest

LONGEST_WEEKS = 520  # ten years


def read_programme(root: Node, checkins: Mapping[str, Checkin] | None) -> Programme:
    """The programme of a file; its check-ins are looked up unless `checkins` is None."""
    fields = root.fields(("id", "stages", "checkins", "cadence"), APPROVAL)
    return Programme(
        id=fields["id"].name(),
        stages=_stages(fields["stages"]),
        checkins=_checkins(fields["checkins"], checkins),
        cadence=_cadence(fields["cadence"]),
        approval=read_approval(fields),
    )


def _stages(node: Node) -> tuple[tuple[str, str], ...]:
    stages: dict[str, str] = {}
    for entry in node.items(least=1):
        fields = entry.fields(("id", "name"))
        stage = fields["id"].name()
        if stage in stages:
            entry.wrong(f"the id `{stage}` is used twice; give this stage another")
        stages[stage] = fields["name"].text()
    return tuple(stages.items())


def _checkins(node: Node, known: Mapping[str, Checkin] | None) -> Mapping[Level, str]:
    chosen: dict[Level, str] = {}
    for level, entry in node.fields(LEVELS).items():
        name = entry.name()
        chosen[Level(level)] = name
        if known is None or not name:
            continue
        if name not in known:
            entry.wrong(f"there is no check-in `{name}`{suggest(name, known)}")
        else:
            _prove_fit(Level(level), known[name], entry)
    return chosen


def _prove_fit(level: Level, checkin: Checkin, node: Node) -> None:
    """A phone at B must never be shown what was written for A."""
    if level is Level.DISCREET and checkin.level is not Level.DISCREET:
        node.wrong(f"`{checkin.id}` needs level A; name a check-in with `level: B`")
    if checkin.kind == "school":
        node.wrong(f"`{checkin.id}` is for a school; name one with `kind: check-in`")


def _cadence(node: Node) -> Mapping[Risk, tuple[Cadence, ...]]:
    return {Risk(risk): _steps(steps) for risk, steps in node.fields(tuple(Risk)).items()}


def _steps(node: Node) -> tuple[Cadence, ...]:
    steps: list[Cadence] = []
    for entry in node.items(least=1):
        fields = entry.fields(("until_week", "every_days"))
        step = Cadence(
            until_week=fields["until_week"].whole(least=1, most=LONGEST_WEEKS),
            every_days=fields["every_days"].whole(least=1, most=7 * LONGEST_WEEKS),
        )
        if steps and step.until_week <= steps[-1].until_week:
            entry.wrong(f"weeks rise; write `until_week` above {steps[-1].until_week}")
        steps.append(step)
    return tuple(steps)
