"""The page of the rules: the table of them, and what `kabar rules simulate` says of them.

`python -m benchmarks.rules` writes both into docs/rules.md anew; a test compares them.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from bot.rehearsal import telling
from bot.rehearsal.reading import MESSAGES, RATES, read_rates
from bot.rehearsal.simulating import Wanted, simulate
from flows import loader, warning_signs
from flows.definition import Content, Opens, Rule

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
DEFAULT = Wanted(families=150, weeks=52, seed=1)

SOURCES = {
    "A1": "domain 3.4 A1: item 8 = 3",
    "A2": "domain 3.4 A2: item 8 = 2",
    "A3": "domain 3.4 A3",
    "A4": "domain 3.4 A4; safeguarding 4: a call in three days, joined to the due one",
    "A4b": "domain 3.4 A4, over the last check-in",
    "A5": "domain 3.4 A5; safeguarding 4, as A4",
    "A6": "domain 3.4 A6, any item",
    "A6b": "domain 3.4 A6, fear and self; safeguarding 4 keeps tinggi",
    "A7": "domain 3.4 A7",
    "A8": "domain 3.4 A8; safeguarding 4",
    "A8b": "domain 3.4 A8, twice",
    "A9": "domain 3.4 A9, in days as safeguarding 4 has it",
    "A9b": "domain 3.4 A9; safeguarding 4",
    "A9c": "safeguarding 4: at C an overdue call is the silence",
    "A9d": "safeguarding 4, as A9c",
    "A10": "domain 3.4 A10; safeguarding 4: under a second an item",
    "A10b": "domain 3.4 A10, all zeros where the home is a risk",
    "A11": "domain 3.4 A11",
    "A12": "domain 3.4 A12; safeguarding 4: never unless the child was seen, never after zeros",
    "A13": "domain 3.4 A13, a release",
    "A13b": "domain 3.4 A13, a trial",
    "A14": "domain 3.4 A14",
    "A15": "safeguarding 4: 8 or more four times running",
    "A16": "safeguarding 4: two contacts who differ by 5",
    "A17": "safeguarding 4: a skipped or abandoned item 8",
    "A18": "safeguarding 4: item 8 = 1 three times",
    "A19": "safeguarding 4: left half done",
    "B1": "contracts, Answers: Ya, secepatnya",
    "B2": "contracts, Answers: Boleh, jam biasa",
    "K1": "domain 3.3: practical",
    "S1": "domain 3.3: the school form",
    "E1": "safeguarding 4: a lowering edit is a sign",
    "E2": "safeguarding 4: a lowering edit is a sign",
}
WORDS = "domain 3.2; safeguarding 4"
"""Of every rule about sure words."""


def table(rules: tuple[Rule, ...]) -> str:
    """Every rule in a line, in their order."""
    return "\n".join(_rows(rules))


def _rows(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "| rule | urgency | opens | speaks again | says | comes from |"
    yield "|---|---|---|---|---|---|"
    for rule in rules:
        says = rule.says.replace("|", "/")
        yield (
            f"| {rule.id} | {rule.urgency} | {_opens(rule)} | {_repeat(rule)} | {says} |"
            f" {source_of(rule)} |"
        )


def source_of(rule: Rule) -> str:
    """Where a rule was taken from. KeyError for one that nobody has placed."""
    return WORDS if rule.id.startswith("W-") else SOURCES[rule.id]


def _opens(rule: Rule) -> str:
    clock = ", 3x24 hours" if rule.starts_clock else ""
    names = {Opens.ALERT: "alert", Opens.SILENCE: "task: silence", Opens.PLAN: "task: plan"}
    return names[rule.opens] + clock


def _repeat(rule: Rule) -> str:
    if rule.repeat is None:
        return "each time"
    return f"{rule.repeat.rise} above, or after {rule.repeat.days} days"


def figures(content: Content) -> str:
    """What the command prints for the rules as shipped."""
    detector = warning_signs.build(content.signs)
    return telling.as_text(simulate(content, detector, read_rates(), DEFAULT))


def inputs(content: Content) -> str:
    """A digest of every file that the figures rest on."""
    digest = sha256()
    for file in sorted(content.files, key=lambda file: file.name):
        digest.update(f"{file.name} {file.sha256}\n".encode())
    for path in (RATES, MESSAGES):
        digest.update(f"{path.name} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def part(page: str, name: str) -> str:
    """What stands between the marks of this name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", page, re.DOTALL)
    if found is None:
        raise LookupError(f"docs/rules.md has no part {name}")
    return found[1]


def with_part(page: str, name: str, text: str) -> str:
    """The page with another text between these marks."""
    return page.replace(f"<!-- {name} -->\n{part(page, name)}\n", f"<!-- {name} -->\n{text}\n", 1)


def write() -> None:
    """Both parts anew."""
    content = loader.load()
    page = with_part(PAGE.read_text(), "rules", table(content.rules))
    block = f"```\n{figures(content)}\n```\n\nInputs: `{inputs(content)}`"
    PAGE.write_text(with_part(page, "figures", block))


if __name__ == "__main__":
    write()
