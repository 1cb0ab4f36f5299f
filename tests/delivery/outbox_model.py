"""A model of the outbox: what may happen to it, in any order, and what must hold whatever does."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from sqlalchemy import delete, select

from bot.delivery.lanes import Places
from bot.delivery.retry import verdict, withheld
from bot.delivery.rounds import Round, recover, take
from bot.ports import NotSent, Outcome, Refusal, Refused, RetryAfter, Sent, Unknown
from storage import deliveries, outbox, tables
from storage.addresses import Address, chat_hash
from storage.database import Database, Tx
from storage.deliveries import Claimed, State, Verb, Verdict
from storage.hands import is_alert
from storage.outbox import Outgoing, Payload
from tests.delivery.oracle import Oracle

KINDS = {0: ("notice",), 1: ("answer", "staff", "notice"), 2: ("question_a", "question_b")}
KINDS |= {3: ("lesson",), 4: ("broadcast",)}
REPEATED_ONCE = ("answer", "staff", "question_a")
CHATS = tuple("123")
LANE_AND_KIND = st.sampled_from([(lane, kind) for lane, kinds in KINDS.items() for kind in kinds])
ANSWERS: dict[str, Outcome] = {
    "arrived": Sent(message_no=7),
    "arrived, answer lost": Unknown(reason="timeout"),
    "lost": Unknown(reason="timeout"),
    "flood": RetryAfter(seconds=20),
    "no route": NotSent(reason="ClientConnectorError"),
    "blocked": Refused(kind=Refusal.BLOCKED, code=403),
    "no": Refused(kind=Refusal.OTHER, code=400),
    "message gone": Refused(kind=Refusal.MESSAGE_GONE, code=400),
}
UNSETTLED = " and unsettled"
SAID = ["withheld", f"arrived{UNSETTLED}", f"lost{UNSETTLED}", *ANSWERS]
SAID += ["arrived", "arrived, answer lost", "lost", "flood"] * 2
NOWHERE = Places(total=0, alerts=0, answers=0).free([])
PLENTY = Places().free([])
IDLE = 3  # passes in a row that find nothing to send
o = tables.outbox


class Outbox(RuleBasedStateMachine):
    """One outbox and the processes that come and go before it, on a real database."""

    database: Database  # of the run; emptied for each example
    rows = Bundle("rows")
    hands = Bundle("hands")
    late = Bundle("late")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
        self.wall = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)
        self.process = 0
        self.flying: dict[str, Claimed] = {}
        self.forgotten: set[str] = set()  # on their way, and the process has lost them
        self.carried: Counter[str] = Counter()
        self.doubted: defaultdict[str, set[int]] = defaultdict(set)  # by row: which tries
        self.ended: dict[str, str] = {}  # rows that a person or Telegram has put an end to
        self.put = 0
        self.database.write_now(lambda tx: tx.execute(delete(o)))

    # What happens

    @initialize(target=rows, sorts=st.lists(LANE_AND_KIND, min_size=2, max_size=5))
    def begins(self, sorts: list[tuple[int, str]]) -> Any:
        return multiple(
            *(self._write(CHATS[number % 2], "send", *sort) for number, sort in enumerate(sorts))
        )

    @rule(
        target=rows,
        chat=st.sampled_from(CHATS),
        sort=LANE_AND_KIND,
        later=st.sampled_from([0, 0, 0, 90]),
        expires=st.sampled_from([None, None, 60]),
    )
    def writes(self, chat: str, sort: tuple[int, str], later: int, expires: int | None) -> str:
        lane, kind = sort
        is_fleeting = expires is not None and not is_alert(lane, kind)
        ends = self.now + timedelta(seconds=later + 60) if is_fleeting else None
        return self._write(chat, "send", lane, kind, later=later, expires_at=ends)

    @rule(target=rows, about=rows, verb=st.sampled_from(["edit", "edit", "delete", "unkeyboard"]))
    def changes(self, about: str, verb: str) -> str:
        rows = self._rows()
        row, named = rows[about], about
        while named is not None:  # what is to be seen goes on in its change
            self.ended.setdefault(named, verb)
            named = rows[named].target
        return self._write(self.chats[row.chat_hash], verb, row.lane, row.kind, target=about)

    @rule(target=hands, room=st.sampled_from([1, 2, 6]), later=st.sampled_from([0, 20, 700]))
    def claims_for_all_chats(self, room: int, later: int) -> Any:
        self.time_passes(later, 0)
        return self.claims(room, set())

    @rule(target=hands, room=st.integers(1, 6), resting=st.sets(st.sampled_from(CHATS), max_size=2))
    def claims(self, room: int, resting: set[str]) -> Any:
        self._take(0, frozenset())  # judges and revives, and takes nothing
        rest = frozenset(chat for chat, name in self.chats.items() if name in resting)
        before = self._rows()
        taken = self._take(room, rest)
        went = [claimed.hand.row for claimed in taken]
        oracle = Oracle(before.values(), now=self.now, wall=self.wall)
        oracle.agrees(went, self._rows(), room=room, resting=rest)
        for claimed in taken:
            self._check_repeat(before[claimed.hand.row], claimed)
            self.flying[claimed.hand.row] = claimed
        return multiple(*(claimed.hand.row for claimed in taken))

    @rule(target=late, row=consumes(hands), said=st.sampled_from(SAID))
    def answers(self, row: str, said: str) -> Any:
        claimed = self.flying.pop(row, None)
        if claimed is None:  # its process has crashed
            return multiple()
        if said == "withheld":
            assert self._settle(claimed, withheld())
            return multiple()
        self._carry(claimed, said.removesuffix(UNSETTLED))
        if said.endswith(UNSETTLED):
            return self._forget(claimed)
        found = verdict(claimed.hand, ANSWERS[said], now=self.now, wall=self.wall)
        if found.state in (State.UNREACHABLE, State.DEAD):
            self.ended[row] = said
        assert self._settle(claimed, found)
        return multiple()

    def _forget(self, claimed: Claimed) -> Claimed:
        """Its outcome cannot be recorded, until its lease is over."""
        self._doubt(claimed)
        self.forgotten.add(claimed.hand.row)
        self.wall += deliveries.LEASE + timedelta(seconds=1)
        return claimed

    @rule(target=late, arrived=st.booleans())
    def crashes(self, arrived: bool) -> Any:
        """Every process of the program: the next one finds what is on its way."""
        lost = list(self.flying.values())
        for claimed in lost:
            if arrived:
                self._carry(claimed, "arrived")
            self._doubt(claimed)
        self.flying, self.forgotten = {}, set()
        self.process += 1
        moments = {"now": self.now, "wall": self.wall}
        self.database.write_now(recover, lambda _: True, self._lease, **moments)
        return multiple(*lost)

    @rule(claimed=consumes(late))
    def a_frozen_hand_wakes(self, claimed: Claimed) -> None:
        if claimed.hand.row in self.forgotten:  # nobody has judged it yet: it is still its own
            return
        before = self._rows()
        assert not self._settle(claimed, Verdict(state=State.SENT, message_no=99))
        assert self._rows() == before

    @rule(row=rows, deed=st.sampled_from(["withdrawn", "heard", "pressed", "hidden"]))
    def somebody_acts(self, row: str, deed: str) -> None:
        kept = self._rows()[row]
        if deed == "withdrawn":
            for one in self._rows().values():
                if one.owner_id == kept.owner_id:
                    self.ended.setdefault(one.id, deed)
            owner = {"owner_kind": kept.owner_kind, "owner_id": kept.owner_id}
            self.database.write_now(outbox.cancel, **owner)
        elif deed == "heard":
            self.database.write_now(deliveries.heard_from, kept.chat_hash, at=self.now)
        elif deed == "hidden":
            self.ended.setdefault(row, deed)
            self.database.write_now(outbox.mark_gone, row)
        elif self.carried[row]:  # only what stands on a phone can be pressed
            self.database.write_now(deliveries.proven, row, message_no=7, now=self.now)

    @rule(seconds=st.sampled_from([1, 5, 20, 60, 700]), moved=st.sampled_from([0, 0, 86_400]))
    def time_passes(self, seconds: int, moved: int) -> None:
        self.now += timedelta(seconds=seconds + moved)
        self.wall += timedelta(seconds=seconds)

    # What must hold

    @invariant()
    def one_call_at_a_time_in_a_chat_and_none_unknown(self) -> None:
        flying = [row for row in self._rows().values() if row.state == "sending"]
        assert {row.id for row in flying} == set(self.flying) | self.forgotten
        assert len({row.chat_hash for row in flying}) == len(flying)

    @invariant()
    def no_alert_is_lost(self) -> None:
        for row in self._rows().values():
            if row.verb == "send" and is_alert(row.lane, row.kind) and row.id not in self.ended:
                is_coming = row.state in ("pending", "sending") or row.retry_at is not None
                assert row.state == "sent" or (is_coming and row.expires_at is None), row

    @invariant()
    def nothing_arrives_twice_without_a_doubt(self) -> None:
        for row, times in self.carried.items():
            assert times <= 1 + len(self.doubted[row]), row

    def teardown(self) -> None:
        """Once Telegram is well again, every alert that nobody ended arrives."""
        for row in list(self.flying):
            self.answers(row, "arrived")
        idle = 0
        while (
            idle < IDLE
        ):  # a busy database may hold a row for a moment, and it comes with the next
            self.now += timedelta(minutes=11)
            self.wall += timedelta(minutes=11)
            taken = self._take(20, frozenset())
            idle = 0 if taken else idle + 1
            for claimed in taken:
                self.flying[claimed.hand.row] = claimed
                self.answers(claimed.hand.row, "arrived")
        for row in self._rows().values():
            if row.verb == "send" and is_alert(row.lane, row.kind) and row.id not in self.ended:
                assert row.state == "sent", row

    # How it is done

    @property
    def _lease(self) -> str:
        return f"process {self.process}"

    @property
    def chats(self) -> dict[str, str]:
        return self.database.read_now(lambda tx: {chat_hash(tx, name): name for name in CHATS})

    def _rows(self) -> dict[str, Any]:
        rows = self.database.read_now(lambda tx: tx.execute(select(o).order_by(o.c.seq)).all())
        return {row.id: row for row in rows}

    def _write(self, chat: str, verb: str, lane: int, kind: str, **more: Any) -> str:
        self.put += 1
        row, later = f"row {self.put}", timedelta(seconds=more.pop("later", 0))
        more["not_before"] = self.now + later
        now = self.now

        def enqueue(tx: Tx) -> None:
            person = {"owner_kind": "contact", "owner_id": f"person {chat}", "number": chat}
            address = Address(**person, chat_hash=chat_hash(tx, chat), is_active=True)
            what = {"id": row, "lane": lane, "kind": kind, "verb": verb, "address": address}
            outbox.enqueue(tx, Outgoing(**what, payload=Payload(text=row), **more), now=now)

        self.database.write_now(enqueue)
        return row

    def _take(self, room: int, resting: frozenset[str]) -> tuple[Claimed, ...]:
        look = Round(
            lease=self._lease,
            room=room,
            places=PLENTY if room else NOWHERE,
            resting=resting,
            paused=frozenset(),
            held=frozenset(self.flying),
            called=frozenset(self.flying),
            is_unsure=False,
            mark="",
        )
        moments = {"now": self.now, "wall": self.wall}
        taken = self.database.write_now(take, lambda _: True, look, **moments)
        assert taken is not None
        self.forgotten -= {r.id for r in self._rows().values() if r.state != "sending"}
        return taken

    def _settle(self, claimed: Claimed, found: Verdict) -> bool:
        return self.database.write_now(deliveries.settle, claimed.hand, found, now=self.now)

    def _carry(self, claimed: Claimed, said: str) -> None:
        row = claimed.hand.row
        if claimed.hand.verb is Verb.SEND and said.startswith("arrived"):
            self.carried[row] += 1
        if isinstance(ANSWERS[said], Unknown):
            self._doubt(claimed)

    def _doubt(self, claimed: Claimed) -> None:
        if claimed.hand.verb is Verb.SEND:
            self.doubted[claimed.hand.row].add(claimed.hand.attempts)

    def _check_repeat(self, row: Any, claimed: Claimed) -> None:
        """After a doubt only what may come twice is taken again, and most of that once."""
        doubts = len(self.doubted[row.id])
        if claimed.hand.verb is Verb.SEND and doubts and row.verb == "send":
            assert claimed.hand.is_alert or (row.kind in REPEATED_ONCE and doubts == 1), row
