"""The two doors: everything that enters, and everything that leaves. Part of the schema in
`tables.py`, which shows these too."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Moment, Sealed, Sequence
from storage.house import metadata

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", Text, nullable=False),  # {bot}:{update id}
    Column("bot", Text, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("chat_hash", Text, nullable=False),
    Column("body", Sealed),
    Column("received_at", Moment, nullable=False),  # by the moved clock
    Column("state", Text, nullable=False),  # new, done, dead
    Column("attempts", Integer, nullable=False),
    Column("handled_at", Moment),
    Column("lease", Text),  # the process that has it in hand
    Column("lease_until", Moment),  # by the database's clock
    UniqueConstraint("bot", "update_id"),
    UniqueConstraint("id"),
    Index("ix_inbox_state", "state", "chat_hash", "seq"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("token", Text, nullable=False, unique=True),  # stands in its buttons
    Column("channel", Text, nullable=False),
    Column("lane", Integer, nullable=False),  # 0 alert, 1 answer, 2 check-in, 3 lesson, 4 broadcast
    Column("kind", Text, nullable=False),  # decides what an unknown outcome means
    Column("verb", Text, nullable=False),  # send, edit, delete, unkeyboard
    Column("target", Text, index=True),  # outbox id that an edit or a delete is about
    Column("owner_kind", Text, nullable=False),  # contact, staff, stranger
    Column("owner_id", Text, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("chat_hash", Text, nullable=False),
    Column("address", Sealed, nullable=False),
    Column("payload", Sealed, nullable=False),  # a neutral message, see outbox.py
    Column("alert_id", Text, index=True),
    Column("checkin_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("hours", Text),  # only inside these, or until `expires_at`; see hours.py
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", Moment),  # by the system's clock, never the moved one
    Column("lease", Text),
    Column("lease_until", Moment),
    Column("message_no", BigInteger),
    Column("error", Text),
    Column("sent_at", Moment),
    Column("is_gone", Boolean, nullable=False, server_default=text("false")),  # left the phone
    Index(None, "state", "lane", "seq"),
    Index(None, "chat_hash", "state", "seq"),
)
