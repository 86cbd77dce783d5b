"""One column of text cells: numbers, moments or text, with what is missing. Cells that are numbers as they stand are
read without a look at each; the others are judged by their different texts."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from standout.data.tables.dates import dates_of
from standout.data.tables.numbers import LEADING_ZERO, THOUSANDS, numbers_of, without_sign
from standout.errors import InputError

MISSING = frozenset({"", "?", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL"})
"""Cells that mean "not known", in exactly these spellings. Other words ("None", "Unknown") are values, and so are names
such as Na (sodium), Nan and Null."""
EXACT = 2**53
"""float64 holds each whole number up to here."""


@dataclass
class Column:
    """A column as far as it can be judged alone.

    plain: the cells as numbers float64 or int64 (N,), NaN where missing, if they are numbers as they stand. Else
    codes int64 (N,) of the different texts `levels`, -1 where missing, and `ways`, what the levels are as numbers by
    decimal mark, `sign` (percent, currency) taken off.
    """

    name: str
    plain: np.ndarray | None = None
    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    levels: list[str] = field(default_factory=list)
    ways: dict[str, np.ndarray] = field(default_factory=dict)
    sign: str | None = None
    padded: bool = False
    points: bool = False
    """Whether it is numbers with a decimal point beyond doubt."""


def look(name: str, cells: np.ndarray) -> Column:
    """Judge a column of text cells, object (N,)."""
    text = "\n".join(cells)
    padded = LEADING_ZERO.search(text) is not None
    numbers = np.asarray(pd.to_numeric(cells, errors="coerce"))
    gap = np.isnan(numbers)
    if not padded and all(c.strip() in MISSING for c in cells[gap]):
        whole = numbers.dtype.kind in "iu" and np.abs(numbers.astype(np.float64)).max(initial=0) >= EXACT
        plain = numbers if whole else numbers.astype(np.float64)
        points = "." in text and not _dotted_thousands(cells)
        return Column(name, plain, points=points)
    codes, levels = split(cells)
    column = Column(name, None, codes, levels, padded=padded and any(LEADING_ZERO.fullmatch(v) for v in levels))
    if levels and not column.padded:
        bare, column.sign = without_sign(levels)
        found = {mark: numbers_of(bare, mark) for mark in (".", ",")}
        column.ways = {mark: values for mark, values in found.items() if values is not None}
        column.points = set(column.ways) == {"."} and any("." in level for level in levels)
    return column


def dotted(name: str, cells: np.ndarray) -> Column:
    """The same column where the table's decimal mark is a comma, so that 1.234 is no fraction."""
    codes, levels = split(cells)
    values = numbers_of(levels, ",")
    return Column(name, None, codes, levels, ways={} if values is None else {",": values})


def _dotted_thousands(cells: np.ndarray) -> bool:
    """Whether each point stands where it could part thousands."""
    return all(THOUSANDS.fullmatch(c.strip()) for c in cells if "." in c)


def split(cells: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """(codes int64 (N,), different texts) of text cells, blanks around them off; code -1 where missing."""
    codes, raw = pd.factorize(cells)
    places: dict[str, int] = {}
    stripped = [str(c).strip() for c in raw]
    to = np.array([-1 if c in MISSING else places.setdefault(c, len(places)) for c in stripped], dtype=np.int64)
    return to[codes], list(places)


def joined(codes: np.ndarray, levels: list[str]) -> np.ndarray:
    """Texts object (N,) from codes and levels, None where missing."""
    return np.array([*levels, None], dtype=object)[codes]


def values_of(column: Column, decimal: str, day_first: bool) -> tuple[pd.Series, str | None]:
    """(the column as numbers, moments or text, what it was read as beside plain numbers and text).

    decimal: the mark of the table, for what could be read either way. Raises InputError for inf.
    """
    if column.plain is not None:
        if np.isinf(column.plain).any():
            raise InputError(f"column {column.name!r} holds inf; replace it")
        return pd.Series(column.plain), None
    if column.ways:
        mark = decimal if decimal in column.ways else next(iter(column.ways))
        if np.isinf(column.ways[mark]).any():
            raise InputError(f"column {column.name!r} holds inf; replace it")
        return pd.Series(np.append(column.ways[mark], np.nan)[column.codes]), mark
    moments = None if column.padded or not column.levels else dates_of(column.levels, day_first)
    if moments is None:
        return pd.Series(joined(column.codes, column.levels), dtype=object), None
    when, order, either = moments
    return pd.Series(when.append(pd.DatetimeIndex([pd.NaT]))[column.codes]), order + (" or otherwise" if either else "")
