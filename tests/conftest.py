"""What all tests share: properties are not timed, in CI they look at the same examples, and a real
PostgreSQL is at hand."""

import os

import pytest
from hypothesis import settings

settings.register_profile("kabar", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("kabar")

pytest_plugins = ["tests.postgres"]

LONGEST_FIRST = (
    "tests/story/test_stage.py",
    "tests/pages/test_page.py",
    "tests/e2e/test_outside.py",
    "tests/crash/test_two_processes.py",
    "tests/crash/test_kills.py",
    "tests/programme/test_year.py",
    "tests/oversight/test_auditor.py",
)
"""A whole file goes to one worker: begun last, one of these would keep the others waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))
