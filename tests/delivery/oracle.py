"""Whose turn it is, said once more in plain Python: what the database's answer is compared with."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

UNDER_WAY = ("pending", "sending")


class Oracle:
    """All rows of the outbox at one moment, oldest first."""

    def __init__(self, rows: Iterable[Any], *, now: datetime, wall: datetime) -> None:
        self.rows = list(rows)
        self.by_id: Mapping[str, Any] = {row.id: row for row in self.rows}
        self.now, self.wall = now, wall
        self.busy = {row.chat_hash for row in self.rows if row.state == "sending"}

    def turns(self, resting: frozenset[str]) -> list[Any]:
        """Rows that may go now, in the order in which they go."""
        may_go = [row for row in self.rows if self._may_go(row, resting)]
        return sorted(may_go, key=lambda row: (row.lane, row.seq))

    def agrees(
        self, went: list[str], after: Mapping[str, Any], *, room: int, resting: frozenset[str]
    ) -> None:
        """Were these the right rows to take, up to `room`, if `after` is what they became?"""
        assert len(went) <= room
        turns = self.turns(resting)
        closed = {row: kept for row, kept in after.items() if kept != self.by_id[row]}
        closed = {row: kept for row, kept in closed.items() if row not in went}
        freed = Oracle({**self.by_id, **closed}.values(), now=self.now, wall=self.wall)
        assert {row.id for row in (*turns, *freed.turns(resting))} >= set(went), "not its turn"
        place = {row.id: number for number, row in enumerate(turns)}
        if not closed:  # what is closed lets others move up, in places of their own
            assert went == sorted(went, key=place.__getitem__)
        called = {self.by_id[row].chat_hash for row in went}
        ends = max((place.get(row, 0) for row in went), default=len(turns))
        for row in turns[: ends if len(went) == room else len(turns)]:
            is_left = row.id not in went and after[row.id] == row
            rests = row.verb == "edit" and row.chat_hash in resting  # as a new message it would
            assert not is_left or row.chat_hash in called or rests, "a row was passed over"

    def _may_go(self, row: Any, resting: frozenset[str]) -> bool:
        rests = row.chat_hash in resting and row.verb == "send"
        is_free = row.chat_hash not in self.busy and not rests
        if not (is_free and self._is_due(row) and self._is_ready(row)) or self._waits_for(row):
            return False
        older = [one for one in self.rows if one.chat_hash == row.chat_hash and one.seq < row.seq]
        if row.lane == 0:
            return not any(
                one.lane == 0
                and self._is_due(one)
                and self._is_ready(one)
                and not self._waits_for(one)
                for one in older
            )
        return not any(self._holds_back(one, row) for one in older)

    def _holds_back(self, older: Any, row: Any) -> bool:
        if not self._is_due(older) or self._is_about_later(older):
            return False
        undoes = older.verb == "edit" and row.verb == "unkeyboard" and older.target == row.target
        waits = older.retry_at is not None and older.retry_at > self.wall
        return older.verb == "send" or not waits or undoes

    def _is_due(self, row: Any) -> bool:
        return row.state == "pending" and row.not_before <= self.now

    def _is_ready(self, row: Any) -> bool:
        is_over = row.expires_at is not None and row.expires_at <= self.now
        return row.retry_at is None or row.retry_at <= self.wall or is_over or row.is_gone

    def _waits_for(self, row: Any) -> bool:
        target = self.by_id.get(row.target)
        return target is not None and target.state in UNDER_WAY

    def _is_about_later(self, row: Any) -> bool:
        target = self.by_id.get(row.target)
        return target is not None and target.state == "pending" and target.not_before > self.now
