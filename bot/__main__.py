"""`python -m bot` is the same as `kabar`."""

from bot.cli import main

main()
