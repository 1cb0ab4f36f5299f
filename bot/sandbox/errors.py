"""What a caller of the sandbox can be told.

SandboxError
├── ApiError        the Bot API answers ok=false
├── PollCut         a waiting getUpdates loses its connection
├── SnapshotError   what was kept cannot be brought back
└── ControlError    a request under /control/ cannot be met
"""

from collections.abc import Mapping


class SandboxError(Exception):
    """Base of everything this package raises."""


class ApiError(SandboxError):
    """The Bot API answers ok=false; code and description are Telegram's own."""

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def payload(self) -> dict[str, object]:
        """The body that a client reads."""
        body: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = dict(self.parameters)
        return body


class SnapshotError(SandboxError):
    """What was kept cannot be brought back."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class PollCut(SandboxError):
    """The network went away under a long poll that waited; nobody gets an answer."""


class ControlError(SandboxError):
    """A request under /control/ cannot be met; the text says what to do instead."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """`retry_after` in whole seconds; both the text and the parameters carry it."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after}",
        {"retry_after": retry_after},
    )
