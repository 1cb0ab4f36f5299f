"""What can go wrong at the edge. Texts are for the operator and name the next step.

BotError
├── CannotRun           show the text, end with exit code 1
│   ├── SettingsError       a KABAR_* variable cannot be used
│   ├── ClockMismatch       the database lives in a moved time, the settings do not
│   ├── AlreadyRunning      another `kabar run` holds the database
│   ├── PortTaken           the HTTP port cannot be opened
│   ├── TokenUnknown        the Bot API does not know the token
│   └── ReceivingConflict   another program receives with the same token
├── ExportRefused       an export cannot be written as asked; nothing was written
└── ApiFailure          a bare call to the Bot API brought no result
    ├── ApiUnreachable      no answer, or none that can be read: wait and try again
    └── ApiRefused          the answer is no; what to do depends on its status

No text here holds a token, a person's words or a chat id.
"""

from datetime import timedelta
from pathlib import Path


class BotError(Exception):
    """Base of everything this package raises."""


class CannotRun(BotError):
    """The program cannot start, or not go on; only the operator can change that."""


class SettingsError(CannotRun):
    """One line a problem: the variable and what to write instead."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ClockMismatch(CannotRun):
    """Plans made in a moved time would wait for months in the real one."""

    def __init__(self, offset: timedelta) -> None:
        super().__init__(
            f"The database was used with a clock moved by {offset}. Set KABAR_CLOCK=manual, or"
            " give KABAR_DATABASE_URL a database that was not played with."
        )


class AlreadyRunning(CannotRun):
    """Two programs on one database would send everything twice."""

    def __init__(self, database: Path) -> None:
        super().__init__(
            f"Another `kabar run` is at work on {database}. Stop it first, or set"
            " KABAR_DATABASE_URL to another database."
        )


class PortTaken(CannotRun):
    """The port that answers /ready and the webhook cannot be opened."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"Port {port} on {host} cannot be opened ({reason}). Stop the program that uses it, or"
            " set KABAR_HTTP_PORT (and KABAR_HTTP_HOST) to something else."
        )


class TokenUnknown(CannotRun):
    """Trying again would not help: a token that was revoked stays so."""

    def __init__(self, status: int) -> None:
        super().__init__(
            f"The Bot API does not know this bot (HTTP {status}). Put a valid token from @BotFather"
            " into KABAR_BOT_TOKEN, and see whether KABAR_API_URL is the right address."
        )


class ReceivingConflict(CannotRun):
    """Telegram gives each update to one of the two, so either would miss what parents write."""

    def __init__(self) -> None:
        super().__init__(
            "Another program receives messages with the same bot token. Stop it, or give one of"
            " the two a token of its own (KABAR_BOT_TOKEN)."
        )


class ExportRefused(BotError):
    """An export cannot be written as asked: show the text, which says what to do instead."""


class ApiFailure(BotError):
    """A call to the Bot API brought no result. Its cause, which quotes the token, is left out."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"{method}: {reason}")
        self.method = method
        self.reason = reason


class ApiUnreachable(ApiFailure):
    """No answer, or none that can be read; `reason` is the kind of failure."""


class ApiRefused(ApiFailure):
    """The Bot API says no. `status` is Telegram's error code, `retry_after_s` what a 429 asks."""

    def __init__(
        self, method: str, status: int, reason: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(method, f"{status} {reason}".strip())
        self.status = status
        self.retry_after_s = retry_after_s
