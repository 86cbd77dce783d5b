"""Plain tables: CSV files with a header line."""

import csv
import gzip
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.errors import InputError, did_you_mean, listed, one_line

MISSING = frozenset({"", "?", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL"})
"""Cells that mean "not known", in exactly these spellings. Other words ("None", "Unknown") are values, and so are names
such as Na (sodium), Nan and Null."""
UNNAMED = "Unnamed:"
"""Names of columns without one, as pandas has them: `Unnamed: 0`."""
ENCODING = "utf-8-sig"


def read_table(path: Path, *, label: str | None, id: str | None, group: str | None, drop: tuple[str, ...]) -> Dataset:
    """A CSV file (also .tsv, .gz) as a Dataset. Raises InputError, naming the file and the mend."""
    if label is None:
        raise InputError(f"{path.name}: which column is the label? Give --label COLUMN")
    frame = read_text(path)
    for option, column in [("label", label), ("id", id), ("group", group), *(("drop", d) for d in drop)]:
        if column is not None and column not in frame.columns:
            raise InputError(
                f"{option} column {column!r} is not in {path.name}{did_you_mean(column, frame.columns)} "
                f"(columns: {listed(frame.columns)})"
            )
    roles = [c for c in (label, id, group) if c is not None]
    if len(set(roles)) < len(roles):
        raise InputError(f"{path.name}: label, id and group must be different columns (given: {listed(roles)})")
    features = frame.drop(columns=list({label, id, group, *drop} - {None}))
    if features.empty or not features.shape[1]:
        raise InputError(f"{path.name}: no feature column is left beside label, id, group and dropped ones")
    table = pd.DataFrame({c: typed(features[c]) for c in features.columns})
    ids = np.arange(1, len(frame) + 1) if id is None else frame[id].to_numpy(dtype=object)
    groups = None if group is None else without_missing(frame[group]).to_numpy(dtype=object)
    y = without_missing(frame[label]).to_numpy(dtype=object)
    notes = tuple(
        f"column {name!r} has no name of its own (row numbers?) and is a feature; --drop {name!r} leaves it out"
        for name in table.columns
        if name.startswith(UNNAMED)
    )
    return Dataset(table, y, ids=ids, groups=groups, name=path.name.split(".")[0], notes=notes)


def read_text(path: Path) -> pd.DataFrame:
    """All cells as text, exactly as written but for blanks around names."""
    separator = "\t" if ".tsv" in path.name.lower() else ","
    try:
        names = check_rows(path, separator)
        frame = pd.read_csv(
            path, sep=separator, names=names, header=0, dtype=str, keep_default_na=False, na_filter=False,
            index_col=False, encoding=ENCODING,
        )  # fmt: skip
    except UnicodeError as e:
        raise InputError(f"{path.name} is not text in UTF-8 ({one_line(e)}); save it as CSV in UTF-8") from e
    except (pd.errors.ParserError, csv.Error, OSError, EOFError, zlib.error) as e:
        raise InputError(f"{path.name} cannot be read as a table: {one_line(e)}; save it again") from e
    if frame.empty:
        raise InputError(f"{path.name} has a header line and no record")
    return frame


def check_rows(path: Path, separator: str) -> list[str]:
    """Names in the header line. Raises InputError for a row with more or fewer cells than it, which pandas would cut
    or fill in silence, and for names that stand twice."""
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    with opened(path, "rt", encoding=ENCODING, newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        rows = (row for row in reader if len(row) > 1 or (row and row[0].strip()))
        names = [name.strip() for name in next(rows, [])]
        if not names:
            raise InputError(f"{path.name} is empty")
        if any("\0" in name for name in names):
            raise InputError(f"{path.name} is not text in UTF-8; save it as CSV in UTF-8")
        if len(names) == 1 and (other := [s for s in ",;\t|" if s in names[0]]):
            raise InputError(f"{path.name}: its cells seem to stand between {other[0]!r}; save it with {separator!r}")
        if twice := [name for name in names if name and names.count(name) > 1]:
            raise InputError(f"{path.name}: column {twice[0]!r} stands twice; rename one")
        for row in rows:
            if len(row) != len(names):
                raise InputError(
                    f"{path.name}, line {reader.line_num}: {len(row)} cells, but the header names {len(names)} "
                    "columns; mend that line (a cell that holds the separator stands in quotes)"
                )
    return [name or f"{UNNAMED} {place}" for place, name in enumerate(names)]


def without_missing(cells: pd.Series) -> pd.Series:
    """Text cells with surrounding blanks off; those that mean "missing" are None."""
    text = cells.astype(str).str.strip().astype(object)
    return text.where(~text.isin(MISSING), None)


def typed(cells: pd.Series) -> pd.Series:
    """Text cells as numbers where every cell that is not missing is one, else as text with None for missing."""
    numbers = pd.to_numeric(cells, errors="coerce").astype(np.float64)
    if numbers.isna().any():  # else nothing is missing, and looking at each cell as text can be spared
        text = without_missing(cells)
        numbers = pd.to_numeric(text, errors="coerce").astype(np.float64)
        if not (numbers.notna() == text.notna()).all():
            return text
    if np.isinf(numbers).any():
        raise InputError(f"column {cells.name!r} holds inf; replace it")
    return numbers
