"""Safe hours as one column of a row: "09:00|16:00|Asia/Jakarta"."""

from datetime import time

from flows.model import SafeHours


def as_text(hours: SafeHours | None) -> str | None:
    """How a row keeps them."""
    if hours is None:
        return None
    return f"{hours.start:%H:%M}|{hours.end:%H:%M}|{hours.timezone}"


def from_text(text: str) -> SafeHours:
    """The same back."""
    start, end, timezone = text.split("|")
    return SafeHours(
        start=time.fromisoformat(start), end=time.fromisoformat(end), timezone=timezone
    )
