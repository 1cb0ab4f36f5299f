"""The main job as a story in the terminal: phones, a moved clock, and the real bot between them."""

from bot.story.stage import run

__all__ = ["run"]
