"""Imported once by the fork server: what ships is read here, and every start of the bot is a fork
that finds it read. Where files have changed since, `load` reads them anew."""

from flows import loader

loader.load()
