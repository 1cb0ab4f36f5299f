"""Invented messages with their labels, a file for each author: `labels | text`, a line each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "messages"
HELD_BACK = ("9",)
"""Authors that the shipped model has never seen: they are scored in the tests."""

HARMLESS = ("none", "chat")
"""No sign: `none` looks like one, `chat` is ordinary talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message. `labels` are categories of signs.yaml, none for a harmless one."""

    author: str
    text: str
    labels: frozenset[str]
    is_chat: bool

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
        )


def is_held_back(one: Written) -> bool:
    return one.author.startswith(HELD_BACK)
