"""A centre with one worker, one supervisor and a mother; what stands on her phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.usecases.room import Room
from tests.e2e.conftest import the_room
from tests.replies.homes import Home, a_home

__all__ = ["the_room"]


@pytest.fixture
def home(tmp_path: Path, the_room: Room) -> Iterator[Home]:
    """A mother at A who takes part since a moment, on a Monday at ten."""
    with a_home(tmp_path, the_room) as home:
        yield home
