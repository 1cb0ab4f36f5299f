"""Faults on purpose: lost answers, resets, slow and refused calls."""

import random
from dataclasses import dataclass, field
from itertools import count

from .errors import ApiError, ControlError, too_many_requests
from .wire import Json

KINDS = ("drop_answer", "reset", "delay", "flood", "error")


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """Which calls it strikes and how.

    `drop_answer` carries the call out and cuts the connection, `reset` cuts it before anything
    happened, `delay` waits `seconds` (and carries on though the client hung up), `flood` answers
    429 with `retry_after`, `error` answers `code` and `description`. With `accepted` the call is
    carried out before the delay or the error.
    """

    id: int
    kind: str
    methods: frozenset[str]  # in lower case; empty for all; "download" is a file's download
    chat_id: int | None = None
    skip: int = 0  # so many matching calls pass first
    times: int | None = None  # None: until it is taken away
    share: float = 1.0  # of the matching calls, drawn by a fixed seed: every run is the same
    accepted: bool = False
    seconds: float = 0.0
    retry_after: int = 1
    code: int = 500
    description: str = "Internal Server Error"
    seen: int = 0
    struck: int = 0
    _draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.id)

    @property
    def carries_out(self) -> bool:
        return self.accepted or self.kind in ("drop_answer", "delay")

    @property
    def cuts(self) -> bool:
        return self.kind in ("drop_answer", "reset")

    @property
    def cuts_network(self) -> bool:
        """Does it end the polls that wait already?"""
        is_for_polls = not self.methods or "getupdates" in self.methods
        return self.kind == "reset" and is_for_polls and self.chat_id is None and self.skip == 0

    def refusal(self) -> ApiError | None:
        """What the client reads instead of the answer."""
        if self.kind == "flood":
            return too_many_requests(self.retry_after)
        if self.kind == "error":
            return ApiError(self.code, self.description)
        return None

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Count this call and say whether it is hit."""
        if self.methods and method not in self.methods:
            return False
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        self.seen += 1
        if self.seen <= self.skip or self._draw.random() >= self.share:
            return False
        self.struck += 1
        return True

    def json(self) -> Json:
        return {
            "id": self.id,
            "kind": self.kind,
            "method": sorted(self.methods),
            "chat_id": self.chat_id,
            "skip": self.skip,
            "times": self.times,
            "share": self.share,
            "accepted": self.accepted,
            "seconds": self.seconds,
            "retry_after": self.retry_after,
            "code": self.code,
            "description": self.description,
            "seen": self.seen,
            "struck": self.struck,
        }


class Faults:
    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._numbers = count(1)

    def next_id(self) -> int:
        return next(self._numbers)

    def add(self, fault: Fault) -> None:
        self._active.append(fault)

    def all(self) -> list[Fault]:
        return list(self._active)

    def clear(self) -> None:
        self._active.clear()

    def remove(self, fault_id: int) -> None:
        """Raises ControlError when there is none of that number."""
        kept = [fault for fault in self._active if fault.id != fault_id]
        if len(kept) == len(self._active):
            raise ControlError(404, f"No fault {fault_id}; GET /control/faults lists them.")
        self._active = kept

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """The first fault that hits this call."""
        for fault in self._active:
            if fault.strikes(method, chat_id):
                return fault
        return None
