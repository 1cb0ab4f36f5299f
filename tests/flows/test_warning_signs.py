"""What the detector makes of a message: level, labels, and the words that fired."""

import sys
from collections.abc import Callable

import pytest

from flows.model import Certainty, Evidence
from flows.warning_signs import MASK
from tests.flows.builders import PHRASES


def _evidence(text: str, category: str) -> list[Evidence]:
    return [row for row in PHRASES.find(text).evidence if row.category == category]


def _certainties(text: str, category: str) -> set[Certainty]:
    return {row.certainty for row in _evidence(text, category)}


def test_critical_sign_comes_with_its_words_and_where_they_stand() -> None:
    text = "Bu, semalam anak saya kabur 😭 lewat jendela"

    (row,) = _evidence(text, "missing")

    assert row.text == "anak saya kabur"
    assert text[row.start : row.end] == row.text
    assert row.certainty is Certainty.SURE
    assert PHRASES.find(text).level == "critical"


def test_message_without_a_sign_is_none() -> None:
    signs = PHRASES.find("Alhamdulillah sehat, besok ikut lomba mewarnai")

    assert (signs.level, signs.labels, signs.evidence) == ("none", (), ())


def test_watch_and_critical_signs_of_one_message_are_all_named() -> None:
    signs = PHRASES.find("Susah tidur dan nangis. Tadi malam bilang mau mati.")

    assert signs.level == "critical"
    assert signs.labels == ("self_harm", "sleep", "low_mood")


def test_evidence_stands_in_the_order_of_the_text() -> None:
    starts = [row.start for row in PHRASES.find("Ngompol lagi, takut gelap, nangis").evidence]

    assert starts == sorted(starts)


@pytest.mark.parametrize(
    "text",
    [
        "ANAK SAYA PENGEN MATI",
        "anak sy pgn mati aja",
        "anak saya pengeeeen matiiii",
        "anak saya pengen m4ti",
        "anakku kepengin mati",
        "bocahe kepengin modar wae",
        "budak teh hayang maot",
        "anak saya 𝗽𝗲𝗻𝗴𝗲𝗻 𝗺𝗮𝘁𝗶",
    ],
)
def test_spelling_and_language_do_not_matter(text: str) -> None:
    assert "self_harm" in PHRASES.find(text).labels


@pytest.mark.parametrize(
    "text",
    [
        "dia di pukul gurunya",
        "dia dipukulin gurunya",
        "dia dipukul2 gurunya",
        "dia dipukul-pukul gurunya",
        "dia digebugan guruna",
    ],
)
def test_every_form_of_a_verb_counts(text: str) -> None:
    assert PHRASES.find(text).labels == ("new_violence",)


def test_words_written_together_are_read_apart() -> None:
    assert "appetite" in PHRASES.find("dia gamau makan").labels


def test_offsets_hold_behind_letters_that_change_their_length() -> None:
    text = "ﷺ İİ straße, dia gamau  maaakan"

    (row,) = _evidence(text, "appetite")

    assert text[row.start : row.end] == row.text == "gamau  maaakan"


@pytest.mark.parametrize(
    "text",
    [
        "Tidak pernah bilang mau mati lagi",
        "gak ada yang mukul dia",
        "belum ada yg mukul kok bu",
        "Tidak ada yang mengancam atau memukul",
        "Pelaku belum bebas",
        "Dipukul sudah tidak pernah",
        "Dikira hamil, ternyata masuk angin",
        "Dulu pernah kabur, sekarang betah",
        "Bu, boleh tahu kalau misalnya anak kabur lapor ke mana?",
        "Jangan sampai dia kabur",
        "Di sinetron tadi ada yang diculik",
    ],
)
def test_denied_critical_words_are_evidence_without_a_label(text: str) -> None:
    signs = PHRASES.find(text)

    assert (signs.level, signs.labels) == ("none", ())
    assert {row.certainty for row in signs.evidence} == {Certainty.DENIED}


@pytest.mark.parametrize(
    "text",
    ["Tidak ada mimpi buruk", "Mimpi buruk juga tidak", "Dulunya pendiam", "Ngambek sebentar"],
)
def test_watch_words_that_are_not_meant_leave_no_trace(text: str) -> None:
    assert PHRASES.find(text).evidence == ()


def test_one_sign_denied_and_another_meant_keeps_the_one_meant() -> None:
    signs = PHRASES.find("Tidak pernah dipukul lagi, tapi sekarang susah tidur")

    assert signs.labels == ("sleep",)
    assert _certainties("Tidak pernah dipukul lagi", "new_violence") == {Certainty.DENIED}


def test_denial_does_not_reach_over_a_comma() -> None:
    assert "missing" in PHRASES.find("Sudah tidak ngompol, tadi malam kabur").labels


