"""What the fork server reads before the first start of the bot."""

from importlib import reload

import pytest

from bot.story import preloaded
from flows import loader
from flows.errors import ContentError


def test_broken_content_is_left_to_the_bot_which_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise ContentError("rules.yaml:1", "is broken")

    monkeypatch.setattr(loader, "load", broken)

    reload(preloaded)
