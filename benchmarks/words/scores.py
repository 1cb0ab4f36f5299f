"""What the detector finds of messages it has not seen: each author left out in turn, and those held
back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.words import fitting
from benchmarks.words.corpus import Written, proofs
from flows import warning_signs
from flows.warning_signs import MODEL, Detector

FOLDS = 8  # groups of authors; none is in two


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares of messages, 0 to 1.

    - `critical`: critical messages found as critical. `noticed`: those found at least as watch.
    - `signs`: messages with any sign found at least as watch.
    - `false_hard`, `false_chat`: critical alarms on harmless messages that look like a sign, and on
      ordinary ones. `loud`: watch messages that came as critical.
    """

    critical: float
    noticed: float
    signs: float
    false_hard: float
    false_chat: float
    loud: float
    messages: int

    @property
    def false_alarms(self) -> float:
        """On harmless messages of which 85 in 100 are hard."""
        return 0.85 * self.false_hard + 0.15 * self.false_chat


def score(detector: Detector, messages: Sequence[Written]) -> Score:
    """How the detector does on these messages."""
    return score_of([(one, detector.find(one.text).level) for one in messages], detector.critical)


def score_of(found: Sequence[tuple[Written, str]], critical: frozenset[str]) -> Score:
    """From messages and the level that was found."""
    true = [(one.level(critical), one.is_chat, level) for one, level in found]

    def share(*, of: str, at: tuple[str, ...], chat: bool | None = None) -> float:
        rows = [
            level for truth, is_chat, level in true
            if truth in of.split() and chat in (None, is_chat)
        ]  # fmt: skip
        return sum(level in at for level in rows) / max(len(rows), 1)

    return Score(
        critical=share(of="critical", at=("critical",)),
        noticed=share(of="critical", at=("critical", "watch")),
        signs=share(of="critical watch", at=("critical", "watch")),
        false_hard=share(of="none", at=("critical",), chat=False),
        false_chat=share(of="none", at=("critical",), chat=True),
        loud=share(of="watch", at=("critical",)),
        messages=len(found),
    )


def crossvalidated(
    content: Mapping[str, object], messages: Sequence[Written]
) -> list[tuple[Written, str]]:
    """Every message with the level that a model gives it which has seen nothing of its author."""
    authors = sorted({one.author for one in messages})
    found: list[tuple[Written, str]] = []
    phrases = warning_signs.build(content)
    for fold in range(FOLDS):
        left_out = set(authors[fold::FOLDS])
        known = [one for one in messages if one.author not in left_out] + list(proofs())
        body = fitting.train(phrases, known)
        detector = warning_signs.build({**content, MODEL: body})
        others = (one for one in messages if one.author in left_out)
        found += [(one, detector.find(one.text).level) for one in others]
    return found


def show(
    content: Mapping[str, object], known: Sequence[Written], held_back: Sequence[Written]
) -> None:
    phrases = warning_signs.build(content)
    found = crossvalidated(content, known)
    rows = {
        "phrases alone": score(phrases, known),
        "authors left out": score_of(found, phrases.critical),
    }
    if held_back:
        whole = warning_signs.build({**content, MODEL: fitting.train(phrases, [*known, *proofs()])})
        rows["held back"] = score(whole, held_back)
    for name, one in rows.items():
        print(
            f"{name:17} {one.messages:5} messages  critical {one.critical:6.1%}  noticed "
            f"{one.noticed:6.1%}  any sign {one.signs:6.1%}  false: hard {one.false_hard:5.1%} "
            f"chat {one.false_chat:5.1%}  mixed {one.false_alarms:5.1%}  loud {one.loud:5.1%}"
        )
    for category in phrases.categories:
        own = [(one, level) for one, level in found if category in one.labels]
        wanted = ("critical",) if category in phrases.critical else ("critical", "watch")
        hits = sum(level in wanted for _, level in own)
        print(f"  {category:22} {len(own):4}  found {hits / max(len(own), 1):6.1%}")