def test_denial_of_something_else_leaves_the_sign() -> None:
    assert _certainties("Saya tidak tahu kenapa dia bilang mau mati", "self_harm") == {
        Certainty.SURE
    }


def test_question_tag_is_no_denial() -> None:
    assert "self_harm" in PHRASES.find("dia nanya boleh gak mau mati").labels


@pytest.mark.parametrize(
    "text",
    [
        "Mungkin dia kabur",
        "Kayaknya dia kabur, Bu",
        "Dulu waktu kecil dia pernah bilang mau mati",
        "Kalau dia kabur harus lapor ke mana?",
        "Belum pulang, Bu",
        "Katanya hamil, Bu",
    ],
)
def test_doubtful_critical_words_are_critical_and_unsure(text: str) -> None:
    signs = PHRASES.find(text)

    assert signs.level == "critical"
    assert {row.certainty for row in signs.evidence} == {Certainty.UNSURE}


def test_sign_that_goes_on_is_no_past() -> None:
    assert PHRASES.find("Dulu sering ngompol, sekarang masih ngompol").labels == ("sleep",)


def test_the_original_case_is_no_new_violence() -> None:
    assert PHRASES.find("Dulu waktu kecil dia dicabuli pamannya").labels == ()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Anak saya dipukul gurunya", "new_violence"),
        ("Saya dipukul suami", "caregiver_danger"),
        ("Saya pukul dia pakai sapu", "caregiver_harm"),
        ("Dia mukul adiknya", "aggression"),
        ("Dia nusuk adiknya pakai gunting", "harm_to_other"),
        ("Dia mukul kepalanya sendiri", "self_harm"),
    ],
)
def test_who_hurts_whom_decides_the_label(text: str, label: str) -> None:
    assert PHRASES.find(text).labels == (label,)


def test_serious_harm_takes_the_place_of_anger() -> None:
    signs = PHRASES.find("Dia ngamuk, adiknya dicekik sampai biru")

    assert "harm_to_other" in signs.labels
    assert "aggression" not in signs.labels


@pytest.mark.parametrize(
    "text",
    [
        "hp mati",
        "mati lampu",
        "mati gaya saya ditanya camat",
        "Jam pukul sembilan ya Bu",
        "Jatuh cinta sama kucing",
        "Sandalnya hilang di masjid",
        "Sudah cek darah di puskesmas",
    ],
)
def test_idioms_and_homonyms_stay_quiet(text: str) -> None:
    assert PHRASES.find(text).evidence == ()


@pytest.mark.parametrize(
    "text",
    [
        "Pertanyaan tadi maksudnya apa, ditanya apakah anak murung",
        "Saya salah pencet, bukan mimpi buruk",
        "Nonton film yang pelakunya kabur",
    ],
)
def test_quotes_of_the_bot_and_of_films_are_no_sign(text: str) -> None:
    assert PHRASES.find(text).level == "none"


def test_words_of_method_are_hidden_and_the_rest_stays() -> None:
    masked = PHRASES.mask("Dia minum racun tikus, terus pegang silet 😢")

    assert masked == f"Dia minum {MASK} tikus, terus pegang {MASK} 😢"


def test_neighbouring_words_of_method_become_one_mask() -> None:
    assert PHRASES.mask("mau gantung diri") == f"mau {MASK}"


def test_text_without_method_is_masked_to_itself() -> None:
    text = "Tidur nyenyak,  makan lahap 👍"

    assert PHRASES.mask(text) == text


def _calls(do: Callable[[str], object], text: str) -> int:
    """How many functions run, Python's own and those in C."""
    count = 0

    def one_more(_frame: object, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(one_more)
    try:
        do(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "mati ",
        "mau mati ",
        "saya pukul dia ",
        "tidak yang ",
        "dulu sekarang mati ",
        "mungkin kabur tidak ",
        "saya aja aja aja aja ",
        "pelaku pelaku datang ",
        "mau lagi lagi ",
        "a",
        "a-",
        "a'",
        "2",
        "gakgak",
        "🙂",
        "x.",
        ". , ! ",
    ],
)
@pytest.mark.parametrize("do", [PHRASES.find, PHRASES.mask], ids=["find", "mask"])
def test_work_grows_with_the_length_of_a_message_only(
    do: Callable[[str], object], piece: str
) -> None:
    half = (piece * 2048)[:2048]
    whole = (piece * 4096)[:4096]

    assert _calls(do, whole) < 2.2 * _calls(do, half) + 100


def test_evidence_names_the_line_that_found_it() -> None:
    evidence = PHRASES.find("dia bilang mau mati saja").evidence

    lines = {meaning.line for meaning in PHRASES.meanings}
    assert evidence and all(row.pattern in lines for row in evidence)
