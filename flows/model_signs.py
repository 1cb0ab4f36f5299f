"""What the model of words adds to the signs of the phrases: signs they miss, and doubt.

A sign that only the model sees is unsure, so that a human looks first, unless its score is high;
a critical phrase that the model is certain is not meant is kept as denied, on the reading list.
Of a message that says hardly anything else it is never certain: nothing there speaks against it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from flows.model import Certainty, Evidence
from flows.spelling import Words
from flows.word_model import CRITICAL, SIGN, Limits, Weighed, WordModel

BY_MODEL = "model"
"""The pattern of evidence that no phrase has found."""
LEAST_AGAINST = 2  # different words beside the critical phrases, before these may be put aside


def with_model(
    model: WordModel, weighed: Weighed, text: str, words: Words, judged: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """The evidence of the phrases as the model sees it, and its own, in the order of the text."""
    limits, critical = model.limits, model.alarming
    doubtful = critical - model.careful
    is_denied = (
        weighed.alarm < limits.denied and _others(text, words, judged, critical) >= LEAST_AGAINST
    )
    kept = tuple(
        _weakened(row, weighed.alarm, limits, doubtful, is_denied=is_denied) for row in judged
    )
    meant = {row.category for row in kept if row.certainty is not Certainty.DENIED}
    if weighed.alarm >= _needed(limits, judged, critical) and not meant & critical:
        is_sure = weighed.alarm >= limits.sure
        names = _lanes(weighed, critical, limits.category)
    elif weighed.scores[SIGN] >= limits.sign and not meant:
        is_sure = True  # a watch sign rings nobody
        names = _lanes(weighed, _watch(model, critical), limits.category)
    else:
        return kept
    added = (_seen(model, weighed, name, text, words, is_sure=is_sure) for name in names)
    return tuple(sorted((*kept, *added), key=lambda row: (row.start, row.end)))


def _needed(limits: Limits, judged: Iterable[Evidence], critical: frozenset[str]) -> float:
    """Which alarm counts. Where the phrases have read a denial, the words alone prove little: who
    says that a child does not want to die uses the same ones."""
    is_denied = any(
        row.certainty is Certainty.DENIED and row.category in critical for row in judged
    )
    return limits.doubted if is_denied else limits.critical


def _others(text: str, words: Words, judged: Iterable[Evidence], critical: frozenset[str]) -> int:
    """How many different words stand in no critical phrase."""
    spans = sorted((row.start, row.end) for row in judged if row.category in critical)
    others: set[str] = set()
    begun, taken_to = 0, 0
    for start, end in zip(words.starts, words.ends, strict=True):
        while begun < len(spans) and spans[begun][0] <= start:
            taken_to = max(taken_to, spans[begun][1])
            begun += 1
        if start >= taken_to:
            others.add(text[start:end].lower())
    return len(others)


def _weakened(
    row: Evidence, alarm: float, limits: Limits, doubtful: frozenset[str], *, is_denied: bool
) -> Evidence:
    """A critical phrase that the rest of the message speaks against is unsure, or is not meant.
    Not asked where care is taken: small talk before a plain cry takes nothing of it away."""
    if row.category not in doubtful or alarm >= limits.doubted:
        return row
    if is_denied:
        return replace(row, certainty=Certainty.DENIED)
    return replace(row, certainty=Certainty.UNSURE) if row.certainty is Certainty.SURE else row


def _watch(model: WordModel, critical: frozenset[str]) -> frozenset[str]:
    return frozenset(model.lanes) - critical - {CRITICAL, SIGN}


def _lanes(weighed: Weighed, among: Collection[str], limit: float) -> Iterator[str]:
    """The categories that count, and always the likeliest."""
    scores = {name: score for name, score in weighed.scores.items() if name in among}
    best = max(scores, key=lambda name: scores[name])
    yield from (name for name, score in scores.items() if score >= limit or name == best)


def _seen(
    model: WordModel, weighed: Weighed, name: str, text: str, words: Words, *, is_sure: bool
) -> Evidence:
    """The part of the message that weighed most for this category."""
    first, last = model.shown(weighed, name, len(words))
    start, end = words.starts[first], words.ends[last]
    return Evidence(
        text=text[start:end],
        start=start,
        end=end,
        category=name,
        certainty=Certainty.SURE if is_sure else Certainty.UNSURE,
        pattern=BY_MODEL,
    )
