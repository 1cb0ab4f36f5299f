"""What can be wrong with the training data or its rehearsal.

TrainingError (a StageError)
├── WrongLives     `lives.yaml` does not say what it must
└── WrongRehearsal the year cannot be played as written
"""

from bot.story.errors import StageError


class TrainingError(StageError):
    """Base of both."""


class WrongLives(TrainingError):
    """`lives.yaml` is wrong; the text names the family and what to correct."""


class WrongRehearsal(TrainingError):
    """What happens is not what is written, or the emulator refuses something."""
