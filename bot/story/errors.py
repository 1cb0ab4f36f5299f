"""What can be wrong on the stage.

StageError
├── CannotOpen   the sandbox cannot start; the text tells the operator what to do
├── Unreachable  one of the two programs does not answer
└── NotNow       what a page asked for cannot be done now; `says` is for the page, in both languages
"""

from collections.abc import Mapping


class StageError(Exception):
    """Base of everything this package raises."""


class CannotOpen(StageError):
    """The sandbox cannot start."""


class Unreachable(StageError):
    """One of the two programs does not answer, or refuses."""


class NotNow(StageError):
    """It cannot be done now."""

    def __init__(self, says: Mapping[str, str]) -> None:
        super().__init__(says["en"])
        self.says = dict(says)
