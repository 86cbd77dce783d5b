"""Between which signs the cells of a text stand: the one that cuts all its lines alike."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from standout.data.tables.numbers import ANY_NUMBER

SEPARATORS = (",", ";", "\t", "|")
USUAL = {
    ".csv": (",",),
    ".tsv": ("\t",),
    ".tab": ("\t",),
    ".txt": ("\t", ","),
    ".data": (",",),
    ".xlsx": (",",),
    ".xlsm": (",",),
}
"""What needs no telling, by the ending of the name."""
SPOKEN = {"\t": "tabs", " ": "blanks"}
ROWS = 1000
SAMPLE = 1_000_000
PEEK = 100_000
EXCEL = re.compile(r'"?sep=(.)"?[,;\t]*\r?\n?', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """separator: between the cells. width: cells in most rows. loose: blanks after a separator belong to no cell.
    escape: a backslash stands before a quote in a cell. quote: around cells. skip: lines before the first row (0, or 1
    for Excel's `sep=;`)."""

    separator: str
    width: int
    loose: bool = False
    escape: bool = False
    quote: str = '"'
    skip: int = 0

    def rows(self, raw: bytes, codec: str, end: str = "") -> Any:
        """A reader of the rows of cells. end: a line of its own after the last."""
        return csv.reader(
            self._lines(raw, codec, end), delimiter=self.separator, quotechar=self.quote, skipinitialspace=self.loose,
            escapechar="\\" if self.escape else None,
        )  # fmt: skip

    def _lines(self, raw: bytes, codec: str, end: str) -> Iterator[str]:
        lines = io.TextIOWrapper(io.BytesIO(raw), encoding=codec, newline="")
        for _ in range(self.skip):
            next(lines, None)
        for line in lines:
            yield line.rstrip(" \r\n") + "\n" if self.separator == " " else line
        if end:
            yield end

    def told(self, ending: str) -> str | None:
        """What to say of the separator where it is not the usual one of such a name."""
        if self.width < 2 or self.separator in USUAL.get(ending, ()):
            return None
        return f"cells between {SPOKEN.get(self.separator, repr(self.separator))}"


def dialect_of(raw: bytes, codec: str, ending: str) -> Dialect:
    """How the cells of this text are told apart: of the separators that cut most rows alike, the one whose cells hold
    no other separator, then the usual one of such a file. One column (width 1) where nothing cuts its lines."""
    first = next(io.TextIOWrapper(io.BytesIO(raw), encoding=codec, newline=""), "")
    if said := EXCEL.fullmatch(first):
        return Dialect(said[1], _width(Dialect(said[1], 0, skip=1), raw, codec)[0], skip=1)
    usual = USUAL.get(ending, ())
    start = raw[:PEEK].decode(codec, "ignore")
    quote = "'" if re.match(r"'[^']*'\s*[,;\t|]\s*'", first) else '"'
    escapes = (False, True) if f"\\{quote}" in start else (False,)
    tried = []
    for separator in SEPARATORS:
        loose = re.search(rf"{re.escape(separator)} +{quote}", start) is not None
        for escape in escapes:
            dialect = Dialect(separator, 0, loose, escape, quote)
            width, share, clean = _width(dialect, raw, codec)
            if width > 1 and share > 0.5:
                rank = (round(share, 2), round(clean, 2), separator in usual, not escape, width)
                tried.append((rank, replace(dialect, width=width)))
    if not tried or max(rank for rank, _ in tried)[0] < 0.8:
        width, share, _ = _width(Dialect(" ", 0, loose=True), raw, codec)
        if width > 1 and share == 1:
            return Dialect(" ", width, loose=True)
    if not tried:
        return Dialect(usual[0] if usual else ",", 1)
    return max(tried, key=lambda t: t[0])[1]


def _width(dialect: Dialect, raw: bytes, codec: str) -> tuple[int, float, float]:
    """(cells in most rows, share of rows that have as many, share of their cells that no other separator cuts)."""
    part = raw if len(raw) <= SAMPLE else raw[: raw[:SAMPLE].rfind(b"\n") + 1] or raw
    if codec.lower().startswith("utf-16") or codec.lower().startswith("utf-32"):
        part = raw  # a part could end within a character
    try:
        rows = [r for r in islice(dialect.rows(part, codec), ROWS) if any(map(str.strip, r))]
    except csv.Error:
        return 1, 0.0, 0.0
    if not rows:
        return 1, 0.0, 0.0
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if dialect.separator == " " and len(rows[0]) == width - 1:  # row names without a name of their own
        rows = rows[1:]
    others = [s for s in SEPARATORS if s != dialect.separator]
    cells = [c for r in rows[:200] if len(r) == width for c in r]
    clean = sum(ANY_NUMBER.fullmatch(c.strip()) is not None or not any(s in c for s in others) for c in cells)
    return width, count / len(rows), clean / len(cells)
