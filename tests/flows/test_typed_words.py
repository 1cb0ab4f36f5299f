"""A typed word means the button or the answer that the whole message equals, and nothing less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import loader
from flows.definition import Press
from flows.forms import ANY_AGE, Choice, Item
from flows.wording import normalise, spell_out, typed_choice, typed_presses

MESSAGES = loader.load().messages


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("STOP!!!", "stop"),
        ("  stopppp 🙏", "stop"),
        ("/berhenti@KabarKeluargaBot", "/berhenti"),
        ("Ada, mohon  segera...", "ada mohon segera"),
        ("1 – 2 hari", "1-2 hari"),
        ("1️⃣", "1"),
        ("ｓｔｏｐ", "stop"),
        ("Ya - segera", "ya segera"),
        ("_stop_", "stop"),
        ("🙏🙏", ""),
        ("", ""),
    ],
)
def test_typed_words_are_read_without_case_marks_and_emoji(typed: str, read: str) -> None:
    assert normalise(typed) == read


@given(st.text(max_size=60))
def test_reading_typed_words_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


TYPED = {
    Press.STOP: ["STOP", "stop.", "Berhenti", "BERHENTI", "/berhenti", "/stop", "stoppp"],
    Press.HELP: ["BANTUAN", "bantuan?", "/bantuan", "bantu"],
    Press.CALL_ME: ["TELEPON", "telepon saya", "Telepon saya", "/telepon", "tlp sy", "telpon"],
    Press.HIDE: ["CUKUP", "cukup", "/cukup"],
    Press.RETURN: ["MULAI", "mulai lagi"],
    Press.START: ["Mulai"],
    Press.UNSAFE: [
        *("Tidak aman", "tidak aman!", "gak aman", "nggak aman", "ga aman", "tdk aman"),
        *("ora aman", "saya gak aman", "teu aman"),
    ],
    Press.SAFE: ["aman", "Aman 🙏", "aman aja"],
    Press.UNCERTAIN: ["belum tahu", "blm tau"],
    Press.SKIP: ["tidak tahu", "gak tau", "ga tau", "Tidak tahu", "entah", "belum tahu"],
    Press.FINISH: ["selesai", "SELESAI", "udah", "gak ada lagi"],
    Press.RESUME: ["lanjut", "lanjutkan", "Lanjutkan"],
    Press.GO_ON: ["Lanjut", "lanjutkan"],
    Press.BACK: ["kembali"],
    Press.LATER: ["nanti", "nanti aja"],
    Press.AGREE: ["Setuju", "saya setuju"],
    Press.DECLINE: ["Belum dulu", "blm dulu"],
    Press.WRONG_PERSON: ["salah sambung", "salah nomor", "Salah nomer"],
    Press.PULSE_GOOD: ["Baik"],
    Press.PULSE_BAD: ["kurang baik"],
    Press.MORNING: ["pagi"],
    Press.NOT_NOW: ["jangan dulu"],
}


@pytest.mark.parametrize(
    ("press", "text"), [(press, text) for press, texts in TYPED.items() for text in texts]
)
def test_a_typed_word_equals_its_button(press: Press, text: str) -> None:
    assert press in typed_presses(text, MESSAGES)


@pytest.mark.parametrize(
    "text",
    [
        "iya",
        "ok",
        "saya tidak mau berhenti",
        "aman dan tidak aman itu beda tipis",
        "tolong jangan stop bantuannya",
        "dia bilang mulai besok",
        "stop " * 40,
        "",
    ],
)
def test_a_sentence_that_only_holds_such_a_word_is_no_button(text: str) -> None:
    assert typed_presses(text, MESSAGES) == ()


def test_a_word_of_two_buttons_is_left_to_the_state() -> None:
    assert set(typed_presses("lanjut", MESSAGES)) == {Press.GO_ON, Press.RESUME}
    assert set(typed_presses("mulai", MESSAGES)) == {Press.START, Press.RETURN}


@pytest.mark.parametrize("text", ["tidak tahu", "Gak tau", "ga tau.", "kurang tahu"])
def test_not_knowing_can_be_typed(text: str) -> None:
    assert Press.SKIP in typed_presses(text, MESSAGES)


def _item(scale: str | None, *labels: str) -> Item:
    choices = tuple(Choice(value=value, label=label) for value, label in enumerate(labels))
    return Item(id="it", texts={ANY_AGE: "?"}, choices=choices, scale=scale, is_branch=False)


DAY_ITEM = _item("days", "Tidak ada", "1-2 hari", "3-4 hari", "5-7 hari")
OTHER_ITEM = _item(None, "Tidak ada", "Ada sedikit", "Ada, mau bicara", "Ada, mohon segera")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(str(days), value) for days, value in enumerate((0, 1, 1, 2, 2, 3, 3, 3))],
        *[(f"{days} hari", value) for days, value in enumerate((0, 1, 1, 2, 2, 3, 3, 3))],
        ("tiga hari", 2),
        ("Tiga", 2),
        ("tiap hari", 3),
        ("Setiap hari!", 3),
        ("gak ada", 0),
        ("tidak ada", 0),
        ("ga pernah", 0),
        ("tidak", 0),
        ("1-2 hari", 1),
        ("1 - 2", 1),
        ("5 sampai 7 hari", 3),
        ("3 atau 4", 2),
    ],
)
def test_days_can_be_typed_in_figures_and_words(text: str, value: int) -> None:
    choice = typed_choice(text, DAY_ITEM, MESSAGES)

    assert choice is not None
    assert choice.value == value


@pytest.mark.parametrize(
    "text", ["2-3 hari", "8", "10 hari", "dia 3 hari tidak tidur", "hari 3", "3x", "🙏", ""]
)
def test_days_that_fit_no_choice_are_no_answer(text: str) -> None:
    assert typed_choice(text, DAY_ITEM, MESSAGES) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("3", 3),
        ("2.", 2),
        ("gak ada", 0),
        ("ada mohon segera", 3),
        ("Ada, mau bicara", 2),
    ],
)
def test_elsewhere_a_number_is_the_number_of_the_choice(text: str, value: int) -> None:
    choice = typed_choice(text, OTHER_ITEM, MESSAGES)

    assert choice is not None
    assert choice.value == value


@pytest.mark.parametrize("text", ["4", "12", "ada", "ada 3", "tiga anak saya sakit"])
def test_what_equals_no_choice_is_no_answer(text: str) -> None:
    assert typed_choice(text, OTHER_ITEM, MESSAGES) is None


def test_words_of_the_file_come_before_numbers() -> None:
    choices = (
        Choice(value=0, label="Tidak", typed=("2",)),
        Choice(value=1, label="Ya"),
        Choice(value=2, label="Mungkin"),
    )
    item = Item(id="it", texts={ANY_AGE: "?"}, choices=choices, scale=None, is_branch=False)

    assert typed_choice("2", item, MESSAGES) == choices[0]


def test_short_forms_are_spelled_out_word_by_word() -> None:
    assert spell_out("Gak ada, udah", MESSAGES.short_forms) == "tidak ada sudah"
    assert spell_out("agak", MESSAGES.short_forms) == "agak"
