"""Invented messages with labels, a file for each author: `labels | text`, a line each; and the
tables that prove the phrases of signs.yaml, which teach the words in them but not the phrases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "messages"
TABLES = Path(__file__).parents[2] / "tests" / "cases" / "signs"
OF_A_SIGN = ("found", "missed")
HELD_BACK = ("9",)
"""Authors that the shipped model has never seen: they are scored in the tests."""

SEEN = ("02",)
"""Authors whose messages the phrases were written for: they teach, and are never measured."""

HARMLESS = ("none", "chat")
"""No sign: `none` looks like one, `chat` is ordinary talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message. `labels` are categories of signs.yaml, none for a harmless one."""

    author: str
    text: str
    labels: frozenset[str]
    is_chat: bool
    proves_phrases: bool = False  # they were written for it: what they say of it teaches nothing

    def level(self, critical: frozenset[str]) -> str:
        """critical, watch or none."""
        if self.labels & critical:
            return "critical"
        return "watch" if self.labels else "none"


def read(folder: Path = FOLDER) -> tuple[Written, ...]:
    """All messages, by author; ValueError names a line that is none."""
    return tuple(one for path in sorted(folder.glob("*.txt")) for one in _of(path))


def _of(path: Path) -> Iterator[Written]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        labels, bar, text = line.partition(" | ")
        if not bar or not labels.strip() or not text.strip():
            raise ValueError(f"{path.name}:{number}: write `labels | text`")
        named = labels.split()
        yield Written(
            author=path.stem,
            text=text.replace("\\n", "\n"),
            labels=frozenset(named) - set(HARMLESS),
            is_chat="chat" in named,
            proves_phrases=path.stem.startswith(SEEN),
        )


def proofs(folder: Path = TABLES) -> tuple[Written, ...]:
    """The messages of the tables, each with the label of its table or with none."""
    return tuple(
        Written(
            author="tables",
            text=text,
            labels=frozenset({path.stem}) if kind in OF_A_SIGN else frozenset(),
            is_chat=False,
            proves_phrases=True,
        )
        for path in sorted(folder.glob("*.yaml"))
        for kind, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for text in texts
    )


def is_held_back(one: Written) -> bool:
    return one.author.startswith(HELD_BACK)
