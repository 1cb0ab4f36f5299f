"""Files that bots upload and people send: kept in memory, downloaded by their path."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import bad_request
from .wire import Json

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes; Bot API, getFile
UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes; Bot API, sending files
PHOTO_LIMIT = 10 * 1024 * 1024  # bytes; Bot API, sendPhoto
_SUFFIXES: Mapping[str, str] = {
    "photo": ".jpg",
    "voice": ".oga",
    "sticker": ".webp",
    **dict.fromkeys(("video", "video_note", "animation"), ".mp4"),
}


_SIZE: Json = {"width": 0, "height": 0}
MEASURES: Mapping[str, Json] = {
    "photo": {},
    "voice": {"duration": 0},
    "video": {**_SIZE, "duration": 0},
    "video_note": {"length": 0, "duration": 0},
    "audio": {"duration": 0},
    "document": {},
    "animation": {**_SIZE, "duration": 0},
    "sticker": {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
}
"""Every kind of file, with what Telegram always tells of it beside ids and size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    id: str
    unique_id: str
    kind: str  # one of MEASURES
    content: bytes
    size: int  # as declared; a test may say 25 MB without making them
    path: str
    name: str | None
    mime_type: str | None
    more: Json = field(default_factory=dict)  # what is known of MEASURES, and an emoji

    def ids(self) -> Json:
        """The three fields that every file of Telegram's has."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}

    def described(self) -> Json:
        """`ids` with the name and the type, where they are known."""
        shown = self.ids()
        if self.name:
            shown["file_name"] = self.name
        if self.mime_type:
            shown["mime_type"] = self.mime_type
        return shown


class FileStore:
    def __init__(self, *, first: int = 0) -> None:
        """`first` is the number of the next file: ids and paths are made of it."""
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self.next = first

    def add(
        self,
        kind: str,
        content: bytes,
        *,
        name: str | None = None,
        mime_type: str | None = None,
        size: int | None = None,
        more: Json | None = None,
    ) -> StoredFile:
        number, self.next = self.next, self.next + 1
        unique = hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()
        file = StoredFile(
            id=f"AgAC{unique[:40]}",
            unique_id=f"AQAD{unique[40:52]}",
            kind=kind,
            content=content,
            size=len(content) if size is None else size,
            path=f"{kind}s/file_{number}{_suffix(kind, name)}",
            name=name,
            mime_type=mime_type,
            more=more or {},
        )
        self.put(file)
        return file

    def put(self, file: StoredFile) -> None:
        self._by_id[file.id] = file
        self._by_path[file.path] = file

    def all(self) -> list[StoredFile]:
        return list(self._by_id.values())

    def find(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at_path(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)

    def telegram_file(self, file_id: str) -> Json:
        """Telegram's File. Raises ApiError for an unknown id and above 20 MB."""
        file = self.find(file_id)
        if file is None:
            raise bad_request("invalid file_id")
        if file.size > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        return {**file.ids(), "file_path": file.path}


def attached(file: StoredFile) -> Json:
    """A file as it stands in a message: under its own kind, whichever method sent it."""
    more = {**MEASURES[file.kind], **file.more}
    match file.kind:
        case "photo":
            return {"photo": photo_sizes(file)}
        case "sticker" | "video_note":
            return {file.kind: {**file.ids(), **more}}
        case "animation":  # stands under both names, for bots from before there were animations
            return {"animation": {**file.described(), **more}, "document": file.described()}
        case kind:
            return {kind: {**file.described(), **more}}


def photo_sizes(file: StoredFile) -> list[Json]:
    """Telegram's array of PhotoSize; here a picture has one size, its own."""
    width, height = _pixels(file.content)
    return [{**file.ids(), "width": width, "height": height}]


def _suffix(kind: str, name: str | None) -> str:
    if name and "." in name:
        tail = name.rsplit(".", 1)[1]
        if tail.isascii() and tail.isalnum():
            return f".{tail}"
    return _SUFFIXES.get(kind, "")


def _pixels(content: bytes) -> tuple[int, int]:
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return 1280, 960
