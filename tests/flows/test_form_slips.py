"""What is wrong with turns, conditions, seasons, pulses and short words is told with its line."""

from pathlib import Path

import pytest

from flows import loader
from flows.forms import About, OnlyIf, Rotation, Season
from flows.reading.folder import SHIPPED
from flows.selection import left_out

A = "checkins/mingguan-a.yaml"
B = "checkins/mingguan-b.yaml"
PULSE = "checkins/denyut.yaml"
SCHOOL = "checkins/sekolah.yaml"

ONLY_IF = "only_if: {item: safety, at_most: 1}"
TURNS = "rotate: {from: 2, items: [strength, caregiver, strength, practical]}"
NO_LINE = "open_line: null"

SLIPS = [
    # only_if
    (A, ONLY_IF, "only_if: {item: safty, at_most: 1}", "did you mean `safety`?"),
    (A, ONLY_IF, "only_if: {item: practical, at_most: 1}", "does not stand above `strength`"),
    (A, ONLY_IF, "only_if: {item: safety}", "give one of `is`, `at_least`, `at_most`"),
    (A, ONLY_IF, "only_if: {item: safety, is: 1, at_most: 1}", "is compared once"),
    (A, ONLY_IF, "only_if: {item: safety, at_most: sedikit}", "whole number from 0 to 100"),
    (A, ONLY_IF, "only_if: safety", "has to be `key: value` lines"),
    (A, "  - id: topic #", f"  - id: topic\n    {ONLY_IF} #", "only a choice leads to `topic`"),
    # turns
    (A, TURNS, TURNS.replace("practical", "praktis"), "there is no item `praktis`"),
    (A, TURNS, TURNS.replace("practical", "topic"), "is reached by a choice"),
    (A, TURNS, TURNS.replace("from: 2", "from: 0"), "from 1 to 1000"),
    (A, TURNS, "rotate: {from: 2, items: []}", "needs at least 1 entries"),
    (A, "items: [sleep, eat", "items: [strength, eat", "`strength` takes turns, so it would be"),
    # seasons and subjects
    (A, "not_in: [school_holidays]", "not_in: [school_holiday]", "did you mean `school_holidays`?"),
    (A, "about: strength", "about: strenght", "did you mean `strength`?"),
    # short words
    (A, 'short: "Terakhir. Ada', f'short: "{"ada " * 20}Ada', "at most 60 fit"),
    (A, 'short: "3-4"', 'short: "tiga atau empat"', "at most 12 fit"),
    (A, 'short: "3-4"', 'short: "2"', "already means the choice 1"),
    (A, 'short: "Sedikit"', 'short: "0"', '"0" typed means another choice here'),
    (A, 'short: "Sedikit"', 'short: "Berhenti"', "typed means stop"),
    (A, 'short: "Segera"', 'short: "3️⃣ Segera"', "a number on a button"),
    (A, 'skip: "Lewati"', 'skip: "Kapan-kapan"', 'typed would not be understood; write "Lewati"'),
    (A, 'opening_short: "Selamat', f'opening_short: "{"Apa kabar? " * 16}Selamat', "at most 160"),
    (A, "{panggilan} susah tidur?", "{kode} susah tidur?", "{kode} is no place of this text"),
    # pulses
    (PULSE, NO_LINE, 'open_line: "Ada lagi?"', "a pulse ends with one tap and has no `open_line`"),
    (PULSE, NO_LINE, "rotate: {from: 2, items: [mood]}", "has no `rotate`"),
    (
        PULSE,
        NO_LINE,
        "  - {id: more, text: Lagi?, choices: [{value: 0, label: A}, {value: 1, label: I}]}",
        "a pulse is one question",
    ),
]


