"""Docs that fail: whatever an operator can set, call or meet is written down, and nothing more."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner

from bot import errors as bot_errors
from bot.cli import app
from bot.config import PREFIX, Settings
from bot.http.metrics import Figures, exposition
from flows import model
from storage import errors as storage_errors

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
ROW = re.compile(r"^\| *`([^`]+)` *\|(.*)\|$", re.MULTILINE)


def commands() -> dict[str, TyperCommand]:
    """Every `kabar ...` that does something, by its full name."""

    def walk(command: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
        if isinstance(command, TyperGroup):
            for word, part in command.commands.items():
                yield from walk(part, f"{name} {word}")
        else:
            assert isinstance(command, TyperCommand)
            yield name, command

    return dict(walk(typer.main.get_command(app), "kabar"))


def options_of(command: TyperCommand) -> set[str]:
    return {
        name
        for one in command.params
        if one.param_type_name == "option"
        for name in (*one.opts, *one.secondary_opts)
    }


def section(text: str, title: str) -> str:
    """What stands under the heading that holds `title` in code, up to the next heading."""
    headings = list(HEADING.finditer(text))
    for number, heading in enumerate(headings):
        if f"`{title}`" in heading[1]:
            ends = [later.start() for later in headings[number + 1 :]]
            return text[heading.end() : ends[0] if ends else len(text)]
    return ""


def rows(text: str) -> dict[str, list[str]]:
    """Table rows that begin with something in code, as name -> further cells."""
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in ROW.findall(text)}


def shown_default(name: str) -> str:
    """A setting's default as README writes it."""
    default = Settings.model_fields[name].default
    if default is None:
        return "none"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_readme_with_its_default(name: str) -> None:
    found = rows(README).get(f"{PREFIX}{name.upper()}")

    assert found is not None, f"{PREFIX}{name.upper()} has no row in README"
    assert found[0] == shown_default(name)
    assert found[1], "it says what it means"


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = {name for page in PAGES for name in re.findall(r"\bKABAR_[A-Z_]+\b", page.read_text())}

    assert named - known == set()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_a_section_with_all_its_options(name: str) -> None:
    command = commands()[name]

    found = section(README, name)

    assert found, f"README has no heading with `{name}`"
    assert set(re.findall(r"`(--[a-z-]+)", found)) == options_of(command)


def shown(command: str) -> list[str]:
    """The words of a command as README shows it, in code or over several lines, without `kabar`."""
    found = re.search(rf"`?{command}(?:\\\n|[^`\n])*", README)
    assert found is not None, command
    return shlex.split(found[0].strip("`").replace("\\\n", " "))[1:]


def test_a_centre_can_be_set_up_as_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KABAR_DATABASE_URL", f"sqlite:///{tmp_path}/kabar.db")
    monkeypatch.setenv("KABAR_KEY_FILE", str(tmp_path / "kabar.key"))

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    run("db", "upgrade")
    worker = json.loads(run(*shown("kabar staff add --name"), "--json"))["staff_id"]
    words = [worker if word == "STAFF_ID" else word for word in shown("kabar case add --code")]
    added = json.loads(run(*words, "--json"))

    assert added["contacts"][0]["token"].startswith("f_")


def test_no_page_names_a_command_that_does_not_exist() -> None:
    words = {name.split()[1] for name in commands()}
    named = {
        (page.name, found)
        for page in PAGES
        for code in CODE.findall(page.read_text())
        for found in re.findall(r"^kabar ([a-z]+)", code)
    }

    assert {(page, word) for page, word in named if word not in words} == set()


def test_make_targets_and_readme_agree() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)) - {"help"}
    named = {name for text in CODE.findall(README) for name in re.findall(r"^make ([a-z]+)", text)}

    assert named == targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT) and target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


def anchors(text: str) -> set[str]:
    """How headings are linked to: small letters, no marks, hyphens for spaces."""
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(text))
    return {title.strip().replace(" ", "-") for title in plain}


def test_every_page_can_be_reached_from_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text()))
        waiting += [
            (page.parent / link).resolve()
            for link in links
            if link.endswith(".md") and ":" not in link
        ]

    assert set(PAGES) - reached == set()


def closed_sets() -> Mapping[str, type[StrEnum]]:
    found = vars(model).values()
    return {
        one.__name__: one
        for one in found
        if isinstance(one, type) and issubclass(one, StrEnum)
        if one is not StrEnum
    }


@pytest.mark.parametrize("name", sorted(closed_sets()))
def test_every_closed_set_is_in_the_glossary_with_all_its_members(name: str) -> None:
    row = rows(GLOSSARY).get(name)

    assert row is not None, f"{name} of flows/model.py has no row in the glossary"
    named = set(CODE.findall(" ".join(row)))
    assert {member.value for member in closed_sets()[name]} <= named


def test_every_module_the_glossary_names_exists() -> None:
    named = set(re.findall(r"`((?:bot|flows|storage)\.[a-z_.]+)`", GLOSSARY))

    assert named
    assert {name for name in named if not exists(name)} == set()


def exists(name: str) -> bool:
    """Is it a module, or a name inside one?"""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def leaves(base: type[Exception]) -> Iterator[type[Exception]]:
    children = base.__subclasses__()
    for child in children:
        yield from leaves(child)
    if not children:
        yield base


def errors_an_operator_meets() -> list[str]:
    found = (*leaves(bot_errors.CannotRun), *leaves(storage_errors.StorageError))
    return sorted(
        {one.__name__ for one in found if one.__module__.startswith(("bot.", "storage."))}
    )


@pytest.mark.parametrize("name", errors_an_operator_meets())
def test_operations_say_what_to_do_about_every_error(name: str) -> None:
    found = rows(OPERATIONS).get(name)

    assert found is not None, f"{name} has no row in docs/operations.md"
    assert all(found), "it says what it means and what to do"


def test_operations_name_every_figure() -> None:
    page = exposition(
        Figures(
            inbox_waiting=0,
            inbox_age_s=0.0,
            outbox={},
            lanes={},
            alerts={},
            findings={},
            audit_age_s=None,
            receiving_gap_s=1.0,
            receive_age_s=None,
            tick_age_s=None,
            sends={},
            in_flight=0,
            is_ready=True,
        )
    )

    figures = set(re.findall(r"^# TYPE (\S+)", page, re.MULTILINE))

    assert figures <= set(CODE.findall(OPERATIONS))


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [page.name[:4] for page in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_four_parts_and_fits_on_a_page(page: Path) -> None:
    text = page.read_text()

    parts = [title for title in HEADING.findall(text) if not title.startswith(page.name[:4])]

    assert parts == ["Context", "Decision", "Others considered", "Consequences"]
    assert len(text.splitlines()) <= 70


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    titles = HEADING.findall((ROOT / "CHANGELOG.md").read_text())

    assert titles[1] == "Unreleased"
    assert set(titles[2:]) <= {"Added", "Changed", "Fixed", "Removed", "Security"} | {
        title for title in titles if re.match(r"\d+\.\d+\.\d+", title)
    }
