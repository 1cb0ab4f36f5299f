"""Figures as they are printed: median and range, in tables that can be pasted."""

import os
import platform
import sqlite3
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

SYNCS = 200


class Row(tuple[str, ...]):
    """Cells of one line of a table."""

    __slots__ = ()

    def __new__(cls, *cells: str) -> "Row":
        return super().__new__(cls, cells)


def spread(values: Sequence[float], unit: str = "", *, digits: int = 0) -> str:
    """Median, and the range where there are several."""
    middle = f"{median(values):.{digits}f}"
    if len(values) == 1:
        return f"{middle} {unit}".strip()
    return f"{middle} ({min(values):.{digits}f}-{max(values):.{digits}f}) {unit}".strip()


def share(values: Sequence[float], part: float) -> float:
    """The value below which `part` of all values lie: 0.5 is the median."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Markdown, so that it can be pasted."""
    print(f"\n{title}\n")
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def machine() -> str:
    """What it was measured on."""
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores,"
        f" {syncs_per_s():.0f} syncs of the disk a second, Python {sys.version.split()[0]},"
        f" SQLite {sqlite3.sqlite_version}"
    )


def syncs_per_s() -> float:
    """How often a second the disk can be made to keep what was written."""
    with TemporaryDirectory(dir=".") as made:
        file = os.open(Path(made) / "probe", os.O_CREAT | os.O_WRONLY)
        began = time.monotonic()
        for number in range(SYNCS):
            os.pwrite(file, b"x" * 4096, number * 4096)
            os.fdatasync(file)
        seconds = time.monotonic() - began
        os.close(file)
    return SYNCS / seconds
