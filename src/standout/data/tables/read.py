"""A table file to a Dataset: which column is what, and the notes on all that was understood."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.data.tables.cells import MISSING, joined, split
from standout.data.tables.contents import PARQUET, WORKBOOK, read_bytes, what_is
from standout.data.tables.dialect import dialect_of
from standout.data.tables.encoding import encoding_of
from standout.data.tables.features import typed
from standout.data.tables.header import (
    UNNAMED,
    clean_name,
    filled_in,
    is_row_name,
    likeness,
    unique_names,
    without_headers,
)
from standout.data.tables.parquet import read_parquet
from standout.data.tables.rows import read_rows
from standout.data.tables.workbook import ENDINGS, text_of_workbook
from standout.errors import InputError, did_you_mean, listed

WHOLE = re.compile(r"([+-]?[0-9]+)[.,]0*")


@dataclass
class Sheet:
    """Columns by name, text cells object (N,) or, from Parquet, Series of their own types; `empty`, names of
    columns that were left out; `row_names`, the columns that only name rows; `separator` of a text."""

    columns: dict[str, np.ndarray | pd.Series]
    empty: list[str] = field(default_factory=list)
    row_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    how: list[str] = field(default_factory=list)
    separator: str | None = None


def read_table(path: Path, *, label: str | None, id: str | None, group: str | None, drop: tuple[str, ...]) -> Dataset:
    """A table (.csv, .tsv, .txt, ..., each also .gz; .parquet; .xlsx) as a Dataset. Raises InputError, naming the file
    and the mend."""
    if label is None:
        raise InputError(f"{path.name}: which column is the label? Give --label COLUMN")
    label = clean_name(label)
    id, group = (None if name is None else clean_name(name) for name in (id, group))
    drop = tuple(clean_name(name) for name in drop)
    raw, notes = read_bytes(path)
    if path.name.lower().endswith(ENDINGS) and what_is(raw) == WORKBOOK:
        raw, more = text_of_workbook(raw, path.name)
        notes = (*notes, *more)
    sheet = _from_parquet(raw, path) if _is_parquet(raw, path) else _from_text(raw, path, label)
    roles = _roles(path, sheet, label, id, group, drop)
    idle = [name for name in sheet.row_names if name not in (*roles, *drop)]
    features = {n: cells for n, cells in sheet.columns.items() if n not in (*roles, *drop, *idle)}
    if not features:
        raise InputError(f"{path.name}: no feature column is left beside label, id, group and dropped ones")
    if idle:
        sheet.notes.append(f"{listed(repr(n) for n in idle)}: names of rows without a name of their own, no feature")
    if sheet.separator is None:
        x, more = pd.DataFrame({n: _of_parquet(pd.Series(cells)) for n, cells in features.items()}), []
        y = _of_parquet(pd.Series(sheet.columns[label]))
    else:
        x, more, comma = typed({n: np.asarray(cells) for n, cells in features.items()}, sheet.separator)
        sheet.how += ["a decimal comma"] if comma else []
        y, told = labels_of(np.asarray(sheet.columns[label]))
        more += told
    if sheet.how:
        notes = (*notes, f"{path.name} is read with {', '.join(sheet.how)}")
    ids = np.arange(1, len(x) + 1) if id is None else _ids(sheet.columns[id], y)
    groups = None if group is None else _groups(sheet.columns[group])
    return Dataset(
        x, np.asarray(y, dtype=object), ids=ids, groups=groups, name=path.name.split(".")[0],
        notes=(*notes, *sheet.notes, *more, *_gaps(x, y)),
    )  # fmt: skip


def _is_parquet(raw: bytes, path: Path) -> bool:
    if raw.startswith(PARQUET):
        return True
    if raw and path.suffix.lower() == ".parquet":
        raise InputError(f"{path.name} is no Parquet file, whatever its name says; if it is text, name it .csv")
    return False


def _from_text(raw: bytes, path: Path, label: str) -> Sheet:
    codec, told = encoding_of(raw, path.name)
    ending = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    dialect = dialect_of(raw, codec, ending)
    first, table, notes = read_rows(raw, codec, dialect, path.name)
    names = filled_in([clean_name(name) for name in first])
    like = likeness(first, table)
    numbered = re.fullmatch("[0-9]+", label) is not None and 0 < int(label) <= len(names)
    if numbered and (like > 0 or (like == 0 and label not in names)):
        table = np.concatenate([np.array([first], dtype=object), table])
        names = [str(k) for k in range(1, table.shape[1] + 1)]
        notes.insert(0, f"no header line: the columns are numbered 1 to {len(names)}")
    elif like > 0 and label not in names:
        raise InputError(
            f"{path.name}: the first line looks like a record, not like names ({listed(first, 6)}); give the label by "
            f"the number of its column (--label {len(names)} for the last), or put names above it"
        )
    else:
        table, more = without_headers(first, table)
        notes += more
    if not len(table):
        raise InputError(f"{path.name} has a header line and no record")
    how = [h for h in (told, dialect.told(ending)) if h]
    sheet = Sheet({}, notes=notes, how=how, separator=dialect.separator)
    keep, more = unique_names(names, table, path.name)
    sheet.notes += more
    for k in keep:
        _add_column(sheet, names[k], table[:, k].copy())
    return sheet


def _add_column(sheet: Sheet, name: str, cells: np.ndarray) -> None:
    if name.startswith(UNNAMED):
        if all(cell.strip() in MISSING for cell in cells):
            sheet.notes.append(f"column {name!r} has no name and no value and is left out")
            sheet.empty.append(name)
            return
        if is_row_name(cells):
            sheet.row_names.append(name)
    sheet.columns[name] = cells


def _from_parquet(raw: bytes, path: Path) -> Sheet:
    frame, index, notes = read_parquet(raw, path.name)
    columns = {clean_name(str(name)): frame[name] for name in frame.columns}
    if len(columns) < frame.shape[1]:
        raise InputError(f"{path.name}: two columns have one name but for blanks; rename one")
    return Sheet(columns, row_names=[clean_name(i) for i in index], notes=notes)


def _roles(path: Path, sheet: Sheet, label: str, id: str | None, group: str | None, drop: tuple[str, ...]) -> list[str]:
    """The columns that are label, id and group. Raises InputError for one that is not there."""
    for option, column in [
        ("label", label),
        ("id", id),
        ("group", group),
        *(("drop", d) for d in drop if d not in sheet.empty),
    ]:
        if column is not None and column not in sheet.columns:
            uncut = "; no separator (, ; tab |) cuts its lines alike" if len(sheet.columns) == 1 else ""
            raise InputError(
                f"{option} column {column!r} is not in {path.name}{did_you_mean(column, sheet.columns)} "
                f"(columns: {listed(sheet.columns)}){uncut}"
            )
    roles = [c for c in (label, id, group) if c is not None]
    if len(set(roles)) < len(roles):
        raise InputError(f"{path.name}: label, id and group must be different columns (given: {listed(roles)})")
    return roles


def labels_of(cells: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Labels as text object (N,), None where missing, and a note where 1.0 became 1: among numbers alone."""
    codes, levels = split(cells)
    cased: dict[str, list[str]] = {}
    for level in levels:
        cased.setdefault(level.casefold(), []).append(level)
    alike = [" and ".join(map(repr, words)) for words in cased.values() if len(words) > 1]
    notes = [f"classes that differ in capitals alone: {listed(alike, 3)}"] if alike else []
    whole = [WHOLE.fullmatch(level) for level in levels]
    if not any(whole) or pd.to_numeric(pd.Series([v.replace(",", ".") for v in levels]), errors="coerce").isna().any():
        return joined(codes, levels), notes
    short = [m[1] if m else level for m, level in zip(whole, levels)]
    written = next(level for m, level in zip(whole, levels) if m)
    return joined(codes, short), [f"labels like {written} count as whole numbers"]


