"""The house: bot talks, storage remembers, flows decides; a plain test run fails if not."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = {"bot", "flows", "storage"}
WORLD = {
    *("aiogram", "aiohttp", "apscheduler", "asyncio", "babel", "os"),
    *("pathlib", "random", "sqlalchemy", "time", "yaml"),
}
"""What a pure module must not know."""

READS_FILES = ("flows.loader", "flows.reading")


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module under these packages, parsed, by its dotted name."""
    for package in packages:
        for path in sorted((ROOT / package.replace(".", "/")).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    """Absolute names that a module imports, wherever the statement stands."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_the_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr


def contract(name: str) -> dict[str, set[str]]:
    """A contract of pyproject.toml: its lists of modules, by their names there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found = next(one for one in settings["contracts"] if one["name"] == name)
    return {key: set(value) for key, value in found.items() if isinstance(value, list)}


def parts_of_bot() -> set[str]:
    """What stands right under bot/, without the sandbox and the command line that opens it."""
    found = {name for name, _ in modules("bot") if name != "bot"}
    return {".".join(name.split(".")[:2]) for name in found} - {
        "bot.sandbox",
        "bot.cli",
        "bot.__main__",
    }


def test_the_contracts_forget_no_module() -> None:
    pure = {name for name, _ in modules("flows") if not within(name, *READS_FILES)} - {"flows"}

    decides = contract("what decides is pure")["source_modules"]
    alone = contract("the sandbox stands alone")["forbidden_modules"]
    kept_out = contract("only the command line opens the sandbox")["source_modules"]

    assert pure - decides == set()
    assert parts_of_bot() - alone == set()
    assert parts_of_bot() - kept_out == set()


def test_what_decides_knows_nothing_of_the_world() -> None:
    impure = {
        (name, one)
        for name, tree in modules("flows")
        if not within(name, *READS_FILES)
        for one in imported(tree)
        if one.partition(".")[0] in WORLD
    }

    assert impure == set()


def test_only_the_telegram_package_names_aiogram() -> None:
    naming = {
        name
        for name, tree in modules(*sorted(OURS))
        if any(within(one, "aiogram") for one in imported(tree))
    }

    assert naming
    assert {name for name in naming if not within(name, "bot.telegram")} == set()


def test_the_sandbox_imports_nothing_of_ours() -> None:
    foreign = {
        (name, one)
        for name, tree in modules("bot.sandbox")
        for one in imported(tree)
        if within(one, *OURS, "aiogram") and not within(one, "bot.sandbox")
    }

    assert foreign == set()


def test_only_the_command_line_opens_the_sandbox() -> None:
    opening = {
        name
        for name, tree in modules(*sorted(OURS))
        if not within(name, "bot.sandbox")
        if any(within(one, "bot.sandbox") for one in imported(tree))
    }

    assert opening == {"bot.cli"}


def test_only_the_clockwork_knows_the_ticker() -> None:
    knowing = {
        name
        for name, tree in modules(*sorted(OURS))
        if any(within(one, "apscheduler") for one in imported(tree))
    }

    assert knowing == {"bot.scheduler.clockwork"}
