"""Reads explorer.npz and defences.csv, and refuses what standout did not write so: a wrong row would show the picture
of another record."""

import io
import json
import zipfile
from collections.abc import Mapping

import numpy as np
import pandas as pd

from standout.errors import InputError
from standout.run.folder import RunFolder
from standout.run.tables import read_table

SIGNALS = ("row", "low", "high", "threshold", "side", "value", "member", "accused")
PICTURES = ("picture", "tile", "picture_row")
MAP = ("map_row", "map_panel", "map_x", "map_y", "map_model")
ROWS = ("row", "near", "picture_row", "map_row")


def read_explorer(folder: RunFolder, records: int) -> dict[str, np.ndarray]:
    """Arrays of explorer.npz of a run of so many records, none where there is no such file. Raises InputError where it
    is damaged, or is of other records."""
    path = folder.path / "explorer.npz"
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        check(arrays, records)
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, OSError, EOFError, KeyError, zipfile.BadZipFile) as e:
        raise InputError(f"{path} cannot be read ({e}); standout explain {folder.path} makes it anew") from e
    return arrays


def check(arrays: Mapping[str, np.ndarray], records: int) -> None:
    """Raises ValueError that names what does not fit."""
    for group in (SIGNALS, PICTURES, MAP):
        if there := [name for name in group if name in arrays]:
            for name in group:
                want(name in arrays, f"it has {there[0]} and no {name}")
    for name, array in arrays.items():
        want(array.dtype.kind in "biuf", f"{name} holds no numbers")
    for name in ROWS:
        if name in arrays:
            rows = arrays[name]
            want(
                rows.dtype.kind in "iu" and bool(((rows >= 0) & (rows < records)).all()), f"{name} is of other records"
            )
    if "row" in arrays:
        d, shape = len(arrays["row"]), arrays["value"].shape
        for name in (n for n in (*SIGNALS, "near") if n in arrays):
            flat = name in SIGNALS[:5]
            want(arrays[name].ndim == (1 if flat else 2) and len(arrays[name]) == d, f"{name} has another length")
            want(flat or name == "near" or arrays[name].shape == shape, f"{name} is of other models")
    if "map_row" in arrays:
        for name in MAP[:4]:
            want(arrays[name].shape == (len(arrays["map_row"]),), f"{name} has another length")
    if "picture" in arrays:
        want(arrays["picture_row"].ndim == 1 and arrays["tile"].shape == (3,), "its pictures have no size")
    if "cells" in arrays:
        told = json.loads(arrays["cells"].tobytes().decode())
        want(all(0 <= int(row) < records for row in told), "cells are of other records")


def want(fine: bool, says: str) -> None:
    """Raises ValueError that says what is wrong."""
    if not fine:
        raise ValueError(says)


def read_after(folder: RunFolder) -> pd.DataFrame | None:
    """defences.csv: record, exposure under the control (`none`) and under each defence; None where there is no such
    file. Raises InputError where it is damaged."""
    path = folder.path / "defences.csv"
    if not path.is_file():
        return None
    try:
        table = read_table(path)
        want({"record", "none"} <= set(table.columns), "it has no record or no control")
        others = table.drop(columns="record")
        want(all(kind.kind in "iuf" for kind in others.dtypes), "it holds no numbers")
    except (ValueError, OSError) as e:
        raise InputError(f"{path} cannot be read ({e}); standout defend {folder.path} makes it anew") from e
    return table
