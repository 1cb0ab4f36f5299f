"""Phrases in code: an English msgid in `Text(...)`, shown in the reader's language by gettext.

Flow texts are content and live in `flows/content`; these are the few phrases of staff screens and
commands. The catalogues are `locales/<language>/LC_MESSAGES/bot.po`, read once at first use.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

INDONESIAN = "id"
LOCALES = Path(__file__).parent.parent / "locales"


class Text(str):
    """A phrase to be translated; the name marks it for the extraction of messages."""

    __slots__ = ()

    def fill(self, language: str = INDONESIAN, **places: str | int) -> str:
        """The phrase in `language` with its `{places}` filled."""
        return _catalogue(language).gettext(self).format(**places)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / "bot.po"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: without it staff would read English")
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
