"""Names of columns, from the first row: whether it holds names at all, and what else stands where records should."""

import re
import unicodedata

import numpy as np

from standout.data.tables.cells import MISSING
from standout.data.tables.numbers import ANY_NUMBER
from standout.errors import InputError, listed

UNNAMED = "Unnamed:"
"""Names of columns without one, as pandas has them: `Unnamed: 0`."""
SAMPLE = 1000
UNIT = re.compile(
    r"[\[(<].*[\])>]|%|°?[CFK]|[munkcdM]?[mgsLlVAWJNt]|kg|min|h|years?|days?|m/s|mm/?hg|u?int\d*|integer|float\d*|double"
    r"|str(ing)?|text|num(eric)?|real|continuous|discrete|categorical|nominal|ordinal|bool(ean)?|object|date(time)?",
    re.IGNORECASE,
)
"""What may stand below a name: a unit or a kind."""
RULE = re.compile(r"\s*(?::?[-=]{2,}:?)?\s*")
NO_VALUE = re.compile(r"[\W_]*|unknown|none|missing|nil|not .*|n\.?a\.?|nan|inf(inity)?", re.IGNORECASE)
"""Words that stand for a value that is missing, so that a line with them is a record."""


def clean_name(name: str) -> str:
    """A name without blanks around it, with one blank for any within, as line ends, and with whole accented letters:
    what is typed after --label and what a Mac wrote are then one name."""
    return " ".join(unicodedata.normalize("NFC", name).replace("\ufeff", " ").replace("\u200b", "").split())


def likeness(first: list[str], table: np.ndarray) -> int:
    """Above 0 where the first row fits its columns, object (N, W), as one record more, below 0 where it names them."""
    cells = [clean_name(c) for c in first]
    body = table[:SAMPLE]
    names = records = 0
    numbered: list[str] = []
    for k, cell in enumerate(cells):
        values = [v for v in (str(c).strip() for c in body[:, k]) if v not in MISSING]
        if not cell or not values:
            continue
        if all(map(ANY_NUMBER.fullmatch, values)):
            if not ANY_NUMBER.fullmatch(cell):
                if cell not in MISSING:
                    return -len(cells)
            elif cell not in numbered or len(set(values)) < len(values):
                numbered.append(cell)
        elif len(set(values)) <= len(values) / 2:
            records, names = records + (cell in values), names + (cell not in values)
    if not _consecutive(numbered):
        records += len(numbered)
    return records - names


def _consecutive(cells: list[str]) -> bool:
    """Names that count (0, 1, 2 or years), as frames without names are saved."""
    if not all(re.fullmatch("[0-9]+", c) for c in cells):
        return False
    steps = np.diff([int(c) for c in cells])
    return len(cells) > 1 and bool((steps == steps[0]).all()) and steps[0] != 0


def without_headers(first: list[str], table: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Records without those that repeat the header, rule it off, or stand below it as units or kinds, and notes."""
    notes = []
    rules = [
        i for i in range(min(2, len(table))) if all(map(RULE.fullmatch, table[i])) and table[i].astype(bool).sum() > 1
    ]
    if rules:
        table = np.delete(table, rules, axis=0)
        notes.append("the rule below the header left out")
    names = [clean_name(c) for c in first]
    at = np.flatnonzero([clean_name(c) == names[0] for c in table[:, 0]])
    again = [i for i in at if [clean_name(c) for c in table[i]] == names]
    if again:
        table = np.delete(table, again, axis=0)
        notes.append(f"{len(again)} repeated header {'line' if len(again) == 1 else 'lines'} left out")
    if len(table) > 2 and _is_second_header(table):
        told = listed(map(repr, table[0]), 6)
        notes.append(f"the line below the header looks like units or kinds and is left out ({told})")
        table = table[1:]
    return table, notes


def _is_second_header(table: np.ndarray) -> bool:
    top = [str(c).strip() for c in table[0]]
    words = units = 0
    for cell, column in zip(top, table[1:SAMPLE].T):
        values = {str(c).strip() for c in column} - MISSING
        if cell in MISSING or not values:
            continue
        if cell in values:
            return False
        if all(map(ANY_NUMBER.fullmatch, values)):
            if ANY_NUMBER.fullmatch(cell) or NO_VALUE.fullmatch(cell):
                return False
            words, units = words + 1, units + (len(cell) > 1 and UNIT.fullmatch(cell) is not None)
    return words > 1 or units > 0


def unique_names(names: list[str], table: np.ndarray, file: str) -> tuple[list[int], list[str]]:
    """(columns to keep, notes): of columns of one name and content the first. Raises InputError for one name and
    different content."""
    keep, notes = [], []
    first: dict[str, int] = {}
    for k, name in enumerate(names):
        if name not in first:
            first.setdefault(name, k)
            keep.append(k)
        elif (table[:, k] == table[:, first[name]]).all():
            notes.append(f"column {name!r} stands twice with the same content; one is left out")
        else:
            raise InputError(
                f"{file}: column {name!r} stands twice, with different content (columns {first[name] + 1} and "
                f"{k + 1}); rename one (or are there two header lines?)"
            )
    return keep, notes


def filled_in(names: list[str]) -> list[str]:
    """The names, where there is none that of pandas, which no other column has."""
    full = list(names)
    for k, name in enumerate(names):
        if not name:
            place = f"{UNNAMED} {k}"
            full[k] = place if place not in full else f"{place}.1"
    return full


def is_row_name(cells: np.ndarray) -> bool:
    """Whether cells of a column without a name are names of the rows: whole numbers or texts, each only once."""
    values = [str(c).strip() for c in cells]
    if len(set(values)) < len(values) or any(v in MISSING for v in values):
        return False
    whole = [re.fullmatch("[0-9]+", v) is not None for v in values]
    return all(whole) or not any(map(ANY_NUMBER.fullmatch, values))
