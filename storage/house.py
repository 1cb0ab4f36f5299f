"""Tables of the house itself: settings, keys, kept content, the journal, leases, seals. The schema
of people and their care stands in `tables.py`, which shows these too.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, text

from storage.columns import NAMES, Moment, Sequence

metadata = MetaData(naming_convention=NAMES)

# The centre ------------------------------------------------------------------------------------

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),  # clock_offset_s, bot_username, ...
    Column("value", Text, nullable=False),
)

data_keys = Table(
    "data_keys",
    metadata,
    Column("subject", Text, primary_key=True),  # case:..., contact:..., staff:..., centre
    Column("wrapped", LargeBinary),  # null once destroyed: that is the erasure
    Column("key_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
)

erasures = Table(  # applied again after a restore
    "erasures",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

content_versions = Table(  # every content file that was ever used
    "content_versions",
    metadata,
    Column("id", Text, primary_key=True),  # kind:sha256
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("first_used_at", Moment, nullable=False),
)

audit = Table(  # append-only by trigger; the last two columns wait for a seal
    "audit",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),  # staff:..., contact:..., system, operator
    Column("via", Text, nullable=False),  # telegram, command, tick
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON, ids and figures only
    Column("prev_hash", Text, nullable=False, server_default=text("''")),
    Column("hash", Text, nullable=False, server_default=text("''")),
    sqlite_autoincrement=True,
)

leases = Table(  # who does what only one process may do; see leases.py
    "leases",
    metadata,
    Column("name", Text, primary_key=True),  # receiving, sending, ticking, process:...
    Column("holder", Text, nullable=False),
    Column("number", BigInteger, nullable=False),  # rises with each holder: the fencing token
    Column("process", BigInteger, nullable=False),  # key of the advisory lock while it lives
    Column("until", Moment, nullable=False),  # by the database's clock
)

seals = Table(  # what the last transaction of ours left in a row that must not change otherwise
    "seals",
    metadata,
    Column("row", Text, primary_key=True),  # {table}:{id of the row}
    Column("mac", LargeBinary, nullable=False),
)

findings = Table(  # what the audit found amiss, until it is mended
    "findings",
    metadata,
    Column("id", Text, primary_key=True),  # finding:{check}:{id of the row}
    Column("detail", Text, nullable=False),  # canonical JSON, ids and figures only
    Column("found_at", Moment, nullable=False),
    Column("cleared_at", Moment),
)
