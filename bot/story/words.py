"""What the stage says to the page, Indonesian and English, as content beside the story."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

Said = Mapping[str, str]
"""One sentence: `id` in Indonesian, `en` in English."""


def read(name: str) -> Any:
    """A YAML file of this package."""
    return yaml.safe_load(resources.files("bot.story").joinpath(name).read_text("utf-8"))


@cache
def _words() -> Mapping[str, Said]:
    found: Mapping[str, Said] = read("words.yaml")
    return found


def said(name: str) -> Said:
    """The sentence of this name in `words.yaml`."""
    return _words()[name]
