"""What the crash tests share: the shipped content, loaded once, and a warm fork server."""

from tests.e2e.conftest import the_room

__all__ = ["the_room"]
