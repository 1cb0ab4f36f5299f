"""The file of a backup: a stream of bytes, packed and sealed in pieces that have a fixed order.

    KABAR-BACKUP 1
    {"step": "0004", "at": "...", "wall": "...", "key_id": "...", "last": {}, "wrapped": "..."}
    length (4 bytes) | AES-256-GCM of up to 256 KiB of the packed stream
    ...

A key made for this file alone seals the pieces; it stands in the second line, wrapped by a key of
the key ring and bound to the rest of that line. The number of a piece and whether it is the last
are its nonce, and the first two lines are bound to each: a file that was cut, put in another order
or changed anywhere is refused.
"""

import base64
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import BackupBroken, BackupKeyMissing, BackupUnknown
from storage.keyring import KEY_BYTES, KeyRing

MAGIC = b"KABAR-BACKUP 1\n"
PIECE = 1 << 18  # bytes of the packed stream that are sealed together
TAG_BYTES = 16
LONGEST_HEADER = 4096
LENGTH = struct.Struct(">I")
QUICK = 1  # most of it is sealed fields, which cannot be made smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known of a backup before it is opened.

    `step` is the last migration of its tables, `at` its moment by the clock of the centre, `wall`
    by the system's; `key_id` is the key of the ring that opens it. `last` is the number of the
    newest row of what families write, by table.
    """

    step: str
    at: datetime
    wall: datetime
    key_id: str
    last: Mapping[str, int]

    def facts(self) -> dict[str, object]:
        return {
            "step": self.step,
            "at": self.at.isoformat(),
            "wall": self.wall.isoformat(),
            "key_id": self.key_id,
            "last": dict(self.last),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seal:
    """The cipher of one file, and what each of its pieces is bound to."""

    cipher: AESGCM = field(repr=False)
    head: bytes

    def close(self, content: bytes, number: int, *, is_last: bool) -> bytes:
        return self.cipher.encrypt(_nonce(number, is_last), content, self.head)

    def open(self, sealed: bytes, number: int, *, is_last: bool) -> bytes | None:
        try:
            return self.cipher.decrypt(_nonce(number, is_last), sealed, self.head)
        except InvalidTag:
            return None


class ArchiveWriter:
    """Packs and seals what is written to it; `close` writes the last piece."""

    def __init__(self, file: BinaryIO, ring: KeyRing, header: Header) -> None:
        key = os.urandom(KEY_BYTES)
        facts = header.facts()
        nonce = os.urandom(12)
        sealed = AESGCM(ring.keys[header.key_id]).encrypt(nonce, key, _bound(facts))
        line = json.dumps(facts | {"wrapped": base64.b64encode(nonce + sealed).decode()})
        head = MAGIC + line.encode() + b"\n"
        file.write(head)
        self._file = file
        self._seal = _Seal(cipher=AESGCM(key), head=hashlib.sha256(head).digest())
        self._packer = zlib.compressobj(QUICK)
        self._waiting = bytearray()
        self._number = 0

    def write(self, content: bytes) -> None:
        self._waiting += self._packer.compress(content)
        while len(self._waiting) > PIECE:  # one piece is kept back: it may be the last
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        self._waiting += self._packer.flush()
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, content: bytes, *, is_last: bool) -> None:
        sealed = self._seal.close(content, self._number, is_last=is_last)
        self._file.write(LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class ArchiveReader:
    """Reads back what an ArchiveWriter wrote, and nothing else.

    Raises BackupUnknown where it is no backup, BackupKeyMissing where the ring lacks its key.
    """

    def __init__(self, file: BinaryIO, header: Header, seal: _Seal) -> None:
        self.header = header
        self._file = file
        self._seal = seal

    @classmethod
    def open(cls, file: BinaryIO, ring: KeyRing) -> Self:
        if file.read(len(MAGIC)) != MAGIC:
            raise BackupUnknown
        line = file.readline(LONGEST_HEADER)
        header, wrapped = _parsed(line)
        wrapping = ring.keys.get(header.key_id)
        if wrapping is None:
            raise BackupKeyMissing(header.key_id)
        try:
            key = AESGCM(wrapping).decrypt(wrapped[:12], wrapped[12:], _bound(header.facts()))
        except (InvalidTag, ValueError):
            raise BackupBroken from None
        head = hashlib.sha256(MAGIC + line).digest()
        return cls(file, header, _Seal(cipher=AESGCM(key), head=head))

    def lines(self) -> Iterator[bytes]:
        """The stream, line by line, without their ends. Raises BackupBroken at the first doubt."""
        rest = b""
        for content in self._unpacked():
            *whole, rest = (rest + content).split(b"\n")
            yield from whole
        if rest:
            raise BackupBroken

    def _unpacked(self) -> Iterator[bytes]:
        packer = zlib.decompressobj()
        for piece in self._pieces():
            try:
                yield packer.decompress(piece)
            except zlib.error:
                raise BackupBroken from None
        if not packer.eof or packer.unused_data:
            raise BackupBroken

    def _pieces(self) -> Iterator[bytes]:
        number, is_last = 0, False
        while not is_last:
            sealed = self._next()
            content = self._seal.open(sealed, number, is_last=False)
            if content is None:
                content = self._seal.open(sealed, number, is_last=True)
                is_last = True
            if content is None:
                raise BackupBroken
            yield content
            number += 1
        if self._file.read(1):
            raise BackupBroken

    def _next(self) -> bytes:
        length = self._file.read(LENGTH.size)
        if len(length) < LENGTH.size:
            raise BackupBroken
        (size,) = LENGTH.unpack(length)
        if not TAG_BYTES <= size <= PIECE + TAG_BYTES:
            raise BackupBroken
        sealed = self._file.read(size)
        if len(sealed) < size:
            raise BackupBroken
        return sealed


def _nonce(number: int, is_last: bool) -> bytes:
    return bytes((is_last,)) + number.to_bytes(11, "big")


def _bound(facts: dict[str, object]) -> bytes:
    """What the wrapped key of a file is bound to."""
    return b"backup|" + json.dumps(facts, sort_keys=True).encode()


def _parsed(line: bytes) -> tuple[Header, bytes]:
    try:
        facts = json.loads(line)
        header = Header(
            step=str(facts["step"]),
            at=datetime.fromisoformat(facts["at"]),
            wall=datetime.fromisoformat(facts["wall"]),
            key_id=str(facts["key_id"]),
            last={str(name): int(number) for name, number in facts["last"].items()},
        )
        return header, base64.b64decode(facts["wrapped"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupBroken from None
