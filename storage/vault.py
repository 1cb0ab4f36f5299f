"""Seals the fields that identify a person, and makes the keyed hashes by which they are found.

Each subject (`case:...`, `contact:...`, `staff:...`, `centre`) has a data key of its own, stored in
`data_keys`, wrapped by the key ring. Destroying that key erases all that was sealed with it.

    sealed field   1 | nonce (12 bytes) | AES-256-GCM of the text, bound to table|column|row
    wrapped key    1 | nonce (12 bytes) | AES-256-GCM of the key, bound to data_keys|subject
"""

import hmac
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Executable, Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import KeyFileError, KeyFileOutdated, KeyUnknown, SubjectErased, Tampered
from storage.keyring import KEY_BYTES, KeyRing
from storage.lasting import Found, Lasting
from storage.tables import data_keys, erasures, settings

log = logging.getLogger(__name__)

FORMAT = b"\x01"
NONCE_BYTES = 12
WRAPPING_KEY = "wrapping_key"  # setting: which key of the ring wraps new data keys
TAG_BYTES = 16
SEALS = b"seals of rows"  # what the key of `seals.py` is derived for; no purpose of a fingerprint
ERASED = Lasting(select(func.count()).select_from(erasures))
KEY_OF = Lasting(
    select(data_keys.c.wrapped, data_keys.c.key_id).where(
        data_keys.c.subject == bindparam("subject")
    )
)
# Telegram hands on halves of emoji; what a person wrote is kept even then.
LENIENT = "surrogatepass"


@dataclass(slots=True)
class OpenKeys:
    """The data keys one transaction has in hand.

    `erasures` is how many subjects are erased as this transaction sees it, None before the first
    use; `shared` says whether keys may be taken from, and given to, other transactions.
    """

    erasures: int | None = None
    shared: bool = True
    ciphers: dict[str, AESGCM] = field(default_factory=dict, repr=False)


class Transaction(Protocol):
    """What the vault needs of an open transaction; see `database.Tx`."""

    @property
    def open_keys(self) -> OpenKeys: ...
    @property
    def in_inner_savepoint(self) -> bool: ...
    @property
    def connection(self) -> Connection: ...
    def execute(
        self, statement: Executable | Lasting, parameters: Mapping[str, Any] | None = None
    ) -> Found: ...
    def after_commit(self, callback: Callable[[], None]) -> None: ...


