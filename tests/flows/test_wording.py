"""Words that may never leave are found in every form; typed words mean exactly one thing."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows import loader
from flows.definition import Messages, Wording
from flows.errors import ContentError
from flows.reading.documents import open_sheet
from flows.reading.messages import read_messages
from flows.reading.nodes import Sheet
from flows.reading.wordings import read_wording
from flows.wording import (
    fill,
    forbidden_words,
    greeting,
    has_loose_brace,
    places,
)

CONTENT = Path(loader.__file__).parent / "content"


def _shipped_wording() -> Wording:
    name = "wording.yaml"
    return read_wording(open_sheet(Sheet(name=name), (CONTENT / name).read_text("utf-8")))


def _shipped_messages() -> Messages:
    name = "messages.yaml"
    return read_messages(open_sheet(Sheet(name=name), (CONTENT / name).read_text("utf-8")))


WORDING = _shipped_wording()
MESSAGES = _shipped_messages()
FORBIDDEN = yaml.safe_load((CONTENT / "wording.yaml").read_text("utf-8"))["forbidden"]

NASALS = {
    **dict.fromkeys("bfv", "mem{0}"),
    **dict.fromkeys("cdjz", "men{0}"),
    **dict.fromkeys("aeiough", "meng{0}"),
    **dict.fromkeys("lmnrwy", "me{0}"),
    **{"p": "mem{1}", "t": "men{1}", "k": "meng{1}", "s": "meny{1}"},
}


def _with_nasal(root: str) -> str:
    """me- as grammar has it: mem-perkosa, meny-idang."""
    return NASALS[root[0]].format(root, root[1:])


FORMS = {
    "as it is": lambda root: root,
    "di-": lambda root: f"di{root}",
    "di-kan": lambda root: f"di{root}kan",
    "di-i": lambda root: f"di{root}i",
    "ber-": lambda root: f"ber{root}",
    "ter-": lambda root: f"ter{root}",
    "se-": lambda root: f"se{root}",
    "ke-an": lambda root: f"ke{root}an",
    "per-an": lambda root: f"per{root}an",
    "me-": _with_nasal,
    "me-kan": lambda root: f"{_with_nasal(root)}kan",
    "me-i": lambda root: f"{_with_nasal(root)}i",
    "me- undropped": lambda root: f"mem{root}",
    "pe-an": lambda root: f"p{_with_nasal(root)[1:]}an",
    "pe-": lambda root: f"p{_with_nasal(root)[1:]}",
    "-an": lambda root: f"{root}an",
    "-nya": lambda root: f"{root}nya",
    "-ku": lambda root: f"{root}ku",
    "-kannyalah": lambda root: f"{root}kannyalah",
    "doubled": lambda root: f"{root}-{root}nya",
    "doubled in short": lambda root: f"{root}2",
    "shouted": lambda root: root.upper(),
}


SAID = sorted(
    {form(word.casefold()) for word in FORBIDDEN if " " not in word for form in FORMS.values()}
    - set(WORDING.exceptions)
)


@pytest.mark.parametrize("said", SAID)
def test_a_forbidden_word_is_found_in_every_form(said: str) -> None:
    assert forbidden_words(f"Bapak/Ibu, {said}. Terima kasih.", WORDING)


@pytest.mark.parametrize("phrase", [word for word in FORBIDDEN if " " in word])
@pytest.mark.parametrize("between", [" ", "  ", "\n", "-"])
def test_a_forbidden_phrase_is_found_whatever_stands_between_its_words(
    phrase: str, between: str
) -> None:
    said = between.join(phrase.split()) + "nya"

    assert forbidden_words(f"Ini {said}.", WORDING)


@given(
    word=st.sampled_from(FORBIDDEN),
    before=st.sampled_from(["", "(", '"', "x. ", "😀", "\u200b", "1"]),
    after=st.sampled_from(["", ")", "!", "?", "😀", "\u200d", "2", "_"]),
)
def test_marks_and_case_around_a_forbidden_word_hide_nothing(
    word: str, before: str, after: str
) -> None:
    assert forbidden_words(before + word.title() + after, WORDING)


@pytest.mark.parametrize(
    "text",
    [
        "Kasur anak sudah dijemur, terima kasih.",
        "Kasih sayang setiap hari. Jangan kasar.",
        "Dasi, sisik, dan sidik jari.",
        "Anak laku-laku saja; perilaku baik berlaku di rumah.",
        "Perlakukan anak dengan lembut.",
        "Kerja keras itu baik. Sekeras apa pun suara hujan.",
        "Seksi konsumsi menyiapkan makan.",
        "Bapak/Ibu sudah banyak berkorban.",
        "Kosakata anak bertambah.",
        "Laporan sekolah. Telepon polisi 110.",
        "Rumah yang aman dan tenang.",
        "Makan sosis di kantin.",
        "Trampolin dan trakea.",
    ],
)
def test_innocent_words_that_look_alike_may_leave(text: str) -> None:
    assert forbidden_words(text, WORDING) == ()


def test_hidden_characters_inside_a_word_do_not_save_it() -> None:
    assert forbidden_words("ka\u200bsus dan ｋｏｒｂａｎ", WORDING) == ("kasus", "korban")


def test_words_come_as_they_stand_in_order_and_once() -> None:
    text = "Sidangnya besok. Kasus itu, kasus ini, SIDANGNYA. Laporan ke polisi. laporan polisinya"

    found = forbidden_words(text, WORDING)

    assert found == ("Sidangnya", "Kasus", "kasus", "SIDANGNYA", "laporan polisinya")


def test_an_exception_covers_its_own_words_only() -> None:
    wording = Wording(forbidden=("kasus",), exceptions=("kasus kata",), nicknames=())

    assert forbidden_words("Belajar kasus kata.", wording) == ()
    assert forbidden_words("Kasus kata, lalu kasusnya.", wording) == ("kasusnya",)


def test_a_template_is_filled_once_and_values_stay_as_they_are() -> None:
    assert fill("{a} dan {b}", a="{b}", b="dua", c="lebih") == "{b} dan dua"
    assert fill("Jawaban {answer.safety}", **{"answer.safety": "3"}) == "Jawaban 3"


def test_an_unknown_place_is_named_with_those_that_exist() -> None:
    with pytest.raises(ContentError, match=r"\{jma\}.*\{jam\}"):
        fill("Jam {jma}", jam="09.00")


def test_places_and_loose_braces_are_told_apart() -> None:
    assert places("{waktu} {answer.safety} {} {1}") == ("waktu", "answer.safety")
    assert has_loose_brace("{waktu} {}")
    assert has_loose_brace("{waktu")
    assert not has_loose_brace("{waktu}")


@pytest.mark.parametrize(
    ("hour", "word"),
    [
        (0, "malam"),
        (3, "malam"),
        (4, "pagi"),
        (9, "pagi"),
        (10, "siang"),
        (14, "siang"),
        (15, "sore"),
        (17, "sore"),
        (18, "malam"),
        (23, "malam"),
    ],
)
def test_greetings_follow_the_local_hour(hour: int, word: str) -> None:
    assert greeting(hour, MESSAGES) == word
