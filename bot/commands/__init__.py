"""The operator's commands, one noun a file; `bot.cli` puts them together."""
