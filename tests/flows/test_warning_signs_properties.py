"""Whatever a phone can send: the detector neither falls nor lies about where its words stand."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.model import Certainty
from flows.spelling import plain, spoken, squeeze
from flows.warning_signs import MASK
from tests.flows.builders import DETECTOR

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
messages = st.one_of(
    st.text(max_size=80),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=25).map("".join),
)


@settings(max_examples=300)
@given(messages)
def test_evidence_is_a_slice_of_the_text_as_typed(text: str) -> None:
    for row in DETECTOR.find(text).evidence:
        assert 0 <= row.start < row.end <= len(text)
        assert text[row.start : row.end] == row.text


@settings(max_examples=300)
@given(messages)
def test_labels_and_level_follow_from_the_evidence(text: str) -> None:
    signs = DETECTOR.find(text)
    meant = {row.category for row in signs.evidence if row.certainty is not Certainty.DENIED}

    assert set(signs.labels) == meant
    assert list(signs.labels) == [name for name in DETECTOR.categories if name in meant]
    critical = set(DETECTOR.categories[:9])
    expected = "critical" if meant & critical else "watch" if meant else "none"
    assert signs.level == expected


@settings(max_examples=100)
@given(messages)
def test_same_text_gives_the_same_signs(text: str) -> None:
    assert DETECTOR.find(text) == DETECTOR.find(text)


@settings(max_examples=200)
@given(messages)
def test_only_critical_signs_come_as_denied(text: str) -> None:
    watch = set(DETECTOR.categories[9:])

    for row in DETECTOR.find(text).evidence:
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
