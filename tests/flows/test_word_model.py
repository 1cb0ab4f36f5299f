"""The model of words beside the phrases: what it adds, what it weakens, and when it stays out."""

from pathlib import Path
from shutil import copy

import pytest

from benchmarks.words import corpus
from benchmarks.words.scores import score
from flows import loader, warning_signs
from flows.errors import ContentError
from flows.model import Certainty
from flows.model_signs import BY_MODEL
from flows.reading.folder import SHIPPED
from flows.warning_signs import MODEL, Detector, build
from flows.word_model import WordModel
from tests.flows.builders import CONTENT, DETECTOR, PHRASES

BODY = str(CONTENT.signs[MODEL])
HELD_BACK = [one for one in corpus.read() if corpus.is_held_back(one)]


def _model() -> WordModel:
    model = DETECTOR.model
    assert model is not None
    return model


def test_shipped_model_was_trained_with_the_messages_that_are_here() -> None:
    """If this fails: `make words`, and look at `make figures` before you commit."""
    taught = corpus.taught()

    line = next(line for line in BODY.splitlines() if line.startswith("messages "))

    assert line == f"messages {len(taught)} {corpus.digest(taught)}"


def test_every_label_of_a_message_is_a_category() -> None:
    labels = {label for one in corpus.read() for label in one.labels}

    assert labels == set(DETECTOR.categories)


def test_no_message_is_written_twice() -> None:
    texts = [one.text for one in corpus.read()]

    assert len(texts) == len(set(texts))


class TestMessagesNeverSeen:
    """The floors. These authors taught nothing, and nobody tuned anything to them."""

    def test_most_critical_messages_come_as_critical_and_nearly_all_are_noticed(self) -> None:
        found = score(DETECTOR, HELD_BACK)

        assert len(HELD_BACK) > 1000
        assert found.critical >= 0.85
        assert found.noticed >= 0.95

    def test_few_harmless_messages_ring(self) -> None:
        found = score(DETECTOR, HELD_BACK)

        assert found.harmless <= 0.10
        assert found.chat <= 0.03

    def test_the_model_finds_what_no_phrase_lists(self) -> None:
        assert score(DETECTOR, HELD_BACK).critical > score(PHRASES, HELD_BACK).critical + 0.2


def test_sign_that_only_the_model_sees_names_it_and_shows_words_of_the_message() -> None:
    model_only = [
        (one.text, row)
        for one in corpus.read()[:400]
        for row in DETECTOR.find(one.text).evidence
        if row.pattern == BY_MODEL
    ]

    assert model_only
    for text, row in model_only:
        assert row.text == text[row.start : row.end]
        assert row.text.strip()


def test_without_the_model_no_sign_names_it() -> None:
    rows = [row for one in corpus.read()[:400] for row in PHRASES.find(one.text).evidence]

    assert rows and BY_MODEL not in {row.pattern for row in rows}


@pytest.mark.parametrize(
    "text",
    [
        "Apakah saat ini aman?",
        "Ada yang bikin Bapak/Ibu khawatir minggu ini?",
        "terima kasih bu, kami sehat semua",
        "besok jadi kunjungan jam berapa bu?",
    ],
)
def test_our_own_questions_and_small_talk_are_no_sign(text: str) -> None:
    for detector in (DETECTOR, PHRASES):
        assert detector.find(text).level == "none"


def test_no_answer_that_we_offer_is_a_sign_unless_it_is_one_in_any_place() -> None:
    """Button labels and typed forms reach the detector too, when no question is open."""
    found = {one.text: DETECTOR.find(one.text).level for one in corpus.answers()}

    assert {"Ada, mau bicara", "Tidak aman", "Belum tahu", "Telepon saya", "stop"} <= set(found)
    assert {text: level for text, level in found.items() if level != "none"} == {
        "lesu": "watch",
        "tidak kuat lagi": "watch",
    }


@pytest.mark.parametrize(
    "text",
    [
        "nilai matematikanya naik bu, tujuh koma lima",
        "kambingnya beranak dua, dia kasih nama",
        "anak jeung abdi damang bu",
        "bapaknya kirim uang dari kapal",
        "belum tahu bu",
        "umurku 11",
        "om petugas aku mau cerita",
        "kak, anak aku mau cerita",
    ],
)
def test_ordinary_words_are_no_sign(text: str) -> None:
    """Each was once found as one."""
    assert DETECTOR.find(text).level == "none"


@pytest.mark.parametrize(
    "before", ["hari ini main di rumah tetangga", "pulang sekolah agak sore ya"]
)
def test_small_talk_before_a_plain_cry_takes_nothing_of_it_away(before: str) -> None:
    signs = DETECTOR.find(f"{before} mau bunuh diri")

    assert signs.level == "critical"
    assert {row.certainty for row in signs.evidence} == {Certainty.SURE}


