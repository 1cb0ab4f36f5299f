"""What is wrong with a content file is told with its line and what to write instead."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import loader
from flows.errors import ContentError
from flows.reading.folder import SHIPPED

CONTRACT = Path(__file__).parent / "contract"


def _lay(folder: Path, name: str, body: str) -> Path:
    """The folder with this file in it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    return folder


def _good(name: str) -> str:
    """The file as the contract shows it, else as it is shipped."""
    path = CONTRACT / name
    return (path if path.exists() else SHIPPED / name).read_text("utf-8")


@dataclass(frozen=True)
class Slip:
    """An edit of a good file: `new` for `old`, told in the line where `new` begins."""

    name: str
    old: str
    new: str
    says: str
    below: int = 0


A = "checkins/mingguan-a.yaml"
R = "rules.yaml"
P = "programme.yaml"
U = "urgencies.yaml"
M = "messages.yaml"
C = "contacts.yaml"
W = "wording.yaml"
D = "silence.yaml"
TOPICS = _good(A).partition('Tentang apa, Bapak/Ibu?"\n    choices: ')[2].partition("\n")[0]

SLIPS = [
    # shape
    Slip(A, "opening:", "openning:", "`openning` is no key here; did you mean `opening`?"),
    Slip(A, "kind: check-in", "level: A", "`level` already stands in line", below=1),
    Slip(A, "kind: check-in ", "kind: checkin ", "did you mean `check-in`?"),
    Slip(A, "level: A", "level: C", "`C` cannot stand here; known here: `A`, `B`"),
    Slip(A, "id: mingguan-a", "id: mingguan a", "cannot be an id"),
    Slip(A, "approved_by: null", "approved_by: Bu Rini", "belong together"),
    Slip(A, "approved_on: null", "approved_on: besok", "is no date; write it as 2026-01-31"),
    Slip(A, "opening: ", "opening: [", "not readable as YAML", below=1),
    Slip(A, "  - id: sleep", "  - id: sleep\n\t- x", "not readable as YAML", below=1),
    Slip(A, "level: A", "level: &x A\nscale: *x", "write the value out"),
    Slip(A, "open_line: ", "open_line: 5 #", "is no text for YAML; put it in quotes"),
    Slip(A, "open_line: ", "open_line: {a: b} #", "has to be one value"),
    Slip(A, 'open_line: "', 'open_line: "" #', "is empty; write a value"),
    # items and choices
    Slip(A, TOPICS, '[{value: 0, label: "Anak"}]', "at least 2 entries"),
    Slip(A, "  - id: topic ", "  - id: sleep ", "is used twice", below=0),
    Slip(A, "  - id: topic ", "  - id: pulse ", "has a meaning of its own"),
    Slip(A, "scale: days\n", "scale: day\n", "there is no scale `day`"),
    Slip(A, "- id: sleep\n    scale: days", "- id: sleep", "exactly one"),
    Slip(A, '{value: 1, label: "Ada sedikit"}', '{value: 0, label: "Ada"}', "0 is used twice"),
    Slip(A, '{value: 1, label: "Saya"}', '{value: 1, label: "anak"}', "already means the choice 0"),
    Slip(A, '{value: 1, label: "Ada sedikit"}', '{value: x, label: "Ada"}', "whole number"),
    Slip(A, '{value: 1, label: "Ada sedikit"}', '{label: "Ada"}', "`value` is missing"),
    Slip(A, 'label: "Ada sedikit"', f'label: "{"ada " * 11}"', "at most 40 fit"),
    Slip(A, '["1", "2"]', '["1", "berhenti"]', "typed means stop"),
    Slip(A, '["1", "2"]', '["1", "7"]', "already means the choice 1", below=2),
    Slip(A, "Terakhir. Ada", "Terakhir. {nama} Ada", "{nama} is no place of this text"),
    Slip(A, "{panggilan} susah", "{pangilan} susah", "did you mean `panggilan`?"),
    Slip(A, "Ada {jumlah}", "Ada {jumlah", "brace that belongs to no place"),
    Slip(A, "...", "Satu? " * 60, "at most 300 fit"),
    Slip(A, '"0-6": ', '"0-7": ', "did you mean `0-6`?"),
    # words
    Slip(A, "...", "Tentang korban?", 'says "korban", which may never leave'),
    Slip(A, "Lainnya", "Persidangan", 'says "Persidangan"'),
    # branches
    Slip(A, "then: topic", "then: topik", "there is no item `topik`; did you mean `topic`?"),
    Slip(A, "then: topic", "then: safety", "the questions would go in a circle"),
    Slip(A, "then: topic", "then: sleep", "the questions would go in a circle"),
    # total
    Slip(A, "items: [sleep]", "items: [slep]", "did you mean `sleep`?"),
    Slip(A, "items: [sleep]", "items: [sleep, sleep]", "twice"),
    Slip(A, "items: [sleep]", "items: []", "at least 1 entries"),
    Slip(A, "least_answered: 1", "least_answered: 2", "from 1 to 1"),
    Slip(A, "hijau: 0", "hijau: 1", "first band begins at 0"),
    Slip(A, "oranye: 12", "oranye: 6", "bands rise; write more than 6"),
    # rules
    Slip(R, "urgency: tinggi", "urgency: tingi", "did you mean `tinggi`?"),
    Slip(R, "fact: total", "fact: totl", "did you mean `total`?"),
    Slip(R, "fact: total", "fact: answer.safty", "did you mean `answer.safety`?"),
    Slip(R, "{fact: total, at_least: 12}", "{fact: words.naga, is: sure}", "is no fact"),
    Slip(R, "fact: total", "fact: lowest.sleep.9", "write `lowest.sleep.8`"),
    Slip(R, "fact: total", "fact: highest.total.1", "write `highest.total.2`"),
    Slip(R, "fact: total", "fact: lowest.slep.3", "no item `slep`; did you mean `sleep`?"),
    Slip(R, "fact: total", "fact: days_over_silenc", "did you mean `days_over_silence`?"),
    Slip(R, "fact: total", "fact: days_to.relese", "did you mean `days_to.release`?"),
    Slip(R, "fact: checkin_kind, is: school", "fact: silence, is: quiet", "`quiet` cannot stand"),
    Slip(R, "{total}", "{lowest.sleep.9}", "is no place of this text"),
    Slip(R, "rules:", "compare: {contacts_days: 0}\nrules:", "from 1 to"),
    Slip(R, "rules:", "compare: {contact_days: 5}\nrules:", "did you mean `contacts_days`?"),
    Slip(R, "is: school", "is: sekolah", "`sekolah` cannot stand here"),
    Slip(R, "is: school", "at_least: 1", "is a word and has no order"),
    Slip(R, "at_least: 12", "at_least: banyak", "whole number"),
    Slip(R, "at_least: 12", "at_least: 12, is: 12", "compared once"),
    Slip(R, "total, at_least: 12", "total", "compared once"),
    Slip(R, "{all: [", "{every: [", "`every` is no key here"),
    Slip(
        R, "{not: {fact: checkin_kind, is: school}}", "{not: {is: school}}", "a condition is one of"
    ),
    Slip(R, "{total}", "{jumlah}", "is no place of this text"),
    Slip(R, "version: 1", "version: 0", "from 1 to"),
    Slip(R, "repeat: {rise: 3, days: 28}", "repeat: {rise: 3}", "`days` is missing"),
    # programme
    Slip(P, "A: mingguan-a", "A: mingguan-x", "there is no check-in `mingguan-x`"),
    Slip(P, "B: mingguan-b", "B: mingguan-a", "needs level A; name a check-in with `level: B`"),
    Slip(P, "{A: mingguan-a, B:", "{C: mingguan-a, B:", "`C` is no key here"),
    Slip(P, "{A: mingguan-a, B: mingguan-b}", "{A: mingguan-a}", "`B` is missing"),
    Slip(P, "{until_week: 13, every_days: 14}", "{until_week: 4, every_days: 14}", "weeks rise"),
    Slip(P, "[{until_week: 52, every_days: 7}]", "[]", "at least 1 entries"),
    Slip(P, "  high:", "  hihg:", "did you mean `high`?"),
    Slip(P, "{until_week: 52, every_days: 7}", "{until_week: 52, every_days: 0}", "from 1 to"),
    Slip(P, 'stages: [{id: follow_up, name: "Bimbingan lanjut"}]', "stages: x", "to be a list"),
    # urgencies
    Slip(U, "hours: any", "hours: working", "write `hours: any`"),
    Slip(U, ", every: 15}", "}", "may not fall silent"),
    Slip(U, "{after: 30, ", "{after: 15, ", "minutes rise; write more than 15"),
    Slip(U, "{after: 30, tell: [head]}", "{after: 30, tell: [head], every: 5}", "only the last"),
    Slip(U, "tell: [head]", "tell: [hed]", "did you mean `head`?"),
    Slip(U, "sound: true", "sound: loud", "known here: `false`, `true`"),
    Slip(U, 'end: "16:00"', 'end: "07:00"', "write a later time"),
    Slip(U, 'end: "16:00"', "end: sore", 'write it as "08:00"'),
    Slip(U, "days: [senin,", "days: [monday,", "`monday` cannot stand here"),
    Slip(U, "  perhatian:", "  perhatin:", "did you mean `perhatian`?"),
    # messages
    Slip(M, "  consent_b:", "  consent_c:", "is no key here"),
    Slip(M, '    text: "Baik."', '    text: "Baik {nama}."', "is no place of this text"),
    Slip(M, "    buttons: [[safe, unsafe]", "    buttons: [[safe]", "the buttons here are"),
    Slip(M, "[[resume]]", "[[resme]]", "did you mean `resume`?"),
    Slip(M, 'levels: [A]\n    text: "Mohon', 'levels: [A, B]\n    text: "Mohon', "is for A; write"),
    Slip(M, 'start: "Mulai"', "start: null", "is empty; write a value"),
    Slip(M, "Senin, ", "", "seven days"),
    Slip(M, "{from: 10,", "{from: 3,", "hours rise"),
    Slip(M, "Duduk 5 menit", f"Duduk {'lama ' * 30}", "at most 120 fit"),
    Slip(M, "  skip: [", "  skip: [berhenti, ", '"berhenti" would also mean skip', below=-2),
    Slip(M, "  mau: [mo]", "  mau: [gak]", 'already stands for "tidak"'),
    Slip(M, "  mau: [mo]", "  mau: [mau dong]", "short forms are single words"),
    Slip(M, "  duress:", "  dures:", "did you mean `duress`?"),
    Slip(M, "Lain waktu saja.", "Sidang dulu.", 'says "Sidang"'),
    # silence
    Slip(D, "low: 21}", "low: 31}", "30 days are the most"),
    Slip(D, "most_days: 30", "most_days: 45", "30 days are the most"),
    Slip(D, "high: 8, medium", "hihg: 8, medium", "did you mean `high`?"),
    Slip(D, "again_days: 28", "again_days: 0", "1"),
    # contacts and wording
    Slip(C, 'number: "110"', "number: seratus", "cannot be dialled"),
    Slip(C, "checked_on: 2025-03-01", "checked_on: 2025", "is no date"),
    Slip(C, 'label: "Polisi"', 'label: "Laporan polisi"', 'says "Laporan polisi"'),
    Slip(W, "  - korban", "  - PM", "would never be found"),
    Slip(W, "  - korban", "  - kasus", "stands here twice", below=8),
    Slip(W, "  - Kakak", "  - Korban", 'says "Korban"'),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.name}: {slip.new[:30]!r}")
