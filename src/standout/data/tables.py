"""Plain tables: CSV files with a header line."""

from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.errors import InputError, did_you_mean, listed, one_line

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})
"""Cells that mean "not known", in any case. Other words ("None", "Unknown") are values."""


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
    return Dataset(table, y, ids=ids, groups=groups, name=path.name.split(".")[0])


def read_text(path: Path) -> pd.DataFrame:
    """All cells as text, exactly as written but for blanks around names."""
    separator = "\t" if ".tsv" in path.suffixes else ","
    try:
        frame = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, na_filter=False, index_col=False)
    except pd.errors.EmptyDataError:
        raise InputError(f"{path.name} is empty") from None
    except (pd.errors.ParserError, UnicodeError, OSError, EOFError) as e:
        raise InputError(f"{path.name} cannot be read as a table: {one_line(e)}") from e
    frame.columns = [str(c).strip() for c in frame.columns]
    if frame.empty:
        raise InputError(f"{path.name} has a header line and no record")
    if frame.columns.has_duplicates:
        raise InputError(
            f"{path.name}: column {frame.columns[frame.columns.duplicated()][0]!r} stands twice; rename one"
        )
    return frame


def without_missing(cells: pd.Series) -> pd.Series:
    """Text cells with surrounding blanks off; those that mean "missing" are None."""
    text = cells.astype(str).str.strip().astype(object)
    return text.where(~text.str.lower().isin(MISSING), None)


def typed(cells: pd.Series) -> pd.Series:
    """Text cells as numbers where every cell that is not missing is one, else as text with None for missing."""
    text = without_missing(cells)
    numbers = pd.to_numeric(text, errors="coerce").astype(np.float64)
    if (numbers.notna() == text.notna()).all():
        if np.isinf(numbers).any():
            raise InputError(f"column {cells.name!r} holds inf; replace it")
        return numbers
    return text
