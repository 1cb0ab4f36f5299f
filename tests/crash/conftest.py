"""What the crash tests share: the shipped content, loaded once."""

from tests.e2e.conftest import the_room

__all__ = ["the_room"]