def test_a_slip_is_told_with_its_line_and_a_remedy(slip: Slip, tmp_path: Path) -> None:
    before, found, after = _good(slip.name).partition(slip.old)
    assert found, f"the test expects {slip.old!r} in {slip.name}"
    line = before.count("\n") + 1 + slip.below
    _lay(tmp_path, slip.name, before + slip.new + after)

    problems = loader.check(tmp_path)

    told = [str(problem) for problem in problems]
    assert any(
        problem.where == f"{slip.name}:{line}" and slip.says in problem.problem
        for problem in problems
    ), told


def test_all_problems_of_all_files_are_listed_and_the_first_is_raised(tmp_path: Path) -> None:
    _lay(tmp_path, A, _good(A).replace("opening", "openning").replace("scale: days", "scale: d"))
    _lay(tmp_path, R, _good(R).replace("tinggi", "tingi"))

    problems = loader.check(tmp_path)
    with pytest.raises(ContentError) as raised:
        loader.load(tmp_path)

    assert {problem.where.partition(":")[0] for problem in problems} == {A, R}
    assert len(problems) == 4
    assert str(raised.value) == str(problems[0])


def test_an_id_of_two_files_is_refused_with_both_names(tmp_path: Path) -> None:
    _lay(tmp_path, "checkins/lain.yaml", _good(A))

    (problem,) = loader.check(tmp_path)

    assert problem.where.startswith("checkins/")
    assert "checkins/lain.yaml" in str(problem)
    assert "checkins/mingguan-a.yaml" in problem.problem or "mingguan-a" in problem.problem


