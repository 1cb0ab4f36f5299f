"""The content folder, and another one laid over it: which files there are and what they hold."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flows.definition import ContentFile
from flows.errors import ContentError
from flows.reading.nodes import suggest

SHIPPED = Path(__file__).parent.parent / "content"

KINDS = {
    "calendar.yaml": "calendar",
    "contacts.yaml": "contacts",
    "deadlines.yaml": "deadlines",
    "messages.yaml": "messages",
    "programme.yaml": "programme",
    "rules.yaml": "rules",
    "signs.words": "words",  # written by a program, read by no person
    "signs.yaml": "signs",
    "silence.yaml": "silence",
    "urgencies.yaml": "urgencies",
    "wording.yaml": "wording",
}
"""Files that stand once; every other kind has a folder."""

CHECKINS = "checkins/"
SUFFIXES = (".yaml", ".yml", ".words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Files by their names: `files` count, `shipped` come along. `stray` is what is no content;
    `tried` is the path of the file that stands in the place of rules.yaml."""

    shipped: tuple[tuple[str, ContentFile], ...]
    files: tuple[tuple[str, ContentFile], ...]
    stray: tuple[ContentError, ...]
    tried: str | None


def gathered(overlay: Path | None, rules: Path | None = None) -> Gathered:
    """The shipped files with the folder `overlay` laid over them, in the order of their names."""
    stray: list[ContentError] = []
    shipped = read_folder(SHIPPED, stray)
    files = {**shipped, **({} if overlay is None else read_folder(overlay, stray))}
    if rules is not None:
        files["rules.yaml"] = read_one(rules, "rules")
    return Gathered(
        shipped=tuple(shipped.items()),
        files=tuple(sorted(files.items(), key=lambda one: one[0])),
        stray=tuple(stray),
        tried=None if rules is None else str(rules),
    )


def read_folder(folder: Path, problems: list[ContentError]) -> dict[str, ContentFile]:
    """The content files of a folder by relative name; strange ones are noted in `problems`."""
    if not folder.is_dir():
        problems.append(
            ContentError(str(folder), "is no folder; set KABAR_CONTENT_DIR to one, or leave it out")
        )
        return {}
    files: dict[str, ContentFile] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        kind = kind_of(name)
        if kind is None:
            known = (*KINDS, f"{CHECKINS}NAME.yaml")
            problems.append(ContentError(f"{name}:1", f"is no content file{suggest(name, known)}"))
            continue
        file = _read(path, name, kind, problems)
        if file is not None:
            files[name] = file
    return files


def read_one(path: Path, kind: str) -> ContentFile:
    """A file that is in no content folder. Raises ContentError where it cannot be read at all."""
    problems: list[ContentError] = []
    try:
        file = _read(path, str(path), kind, problems)
    except OSError as error:
        raise ContentError(str(path), f"cannot be read ({error.strerror}); name a file") from None
    if file is None:
        raise problems[0]
    return file


def kind_of(name: str) -> str | None:
    """The kind of a file by its name inside the folder."""
    is_checkin = name.startswith(CHECKINS) and name.count("/") == 1 and name.endswith(".yaml")
    return "checkin" if is_checkin else KINDS.get(name)


def _read(path: Path, name: str, kind: str, problems: list[ContentError]) -> ContentFile | None:
    read = path.read_bytes()
    try:
        body = read.decode("utf-8")
    except UnicodeDecodeError as error:
        line = read.count(b"\n", 0, error.start) + 1
        problems.append(ContentError(f"{name}:{line}", "is not UTF-8; save the file as UTF-8"))
        return None
    return ContentFile(kind=kind, name=name, sha256=sha256(read).hexdigest(), body=body)
