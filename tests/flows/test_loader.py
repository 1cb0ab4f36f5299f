"""Content files become definitions; what is wrong with one names its line and a remedy."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from flows import loader
from flows.definition import All, AnyOf, Approval, Compare, Not, Repeat
from flows.errors import ContentError
from flows.forms import ANY_AGE, Total
from flows.model import Level, Risk, Urgency
from flows.rhythm import Cadence

CONTRACT = Path(__file__).parent / "contract"
"""A content folder with the shapes that outsiders may rely on, to the letter."""

A = "checkins/mingguan-a.yaml"
THREE_ITEMS = (CONTRACT / A).read_text("utf-8")
RULES = (CONTRACT / "rules.yaml").read_text("utf-8")
PROGRAMME = (CONTRACT / "programme.yaml").read_text("utf-8")
PULSE = """\
id: kecil
kind: pulse
level: B
opening: "Apa kabar?"
items:
  - {id: mood, text: "Baik?", choices: [{value: 0, label: "Ya"}, {value: 1, label: "Tidak"}]}
"""


def _lay(folder: Path, name: str, body: str) -> Path:
    """The folder with this file in it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    return folder


# The shapes of the contract


def test_the_check_in_of_the_contract_loads() -> None:
    checkin = loader.load(CONTRACT).checkins["mingguan-a"]

    assert (checkin.kind, checkin.level) == ("check-in", Level.OPEN)
    assert [item.id for item in checkin.asked] == ["sleep", "safety"]
    sleep, safety, topic = checkin.items
    assert sleep.scale == "days"
    assert sleep.text_for(9) == "Dalam 7 hari ini, berapa hari {panggilan} susah tidur?"
    assert sleep.choices[3].typed == ("5", "6", "7", "tiap hari")
    assert set(safety.texts) == {ANY_AGE}
    assert [choice.then for choice in safety.choices] == [None, None, "topic", None]
    assert topic.is_branch
    assert checkin.total == Total(
        items=("sleep",),
        least_answered=1,
        bands=(("hijau", 0), ("kuning", 6), ("oranye", 12)),
    )


def test_rules_and_programme_of_the_contract_load() -> None:
    content = loader.load(CONTRACT)

    (rule,) = content.rules
    assert rule.when == All(
        (
            Compare(fact="total", at_least=12),
            Not(Compare(fact="checkin_kind", equals="school")),
        )
    )
    assert (rule.urgency, rule.repeat) == (Urgency.HIGH, Repeat(rise=3, days=28))
    assert content.programme.cadence[Risk.LOW] == (
        Cadence(until_week=4, every_days=7),
        Cadence(until_week=13, every_days=14),
        Cadence(until_week=52, every_days=28),
    )


def test_a_check_in_of_another_name_comes_with_its_own_programme(tmp_path: Path) -> None:
    _lay(tmp_path, "checkins/tiga.yaml", THREE_ITEMS.replace("id: mingguan-a", "id: tiga"))
    _lay(tmp_path, "programme.yaml", PROGRAMME.replace("A: mingguan-a", "A: tiga"))

    content = loader.load(tmp_path)

    assert content.programme.checkins == {Level.OPEN: "tiga", Level.DISCREET: "mingguan-b"}
    assert set(content.checkins) == {"mingguan-a", "mingguan-b", "tiga", "denyut", "sekolah"}


def test_what_may_be_null_may_be_left_out(tmp_path: Path) -> None:
    checkin = loader.load(_lay(tmp_path, "checkins/kecil.yaml", PULSE)).checkins["kecil"]

    assert checkin.open_line is None
    assert checkin.total is None
    assert checkin.approval == Approval(by=None, on=None)


def test_any_and_bounds_of_conditions(tmp_path: Path) -> None:
    body = RULES.replace(
        "{all: [{fact: total, at_least: 12}, {not: {fact: checkin_kind, is: school}}]}",
        "{any: [{fact: answer.safety, is: 3}, {fact: change_from_last, at_most: -5}]}",
    ).replace("    repeat: {rise: 3, days: 28}\n", "")

    (rule,) = loader.load(_lay(tmp_path, "rules.yaml", body)).rules

    assert rule.when == AnyOf(
        (
            Compare(fact="answer.safety", equals=3),
            Compare(fact="change_from_last", at_most=-5),
        )
    )


def test_rules_may_name_items_that_only_the_replaced_check_in_asked(tmp_path: Path) -> None:
    fewer = THREE_ITEMS.replace("id: sleep", "id: naps").replace("[sleep]", "[naps]")

    content = loader.load(_lay(tmp_path, A, fewer))

    assert "naps" in {item.id for item in content.checkins["mingguan-a"].items}


# Overlay, versions, approval


def test_a_file_of_the_same_path_replaces_and_others_add(tmp_path: Path) -> None:
    _lay(tmp_path, "rules.yaml", RULES)
    _lay(tmp_path, "checkins/kecil.yaml", PULSE)

    content = loader.load(tmp_path)

    assert [rule.id for rule in content.rules] == ["A3"]
    names = [file.name for file in content.files]
    assert names == sorted(names)
    assert {"checkins/kecil.yaml", A, "rules.yaml"} <= set(names)


def test_every_file_is_kept_with_the_hash_of_its_bytes(tmp_path: Path) -> None:
    _lay(tmp_path, "rules.yaml", RULES)

    files = {file.name: file for file in loader.load(tmp_path).files}

    assert files["rules.yaml"].sha256 == sha256(RULES.encode()).hexdigest()
    assert (files["rules.yaml"].kind, files["rules.yaml"].body) == ("rules", RULES)
    assert files["checkins/mingguan-b.yaml"].kind == "checkin"


def test_a_check_in_comes_back_from_its_kept_body(tmp_path: Path) -> None:
    content = loader.load(_lay(tmp_path, A, THREE_ITEMS))
    kept = {file.name: file for file in content.files}["checkins/mingguan-a.yaml"]

    assert loader.load_checkin(kept.body, kept.name) == content.checkins["mingguan-a"]


def test_a_programme_comes_back_from_its_kept_body() -> None:
    content = loader.load()
    kept = {file.name: file for file in content.files}["programme.yaml"]

    assert loader.load_programme(kept.body, kept.name) == content.programme


def test_a_kept_body_that_is_broken_names_its_file() -> None:
    with pytest.raises(ContentError) as error:
        loader.load_checkin("id: x\n", "checkins/x.yaml")

    assert error.value.where == "checkins/x.yaml:1"


APPROVED_RULES = RULES.replace("approved_by: null", "approved_by: Bu Rini").replace(
    "approved_on: null", "approved_on: 2026-05-04"
)


def test_files_that_wait_for_approval_are_named(tmp_path: Path) -> None:
    content = loader.load(_lay(tmp_path, "rules.yaml", APPROVED_RULES))

    assert content.rules[0].approval == Approval(by="Bu Rini", on=date(2026, 5, 4))
    assert "rules.yaml" not in loader.unapproved(content)
    assert "messages.yaml" in loader.unapproved(content)


def test_one_open_approval_leaves_the_whole_file_unapproved(tmp_path: Path) -> None:
    another = RULES.partition("rules:\n")[2].replace("A3", "A9")

    content = loader.load(_lay(tmp_path, "rules.yaml", APPROVED_RULES + another))

    assert "rules.yaml" in loader.unapproved(content)


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Catatan")

    assert loader.check(tmp_path) == ()
