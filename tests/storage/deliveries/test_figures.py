"""How much waits in each lane, and for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage import figures
from storage.deliveries import State
from storage.figures import Depth

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
MINUTE = timedelta(minutes=1)
NONE = Depth(waiting=0, oldest_s=0.0)


def test_each_lane_tells_how_many_are_due_and_since_when(post: Any) -> None:
    post.put("failed alert", lane=0, kind="notice")
    post.fails("failed alert", State.PENDING, retry_at=WALL + MINUTE, error="no route")
    post.put("sent answer", lane=1, to="2002")
    post.sends("sent answer", 7)
    for number, minutes in enumerate((3, 1)):
        post.put(f"question {number}", to=f"5{number}", not_before=NOW + minutes * MINUTE)
    post.put("tomorrow", lane=4, not_before=NOW + timedelta(days=1))

    found = post.database.read_now(figures.lanes, now=NOW + 4 * MINUTE)

    assert found == {
        "alert": Depth(waiting=1, oldest_s=240.0),
        "answer": NONE,
        "checkin": Depth(waiting=2, oldest_s=180.0),
        "lesson": NONE,
        "broadcast": NONE,
    }
