"""Replies as text: one JSON object a line, or comma-separated values."""

import codecs
import csv
import json
from collections.abc import Mapping
from io import TextIOWrapper
from typing import BinaryIO

from bot.reports.cells import guarded
from bot.reports.telling import Cell, Telling
from storage import replies
from storage.replies import Wanted

SURROGATES = ("\ud800", "\udfff")


def write_jsonl(file: BinaryIO, telling: Telling, wanted: Wanted) -> int:
    """How many replies?"""
    rows = 0
    for row in replies.every(telling.tx, wanted):
        file.write(as_line(telling.plain(row)).encode() + b"\n")
        rows += 1
    return rows


def write_csv(file: BinaryIO, telling: Telling, wanted: Wanted) -> int:
    """In UTF-8 with a mark for spreadsheets, which otherwise guess. How many replies?"""
    file.write(codecs.BOM_UTF8)
    text, rows = TextIOWrapper(file, encoding="utf-8", newline=""), 0
    try:
        writer = csv.DictWriter(text, telling.columns)
        writer.writeheader()
        for row in replies.every(telling.tx, wanted):
            writer.writerow({name: _safe(cell) for name, cell in telling.full(row).items()})
            rows += 1
    finally:
        text.detach()  # which flushes, and leaves the file open
    return rows


def as_line(row: Mapping[str, object]) -> str:
    """Half of a broken emoji is no UTF-8 and would end the whole export; escaped it is what it
    was."""
    line = json.dumps(row, ensure_ascii=False)
    first, last = SURROGATES
    return json.dumps(row) if any(first <= char <= last for char in line) else line


def _safe(cell: Cell) -> Cell:
    return guarded(cell) if isinstance(cell, str) else cell
