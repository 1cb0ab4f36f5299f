"""Urgencies as a file: who is told at once, who is asked next, and when staff work."""

from collections.abc import Mapping

from flows.definition import Chain, Step, Urgencies, WorkingHours
from flows.model import Urgency
from flows.reading.nodes import APPROVAL, Node, read_approval

TELL = ("worker", "duty", "supervisor", "head")
WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
ANY_HOUR, WORKING = "any", "working"


def read_urgencies(root: Node) -> Urgencies:
    """The three chains and the hours they keep."""
    optional = ("unsure_words_night_minutes", *APPROVAL)
    fields = root.fields(("working_hours", "unsure_words_minutes", "urgencies"), optional)
    chains = fields["urgencies"].fields(tuple(Urgency))
    return Urgencies(
        chains={Urgency(name): _chain(Urgency(name), node) for name, node in chains.items()},
        working=_working(fields["working_hours"]),
        unsure_words_minutes=fields["unsure_words_minutes"].whole(least=1),
        approval=read_approval(fields),
        unsure_words_night_minutes=_night(fields),
    )


def _night(fields: Mapping[str, Node]) -> int | None:
    """When unsure words ask again outside working hours; before they ring."""
    again, rings = fields["unsure_words_night_minutes"], fields["unsure_words_minutes"]
    if not again.is_given:
        return None
    minutes = again.whole(least=1)
    if minutes >= rings.whole(least=1):
        again.wrong("by then it rings; write less than `unsure_words_minutes`")
    return minutes


def _chain(urgency: Urgency, node: Node) -> Chain:
    fields = node.fields(("hours", "sound", "tell_at_once"), ("then",))
    hours, then = fields["hours"], fields["then"]
    chain = Chain(
        urgency=urgency,
        in_working_hours=hours.one_of((ANY_HOUR, WORKING)) == WORKING,
        makes_sound=fields["sound"].flag(),
        steps=_steps(fields["tell_at_once"], then),
    )
    if urgency is Urgency.CRITICAL and chain.in_working_hours:
        hours.wrong("kritis waits for no office hours; write `hours: any`")
    if urgency is Urgency.CRITICAL and chain.steps[-1].every_minutes is None:
        last = node if len(chain.steps) == 1 else then.items()[-1]
        last.wrong("kritis may not fall silent; give its last step `every: 15`")
    return chain


def _steps(at_once: Node, then: Node) -> tuple[Step, ...]:
    steps = [Step(after_minutes=0, tell=_tell(at_once))]
    later = then.items() if then.is_given else ()
    for place, entry in enumerate(later):
        fields = entry.fields(("after", "tell"), ("every",))
        every = fields["every"]
        after = fields["after"].whole(least=1)
        if after <= steps[-1].after_minutes:
            fields["after"].wrong(f"minutes rise; write more than {steps[-1].after_minutes}")
        if every.is_given and place < len(later) - 1:
            every.wrong("only the last step repeats itself; take `every` away here")
        steps.append(
            Step(
                after_minutes=after,
                tell=_tell(fields["tell"]),
                every_minutes=every.whole(least=1) if every.is_given else None,
            )
        )
    return tuple(steps)


def _tell(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.one_of(TELL) for entry in node.items(least=1)))


def _working(node: Node) -> WorkingHours:
    fields = node.fields(("start", "end", "days"))
    start, end = fields["start"].clock(), fields["end"].clock()
    if start >= end and not fields["end"].is_absent:
        fields["end"].wrong("work ends after it starts; write a later time")
    days = [entry.one_of(WEEKDAYS) for entry in fields["days"].items(least=1)]
    return WorkingHours(
        start=start, end=end, weekdays=frozenset(WEEKDAYS.index(day) for day in days)
    )
