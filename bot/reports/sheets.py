"""One sheet of a workbook that is written row by row: texts stay texts, figures stay figures."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from openpyxl import Workbook
from openpyxl.cell import Cell as StyledCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bot.errors import ExportRefused
from bot.reports.cells import is_like_formula, legible
from bot.reports.telling import Cell, Row

MOST_ROWS = 1_048_576  # of a sheet, its header included
LONGEST_CELL = 32_767  # characters
LONGEST_TITLE = 31
FORBIDDEN = re.compile(r"[][:*?/\\]")
WIDTHS = {
    "text": 60,
    "meaning": 90,
    "label": 22,
    "reply_id": 24,
    "checkin_id": 24,
    "contact_id": 18,
}
WIDTH = 13
BY_GUESS = ("#",)  # openpyxl takes "#N/A" for an error
HEADER, WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")


class Sheet:
    """`columns` are the keys of its rows; `headings` what stands above them, if something else."""

    def __init__(
        self,
        book: Workbook,
        title: str,
        columns: Sequence[str],
        headings: Sequence[str] = (),
        *,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self.title = free_title(title, book.sheetnames)
        self.rows = 0
        self._columns = columns
        self._most_rows = most_rows
        self._sheet = book.create_sheet(self.title)
        self._sheet.freeze_panes = "A2"
        for number, name in enumerate(columns, start=1):
            letter = get_column_letter(number)
            self._sheet.column_dimensions[letter].width = WIDTHS.get(name, WIDTH)
        self._sheet.append([self._text(one, font=HEADER) for one in headings or columns])

    def add(self, row: Row) -> None:
        """One more row; what it lacks stays empty. Raises ExportRefused where it is full."""
        if self.rows + 1 >= self._most_rows:
            raise ExportRefused(
                f"The sheet {self.title} would have more rows than a workbook can hold. Export"
                " less at once with --since and --until, or use --format csv."
            )
        self._sheet.append([self._cell(name, row.get(name)) for name in self._columns])
        self.rows += 1

    def end(self) -> None:
        """The whole of it can be filtered."""
        last = get_column_letter(len(self._columns))
        self._sheet.auto_filter.ref = f"A1:{last}{self.rows + 1}"

    def discard(self) -> None:
        """Nothing comes of it; left open it would complain when it is forgotten."""
        if not self._sheet.closed:
            with suppress(OSError):  # the disk is full, which is why it is discarded
                self._sheet.close()

    def _cell(self, column: str, value: Cell) -> Cell | StyledCell:
        if not isinstance(value, str) or not value:
            return None if value == "" else value
        text = legible(value)
        if column in ("text", "meaning"):
            return self._text(text, alignment=WRAPPED)
        return self._text(text) if is_like_formula(text) or text.startswith(BY_GUESS) else text

    def _text(
        self, text: str, *, font: Font | None = None, alignment: Alignment | None = None
    ) -> StyledCell:
        """A text whatever it begins with, also after somebody has edited the cell."""
        cut = text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
        cell = WriteOnlyCell(self._sheet, value=cut)
        cell.data_type = "s"
        if is_like_formula(cut):
            cell.quotePrefix = True
        if font is not None:
            cell.font = font
        if alignment is not None:
            cell.alignment = alignment
        return cell


def free_title(wanted: str, taken: Iterable[str]) -> str:
    """A name that a sheet may have and no other one has, whatever the size of its letters."""
    known = {one.casefold() for one in taken}
    base = FORBIDDEN.sub("-", legible(wanted)).strip("' ")[:LONGEST_TITLE] or "-"
    title, number = base, 1
    while title.casefold() in known:
        number += 1
        end = f" ({number})"
        title = base[: LONGEST_TITLE - len(end)] + end
    return title
