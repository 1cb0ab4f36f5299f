"""Fits the model of words: one logistic regression a lane, over traits that several messages share.

The same messages and the same settings give the same file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.words.corpus import Written, digest
from flows.traits import stretches
from flows.warning_signs import Detector
from flows.word_model import CRITICAL, FIRST_LINE, OPEN, SCALE, SIGN, ZERO, Limits

SOFTNESS = 20.0  # the C of the regression; 10 to 40 make no difference
OF_PHRASES = ("=", "#", "?", "@")
LEAST, LEAST_STRETCHES = 3, 5  # messages that must share a trait; times that letters must occur
LIGHTEST = 3  # packed units; lighter weights are left out
LIMITS = Limits(critical=-0.85, sure=5.0, doubted=1.5, denied=-0.85, sign=-1.2, category=0.0)
"""Chosen by cross-validation, see docs/warning-signs.md."""

CARE = {"self_harm": 1.0}
"""Added to the score of a category that must not be missed: talk of death is the most indirect. The
model never doubts its phrases."""

OFFERED = 12.0
"""What an answer that we offer counts, against a message: they are few, short and certain."""

Table = tuple[csr_matrix, list[str]]


def train(detector: Detector, messages: Sequence[Written], limits: Limits = LIMITS) -> str:
    """The text of the model file."""
    seen = [_seen(detector, one) for one in messages]
    table, names = _side_by_side(
        _table([Counter(traits) for traits, _ in seen], LEAST),
        _table([_letters(spelled) for _, spelled in seen], LEAST_STRETCHES),
    )
    lanes = (*detector.categories, CRITICAL, SIGN)
    truths = [np.array([is_in(one, lane, detector.critical) for one in messages]) for lane in lanes]
    counts = np.array([OFFERED if one.is_offered else 1.0 for one in messages])
    with threadpool_limits(limits=1):  # threads add up in another order, and a weight may tip over
        fitted = [_fit(table, truth, counts) for truth in truths]
    biases = [bias + CARE.get(lane, 0.0) for lane, (_, bias) in zip(lanes, fitted, strict=True)]
    head = (
        FIRST_LINE,
        f"approved_by {OPEN}",
        f"approved_on {OPEN}",
        f"lanes {' '.join(lanes)}",
        f"alarming {' '.join(name for name in lanes if name in detector.critical)}",
        f"careful {' '.join(CARE)}",
        f"bias {' '.join(f'{bias:.4f}' for bias in biases)}",
        f"limits {' '.join(f'{name}={value}' for name, value in _listed(limits))}",
        f"messages {len(messages)} {digest(messages)}",
        "",
    )
    rows = _rows(names, np.array([weights for weights, _ in fitted]))
    return "\n".join((*head, *rows)) + "\n"


def _seen(detector: Detector, one: Written) -> tuple[frozenset[str], frozenset[str]]:
    names, spelled = detector.names_of_traits(one.text)
    if one.proves_phrases:
        names = frozenset(name for name in names if not name.startswith(OF_PHRASES))
    return names, spelled


def _letters(spelled: Iterable[str]) -> Counter[str]:
    return Counter(name for word in spelled for name in stretches(word))


def is_in(one: Written, lane: str, critical: frozenset[str]) -> bool:
    """Is this message an example of the lane?"""
    if lane == CRITICAL:
        return bool(one.labels & critical)
    return bool(one.labels) if lane == SIGN else lane in one.labels


def _listed(limits: Limits) -> Iterator[tuple[str, float]]:
    for name in Limits.__dataclass_fields__:
        yield name, getattr(limits, name)


def _table(seen: Sequence[Counter[str]], least: int) -> Table:
    """A row a message: each trait as often as it has it, by the square root of how many it has."""
    counted = Counter(name for names in seen for name in names)
    names = sorted(name for name, count in counted.items() if count >= least)
    place = {name: number for number, name in enumerate(names)}
    columns: list[int] = []
    times: list[float] = []
    ends = [0]
    for row in seen:
        for name in sorted(name for name in row if name in place):
            columns.append(place[name])
            times.append(float(row[name]))
        ends.append(len(columns))
    counts = csr_matrix((times, columns, ends), shape=(len(seen), len(place)))
    sizes = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1.0)
    return (diags(1.0 / np.sqrt(sizes)) @ counts).tocsr(), names


def _side_by_side(words: Table, letters: Table) -> Table:
    return hstack([words[0], letters[0]]).tocsr(), words[1] + letters[1]


def _fit(table: csr_matrix, truth: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias. A trait is heard as loud as it tells the examples from the rest (the idea
    of Wang and Manning, "Baselines and Bigrams", 2012), which suits few and short messages."""
    told = np.sqrt(np.abs(_log_share(table[truth]) - _log_share(table[~truth]))).round(6)
    model = LogisticRegression(C=SOFTNESS, solver="liblinear", random_state=0, max_iter=200)
    model.fit(table @ diags(told), truth, sample_weight=counts)
    return model.coef_[0] * told, float(model.intercept_[0])


def _log_share(table: csr_matrix) -> np.ndarray:
    """For each trait, the share that it has of all traits of these messages."""
    counts = np.asarray((table > 0).sum(axis=0)).ravel() + 1.0
    return np.log(counts / counts.sum())


def _rows(names: Sequence[str], weights: np.ndarray) -> Iterator[str]:
    units = np.clip(np.rint(weights * SCALE), 1 - ZERO, ZERO - 1).astype(int)
    for number, name in enumerate(names):
        heavy = [
            (lane, unit) for lane, unit in enumerate(units[:, number]) if abs(unit) >= LIGHTEST
        ]
        if heavy:
            yield f"{name}\t{' '.join(f'{lane}:{unit}' for lane, unit in heavy)}"
