"""Two programs at one outbox on PostgreSQL, where pieces of work run beside each other."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, select

from storage import deliveries, outbox, tables
from storage.database import Tx
from storage.deliveries import Claimed, State, Verdict

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
SARI, RATNA = "1001", "2002"
PATIENCE_S = 20

o = tables.outbox


def claims(tx: Tx, lease: str, limit: int = 10) -> tuple[Claimed, ...]:
    return deliveries.claim(tx, now=NOW, wall=WALL, lease=lease, limit=limit)


def somebody_waits(tx: Tx) -> bool:
    """Is a statement waiting for the lock of another one?"""
    waiting = tx.connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(waiting.scalar_one())


class Held:
    """A piece of work that has done its part and is not committed yet."""

    def __init__(self, post: Any, work: Callable[[Tx], Any]) -> None:
        self._may_end, self._has_done = threading.Event(), threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._result = self._thread.submit(post.database.write_now, self._held, work)
        assert self._has_done.wait(PATIENCE_S)

    def _held(self, tx: Tx, work: Callable[[Tx], Any]) -> Any:
        done = work(tx)
        self._has_done.set()
        assert self._may_end.wait(PATIENCE_S)
        return done

    def commits(self) -> Any:
        self._may_end.set()
        with self._thread:
            return self._result.result(PATIENCE_S)


def test_two_that_claim_at_once_share_the_rows_and_no_chat_is_called_twice(
    beside: tuple[Any, Any],
) -> None:
    one, other = beside
    for chat in range(12):
        for number in range(3):
            lane = 0 if number == 2 else 4  # alerts wait for nobody in their chat
            one.put(f"{chat}:{number}", to=str(5000 + chat), lane=lane, kind="broadcast")
    taken: list[str] = []

    def empty(post: Any, lease: str) -> None:
        while found := post.database.write_now(claims, lease, 2):
            taken.extend(claimed.hand.row for claimed in found)

    with ThreadPoolExecutor(4) as threads:
        for number, post in enumerate((one, other) * 2):
            threads.submit(empty, post, f"lease {number}")

    assert len(taken) == len(set(taken)) == 12
    assert {row.split(":")[0] for row in taken} == {str(chat) for chat in range(12)}


def test_a_claim_waits_for_another_and_finds_the_chat_busy(beside: tuple[Any, Any]) -> None:
    one, other = beside
    one.put("alert", lane=0, kind="notice", to=RATNA)
    one.put("next alert", lane=0, kind="notice", to=RATNA)
    first = Held(one, lambda tx: claims(tx, "one", 1))

    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(other.database.write_now, claims, "other", 1)
        assert [claimed.hand.row for claimed in first.commits()] == ["alert"]
        assert second.result(PATIENCE_S) == ()


def test_a_row_that_somebody_withdraws_this_moment_is_passed_over(
    beside: tuple[Any, Any],
) -> None:
    one, other = beside
    one.put("question")
    one.put("alert", lane=0, kind="notice", to=RATNA)
    withdrawing = Held(one, lambda tx: outbox.cancel(tx, owner_kind="contact", owner_id=SARI))

    assert other.turns() == ["alert"]
    withdrawing.commits()

    assert one.state("question") == "cancelled"


def test_what_is_withdrawn_while_it_is_settled_is_not_tried_again(
    beside: tuple[Any, Any],
) -> None:
    one, other = beside
    one.put("question")
    (claimed,) = one.database.write_now(claims, "one")
    withdrawing = Held(other, lambda tx: outbox.cancel(tx, owner_kind="contact", owner_id=SARI))
    verdict = Verdict(state=State.UNCERTAIN, error="timeout", retry_at=WALL)

    with ThreadPoolExecutor(1) as threads:
        settling = threads.submit(
            one.database.write_now, deliveries.settle, claimed.hand, verdict, now=NOW
        )
        withdrawing.commits()
        assert settling.result(PATIENCE_S)

    assert one.turns(wall=WALL + timedelta(hours=1)) == []
    assert one.state("question") == "cancelled"


def test_what_is_settled_while_it_is_withdrawn_is_not_tried_again(
    beside: tuple[Any, Any],
) -> None:
    one, other = beside
    one.put("question")
    (claimed,) = one.database.write_now(claims, "one")
    verdict = Verdict(state=State.PENDING, error="too many requests", retry_at=WALL)
    settling = Held(one, lambda tx: deliveries.settle(tx, claimed.hand, verdict, now=NOW))

    with ThreadPoolExecutor(1) as threads:
        withdrawing = threads.submit(
            other.database.write_now, outbox.cancel, owner_kind="contact", owner_id=SARI
        )
        while not one.database.read_now(somebody_waits):
            assert not withdrawing.done(), "it must wait for the one that settles"
        assert settling.commits()
        withdrawing.result(PATIENCE_S)

    assert one.turns(wall=WALL + timedelta(hours=1)) == []
    assert one.state("question") == "cancelled"


def test_of_two_hands_only_the_later_one_settles(beside: tuple[Any, Any]) -> None:
    one, other = beside
    one.put("question")
    (late,) = one.database.write_now(claims, "one")
    (orphan,) = other.orphans("other")
    again = Verdict(state=State.PENDING, error="stopped on the way")
    assert other.database.write_now(deliveries.settle, orphan, again, now=NOW)
    (mine,) = other.database.write_now(claims, "other")

    assert not one.settle(late, State.SENT, message_no=5)
    assert other.settle(mine, State.SENT, message_no=6)
    assert one.row("question").message_no == 6


def test_ten_thousand_rows_are_claimed_by_their_index(beside: tuple[Any, Any]) -> None:
    one, _ = beside
    for number in range(20):
        one.put(f"row {number}", to=str(number), lane=4)

    def plan(tx: Tx) -> str:
        copies = (
            "INSERT INTO outbox (id, token, channel, lane, kind, verb, owner_kind, owner_id,"
            " subject, chat_hash, address, payload, created_at, not_before, state, attempts)"
            " SELECT 'copy ' || n, 'copy ' || n, channel, lane, kind, verb, owner_kind, owner_id,"
            " subject, 'chat ' || n, address, payload, created_at, not_before, state, attempts"
            " FROM outbox, generate_series(1, 10000) AS n WHERE id = 'row 0'"
        )
        tx.connection.exec_driver_sql(copies)
        tx.connection.exec_driver_sql("ANALYZE outbox")
        asked: list[tuple[str, Any]] = []
        event.listen(
            tx.connection, "before_cursor_execute", lambda *seen: asked.append((seen[2], seen[3]))
        )
        deliveries.claim(tx, now=NOW, wall=WALL, lease="x", limit=4, resting={"a"}, lanes=(2, 4))
        statement, values = next(one for one in asked if "FOR UPDATE" in one[0])
        lines = tx.connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        return "\n".join(line[0] for line in lines)

    explained = one.database.write_now(plan)

    assert "Index Scan using ix_outbox_state_lane_seq on outbox" in explained
    assert "Seq Scan" not in explained
    assert "Sort" not in explained
    assert one.database.read_now(lambda tx: len(tx.execute(select(o.c.seq)).all())) > 10_000
