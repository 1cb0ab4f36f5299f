"""Help numbers as a file: each with a neutral label, its source, and when it was checked."""

import re

from flows.definition import HelpNumber
from flows.reading.nodes import APPROVAL, LABEL, Node, read_approval

_NUMBER = re.compile(r"\+?[0-9][0-9 -]{1,19}")


def read_contacts(root: Node) -> tuple[HelpNumber, ...]:
    """The numbers in the order they are shown; at least one answers in danger."""
    fields = root.fields(("numbers",), APPROVAL)
    read_approval(fields)
    numbers = tuple(_number(entry) for entry in fields["numbers"].items(least=1))
    if numbers and not any(number.in_danger for number in numbers):
        fields["numbers"].wrong("nobody answers in danger; mark a line with `in_danger: true`")
    return numbers


def _number(node: Node) -> HelpNumber:
    fields = node.fields(("label", "number", "source", "checked_on"), ("in_danger",))
    number = fields["number"].raw()
    if number and not _NUMBER.fullmatch(number):
        fields["number"].wrong(f'`{number}` cannot be dialled; write digits, as in "129"')
    return HelpNumber(
        label=fields["label"].family_text(most=LABEL),
        number=number,
        in_danger=fields["in_danger"].flag(),
        source=fields["source"].family_text(),
        checked_on=fields["checked_on"].day(),
    )
