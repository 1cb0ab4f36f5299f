"""Every content file that was ever used, by its hash; check-ins and consents point to theirs."""

from datetime import datetime

from sqlalchemy import select

from flows.definition import Content, ContentFile
from storage import tables
from storage.rows import insert_once
from storage.transaction import Tx


def version_id(file: ContentFile) -> str:
    """How rows refer to this version of the file."""
    return f"{file.kind}:{file.sha256}"


def keep(tx: Tx, content: Content, *, now: datetime) -> None:
    """Keep each file of `content` that is not kept yet."""
    for file in content.files:
        insert_once(
            tx,
            tables.content_versions,
            id=version_id(file),
            kind=file.kind,
            name=file.name,
            sha256=file.sha256,
            body=file.body,
            first_used_at=now,
        )


def body(tx: Tx, version: str) -> tuple[str, str]:
    """Name and text of a kept version."""
    row = tx.execute(
        select(tables.content_versions.c.name, tables.content_versions.c.body).where(
            tables.content_versions.c.id == version
        )
    ).one()
    return row.name, row.body
