"""Backups as programs of other steps would have written them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from storage.archive import ArchiveReader, ArchiveWriter
from storage.keyring import KeyRing

YOUNGER = {
    *("seals", "findings", "key_dates", "encounters", "plan_changes", "verdicts", "deadlines"),
}  # than step 0003
YOUNGER_COLUMNS = {
    "inbox": {"lease", "lease_until"},
    "cases": {"state", "paused_until", "closes_on", "extra_weeks", "look_at"},
    "alerts": {"child_wrote_at"},
    "contacts": {
        *("next_slot", "regular_at", "weekdays", "quiet", "reads_little", "code", "ends_on"),
    },
    "checkins": {"slot", "left_out", "filled_by", "way"},
}


def as_of_step(source: Path, ring: KeyRing, step: str) -> Path:
    """The rows of `source` without what later steps brought; the file that was written."""
    target = source.with_name(f"{source.name}.{step}")
    with source.open("rb") as file, target.open("wb") as out:
        reader = ArchiveReader.open(file, ring)
        kept = without_what_is_younger([json.loads(line) for line in reader.lines()])
        writer = ArchiveWriter(out, ring, replace(reader.header, step=step))
        for line in kept:
            writer.write(json.dumps(line).encode() + b"\n")
        writer.close()
    return target


def without_what_is_younger(lines: list[Any]) -> list[Any]:
    kept: list[Any] = []
    counts: dict[str, int] = {}
    name, stays = "", [0]
    for line in lines:
        if isinstance(line, dict) and "table" in line:
            name, gone = line["table"], YOUNGER_COLUMNS.get(line["table"], set())
            stays = [n for n, column in enumerate(line["columns"]) if column not in gone]
            line["columns"] = [line["columns"][n] for n in stays]
            counts |= {} if name in YOUNGER else {name: 0}
        elif isinstance(line, list) and name not in YOUNGER:
            counts[name] += 1
            line = [line[n] for n in stays]
        elif isinstance(line, dict):
            name, line = "", {"end": counts}
        if name not in YOUNGER:
            kept.append(line)
    return kept
