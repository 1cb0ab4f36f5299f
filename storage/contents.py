"""Every content file that was ever used, by its hash; check-ins and consents point to theirs.

The bodies are packed. The lists of warning words would otherwise stand in the database in clear,
and nobody who searches it for a family's words could tell them apart.
"""

import zlib
from base64 import b64decode, b64encode
from datetime import datetime

from sqlalchemy import bindparam, select

from flows.definition import Content, ContentFile
from storage import tables
from storage.lasting import Lasting
from storage.rows import insert_once
from storage.transaction import Tx

_v = tables.content_versions
_IDS = select(_v.c.id)
_BODY = Lasting(select(_v.c.name, _v.c.body).where(_v.c.id == bindparam("version")))


def version_id(file: ContentFile) -> str:
    """How rows refer to this version of the file."""
    return f"{file.kind}:{file.sha256}"


def keep(tx: Tx, content: Content, *, now: datetime) -> None:
    """Keep each file of `content` that is not kept yet. To pack one takes a while, and at a start
    nearly all are there."""
    known = frozenset(tx.execute(_IDS).scalars())
    for file in content.files:
        if version_id(file) in known:
            continue
        insert_once(
            tx,
            tables.content_versions,
            id=version_id(file),
            kind=file.kind,
            name=file.name,
            sha256=file.sha256,
            body=_packed(file.body),
            first_used_at=now,
        )


def body(tx: Tx, version: str) -> tuple[str, str]:
    """Name and text of a kept version."""
    row = tx.execute(_BODY, {"version": version}).one()
    return row.name, _unpacked(row.body)


def _packed(body: str) -> str:
    return b64encode(zlib.compress(body.encode(), level=1)).decode()


def _unpacked(kept: str) -> str:
    return zlib.decompress(b64decode(kept)).decode()