@pytest.mark.parametrize(
    "text", ["anak saya tidak pernah bilang mau mati lagi", "dia gak kabur bu"]
)
def test_denied_sign_goes_to_the_reading_list_with_or_without_the_model(text: str) -> None:
    for detector in (DETECTOR, PHRASES):
        signs = detector.find(text)

        assert signs.level == "none"
        assert {row.certainty for row in signs.evidence} == {Certainty.DENIED}


@pytest.mark.parametrize("text", ["dia tidak mau mati", "dia ga mau mati", "tidak mau mati dia"])
def test_the_words_of_a_denial_alone_ring_nobody(text: str) -> None:
    signs = DETECTOR.find(text)
    critical = [row for row in signs.evidence if row.category in DETECTOR.critical]

    assert signs.level != "critical"
    assert {row.certainty for row in critical} == {Certainty.DENIED}


@pytest.mark.parametrize(
    "text",
    [
        "katanya tidak mau mati tapi pengen tidur selamanya ga usah bangun lagi",
        "dia gak kabur bu, dia dibawa orang tak dikenal sampai sekarang belum pulang",
    ],
)
def test_a_denial_hides_nothing_else_that_is_said(text: str) -> None:
    assert DETECTOR.find(text).level == "critical"


@pytest.mark.parametrize(
    "text",
    [
        "bunuh diri",
        "bunuh diri bunuh diri bunuh diri",
        "mau mati mau mati",
        "mau mati, mau mati bu",
    ],
)
def test_words_of_danger_and_hardly_any_others_are_never_put_aside(text: str) -> None:
    found = DETECTOR.find(text)

    assert found.level == "critical"
    assert Certainty.DENIED not in {row.certainty for row in found.evidence}


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        BODY.replace("kabar words 1", "kabar words 9", 1),
        BODY.replace("alarming self_harm", "alarming nobody", 1),
        BODY + "kata\t999:1\n",
        BODY + "kata\t0:9999\n",
        BODY.replace("limits critical", "limits crucial", 1),
    ],
)
def test_broken_model_is_told_with_its_file(body: str) -> None:
    with pytest.raises(ContentError) as error:
        build({**CONTENT.signs, MODEL: body})

    assert error.value.where == "signs.words:1"


class TestCentreWithItsOwnFiles:
    def test_a_phrase_more_leaves_the_model_in_use(self, tmp_path: Path) -> None:
        before, first, after = _shipped("signs.yaml").partition("    phrases:\n")
        indent = after[: after.index("-")]
        added = f"{before}{first}{indent}- zirah kelabu\n{after}"
        (tmp_path / "signs.yaml").write_text(added, encoding="utf-8")

        detector = _detector(tmp_path)

        assert loader.check(tmp_path) == () and loader.idle(tmp_path) == ()
        assert detector.model is not None
        (row,) = detector.find("dia bilang zirah kelabu").evidence
        assert row.pattern == "zirah kelabu"

    def test_categories_of_its_own_put_the_model_out_of_use_and_it_is_told(
        self, tmp_path: Path
    ) -> None:
        for name in ("signs.yaml", "rules.yaml"):
            renamed = _shipped(name).replace("self_harm", "bunuh_diri")
            (tmp_path / name).write_text(renamed, encoding="utf-8")

        detector = _detector(tmp_path)

        assert loader.check(tmp_path) == ()
        assert ["self_harm" in str(note) for note in loader.idle(tmp_path)] == [True]
        assert detector.model is None
        assert detector.find("dia bilang mau mati").labels == ("bunuh_diri",)

    def test_an_empty_model_lets_the_phrases_judge_alone(self, tmp_path: Path) -> None:
        (tmp_path / "signs.words").write_text("", encoding="utf-8")

        assert loader.check(tmp_path) == () and loader.idle(tmp_path) == ()
        assert _detector(tmp_path).model is None

    def test_a_broken_model_is_refused_with_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "signs.words").write_text("kabar words 1\n", encoding="utf-8")

        assert [problem.where for problem in loader.check(tmp_path)] == ["signs.words:1"]

    def test_a_model_that_somebody_stands_behind_waits_no_more(self, tmp_path: Path) -> None:
        copy(SHIPPED / "signs.words", tmp_path)
        assert "signs.words" in loader.unapproved(loader.load(tmp_path))

        approved = BODY.replace("approved_by null", "approved_by Psikolog Rini", 1)
        (tmp_path / "signs.words").write_text(approved, encoding="utf-8")

        assert "signs.words" not in loader.unapproved(loader.load(tmp_path))


def _shipped(name: str) -> str:
    return (SHIPPED / name).read_text(encoding="utf-8")


def _detector(overlay: Path) -> Detector:
    return warning_signs.build(loader.load(overlay).signs)


def test_limits_stand_in_their_order() -> None:
    limits = _model().limits

    assert limits.denied <= limits.critical <= limits.doubted <= limits.sure
