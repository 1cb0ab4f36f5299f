"""Logs carry ids, counts and an `action`; never a token, and never what a person wrote.

Three nets, one behind the other: only fields of FIELDS leave, the text of exceptions that may quote
what came in is withheld, and what looks like a bot token is struck out of every finished line.
"""

import asyncio
import json
import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

log = logging.getLogger(__name__)

OURS = ("bot", "flows", "storage")
FIELDS = (
    *("action", "kind", "state", "outcome", "verb", "lane", "method", "status", "error", "reason"),
    *(
        "row",
        "update",
        "alert",
        "checkin",
        "case",
        "contact",
        "staff",
        "owner",
        "role",
        "rule",
        "version",
    ),
    *("check", "table", "how", "item", "holder", "total"),
    *("task", "part", "place", "file", "files", "moment", "step", "signal"),
    *("attempt", "attempts", "count", "pieces", "waiting", "new", "seconds", "port"),
)
"""Names that `extra={...}` may bring along; a field of another name is dropped."""

STRUCK = "***"
TOKEN = re.compile(r"\d{6,12}(?::|%3[Aa])[A-Za-z0-9_-]{30,}")  # as Telegram makes them
IN_ADDRESS = re.compile(r"(/bot)[^/\s\"'<>]+(?=/)")  # any shape: /bot<token>/, /file/bot<token>/

SAFE_TEXTS = (OSError, TypeError, AttributeError, NameError, ImportError, RuntimeError)
"""Their texts speak of code and of the machine; a ValueError or a KeyError quotes the value."""
SAFE_MODULES = (*OURS, "sqlalchemy", "sqlite3", "alembic")  # engines are made to hide parameters
FRAMES = 30  # the innermost ones of a traceback
CHAINED = 5  # causes told with an error


def set_up(
    *, secrets: Iterable[str] = (), stream: TextIO | None = None, as_json: bool | None = None
) -> None:
    """Send every log line, warning and unhandled error to `stream` (stderr), for good.

    JSON, one object a line, unless the stream is a terminal. `secrets` are struck out wherever
    they stand.
    """
    stream = sys.stderr if stream is None else stream
    as_json = not stream.isatty() if as_json is None else as_json
    handler = _Handler(stream)
    handler.setFormatter(LineFormatter(secrets, as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries tell addresses and updates below that
    for package in OURS:
        logging.getLogger(package).setLevel(logging.INFO)
    logging.getLogger("aiohttp.access").disabled = True
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread


def loop_failed(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """For `loop.set_exception_handler`: what no task or callback caught."""
    error = context.get("exception")
    message = str(context.get("message", "the event loop reports a failure"))
    log.error(message, exc_info=error, extra={"action": "loop_failed"})


class LineFormatter(logging.Formatter):
    """One record as one line, plus the traceback in plain text; secrets are struck out last."""

    def __init__(self, secrets: Iterable[str] = (), *, as_json: bool) -> None:
        super().__init__()
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        self._secrets = sorted(forms, key=len, reverse=True)
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        line = self._json(record) if self._as_json else self._plain(record)
        for secret in self._secrets:
            line = line.replace(secret, STRUCK)
        return IN_ADDRESS.sub(rf"\1{STRUCK}", TOKEN.sub(STRUCK, line))

    def _json(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": _at(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **_fields(record),
        }
        if trace := _trace(record):
            told["trace"] = trace
        return json.dumps(told, ensure_ascii=False)

    def _plain(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{_at(record)} {record.levelname.lower()} {_message(record)}"
        return "\n".join(filter(None, (f"{line} [{fields}]" if fields else line, _trace(record))))


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """A line that could not be written; logging's own answer would print it unredacted."""


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def _message(record: logging.LogRecord) -> str:
    """Of a library only the pattern: what it would fill in may be an update with its words."""
    if not _is_ours(record.name):
        return str(record.msg)
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    named = ((name, record.__dict__[name]) for name in FIELDS if name in record.__dict__)
    return {
        name: value if isinstance(value, str | int | float | None) else type(value).__name__
        for name, value in named
    }


def _trace(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    told = [] if error is None else list(_told(error, CHAINED))
    return "\n".join((*told, *filter(None, (record.stack_info,))))


def _told(error: BaseException, deep: int) -> Iterator[str]:
    """Where an exception came from, its causes first; like traceback's, without what it quotes."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and deep > 0:
        yield from _told(cause, deep - 1)
        yield "which led to:"
    yield "".join(traceback.format_tb(error.__traceback__, -FRAMES)).rstrip()
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_text(error)}"
    if isinstance(error, BaseExceptionGroup) and deep > 0:
        for part in error.exceptions:
            yield "of which one is:"
            yield from _told(part, deep - 1)


def _text(error: BaseException) -> str:
    module = type(error).__module__.partition(".")[0]
    is_safe = module in SAFE_MODULES or isinstance(error, SAFE_TEXTS)
    return str(error) if is_safe else "(its text is withheld)"


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Only kind and place: aiogram warns of an unknown update by quoting all of it."""
    extra = {"action": "warning", "kind": category.__name__, "place": f"{filename}:{lineno}"}
    log.warning("a warning was raised", extra=extra)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        extra = {"action": "uncaught"}
        log.critical("the program failed", exc_info=(kind, error, trace), extra=extra)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and args.exc_type is not SystemExit:
        extra = {"action": "uncaught", "task": args.thread.name if args.thread else None}
        log.critical("a thread failed", exc_info=args.exc_value, extra=extra)


def _unraisable(args: "sys.UnraisableHookArgs") -> None:
    extra = {"action": "unraisable"}
    log.error("a failure could not be raised", exc_info=args.exc_value, extra=extra)
