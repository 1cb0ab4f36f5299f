"""Who stands behind a piece of content."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who approved it and when; both None means not yet reviewed."""

    by: str | None
    on: date | None
