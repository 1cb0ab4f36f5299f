"""An outbox on a real database, and the hand of one process in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Row, select

from storage import addresses, deliveries, outbox, tables
from storage.addresses import Address, chat_hash
from storage.database import Database, Tx
from storage.deliveries import Claimed, InHand, Instruction, State, Verb, Verdict
from storage.keyring import KeyRing
from storage.outbox import Outgoing, Payload
from storage.rows import change
from tests.postgres import fresh

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)  # the moved clock
WALL = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)  # the system's
SARI = "1001"
MARK = " (ulang)"


class Post:
    """An outbox, and the hand of one process in it."""

    def __init__(self, database: Database, url: str = "", ring: KeyRing | None = None) -> None:
        self.database, self.url, self.ring = database, url, ring

    def reopens(self, ring: KeyRing) -> None:
        """A program with this key file goes on."""
        self.database.close()
        self.database, self.ring = Database(self.url, vault_keys=ring), ring

    def put(self, row: str, *, to: str = SARI, text: str = "Halo", **more: object) -> str:
        payload = more.pop("payload", Payload(text=text))
        plain = {"lane": 2, "kind": "question_a", "verb": "send", "not_before": NOW} | more
        owner = plain.pop("owner", ("contact" if to == SARI else "staff", to))
        self.database.write_now(_enqueue, row, to, owner, payload, plain)
        return row

    def links(self, kind: str, who: str) -> None:
        """This person has opened the bot in the chat of the same number."""
        self.database.write_now(addresses.link, kind, who, int(who), now=NOW)

    def address(self, kind: str, who: str) -> Address | None:
        return self.database.read_now(addresses.of, kind, who)

    def hears(self, chat: str, *, at: datetime) -> int:
        """Somebody writes in this chat."""
        return self.database.write_now(
            lambda tx: deliveries.heard_from(tx, chat_hash(tx, chat), at=at)
        )

    def claim(
        self,
        *,
        now: datetime = NOW,
        wall: datetime = WALL,
        limit: int = 10,
        lease: str = "this run",
        resting: tuple[str, ...] = (),
        paused: tuple[str, ...] = (),
        lanes: tuple[int, int] = (0, 4),
    ) -> dict[str, Claimed]:
        """What may go now, by row, in order."""

        def work(tx: Tx) -> tuple[Claimed, ...]:
            deliveries.revive(tx, now=now, wall=wall, mark=MARK)
            return deliveries.claim(
                tx,
                now=now,
                wall=wall,
                lease=lease,
                limit=limit,
                resting={chat_hash(tx, chat) for chat in resting},
                paused={chat_hash(tx, chat) for chat in paused},
                lanes=lanes,
            )

        return {claimed.hand.row: claimed for claimed in self.database.write_now(work)}

    def turns(self, **more: object) -> list[str]:
        return list(self.claim(**more))

    def settle(self, claimed: Claimed, state: State, **more: object) -> bool:
        verdict = Verdict(state=state, **more)
        return self.database.write_now(deliveries.settle, claimed.hand, verdict, now=NOW)

    def sends(self, row: str, number: int) -> None:
        """It is this row's turn, and it arrives as message `number`."""
        self.settle(self.claim(limit=1)[row], State.SENT, message_no=number)

    def fails(self, row: str, state: State, **more: object) -> None:
        self.settle(self.claim(limit=1)[row], state, **more)

    def row(self, row: str) -> Row[tuple[object, ...]]:
        o = tables.outbox
        return self.database.read_now(lambda tx: tx.execute(select(o).where(o.c.id == row)).one())

    def state(self, row: str) -> str:
        return str(self.row(row).state)

    def text(self, row: str) -> str:
        return self.database.read_now(outbox.payload, row).text

    def hides(self, row: str) -> None:
        self.database.write_now(outbox.mark_gone, row)

    def on_its_way(self, row: str) -> Claimed:
        """The row as the process knows it that has it in hand."""
        hands = self.database.read_now(deliveries.orphans, lease="nobody")
        (hand,) = (each for each in hands if each.row == row)
        nothing = Instruction(verb=Verb.SEND, chat="0", token="", payload=Payload())
        return Claimed(hand=hand, instruction=nothing)

    def orphans(self, lease: str) -> tuple[InHand, ...]:
        return self.database.read_now(deliveries.orphans, lease=lease)

    def overdue(self, wall: datetime) -> list[str]:
        return [hand.row for hand in self.database.read_now(deliveries.overdue, wall=wall)]

    def damages(self, row: str, **values: object) -> None:
        """The row holds what no version of the program writes; its seal is as good as any."""
        o = tables.outbox
        self.database.write_now(change, o, o.c.id == row, **values)

    def reseals(self, row: str, payload: str) -> None:
        """The row says what another version of the program wrote."""

        subject = str(self.row(row).subject)

        def seal(tx: Tx) -> bytes:
            return tx.vault.seal(tx, subject, outbox.PAYLOAD, row, payload)

        self.damages(row, payload=self.database.write_now(seal))

    def unsettled(self, now: datetime = NOW) -> int:
        return self.database.read_now(deliveries.unsettled, now=now)


def _enqueue(
    tx: Tx,
    row: str,
    to: str,
    owner: tuple[str, str],
    payload: Payload,
    plain: dict[str, object],
) -> None:
    kind, who = owner
    address = Address(
        owner_kind=kind, owner_id=who, chat_hash=chat_hash(tx, to), number=to, is_active=True
    )
    outbox.enqueue(tx, Outgoing(id=row, address=address, payload=payload, **plain), now=NOW)


# Making a database on PostgreSQL for each of these takes longer than all of them on SQLite. What
# differs there stands in test_side_by_side.py; `make soak` asks everything of both.
BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.soak))


@pytest.fixture(params=BOTH)
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    ring = KeyRing.create(tmp_path / "kabar.keys")
    with (
        fresh(request, request.param, tmp_path) as url,
        Database(url, vault_keys=ring) as database,
    ):
        post = Post(database, url, ring)
        yield post
        post.database.close()


@pytest.fixture
def beside(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Post, Post]]:
    """Two programs at one PostgreSQL."""
    ring = KeyRing.create(tmp_path / "kabar.keys")
    with (
        Database(postgres_url, vault_keys=ring) as one,
        Database(postgres_url, vault_keys=ring) as other,
    ):
        yield Post(one), Post(other)
