"""The records table on disk: CSV that a spreadsheet can open without harm, parquet where pyarrow is installed."""

import csv
import importlib.util
import io
from pathlib import Path

import pandas as pd

from standout.run.folder import RunFolder

TEXT = ("record", "label", "cause", "reason", "action")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def write_records(folder: RunFolder, table: pd.DataFrame) -> None:
    """records.csv, and records.parquet where the extra is installed."""
    folder.write("records.csv", table_as_csv(table))
    if importlib.util.find_spec("pyarrow") is not None:
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        folder.write("records.parquet", buffer.getvalue())
    else:
        folder.delete("records.parquet")  # of an earlier run: it would no longer say what records.csv says


def table_as_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV; texts that a spreadsheet would run are escaped."""
    shown = table.copy()
    for column in shown.columns:
        if column in TEXT:
            shown[column] = [escaped(v) for v in shown[column]]
    # every text in quotes: a lone carriage return would end the row for a reader, and is not quoted by itself
    text = shown.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    return text.encode("utf-8", "surrogatepass")


def escaped(text: str) -> str:
    """A cell that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay. So does a text that
    begins with an apostrophe itself, or it could not be told from one that was given it."""
    if text.startswith("'"):
        return "'" + text
    if not text.startswith(DANGEROUS):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text


def unescaped(text: str) -> str:
    """The cell as it was before `escaped`."""
    return text.removeprefix("'")


def read_records(path: Path) -> pd.DataFrame:
    """The records table of a run folder, text columns as they were."""
    return read_table(path / "records.csv")


def read_table(path: Path) -> pd.DataFrame:
    """A table that `table_as_csv` wrote."""
    table = pd.read_csv(path, dtype=dict.fromkeys(TEXT, str), keep_default_na=False, na_values={}, encoding="utf-8")
    for column in table.columns:
        if column in TEXT:
            table[column] = [unescaped(v) for v in table[column]]
        elif table[column].dtype.kind not in "biuf":
            table[column] = pd.to_numeric(table[column])
    return table