def test_a_check_in_of_level_b_adds_nothing_up(tmp_path: Path) -> None:
    body = _good(A).replace("level: A", "level: B").replace("id: mingguan-a", "id: lain")

    problems = loader.check(_lay(tmp_path, "checkins/lain.yaml", body))

    assert any("total: null" in one.problem for one in problems)


def test_contacts_need_a_number_that_answers_in_danger(tmp_path: Path) -> None:
    body = _good(C).replace("in_danger: true", "in_danger: false")

    (problem,) = loader.check(_lay(tmp_path, C, body))

    assert "in_danger: true" in problem.problem


@pytest.mark.parametrize("name", ["checkin/tiga.yaml", "rule.yaml", "checkins/tiga.yml"])
def test_a_file_that_nobody_reads_is_told_and_not_passed_over(name: str, tmp_path: Path) -> None:
    (problem,) = loader.check(_lay(tmp_path, name, "a: 1\n"))

    assert problem.where == f"{name}:1"
    assert "is no content file" in problem.problem


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="KABAR_CONTENT_DIR"):
        loader.load(tmp_path / "missing")


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / R).write_bytes(b"rules:\n  - \xff\n")

    assert f"{R}:2" in [problem.where for problem in loader.check(tmp_path)]


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    problems = loader.check(_lay(tmp_path, R, "# nothing\n"))

    assert "is empty" in problems[0].problem


def test_signs_that_cannot_be_built_are_told(tmp_path: Path) -> None:
    problems = loader.check(_lay(tmp_path, "signs.yaml", "version: 1\n"))

    assert problems[0].where.startswith("signs.yaml")


JUNK = ["null", "[]", "{a: b}", "5", "!!python/x y", "2026-13-45", "*a", "'", "{x}", "9" * 5000]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([A, R, P, U, M, C, W]), data=st.data())
def test_any_broken_value_is_told_and_breaks_nothing_else(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    lines = _good(name).split("\n")
    number = data.draw(st.sampled_from([n for n, line in enumerate(lines) if ": " in line]))
    key = lines[number].partition(":")[0]
    lines[number] = f"{key}: {data.draw(st.sampled_from(JUNK))}"
    folder = tmp_path / name.replace("/", "-")

    problems = loader.check(_lay(folder, name, "\n".join(lines)))

    assert all(isinstance(problem, ContentError) for problem in problems)
