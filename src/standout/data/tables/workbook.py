"""A sheet of an Excel workbook as the text of a table, for what reads text to judge it: dates as 2020-01-31, numbers
with a point whatever their format, and a line on what a sheet can hold and a text cannot."""

import csv
import datetime as dt
import io
import re
from typing import Any

from standout.errors import InputError, listed, one_line

ENDINGS = (".xlsx", ".xlsm")


def text_of_workbook(raw: bytes, name: str) -> tuple[bytes, list[str]]:
    """(CSV in UTF-8, notes) of the first sheet that is not hidden. Raises InputError."""
    sheet, notes = _sheet(raw, name, data_only=False)
    formulas = [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    if formulas:
        stored, _ = _sheet(raw, name, data_only=True)
        if all(stored[c.coordinate].value is None for c in formulas):
            raise InputError(
                f"{name}: formulas without stored values (first in {formulas[0].coordinate}); open the file in Excel, "
                "save it, and give it again"
            )
        sheet = stored
        cells = f"{len(formulas)} cells" if len(formulas) > 1 else "1 cell"
        notes.append(f"of {cells} with formulas the stored values are read")
    notes += _hidden(sheet)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in sheet.iter_rows():
        cells = [_text(cell) for cell in row]
        writer.writerow(cells if any(cells) else [])
    return out.getvalue().encode(), notes


def _sheet(raw: bytes, name: str, data_only: bool) -> tuple[Any, list[str]]:
    try:
        import openpyxl
    except ImportError as e:
        raise InputError(
            f"{name} is an Excel workbook, which needs openpyxl: pip install 'standout[excel]'; or save the sheet as "
            "CSV (UTF-8)"
        ) from e
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=data_only)
    except Exception as e:  # whatever a damaged file makes it raise
        raise InputError(f"{name} cannot be read as an Excel workbook: {one_line(e)}; save the sheet as CSV") from e
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not seen:
        raise InputError(f"{name} has no sheet that is not hidden")
    others = [sheet.title for sheet in book.worksheets if sheet is not seen[0]]
    notes = [f"sheet {seen[0].title!r} is read, not {listed(map(repr, others), 3)}"] if others else []
    return seen[0], notes


def _hidden(sheet: Any) -> list[str]:
    """Lines on merged cells and on what a person does not see."""
    merged = [str(r) for r in sheet.merged_cells.ranges if r.size["rows"] > 1]
    notes = []
    if merged:
        notes.append(f"cells merged over rows: the first holds the value, the others are empty: {listed(merged, 3)}")
    rows = sum(d.hidden for d in sheet.row_dimensions.values())
    columns = [letter for letter, d in sheet.column_dimensions.items() if d.hidden]
    if rows:
        notes.append(f"{rows} hidden {'row is' if rows == 1 else 'rows are'} read too, as by a filter")
    if columns:
        notes.append(f"hidden columns are read too: {listed(columns, 6)}")
    return notes


def _text(cell: Any) -> str:
    """A cell as text: 00123 where its format pads it so."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int) and re.fullmatch("0{2,}", cell.number_format):
        return str(value).zfill(len(cell.number_format))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else _pointed(repr(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return " ".join(str(value).splitlines())


def _pointed(number: str) -> str:
    """1.234 -> 1.2340, so that nobody takes its point for one between thousands."""
    return number + "0" if re.fullmatch(r"-?[1-9][0-9]{0,2}\.[0-9]{3}", number) else number
