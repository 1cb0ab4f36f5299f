"""House rules that no linter knows: small files, reasons for dependencies, locks that are whole."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "flows", "storage")
LONGEST_FILE, LONGEST_TABLES, LONGEST_FUNCTION = 300, 400, 40
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-train.lock")
ELSEWHERE = tuple(f"/{folder}" for folder in ("work", "tmp", "home"))
"""Folders of one machine; nothing in the project may know them."""


def sources() -> list[Path]:
    """Our Python files. Migrations are as long as the tables they make."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def nodes(kind: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, kind):
                yield path, node


def test_no_file_is_long() -> None:
    lengths = {place(path): len(path.read_text().splitlines()) for path in sources()}

    limits = {name: LONGEST_FILE for name in lengths} | {"storage/tables.py": LONGEST_TABLES}

    assert {name: found for name, found in lengths.items() if found > limits[name]} == {}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, node in nodes(ast.stmt):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{place(path)}:{node.name}", node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end. The options of a command, each with its help, do not count."""
    is_command = any(
        isinstance(one, ast.Call) and getattr(one.func, "attr", "") == "command"
        for one in node.decorator_list
    )
    begins = node.body[0].lineno if is_command else node.lineno
    return (node.end_lineno or begins) - begins + 1


def test_no_function_is_long() -> None:
    long = {name: length(node) for name, node in functions() if length(node) > LONGEST_FUNCTION}

    assert long == {}


def test_nothing_is_printed_past_the_console_and_the_log() -> None:
    printing = [
        f"{place(path)}:{node.lineno}"
        for path, node in nodes(ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "print"
    ]

    assert printing == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [place(path) for path in sources() if not ast.get_docstring(parsed(path))]

    assert silent == []


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def requirements() -> list[tuple[str, str]]:
    """The lines of pyproject.toml that name a direct dependency, as (name, the whole line)."""
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = text.splitlines()
    return [
        (Requirement(one).name, next(line for line in lines if f'"{one}"' in line))
        for one in wanted
    ]


@pytest.mark.parametrize(("name", "line"), requirements(), ids=lambda value: value.split()[0])
def test_every_direct_dependency_has_a_reason(name: str, line: str) -> None:
    assert re.search(r"# \w", line), f"{name} needs a comment that says what for"


def pins(lock: str) -> dict[str, str]:
    """What a lock file holds: canonical name -> the text that belongs to it."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / lock).read_text())
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==\S+", block) for block in blocks)
    return {
        canonicalize_name(pin[1]): block
        for block, pin in zip(blocks, found, strict=True)
        if pin is not None
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    found = pins(lock)
    lines = (ROOT / lock).read_text().splitlines()
    named = [line for line in lines if line and not line.startswith((" ", "#"))]

    assert len(found) == len(named), "something stands there that is no pin"
    assert [name for name, block in found.items() if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_download_from(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert re.findall(r"\S*://\S*|--\S*index-url|--find-links|--trusted-host", text) == []


def test_the_locks_hold_every_direct_dependency_and_the_build_backend() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    direct = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted = {canonicalize_name(Requirement(one).name) for one in direct}

    assert wanted - set(pins("requirements.lock")) == set()
    for extra, listed in project["project"]["optional-dependencies"].items():
        wanted_too = wanted | {canonicalize_name(Requirement(one).name) for one in listed}
        assert wanted_too - set(pins(f"requirements-{extra}.lock")) == set()


def tracked() -> list[Path]:
    """Every file of the project; where this is no checkout, every file that is not made here."""
    made = ("var", "build", ".venv", "__pycache__", "kabar.egg-info")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [
        path
        for path in ROOT.rglob("*")
        if not any(part in made or part.endswith("_cache") for part in path.parts)
    ]


def test_no_file_knows_a_folder_of_one_machine() -> None:
    wrong = re.compile(rf"(?<![\w.~}}])(?:{'|'.join(ELSEWHERE)})(?=[/\s\"'`)]|$)", re.MULTILINE)
    knowing = {
        place(path): wrong.findall(text)
        for path in tracked()
        if path.is_file() and (text := path.read_text(errors="replace"))
        if wrong.search(text)
    }

    assert knowing == {}
