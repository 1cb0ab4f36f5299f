"""Words of families in the cells of a table: what a cell cannot hold is made visible, and nothing
that somebody wrote is ever run as a formula."""

import re

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
PICTURES, DELETE, DELETED = 0x2400, 0x7F, "\u2421"  # Unicode has a picture of each control
UNKNOWN = "\ufffd"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, or drop and then find one behind it."""

# Where Indonesian is set, spreadsheets divide cells at `;`, and know no quotes inside what they
# take for a cell: one may begin in the middle of a text, and so may a line. Spaces and quotes
# before a formula do not keep it from being one.
BEGINS_CELL = re.compile(
    r"""^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[ \t"']*[=+\-@\uff1d\uff0b\uff0d\uff20])"""
)


def legible(text: str) -> str:
    """The same with a picture for each control character, and a mark for half of an emoji."""
    return ILLEGAL.sub(lambda found: _picture(ord(found[0])), text)


def is_like_formula(text: str) -> bool:
    """Would a spreadsheet that reads this from a file take it for a formula?"""
    return text.startswith(FORMULA)


def guarded(text: str) -> str:
    """Legible, and with an apostrophe before what would be run, however the cells are divided."""
    return BEGINS_CELL.sub("'", legible(text))


def _picture(code: int) -> str:
    if code == DELETE:
        return DELETED
    return chr(PICTURES + code) if code < ord(" ") else UNKNOWN
