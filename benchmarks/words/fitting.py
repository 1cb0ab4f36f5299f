"""Fits the model of words: one logistic regression a lane, over traits that several messages share.

The same messages and the same settings give the same file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from benchmarks.words.corpus import Written
from flows.warning_signs import Detector
from flows.word_model import CRITICAL, FIRST_LINE, SCALE, SIGN, ZERO, Limits

SOFTNESS = 20.0  # the C of the regression; 8 to 30 make no difference
OF_PHRASES = ("=", "#", "?", "@")
LEAST = 2  # messages that must share a trait
LIGHTEST = 3  # packed units; lighter weights are left out
LIMITS = Limits(critical=0.3, sign=-1.0, sure=1.5, category=0.0, denied=-1.0)
"""Chosen by cross-validation, see docs/warning-signs.md."""


def train(detector: Detector, messages: Sequence[Written]) -> str:
    """The text of the model file."""
    seen = [_seen(detector, one) for one in messages]
    counted = Counter(name for names in seen for name in names)
    names = sorted(name for name, count in counted.items() if count >= LEAST)
    place = {name: number for number, name in enumerate(names)}
    table = _table(seen, place)
    lanes = (*detector.categories, CRITICAL, SIGN)
    critical = detector.critical
    fitted = [_fit(table, [is_in(one, lane, critical) for one in messages]) for lane in lanes]
    rows = _rows(names, np.array([weights for weights, _ in fitted]))
    head = (
        FIRST_LINE,
        f"lanes {' '.join(lanes)}",
        f"bias {' '.join(f'{bias:.4f}' for _, bias in fitted)}",
        f"limits {' '.join(f'{name}={value}' for name, value in _limits())}",
        f"messages {len(messages)} {digest(messages)}",
        "",
    )
    return "\n".join((*head, *rows)) + "\n"


def _seen(detector: Detector, one: Written) -> frozenset[str]:
    names = detector.names_of_traits(one.text)
    if one.proves_phrases:
        return frozenset(name for name in names if not name.startswith(OF_PHRASES))
    return names


def digest(messages: Iterable[Written]) -> str:
    """Of what the model has seen, so that a test can tell whether it is out of date."""
    whole = "\n".join(f"{sorted(one.labels)} {one.text}" for one in messages)
    return sha256(whole.encode()).hexdigest()[:16]


def is_in(one: Written, lane: str, critical: frozenset[str]) -> bool:
    """Is this message an example of the lane?"""
    if lane == CRITICAL:
        return bool(one.labels & critical)
    return bool(one.labels) if lane == SIGN else lane in one.labels


def _limits() -> Iterator[tuple[str, float]]:
    for name in Limits.__dataclass_fields__:
        yield name, getattr(LIMITS, name)


def _table(seen: Sequence[Iterable[str]], place: dict[str, int]) -> csr_matrix:
    """A row a message, 1 / sqrt(traits) for each trait that it has."""
    columns: list[int] = []
    ends = [0]
    for names in seen:
        columns += sorted(place[name] for name in names if name in place)
        ends.append(len(columns))
    ones = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(seen), len(place)))
    sizes = np.maximum(np.asarray(ones.sum(axis=1)).ravel(), 1.0)
    return diags(1.0 / np.sqrt(sizes)) @ ones


def _fit(table: csr_matrix, truth: Sequence[bool]) -> tuple[np.ndarray, float]:
    model = LogisticRegression(C=SOFTNESS, solver="liblinear", random_state=0, max_iter=200)
    model.fit(table, truth)
    return model.coef_[0], float(model.intercept_[0])


def _rows(names: Sequence[str], weights: np.ndarray) -> Iterator[str]:
    units = np.clip(np.rint(weights * SCALE), 1 - ZERO, ZERO - 1).astype(int)
    for number, name in enumerate(names):
        heavy = [
            (lane, unit) for lane, unit in enumerate(units[:, number]) if abs(unit) >= LIGHTEST
        ]
        if heavy:
            yield f"{name}\t{' '.join(f'{lane}:{unit}' for lane, unit in heavy)}"
