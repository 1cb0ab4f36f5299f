"""Imported once by the fork server: what ships is read here, and every start of the bot is a fork
that finds it read. Where files have changed since, `load` reads them anew."""

from contextlib import suppress

from flows import loader
from flows.errors import FlowError

with suppress(FlowError):  # the bot reads it again, and says what is wrong
    loader.load()
