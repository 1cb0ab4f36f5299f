"""Whatever a phone can send: the detector neither falls nor lies about where its words stand."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.model import Certainty
from flows.spelling import plain, spoken, squeeze
from flows.warning_signs import MASK, Detector
from tests.flows.builders import DETECTOR, PHRASES

WORDS = [
    *["mau", "mati", "tidak", "gak", "anak2", "dia", "saya", "dipukul", "suami", "kabur", "hilang"],
    *["sejak", "semalem", "hamil", "3", "bulan", "darah", "nangiiis", "takut", "pelaku", "bebas"],
    *["cabut", "laporan", "dulu", "sekarang", "masih", "mungkin", "kalau", "sinetron", "racun"],
    *[
        "gantung",
        "diri",
        "di",
        "pukul",
        "gabisa",
        "m4ti",
        "😭",
        ",",
        ".",
        "...",
        "?",
        "\n",
        "-",
        "²",
    ],
]
STRANGE = [
    "\0",
    "\u200b",
    "\u200d",
    "\u202e",
    "\ufeff",
    "العربية",
    "👩‍👧",
    "e\u0301",
    "\ud7ff",
    "~",
]
messages = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*STRANGE, *WORDS]), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=25).map("".join),
)

with_and_without_model = pytest.mark.parametrize(
    "detector", [DETECTOR, PHRASES], ids=["with the model", "phrases alone"]
)


@with_and_without_model
@settings(max_examples=300)
@given(messages)
def test_evidence_is_a_slice_of_the_text_as_typed(detector: Detector, text: str) -> None:
    for row in detector.find(text).evidence:
        assert 0 <= row.start < row.end <= len(text)
        assert text[row.start : row.end] == row.text


@with_and_without_model
@settings(max_examples=300)
@given(messages)
def test_labels_and_level_follow_from_the_evidence(detector: Detector, text: str) -> None:
    signs = detector.find(text)
    meant = {row.category for row in signs.evidence if row.certainty is not Certainty.DENIED}

    assert set(signs.labels) == meant
    assert list(signs.labels) == [name for name in detector.categories if name in meant]
    critical = set(detector.categories[:9])
    expected = "critical" if meant & critical else "watch" if meant else "none"
    assert signs.level == expected


@with_and_without_model
@settings(max_examples=100)
@given(messages)
def test_same_text_gives_the_same_signs(detector: Detector, text: str) -> None:
    assert detector.find(text) == detector.find(text)


@with_and_without_model
@settings(max_examples=200)
@given(messages)
def test_only_critical_signs_come_as_denied(detector: Detector, text: str) -> None:
    watch = set(detector.categories[9:])

    for row in detector.find(text).evidence:
        assert row.certainty is not Certainty.DENIED or row.category not in watch


@settings(max_examples=200)
@given(messages)
def test_mask_changes_nothing_but_words_of_method(text: str) -> None:
    kept = DETECTOR.mask(text).split(MASK)

    place = 0
    for part in kept:
        place = text.index(part, place) + len(part)


@settings(max_examples=200)
@given(messages, st.sampled_from(["racun", "SILET", "pisauuu", "golok", "baygon"]))
def test_word_of_method_is_never_shown(text: str, method: str) -> None:
    assert method not in DETECTOR.mask(f"{text} {method} {text}").split()


@given(st.text(max_size=30))
def test_one_word_has_one_spelling(word: str) -> None:
    assert squeeze(squeeze(word)) == squeeze(word)
    assert squeeze(word) == squeeze(plain(word))


@given(st.text(st.characters(categories=["Ll", "Lu"]), max_size=20))
def test_case_and_width_do_not_matter(word: str) -> None:
    assert squeeze(word) == squeeze(unicodedata.normalize("NFKC", word).casefold())


def test_everyday_sounds_are_heard() -> None:
    assert {"temen"} <= spoken("teman")
    assert {"sampe"} <= spoken("sampai")
    assert {"kalo"} <= spoken("kalau")
    assert {"jatoh"} <= spoken("jatuh")
    assert {"ketauan"} <= spoken("ketahuan")


@with_and_without_model
@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([*STRANGE, *WORDS]), min_size=20, max_size=40), st.booleans())
def test_any_length_is_read_to_its_end(
    detector: Detector, pieces: list[str], is_spaced: bool
) -> None:
    piece = (" " if is_spaced else "").join(pieces)

    for length in (4096, 20_000):
        text = (piece * (length // max(len(piece), 1) + 1))[:length]
        rows = detector.find(f"{text}. saya mau mati").evidence
        assert max((row.end for row in rows), default=0) <= length + 16