def _lay(folder: Path, name: str, old: str, new: str) -> Path:
    """The folder with one file of the shipped content in it, edited once."""
    body = (SHIPPED / name).read_text("utf-8")
    assert old in body
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("name", "old", "new", "says"), SLIPS, ids=[one[2][:50] for one in SLIPS])
def test_a_slip_is_told_with_file_line_and_remedy(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    problems = [str(one) for one in loader.check(_lay(tmp_path, name, old, new))]

    told = [one for one in problems if says in one]
    assert told, problems
    assert all(one.startswith(f"{name}:") for one in told)


def test_all_items_cannot_be_away_in_the_holidays(tmp_path: Path) -> None:
    body = (SHIPPED / PULSE).read_text("utf-8").replace("kind: pulse", "kind: check-in")
    path = tmp_path / "checkins" / "libur.yaml"
    path.parent.mkdir()
    away = body.replace("id: denyut", "id: libur").replace(
        "  - id: mood", "  - id: mood\n    not_in: [school_holidays]"
    )
    path.write_text(away, encoding="utf-8")

    (problem,) = loader.check(tmp_path)

    assert "there would be days with nothing to ask; keep one item" in str(problem)


def test_what_may_not_be_read_by_anybody_is_refused_at_b(tmp_path: Path) -> None:
    folder = _lay(tmp_path, B, "hari {panggilan} susah tidur?", "hari {panggilan} takut tidur?")

    (problem,) = loader.check(folder)

    assert 'says "takut" at level B, which anybody may read' in str(problem)
    assert loader.load(folder).checkins["mingguan-b"], "what is in use is not stopped by it"
    assert loader.check(_lay(tmp_path / "a", A, "susah tidur?", "takut tidur?")) == ()


def test_a_hint_stops_nothing(tmp_path: Path) -> None:
    long = "Apakah dalam 7 hari ini anak Bapak/Ibu pernah susah tidur pada malam hari atau siang?"
    folder = _lay(tmp_path, B, "Dalam 7 hari ini, berapa hari {panggilan} susah tidur?", long)

    assert loader.check(folder) == ()
    (hint,) = [str(one) for one in loader.hints(folder)]
    assert hint.startswith(f"{B}:")
    assert "has 15 words in one sentence; make two of it" in hint


def test_the_new_keys_are_read() -> None:
    checkin = loader.load().checkins["mingguan-a"]

    strength = checkin.item("strength")
    assert (strength.about, strength.skip) == (About.STRENGTH, "Lewati")
    assert strength.only_if == OnlyIf(item="safety", at_most=1)
    assert checkin.item("school").not_in == frozenset({Season.SCHOOL_HOLIDAYS})
    assert checkin.rotation == Rotation(
        start=2, items=("strength", "caregiver", "strength", "practical")
    )
    assert [item.id for item in checkin.extras] == ["strength", "caregiver", "practical"]
    assert checkin.item("sleep").text_for(4, is_short=True).startswith("{panggilan} bangun malam")
    assert checkin.item("sleep").choices[2].short == "3-4"


@pytest.mark.parametrize(
    ("answer", "at_most", "at_least", "exactly"),
    [(None, True, False, False), (0, True, False, False), (2, False, True, True)],
)
def test_who_has_not_answered_passes_only_at_most(
    answer: int | None, *, at_most: bool, at_least: bool, exactly: bool
) -> None:
    values = {} if answer is None else {"safety": answer}

    assert OnlyIf(item="safety", at_most=1).passes(values) is at_most
    assert OnlyIf(item="safety", at_least=2).passes(values) is at_least
    assert OnlyIf(item="safety", equals=2).passes(values) is exactly


def test_turns_go_round_and_the_first_check_in_has_none() -> None:
    checkin = loader.load().checkins["mingguan-a"]
    extras = {item.id for item in checkin.extras}

    def turn(number: int) -> set[str]:
        return extras - left_out(checkin, number=number, in_school_holidays=False)

    assert turn(1) == set()
    assert [turn(number) for number in range(2, 7)] == [
        {"strength"}, {"caregiver"}, {"strength"}, {"practical"}, {"strength"},
    ]  # fmt: skip


def test_holidays_hide_the_school_and_nothing_else() -> None:
    checkin = loader.load().checkins["mingguan-b"]

    assert left_out(checkin, number=7, in_school_holidays=True) == {"school"}
    assert left_out(checkin, number=7, in_school_holidays=False) == set()
