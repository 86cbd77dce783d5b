"""A small table of known values, and the ways in which people's files twist it. Each twist leaves the values alone."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

import standout

N = 14
AGE = [31, 4, 57, 4, 80, 22, 9, 31, 66, 12, 45, 3, 28, 71]
FARE = [7.25, 71.5, 0.9167, 1512.5, 8.05, 53.1, 1234.75, 51.8625, 21.075, 11.1333, 30.0, 16.7, 26.55, 1000.0]
GAPS = [3.0, np.nan, 5.5, 7.0, np.nan, 1.25, 2.0, 8.5, 9.0, 4.0, 6.5, 0.5, 3.5, 2.5]
TOWN = ["Köln", "Rennes", "Köln", "Gijón", "Rennes", "Köln", "Gijón"] * 2
CODE = ["007", "012", "007", "100", "012", "007", "100"] * 2
LABEL = ["ja", "nein", "nein", "ja", "ja", "nein", "ja"] * 2
WHO = [f"r{k:02}" for k in range(N)]
NAMES = ["who", "age", "fare", "gaps", "town", "code", "größe", "label"]


def load(path: Path, raw: bytes, **options) -> standout.Dataset:
    """What these bytes are as a file."""
    path.write_bytes(raw)
    return standout.load(path, **options)


@dataclass
class Table:
    """Rows of cells, and how they will be written."""

    rows: list[list[str]]
    separator: str = ","
    codec: str = "utf-8"
    end: str = "\n"
    quote: bool = False
    above: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    packed: bool = False
    label: str = "label"
    id: str = "who"
    name: str = "t.csv"

    def line(self, row: list[str]) -> str:
        ours = (self.separator, '"', "\n", "\r")
        quoted = lambda c: self.quote or any(s in c for s in ours) or (self.separator == " " and not c)  # noqa: E731
        return self.separator.join('"' + c.replace('"', '""') + '"' if quoted(c) else c for c in row)

    def raw(self) -> bytes:
        lines = [*self.above, *map(self.line, self.rows), *self.tail]
        raw = "".join(line + self.end for line in lines).encode(self.codec)
        return gzip.compress(raw) if self.packed else raw

    def cells(self, change: Callable[[str], str], column: int | None = None, header: bool = False) -> "Table":
        """The same table with some cells changed."""
        rows = [
            [change(c) if (column is None or column == k) and (i or header) else c for k, c in enumerate(row)]
            for i, row in enumerate(self.rows)
        ]
        return replace(self, rows=rows)

    def with_rows(self, change: Callable[[list[list[str]]], list[list[str]]]) -> "Table":
        return replace(self, rows=change([list(r) for r in self.rows]))


def plain() -> Table:
    """The table as a program would write it."""
    gaps = ["" if np.isnan(g) else repr(g) for g in GAPS]
    size = [repr(round(a * 1.5, 1)) for a in AGE]
    columns = [WHO, map(str, AGE), map(repr, FARE), gaps, TOWN, CODE, size, LABEL]
    return Table([NAMES, *map(list, zip(*columns))])


def comma(t: Table) -> Table:
    return t.with_rows(lambda rows: [rows[0], *([c.replace(".", ",") for c in r] for r in rows[1:])])


def thousands(gap: str) -> Callable[[Table], Table]:
    def twist(t: Table) -> Table:
        mark = "," if any("," in r[2] for r in t.rows[1:]) else "."
        other = gap if gap != mark else "."

        def change(cell: str) -> str:
            whole, _, rest = cell.partition(mark)
            return whole[:-3] + other + whole[-3:] + mark + rest if len(whole) > 3 else cell

        return t.cells(change, 2)

    return twist


def append(rows: list, more: list) -> list:
    return [[*r, m] for r, m in zip(rows, more)]


IN_CELLS: dict[str, Callable[[Table], Table]] = {
    "as it is": lambda t: t,
    "decimal comma": comma,
    "thousands with commas": thousands(","),
    "thousands with blanks": thousands("\u202f"),
    "thousands with apostrophes": thousands("'"),
    "percent": lambda t: t.cells(lambda c: c + " %", 1),
    "currency": lambda t: t.cells(lambda c: "£" + c, 2),
    "other words for missing": lambda t: t.cells(lambda c: c or "N/A", 3),
    "blanks around": lambda t: t.with_rows(
        lambda rows: [[f" {c}\xa0" for c in rows[0]], *([r[0], *(f" {c}\xa0" for c in r[1:])] for r in rows[1:])]
    ),
    "header again within": lambda t: t.with_rows(lambda rows: [*rows[:6], rows[0], *rows[6:], rows[0]]),
    "units below": lambda t: t.with_rows(
        lambda rows: [rows[0], ["-", "(years)", "(GBP)", "(m)", "", "", "(cm)", ""], *rows[1:]]
    ),
    "twice the same": lambda t: t.with_rows(lambda rows: [[*r, r[1]] for r in rows]),
    "counter without a name": lambda t: t.with_rows(
        lambda rows: [["", *rows[0]], *([str(k), *r] for k, r in enumerate(rows[1:]))]
    ),
    "R's row names": lambda t: t.with_rows(
        lambda rows: [rows[0], *([str(k), *r] for k, r in enumerate(rows[1:], 1))]
    ),
    "empty column without a name": lambda t: t.with_rows(lambda rows: [[r[0], "", *r[1:]] for r in rows]),
    "separator after every row": lambda t: t.with_rows(lambda rows: [rows[0], *([*r, ""] for r in rows[1:])]),
    "separator after every line": lambda t: t.with_rows(lambda rows: [[*r, ""] for r in rows]),
    "lines of separators": lambda t: t.with_rows(lambda rows: [*rows, [""] * len(rows[-1]), [" "] * len(rows[-1])]),
    "line end within": lambda t: t.with_rows(
        lambda rows: append(rows, ["note", *["one\ntwo", 'say "hi", she said'] * (len(rows) // 2 + 1)])
    ),
    "a title above": lambda t: replace(t, above=["Passengers"]),
    "titles in cells above": lambda t: t.with_rows(
        lambda rows: [[c, *[""] * (len(rows[0]) - 1)] for c in ("Passengers", "As of 2024", "")] + rows
    ),
    "comments above": lambda t: replace(t, above=["# made by a program", "# in 2024"]),
    "no header": lambda t: replace(t.with_rows(lambda rows: rows[1:]), label="8", id="1"),
}  # fmt: skip
"""What is odd about the cells."""
IN_FILES: dict[str, Callable[[Table], Table]] = {
    "semicolons": lambda t: replace(t, separator=";"),
    "tabs": lambda t: replace(t, separator="\t"),
    "tabs in a .tsv": lambda t: replace(t, separator="\t", name="t.tsv"),
    "bars in a .txt": lambda t: replace(t, separator="|", name="t.txt"),
    "told by Excel": lambda t: replace(t, separator=";", above=["sep=;", *t.above]),
    "everything in quotes": lambda t: replace(t, quote=True),
    "UTF-8 with its mark": lambda t: replace(t, codec="utf-8-sig"),
    "UTF-16": lambda t: replace(t, codec="utf-16", separator="\t"),
    "UTF-16 without mark": lambda t: replace(t, codec="utf-16-be"),
    "UTF-32": lambda t: replace(t, codec="utf-32"),
    "Latin-1": lambda t: replace(t.cells(lambda c: c.replace("\u202f", "\xa0")), codec="latin-1"),
    "Windows": lambda t: replace(
        t.cells(lambda c: c.replace("\u202f", "\xa0")), codec="cp1252", end="\r\n", separator=";"
    ),
    "old Mac line ends": lambda t: replace(t, end="\r"),
    "empty lines at the end": lambda t: replace(t, tail=["", "", "   "]),
    "packed": lambda t: replace(t, packed=True, name="t.csv.gz"),
    "packed, not named so": lambda t: replace(t, packed=True),
    "named packed, is not": lambda t: replace(t, name="t.csv.gz"),
}
"""What is odd about the file."""