def _of_parquet(values: pd.Series) -> pd.Series:
    """A column of Parquet as it is, but for text cells that mean "missing"."""
    if not (pd.api.types.is_object_dtype(values.dtype) or pd.api.types.is_string_dtype(values.dtype)):
        return values
    array = np.array(values, dtype=object)
    gone = np.array([v is None or (isinstance(v, str) and v.strip() in MISSING) for v in array]) | pd.isna(array)
    array[gone] = None
    return pd.Series(array, dtype=object)


def _ids(cells: np.ndarray | pd.Series, y) -> np.ndarray:
    """Ids as written; a record without label needs none, since it is left out."""
    ids = np.array(cells, dtype=object)
    gone = pd.isna(np.asarray(y, dtype=object))
    blank = np.array([pd.isna(v) or not str(v).strip() for v in ids])
    ids[gone & blank] = [f"(row {k + 1})" for k in np.flatnonzero(gone & blank)]
    return ids


def _groups(cells: np.ndarray | pd.Series) -> np.ndarray:
    if isinstance(cells, np.ndarray):
        return labels_of(cells)[0]  # 1 and 1.0 are one group
    return _of_parquet(cells).to_numpy(dtype=object)


def _gaps(x: pd.DataFrame, y) -> list[str]:
    """One line on the missing values of the records with a label."""
    kept = x[~pd.isna(np.asarray(y, dtype=object))]
    counts = kept.isna().sum()
    gaps = [f"{name} {count}" for name, count in counts.items() if 0 < count < len(kept)]
    return [f"missing values: {listed(gaps)}"] if gaps else []
