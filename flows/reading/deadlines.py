"""The 3x24 hours as a file: hours, reminders, and what staff read."""

from flows.deadlines import TELL, Deadlines, Reminder
from flows.reading.nodes import APPROVAL, Node, read_approval

LONGEST = 24 * 14
WHEN = ("hari", "tanggal", "pukul")
TEXT = 400
"""Characters of one text on a staff screen."""


def read_deadlines(root: Node) -> Deadlines:
    """The clock of a file."""
    fields = root.fields(("hours", "reminders", "texts"), APPROVAL)
    texts = fields["texts"].fields(("running", "over", "law"))
    hours = fields["hours"].whole(least=1, most=LONGEST)
    return Deadlines(
        hours=hours,
        reminders=_reminders(fields["reminders"], hours),
        running=texts["running"].template(("jam", *WHEN), most=TEXT),
        over=texts["over"].template(WHEN, most=TEXT),
        law=texts["law"].template((), most=TEXT),
        approval=read_approval(fields),
    )


def _reminders(node: Node, hours: int) -> tuple[Reminder, ...]:
    found: list[Reminder] = []
    for entry in node.items(least=1):
        fields = entry.fields(("at", "tell"))
        at = fields["at"].whole(least=1, most=LONGEST)
        if found and at <= found[-1].at:
            fields["at"].wrong(f"hours rise; write more than {found[-1].at}")
        tell = tuple(dict.fromkeys(one.one_of(TELL) for one in fields["tell"].items(least=1)))
        found.append(Reminder(at=at, tell=tell))
    if found and found[-1].at < hours:
        node.wrong(f"nobody would hear that the time has run out; remind at {hours} as well")
    return tuple(found)
