"""Invented messages with labels, a file for each author: `labels | text`, a line each; the tables
that prove the phrases of signs.yaml, which teach the words in them but not the phrases; and the
answers that our own questions offer, which are no sign: the check-in counts them already."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from flows.reading.folder import SHIPPED

FOLDER = Path(__file__).parent / "messages"
TABLES = Path(__file__).parents[2] / "tests" / "cases" / "signs"
OF_A_SIGN = ("found", "missed")
HELD_BACK = ("9",)
"""Authors that the shipped model has never seen: they are scored in the tests."""

SIGNS_ANYHOW = ("unsafe",)
"""Typed answers that speak of danger outside of their question too: they teach nothing."""

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
    is_offered: bool = False  # an answer to tap or type

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


def answers(folder: Path = SHIPPED) -> tuple[Written, ...]:
    """What a family may tap or type as an answer: labels, short labels and typed forms."""
    files = (*sorted((folder / "checkins").glob("*.yaml")), folder / "messages.yaml")
    offered = (
        text
        for path in files
        for text in _offered(yaml.safe_load(path.read_text(encoding="utf-8")))
    )
    return tuple(
        Written(
            author="answers",
            text=text,
            labels=frozenset(),
            is_chat=True,
            proves_phrases=True,
            is_offered=True,
        )
        for text in dict.fromkeys(offered)
    )


def _offered(node: object) -> Iterator[str]:
    """Whatever stands under label, labels, short or typed, questions left out."""
    if isinstance(node, list):
        for one in node:
            yield from _offered(one)
    elif isinstance(node, dict):
        for name, below in node.items():
            if name in ("label", "labels", "typed") or (name == "short" and "label" in node):
                yield from _leaves(below)
            else:
                yield from _offered(below)


def _leaves(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        yield from (text for one in node for text in _leaves(one))
    elif isinstance(node, dict):
        yield from (
            text
            for name, one in node.items()
            if name not in SIGNS_ANYHOW or isinstance(one, str)
            for text in _leaves(one)
        )


def is_held_back(one: Written) -> bool:
    return one.author.startswith(HELD_BACK)


def taught() -> tuple[Written, ...]:
    """What the shipped model has seen: every author that is not held back, the tables, and the
    answers we offer."""
    known = (one for one in read() if not is_held_back(one))
    return (*known, *proofs(), *answers())


def digest(messages: Iterable[Written]) -> str:
    """Of what the model has seen, so that a test can tell whether it is out of date."""
    whole = "\n".join(f"{sorted(one.labels)} {one.text}" for one in messages)
    return sha256(whole.encode()).hexdigest()[:16]
