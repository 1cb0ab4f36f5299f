"""Looks over the program's own shoulder: works out anew what the rows should say, and compares."""
