"""SOURCE, as the command line and `standout.load` take it, to a Dataset."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from standout.data.arrays import read_arrays
from standout.data.builtin import BUILTIN
from standout.data.dataset import Dataset
from standout.data.tables import read_table
from standout.errors import InputError, did_you_mean, listed

TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".tab", ".txt", ".txt.gz", ".data", ".parquet")


def load(
    source: str | Path,
    *,
    label: str | None = None,
    id: str | None = None,
    group: str | None = None,
    drop: Sequence[str] = (),
) -> Dataset:
    """A Dataset from a built-in name, a CSV table (with `label`), or an .npz file with x and y.

    label, id, group, drop: column names of a table. Raises InputError where the source cannot be used.
    """
    if not isinstance(source, (str, Path)):
        raise InputError(f"load takes a name or a path, not {type(source).__name__}; for data in memory: Dataset(x, y)")
    drop = (drop,) if isinstance(drop, str) else tuple(drop)
    text = str(source)
    path = Path(source)
    is_table = text.lower().endswith(TABLES)
    if not is_table and (given := [n for n, v in _columns(label, id, group, drop) if v]):
        raise InputError(f"{listed(given)}: only for tables ({', '.join(TABLES)}), and {text!r} is none")
    columns = _columns(label, id, group, drop)
    words = [
        w
        for option, given in columns
        for v in ((given,) if isinstance(given, str) else given or ())
        for w in (option, v)
    ]
    return replace(_read(text, path, is_table, label, id, group, drop), origin=(text, *words))


def load_again(origin: tuple[str, ...], source: str | Path | None = None) -> Dataset:
    """A Dataset anew from the `origin` of an earlier one; source: where it lies by now.

    Raises InputError where it is not there any more.
    """
    text = origin[0] if source is None else str(source)
    if text not in BUILTIN and not os.path.exists(text):
        raise InputError(f"the data are no more at {text!r} (from {os.getcwd()}); say where they are: --source PATH")
    columns: dict[str, Any] = {}
    for option, value in zip(origin[1::2], origin[2::2]):
        name = option.removeprefix("--")
        columns[name] = (*columns.get(name, ()), value) if name == "drop" else value
    return replace(load(text, **columns), origin=origin)


def _read(text: str, path: Path, is_table: bool, label, id, group, drop: tuple[str, ...]) -> Dataset:
    if text in BUILTIN:
        return BUILTIN[text]()
    if not os.path.exists(path):  # not Path.exists, which raises for a name that is too long
        hint = did_you_mean(text, BUILTIN)
        raise InputError(f"no file or built-in data set {text!r}{hint} (built-in: {listed(BUILTIN)})")
    if path.is_dir():
        raise InputError(f"{text!r} is a folder; give a table ({', '.join(TABLES)}) or an .npz file")
    if is_table:
        return read_table(path, label=label, id=id, group=group, drop=drop)
    if path.suffix.lower() == ".npz":
        return read_arrays(path)
    raise InputError(f"{text!r}: unknown kind of file; give a table ({', '.join(TABLES)}) or an .npz file")


def _columns(label, id, group, drop):
    return [("--label", label), ("--id", id), ("--group", group), ("--drop", drop)]
