"""kabar keys: the keys of the key file, and their change. No key is ever shown."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot import config
from bot.commands import desk
from storage import rotation
from storage.database import Database
from storage.keyring import KeyRing
from storage.rotation import Usage

app = typer.Typer(no_args_is_help=True, help="The keys of the key file.")

Json = Annotated[bool, typer.Option("--json", help="The answer alone, as JSON.")]
WARNING = (
    "Backups made until now open only with the old key file: keep a copy of it for as long as you"
    " keep them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """`left` is how many data keys could not be wrapped anew; `dropped` keys left the file, and
    `prepared` is one that is to wrap next."""

    current: str
    rewrapped: int = 0
    left: int = 0
    dropped: tuple[str, ...] = ()
    prepared: str | None = None


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The ids of the keys, which one wraps, and how many data keys each has wrapped."""
    with desk.database() as database:
        ring = KeyRing.load(config.load().key_file)
        used = database.read_now(rotation.usage)
    rows: list[dict[str, object]] = [
        {"key_id": key_id, "current": key_id == ring.current, "wraps": used.wrapped.get(key_id, 0)}
        for key_id in ring.keys
    ]
    lines = [
        f"{row['key_id']}  wraps {row['wraps']}{'  current' if row['current'] else ''}"
        for row in rows
    ]
    desk.show(rows, as_json=as_json, text="\n".join(lines))


@app.command()
def rotate(
    drop_old: Annotated[
        bool,
        typer.Option("--drop-old", help="Take keys that wrap nothing any more out of the file."),
    ] = False,
    prepare: Annotated[
        bool,
        typer.Option("--prepare", help="Only put the new key into the file, to be copied first."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Wrap all data keys by a new key, while `kabar run` works; a rotation that was broken off is
    ended instead."""
    if prepare and drop_old:
        desk.fail("First --prepare, then without it, then --drop-old. Nothing was changed.")
    with desk.refusing():
        path = config.load().key_file
        with KeyRing.held(path):
            done = _prepare(path) if prepare else _rotate(path, drops_old=drop_old)
    answer = {**asdict(done), "dropped": list(done.dropped)}
    desk.show(answer, as_json=as_json, text=_told(done))
    if done.left:
        desk.fail(
            f"{done.left} data keys could not be wrapped anew, see the lines above, so no key was"
            " dropped. Compare database and key file with the last backup."
        )


def _told(done: Rotated) -> str:
    if done.prepared is not None:
        return (
            f"Key {done.prepared} is in the key file, and {done.current} still wraps. Copy the file"
            " to wherever `kabar run` has a copy of its own, then say `kabar keys rotate`."
        )
    text = f"Key {done.current} wraps now; {done.rewrapped} data keys were wrapped anew."
    if done.dropped:
        text += f"\nDropped from the key file: {', '.join(done.dropped)}. {WARNING}"
    return text


def _prepare(path: Path) -> Rotated:
    """That the key of now goes on wrapping is written down first: whoever reads the new file, as
    after a restart, would else wrap by a key that others do not have yet."""
    ring = KeyRing.load(path)
    with desk.database() as database:
        used = database.read_now(rotation.usage)
        wrapping = used.announced or ring.current
        if not used.is_unfinished(ring):
            database.write_now(rotation.announce, wrapping)
    ring = _begun(path, used, drops_old=False)
    return Rotated(current=wrapping, prepared=ring.current)


def _rotate(path: Path, *, drops_old: bool) -> Rotated:
    with desk.database() as database:
        used = database.read_now(rotation.usage)
    ring = _begun(path, used, drops_old=drops_old)
    with desk.database() as database:
        database.write_now(rotation.announce, ring.current)
        rewrapped = _rewrap_all(database, ring.current)
        wrapped = database.read_now(rotation.usage).wrapped
    left = sum(count for key_id, count in wrapped.items() if key_id != ring.current)
    old = tuple(sorted(set(ring.keys) - {ring.current})) if drops_old and not left else ()
    if old:
        ring.with_current_alone().save(path)
    return Rotated(current=ring.current, rewrapped=rewrapped, left=left, dropped=old)


def _begun(path: Path, used: Usage, *, drops_old: bool) -> KeyRing:
    """The ring with the key to wrap by: a new one, unless there is an end still to be made."""
    ring = KeyRing.load(path)
    if used.is_unfinished(ring) or (drops_old and len(ring.keys) > 1):
        return ring
    ring = ring.with_new_key()
    ring.save(path)
    return ring


def _rewrap_all(database: Database, current: str) -> int:
    done, after = 0, ""
    while True:
        portion = database.write_now(rotation.rewrap, current, after=after)
        done += portion.done
        if portion.last is None:
            return done
        after = portion.last
