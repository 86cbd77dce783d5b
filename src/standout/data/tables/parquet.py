"""Parquet files as a DataFrame, with what cannot be a feature left out."""

import io
from typing import Any

import pandas as pd

from standout.data.tables.header import UNNAMED
from standout.errors import InputError, listed, one_line


def read_parquet(raw: bytes, name: str) -> tuple[pd.DataFrame, list[str], list[str]]:
    """(columns, those of them that were the index, notes) of a Parquet file. Raises InputError."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as e:
        raise InputError(f"{name} is Parquet, which needs pyarrow: pip install 'standout[parquet]'") from e
    try:
        table = pq.ParquetFile(io.BytesIO(raw)).read()
    except (pa.ArrowException, OSError, ValueError) as e:
        raise InputError(f"{name} cannot be read as Parquet: {one_line(e)}; save it again") from e
    names = table.schema.names
    if twice := [n for n in names if names.count(n) > 1]:
        raise InputError(f"{name}: column {twice[0]!r} stands twice; rename one")
    odd = [f.name for f in table.schema if not _is_plain(pa, f.type)]
    notes = [f"left out, cells that hold lists, records or bytes: {listed(odd)}"] if odd else []
    try:
        frame = table.drop_columns(odd).to_pandas(date_as_object=False)
    except (pa.ArrowException, ValueError, TypeError) as e:
        raise InputError(f"{name} cannot be read as Parquet: {one_line(e)}; save it again") from e
    index = []
    if not isinstance(frame.index, pd.RangeIndex):
        index = [f"{UNNAMED} {k}" if n is None else str(n) for k, n in enumerate(frame.index.names)]
        frame = frame.reset_index(names=index) if not set(index) & set(frame.columns) else frame.reset_index(drop=True)
    frame.columns = [str(c) for c in frame.columns]
    if frame.empty:
        raise InputError(f"{name} has no {'column that can be used' if len(frame) else 'record'}")
    return frame, index, notes


def _is_plain(pa: Any, kind: Any) -> bool:
    """Whether cells of this type are numbers, times or text."""
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return not (types.is_nested(kind) or any(
        test(kind) for test in (types.is_binary, types.is_large_binary, types.is_fixed_size_binary)
    ))  # fmt: skip
