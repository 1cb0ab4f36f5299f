"""Run by Alembic for each command of storage/migrate.py, on the connection that it hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from storage.tables import metadata


def plain_type(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Write types of ours as what they are in the database: a migration outlives tables.py."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by building it anew
    render_item=plain_type,
    transactional_ddl=True,  # all steps or none, also on SQLite
)

with context.begin_transaction():
    context.run_migrations()
