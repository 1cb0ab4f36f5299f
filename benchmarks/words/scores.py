"""What the detector finds of messages it has not seen: each author left out in turn, and those held
back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.words.corpus import Written, answers, proofs
from flows import warning_signs
from flows.model import Certainty, Signs
from flows.warning_signs import MODEL, Detector

FOLDS = 8  # groups of authors; none is in two
HARD = 0.85  # of harmless messages, those that look like a sign, where both are counted together

Found = tuple[Written, Signs]
Trained = Callable[[Sequence[Written]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares of messages, 0 to 1.

    - `critical`: critical messages found as critical; `sure`: so that nobody need look first;
      `noticed`: found at least as watch. `signs`: messages of watch found at least as that.
    - `hard`, `chat`: critical alarms on harmless messages that look like a sign, and on ordinary
      ones; `hard_sure`, `chat_sure`: those of them that ring at once.
    - `loud`: messages of watch that came as critical.
    """

    critical: float
    sure: float
    noticed: float
    signs: float
    hard: float
    hard_sure: float
    chat: float
    chat_sure: float
    loud: float
    messages: int

    @property
    def harmless(self) -> float:
        """Critical alarms on harmless messages of which 85 in 100 look like a sign."""
        return HARD * self.hard + (1 - HARD) * self.chat

    def __str__(self) -> str:
        return (
            f"{self.messages:5} messages  critical {self.critical:5.1%} (sure {self.sure:5.1%})  "
            f"noticed {self.noticed:5.1%}  watch {self.signs:5.1%}  loud {self.loud:5.1%}  "
            f"false: hard {self.hard:5.1%} (sure {self.hard_sure:4.1%})  chat {self.chat:4.1%} "
            f"(sure {self.chat_sure:4.1%})  mixed {self.harmless:5.1%}"
        )


def score(detector: Detector, messages: Iterable[Written]) -> Score:
    """How the detector does on these messages."""
    return score_of([(one, detector.find(one.text)) for one in messages], detector.critical)


def score_of(found: Sequence[Found], critical: frozenset[str]) -> Score:
    """From messages and what was found in them."""

    def share(is_so: Callable[[Signs], bool], *, of: str, chat: bool = False) -> float:
        rows = [
            is_so(signs) for one, signs in found
            if one.level(critical) == of and one.is_chat == chat
        ]  # fmt: skip
        return sum(rows) / max(len(rows), 1)

    def is_sure(signs: Signs) -> bool:
        return any(
            row.category in critical and row.certainty is Certainty.SURE for row in signs.evidence
        )

    return Score(
        critical=share(_is_critical, of="critical"),
        sure=share(is_sure, of="critical"),
        noticed=share(_is_noticed, of="critical"),
        signs=share(_is_noticed, of="watch"),
        hard=share(_is_critical, of="none"),
        hard_sure=share(is_sure, of="none"),
        chat=share(_is_critical, of="none", chat=True),
        chat_sure=share(is_sure, of="none", chat=True),
        loud=share(_is_critical, of="watch"),
        messages=len(found),
    )


def _is_critical(signs: Signs) -> bool:
    return signs.level == "critical"


def _is_noticed(signs: Signs) -> bool:
    return signs.level != "none"


def crossvalidated(
    content: Mapping[str, object], messages: Sequence[Written], train: Trained
) -> list[Found]:
    """Every message with what a model finds in it that has seen nothing of its author."""
    authors = sorted({one.author for one in messages if not one.proves_phrases})
    found: list[Found] = []
    for fold in range(FOLDS):
        left_out = set(authors[fold::FOLDS])
        known = [one for one in messages if one.author not in left_out]
        detector = warning_signs.build({**content, MODEL: train([*known, *proofs(), *answers()])})
        others = (one for one in messages if one.author in left_out)
        found += [(one, detector.find(one.text)) for one in others]
    return found


def show(
    content: Mapping[str, object],
    known: Sequence[Written],
    held_back: Sequence[Written],
    train: Trained,
) -> None:
    phrases = warning_signs.build(content)
    measured = [one for one in known if not one.proves_phrases]
    found = crossvalidated(content, known, train)
    print(f"phrases alone     {score(phrases, measured)}")
    print(f"authors left out  {score_of(found, phrases.critical)}")
    if held_back:
        whole = warning_signs.build({**content, MODEL: train([*known, *proofs(), *answers()])})
        print(f"held back         {score(whole, held_back)}")
        print(f"  phrases alone   {score(phrases, held_back)}")
    _show_categories(phrases, found)


def _show_categories(phrases: Detector, found: Sequence[Found]) -> None:
    print("category                messages  level  label")
    for category in phrases.categories:
        own = [signs for one, signs in found if category in one.labels]
        levels = ("critical",) if category in phrases.critical else ("critical", "watch")
        level = sum(signs.level in levels for signs in own) / max(len(own), 1)
        label = sum(category in signs.labels for signs in own) / max(len(own), 1)
        print(f"  {category:22} {len(own):7}  {level:5.1%}  {label:5.1%}")
