"""Rows of cells of one width from the text of a table: what is no record is left out with a line, and a row that does
not fit is refused with its number."""

import csv

import numpy as np

from standout.data.tables.dialect import Dialect
from standout.errors import InputError, one_line

END = "\x02end\x03"
"""Stands alone on a line after the last: where it does not come back so, a quote was left open."""
TITLES = 20
"""So many lines with one cell filled may stand above the header."""


def read_rows(raw: bytes, codec: str, dialect: Dialect, name: str) -> tuple[list[str], np.ndarray, list[str]]:
    """(first row, the others as object (N, W), notes). Raises InputError for rows of another width."""
    width = dialect.width
    rows: list[list[str]] = []
    odd: list[tuple[int, int, list[str]]] = []  # line, place, cells
    empty = 0
    hollow: list[int] = []  # places
    line = dialect.skip + 1
    row: list[str] = []
    reader = dialect.rows(raw, codec, END)
    try:
        for row in reader:
            if len(row) == width and any(row) and any(map(str.strip, row)):
                rows.append(row)
            elif any(map(str.strip, row)):
                odd.append((line, len(rows), row))
            else:
                empty += len(row) < 2
                hollow += [len(rows)] * (len(row) > 1)
            line = reader.line_num + dialect.skip + 1
    except csv.Error as e:
        raise InputError(
            f"{name}, line {line}: cannot be read as a table ({one_line(e)}); is a quote opened there and never closed?"
        ) from e
    if row != [END]:
        start = odd[-1][0] if odd and odd[-1][2] is row else line - row[-1].count("\n") - 1
        raise InputError(f"{name}, line {start}: a quote is opened and never closed; mend that line")
    _take_end(rows, odd)
    if not rows:
        raise InputError(f"{name} is empty")
    before = len(rows)
    first, rows, notes = _header(rows, odd, width, name)
    hollow = [place for place in hollow if place >= max(before - len(rows), 1)]  # those above the header are no records
    if empty:
        notes.append(f"{empty} empty {_lines(empty)} left out")
    if hollow:
        total = len(rows) + len(hollow)
        notes.append(f"{len(hollow)} of {total} records have no label and are left out (lines of separators alone)")
    if odd:
        line, _, row = odd[0]
        raise InputError(
            f"{name}, line {line}: {len(row)} cells, but the header names {len(first)} columns; mend that line (a cell "
            "that holds the separator stands in quotes)"
        )
    if not rows:
        raise InputError(f"{name} has a header line and no record")
    return first, np.array(rows, dtype=object).reshape(len(rows), -1), notes


def _take_end(rows: list, odd: list) -> None:
    (rows if rows and rows[-1] == [END] else odd).pop()


def _header(rows: list, odd: list, width: int, name: str) -> tuple[list[str], list, list[str]]:
    """(names, records, notes): lines above the header off, and a separator too much or too few in it or after every
    row. Takes from `odd` what is understood."""
    above = []
    while odd and odd[0][1] == 0 and (_filled(odd[0][2]) < 2 or odd[0][2][0][:1] == "#"):
        above.append(odd.pop(0)[2])
    titles = next((k for k, row in enumerate(rows[:TITLES]) if _filled(row) > 1), 0)
    if titles and not odd and len(rows) > titles + 1 and width > 2 and _filled(rows[titles]) > width / 2:
        above, rows = rows[:titles], rows[titles:]
    notes = []
    if above:
        told = one_line(" ".join(c for c in above[0] if c), 60)
        notes.append(f"{len(above)} {_lines(len(above))} above the header left out ({told!r})")
    if not odd or odd[0][1] > 0:
        first, rows = rows[0], rows[1:]
        if not odd and not first[-1].strip() and not any(r[-1].strip() for r in rows) and width > 1:
            notes.append("every line ends with a separator; the empty column after it is left out")
            return first[:-1], [r[:-1] for r in rows], notes
        if odd and not first[-1].strip() and all(len(r) == width - 1 for _, _, r in odd) and len(odd) > len(rows):
            return first[:-1], [r for _, _, r in odd], notes
        return first, rows, notes
    line, _, first = odd[0]
    if len(odd) == 1 and len(first) == width - 1 and not any(r[-1].strip() for r in rows):
        odd.pop()
        return first, [r[:-1] for r in rows], [*notes, "every line ends with a separator, the header's alone does not"]
    if len(odd) == 1 and len(first) == width + 1 and not first[-1].strip():
        odd.pop()
        return first[:-1], rows, notes
    if len(odd) == 1 and len(first) == width - 1 and _counts(r[0] for r in rows):
        odd.pop()  # R and pandas' to_string write no name above names of rows
        return ["", *first], rows, notes
    raise InputError(
        f"{name}, line {line + 1}: {width} cells, but the header names {len(first)} columns; mend that line (a cell "
        "that holds the separator stands in quotes)"
    )


def _counts(cells) -> bool:
    """Whether cells count 0, 1, 2, ... or 1, 2, 3, ..."""
    cells = [cell.strip() for cell in cells]
    return cells[0] in ("0", "1") and cells == [str(k) for k in range(int(cells[0]), int(cells[0]) + len(cells))]


def _filled(row: list[str]) -> int:
    return sum(map(bool, map(str.strip, row)))


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"
