"""What signs.yaml may say, and what its readers are told when it says something else."""

from collections.abc import Mapping
from typing import Any

import pytest

from flows.affixes import ACTIVE, BARE, OWN, PASSIVE, forms
from flows.errors import ContentError
from flows.model import Certainty
from flows.negation import Role
from flows.warning_signs import Detector, build

EMPTY: Mapping[str, Any] = {
    "spelling": {"same": {}, "endings": ["nya"], "glued": [], "glued_to": [], "places": []},
    "words": {
        "filler": ["saja"],
        "not": ["tidak"],
        "through": ["pernah"],
        "closer": ["lagi"],
        "link": ["atau"],
    },
    "verbs": {"hurt": ["pukul"]},
    "groups": {"siapa": ["guru", "orang itu"]},
    "context": {role.value: [] for role in Role},
    "idioms": [],
    "methods": [],
    "rivals": [],
    "categories": {},
}


def _detector(*phrases: str, **changes: Any) -> Detector:
    category = {"level": "critical", "phrases": list(phrases)}
    return build({**EMPTY, "categories": {"sign": category}, **changes})


def _words(detector: Detector, text: str) -> list[str]:
    return [row.text for row in detector.find(text).evidence]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("mau mati", "dia mau mati", ["mau mati"]),
        ("mau|ingin mati", "dia ingin mati", ["ingin mati"]),
        ("mau mati", "mau saja mati", ["mau saja mati"]),
        ("mau .. mati", "mau a b c mati", ["mau a b c mati"]),
        ("mau .. mati", "mau a b c d mati", []),
        ("mau ... mati", "mau a b c d e f mati", ["mau a b c d e f mati"]),
        ("mau ... mati", "mau a b c d e f g mati", []),
        ("mau (cepat) mati", "mau cepat mati", ["mau cepat mati"]),
        ("mau (cepat) mati", "mau mati", ["mau mati"]),
        ("<di-hurt> <siapa>", "dipukuli orang itu", ["dipukuli orang itu"]),
        ("<di-hurt> <siapa>", "dipukulin gurunya", ["dipukulin gurunya"]),
        ("<me-hurt> dia", "memukul dia", ["memukul dia"]),
        ("hamil 0 bulan", "hamil 5 bulan", ["hamil 5 bulan"]),
        ("pisau + adik", "adik kena pisau", ["adik kena pisau"]),
        ("pisau + adik", "pisau kena adik", ["pisau kena adik"]),
        ("kabur / minggat", "minggat", ["minggat"]),
        ("mau| ingin mati", "ingin mati", ["ingin mati"]),
        ("mau mati", "mau. mati", []),
        ("mau mati", "mau, mati", ["mau, mati"]),
        ("mau mati", "mau\nmati", []),
    ],
)
def test_notation_of_a_phrase(phrase: str, text: str, words: list[str]) -> None:
    assert _words(_detector(phrase), text) == words


def test_words_of_a_phrase_are_understood_in_every_listed_form() -> None:
    spelling = {**EMPTY["spelling"], "same": {"mau": ["pengen"]}}

    assert _words(_detector("mau mati", spelling=spelling), "Pengen matinya") == ["Pengen matinya"]


def test_unsure_phrase_is_unsure() -> None:
    category = {"level": "critical", "phrases": [], "unsure": ["lebam"]}
    detector = build({**EMPTY, "categories": {"sign": category}})

    assert [row.certainty for row in detector.find("lebam").evidence] == [Certainty.UNSURE]


def test_idiom_quiets_the_words_inside_it() -> None:
    detector = _detector("mau .. mati", idioms=["mati lampu"])

    assert _words(detector, "mau mati lampu") == []
    assert _words(detector, "mau mati") == ["mau mati"]


def test_rival_with_more_words_takes_them() -> None:
    categories = {
        "other": {"level": "critical", "phrases": ["dipukul"]},
        "own": {"level": "critical", "phrases": ["saya dipukul"]},
    }
    detector = build({**EMPTY, "categories": categories, "rivals": ["other", "own"]})

    assert detector.find("saya dipukul").labels == ("own",)
    assert detector.find("dia dipukul").labels == ("other",)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("<nobody> datang", "no group or verb called <nobody>"),
        (".. mati", "must begin and end"),
        ("mati (saja)", "must begin and end"),
        ("mau|| mati", "is no word"),
        ("<siapa datang", "no group or verb called <siapa"),
    ],
)
def test_broken_phrase_is_told(phrase: str, words: str) -> None:
    with pytest.raises(ContentError, match=words) as error:
        _detector(phrase)

    assert error.value.where.startswith("signs.yaml: sign")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"spelling": None}, "signs.yaml: spelling"),
        ({"words": {"filler": "saja"}}, "signs.yaml: words.filler"),
        ({"idioms": [5]}, "signs.yaml: idioms"),
        ({"idioms": [" "]}, "signs.yaml: idioms"),
        ({"groups": {"a": ["<b>"]}}, "signs.yaml: groups.a"),
        ({"rivals": ["nobody"]}, "signs.yaml: rivals"),
        ({"categories": {"a": {"level": "red", "phrases": []}}}, "signs.yaml: categories.a.level"),
        ({"categories": {"a": {"level": "watch"}}}, "signs.yaml: categories.a.phrases"),
        ({"context": {}}, "signs.yaml: context.thought"),
        ({"verbs": {"hurt": [""]}}, "signs.yaml: verbs.hurt"),
    ],
)
def test_wrong_shape_is_told_with_its_place(changes: Mapping[str, Any], where: str) -> None:
    with pytest.raises(ContentError) as error:
        build({**EMPTY, **changes})

    assert error.value.where == where


@pytest.mark.parametrize(
    ("root", "voice", "some"),
    [
        ("pukul", ACTIVE, {"memukul", "mukul", "mukulin", "memukuli"}),
        ("tampar", ACTIVE, {"menampar", "nampar"}),
        ("cubit", ACTIVE, {"mencubit", "nyubit", "nyubitin"}),
        ("gebuk", ACTIVE, {"menggebuk", "nggebuk", "ngegebukin"}),
        ("injak", ACTIVE, {"menginjak", "nginjak"}),
        ("lempar", ACTIVE, {"melempar", "ngelempar"}),
        ("pukul", PASSIVE, {"dipukul", "dipukuli", "dipukulin", "dipukulake"}),
        ("pukul", OWN, {"kupukul", "takpukul"}),
        ("pukul", BARE, {"pukul", "pukulin"}),
    ],
)
def test_verb_grows_its_everyday_forms(root: str, voice: str, some: set[str]) -> None:
    assert some <= forms(root)[voice]
