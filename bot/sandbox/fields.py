"""The JSON body or query of a control request, read field by field."""

import json
from collections.abc import Mapping

from aiohttp import web

from .errors import ControlError
from .wire import Json

_REQUIRED = object()


class Fields:
    """Every reader raises ControlError 400 that names the field; `done` refuses what is left."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._left = dict(values)

    def take(self, name: str, default: object = _REQUIRED) -> object:
        value = self._left.pop(name, None)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise ControlError(400, f"`{name}` is missing.")
        return default

    def text(self, name: str, default: str | None = None) -> str:
        value = self.take(name, _REQUIRED if default is None else default)
        if not isinstance(value, str):
            raise ControlError(400, f"`{name}` must be a text.")
        return value

    def optional_text(self, name: str) -> str | None:
        return self.text(name, "") or None

    def reference(self, name: str) -> str:
        """An id or a name, as text; empty when it is not given."""
        value = self.take(name, "")
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ControlError(400, f"`{name}` must be an id or a name.")
        return str(value)

    def number(self, name: str, default: float | None = None, *, least: float = 0.0) -> float:
        value = self.take(name, _REQUIRED if default is None else default)
        try:
            number = float(value) if isinstance(value, int | float | str) else None
        except ValueError:
            number = None
        if number is None or isinstance(value, bool) or not least <= number < 1e16:
            raise ControlError(400, f"`{name}` must be a number of at least {least:g}.")
        return number

    def integer(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        number = self.number(name, default, least=least)
        if number != int(number):
            raise ControlError(400, f"`{name}` must be a whole number.")
        return int(number)

    def optional_integer(self, name: str) -> int | None:
        value = self.take(name, None)
        return None if value is None else Fields({name: value}).integer(name, least=-(10**12))

    def optional_number(self, name: str) -> float | None:
        value = self.take(name, None)
        return None if value is None else Fields({name: value}).number(name)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise ControlError(400, f"`{name}` must be true or false.")
        return value

    def structure(self, name: str) -> Json:
        value = self.take(name)
        if not isinstance(value, dict):
            raise ControlError(400, f"`{name}` must be an object.")
        return value

    def done(self) -> None:
        """Raises ControlError when a field was given that nobody reads: most often a typo."""
        if self._left:
            raise ControlError(400, f"Unknown: {', '.join(sorted(self._left))}.")


async def body_of(request: web.Request) -> Fields:
    """An empty body counts as an empty object."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise ControlError(400, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ControlError(400, "The body must be a JSON object.")
    return Fields(body)


def query_of(request: web.Request) -> Fields:
    return Fields(dict(request.query))
