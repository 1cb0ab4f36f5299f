"""What every use case needs beside its transaction: the content in force and the detector."""

from dataclasses import dataclass
from functools import lru_cache

from flows.definition import Content
from flows.forms import Checkin
from flows.loader import load_checkin
from flows.warning_signs import Detector
from storage import contents
from storage.transaction import Tx

_CHECKINS: dict[str, Checkin] = {}
"""Kept files by their version, which is the hash of their text: none is ever out of date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Read once at start, given down by argument."""

    content: Content
    detector: Detector
    timezone: str  # the centre's own, for what belongs to no worker

    def version_of(self, kind: str, name: str | None = None) -> str:
        """The id of a content file in force: the only one of its kind, or the one called `name`."""
        for file in self.content.files:
            if file.kind == kind and name in (None, file.name):
                return contents.version_id(file)
        raise KeyError(f"no content file of kind {kind} and name {name}")

    def checkin_version(self, checkin: Checkin) -> str:
        """The id of the file that defines this check-in."""
        for file in self.content.files:
            if file.kind == "checkin" and _checkin(file.body, file.name).id == checkin.id:
                return contents.version_id(file)
        raise KeyError(f"no file defines {checkin.id}")


def kept_checkin(tx: Tx, version: str) -> Checkin:
    """A check-in as it was when it was planned, whatever the file says today."""
    found = _CHECKINS.get(version)
    if found is None:
        name, body = contents.body(tx, version)
        found = _CHECKINS[version] = load_checkin(body, name)
    return found


@lru_cache(maxsize=256)
def _checkin(body: str, name: str) -> Checkin:
    return load_checkin(body, name)