class Vault:
    """Seals and opens within a transaction; one for the whole program, safe between threads.

    Opened keys are kept in memory under the number of erasures at which they were seen committed.
    A transaction that sees another number reads the table instead, so a key destroyed by any
    process is not used again, and a key that was rolled back is never kept. (The ledger of
    erasures only grows.)
    """

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self.seal_key = hmac.digest(ring.index_key, SEALS, "sha256")  # which never changes
        self._wrapping = {key_id: AESGCM(key) for key_id, key in ring.keys.items()}
        self._lock = Lock()
        self._missing: set[str] = set()
        self._erasures = 0
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, tx: Transaction, subject: str, column: str, row: str, text: str) -> bytes:
        """Encrypt `text` for `column` (as "contacts.name") of `row`, and for nowhere else."""
        return self.seal_bytes(tx, subject, column, row, text.encode("utf-8", LENIENT))

    def open(self, tx: Transaction, subject: str, column: str, row: str, sealed: bytes) -> str:
        """Decrypt. Raises SubjectErased, KeyUnknown (KeyFileOutdated) or Tampered."""
        return self.open_bytes(tx, subject, column, row, sealed).decode("utf-8", LENIENT)

    def seal_bytes(
        self, tx: Transaction, subject: str, column: str, row: str, content: bytes
    ) -> bytes:
        """Like `seal`; makes the subject's key where there is none. Raises SubjectErased."""
        cipher = self._cipher(tx, subject) or self._new_cipher(tx, subject)
        return _encrypt(cipher, content, _place(column, row))

    def open_bytes(
        self, tx: Transaction, subject: str, column: str, row: str, sealed: bytes
    ) -> bytes:
        cipher = self._cipher(tx, subject)
        if cipher is None:
            raise KeyUnknown(subject, None)
        content = _decrypt(cipher, sealed, _place(column, row))
        if content is None:
            raise Tampered(column, row)
        return content

    def fingerprint(self, purpose: str, value: str) -> str:
        """Hash for look-ups, 64 hex digits: equal for equal values, worthless without the key.

        Never for a small set of values (yes/no, districts): counting equals would tell them.
        """
        if "|" in purpose:
            raise ValueError("a purpose holds no |")
        message = f"{purpose}|{value}".encode("utf-8", LENIENT)
        return hmac.digest(self._ring.index_key, message, "sha256").hex()

    def rewrapped(self, subject: str, key_id: str, wrapped: bytes) -> bytes:
        """The same data key under the current key of the ring. Raises KeyUnknown or Tampered."""
        key = self._unwrapped(subject, key_id, wrapped)
        return _encrypt(self._wrapping[self._ring.current], key, _key_place(subject))

    def destroy(self, tx: Transaction, subject: str, *, now: datetime) -> None:
        """Erase for good what was sealed for `subject`, and write it into the ledger of erasures.

        Doing it twice, or for a subject that never had a key, leaves it erased as well.
        """
        tx.open_keys.shared = False  # this transaction may yet be rolled back, wholly or in part
        tx.open_keys.ciphers.clear()
        gone = {"wrapped": None, "destroyed_at": now}
        row = {"subject": subject, "key_id": self._ring.current, "created_at": now}
        # First the row, which waits for a key that is being made elsewhere, then what it holds.
        _insert(tx, data_keys, row | gone)
        alive = (data_keys.c.subject == subject) & data_keys.c.destroyed_at.is_(None)
        tx.execute(update(data_keys).where(alive).values(gone))
        _insert(tx, erasures, {"subject": subject, "at": now})

    def _cipher(self, tx: Transaction, subject: str) -> AESGCM | None:
        """The subject's cipher, or None where it has no key yet. Raises SubjectErased."""
        hand = tx.open_keys
        if hand.erasures is None:
            hand.erasures = tx.execute(ERASED).scalar_one()
            tx.after_commit(lambda: self._keep(hand))
        cipher = hand.ciphers.get(subject) or self._kept(hand, subject)
        if cipher is None:
            cipher = self._stored_cipher(tx, subject)
            if cipher is not None and not tx.in_inner_savepoint:
                hand.ciphers[subject] = cipher
        return cipher

    def _stored_cipher(self, tx: Transaction, subject: str) -> AESGCM | None:
        found = tx.execute(KEY_OF, {"subject": subject}).first()
        if found is None:
            return None
        wrapped, key_id = found
        if wrapped is None:
            raise SubjectErased(subject)
        return AESGCM(self._unwrapped(subject, key_id, wrapped))

    def _new_cipher(self, tx: Transaction, subject: str) -> AESGCM:
        key = os.urandom(KEY_BYTES)
        key_id = self._ring.current
        row = {
            "subject": subject,
            "wrapped": _encrypt(self._wrapping[key_id], key, _key_place(subject)),
            "key_id": key_id,
            "created_at": func.now(),  # the database's clock: nobody is shown this moment
        }
        cipher: AESGCM | None = AESGCM(key)
        if _insert(tx, data_keys, row):
            self._follow(tx, subject, key, key_id)
        else:  # another transaction made one meanwhile
            cipher = self._stored_cipher(tx, subject)
        if cipher is None:
            raise KeyUnknown(subject, None)
        if not tx.in_inner_savepoint:  # which could be rolled back while the transaction goes on
            tx.open_keys.ciphers[subject] = cipher
        return cipher

    def _follow(self, tx: Transaction, subject: str, key: bytes, key_id: str) -> None:
        """Nothing new may be wrapped by a key that is about to be dropped from the ring, which this
        process may have read before. Looked at after the insert: a rotation waits for those that
        are under way, and later ones see what it has written."""
        wanted = tx.execute(
            select(settings.c.value).where(settings.c.name == WRAPPING_KEY)
        ).scalar()
        if wanted not in (None, key_id):
            wrapped = _encrypt(self._wrapping_key(subject, wanted), key, _key_place(subject))
            values = {"wrapped": wrapped, "key_id": wanted}
            tx.execute(update(data_keys).where(data_keys.c.subject == subject).values(values))

    def _unwrapped(self, subject: str, key_id: str, wrapped: bytes) -> bytes:
        key = _decrypt(self._wrapping_key(subject, key_id), wrapped, _key_place(subject))
        if key is None:
            raise Tampered("data_keys.wrapped", subject)
        return key

    def _wrapping_key(self, subject: str, key_id: str) -> AESGCM:
        """A key that is not known may have come to the key file since. Raises KeyFileOutdated."""
        if key_id not in self._wrapping:
            self._reload()
        if key_id not in self._wrapping:
            self._tell_missing(key_id)
            raise KeyFileOutdated(subject, key_id)
        return self._wrapping[key_id]

    def _tell_missing(self, key_id: str) -> None:
        """Once: what needs it comes again and again until the file is there."""
        with self._lock:
            is_told = key_id in self._missing
            self._missing.add(key_id)
        if not is_told:
            extra = {"action": "key_unknown", "row": key_id}
            log.error("the key file lacks a key; what it wraps has to wait for it", extra=extra)

    def _reload(self) -> None:
        """Keys that were known stay so: another thread may be about to use one."""
        with self._lock, suppress(KeyFileError):
            fresh = self._ring if self._ring.path is None else KeyRing.load(self._ring.path)
            if fresh.index_key == self._ring.index_key:  # else it is the file of another centre
                found = {key_id: AESGCM(key) for key_id, key in fresh.keys.items()}
                self._wrapping = {**self._wrapping, **found}
                self._ring = fresh

    def _kept(self, hand: OpenKeys, subject: str) -> AESGCM | None:
        with self._lock:
            alike = hand.shared and hand.erasures == self._erasures
            return self._ciphers.get(subject) if alike else None

    def _keep(self, hand: OpenKeys) -> None:
        """Let other transactions use the keys of one that is committed."""
        with self._lock:
            if not hand.shared or hand.erasures is None or hand.erasures < self._erasures:
                return
            if hand.erasures > self._erasures:
                self._ciphers.clear()
                self._erasures = hand.erasures
            self._ciphers.update(hand.ciphers)


def _insert(tx: Transaction, table: Table, row: Mapping[str, object]) -> bool:
    """Insert unless it is there; waits for another transaction that is about to. Was it?"""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(row).on_conflict_do_nothing()
    return tx.execute(statement.returning(*table.primary_key.columns)).first() is not None


def _place(column: str, row: str) -> bytes:
    """What a sealed field is bound to; the row stands last, so that any id is unambiguous."""
    table, dot, name = column.partition(".")
    if not (table and dot and name) or "|" in column:
        raise ValueError(f"a column is written table.column, not {column}")
    return f"{table}|{name}|{row}".encode()


def _key_place(subject: str) -> bytes:
    return f"data_keys|{subject}".encode()


def _encrypt(cipher: AESGCM, content: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + cipher.encrypt(nonce, content, place)


def _decrypt(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes | None:
    """None where it was not sealed by this key for this place."""
    start = len(FORMAT) + NONCE_BYTES
    if not sealed.startswith(FORMAT) or len(sealed) < start + TAG_BYTES:
        return None
    try:
        return cipher.decrypt(sealed[len(FORMAT) : start], sealed[start:], place)
    except InvalidTag:
        return None
