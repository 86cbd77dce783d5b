"""SOURCE, as the command line and `standout.load` take it, to a Dataset."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from standout.data.arrays import read_arrays
from standout.data.benchmarks import BENCHMARKS, read_benchmark
from standout.data.builtin import BUILTIN
from standout.data.dataset import Dataset
from standout.data.images import read_images
from standout.data.kinds import foreign
from standout.data.tables import read_table
from standout.data.user import read_user
from standout.errors import InputError, did_you_mean, listed
from standout.userfile import file_of, names_object

TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".tab", ".txt", ".txt.gz", ".data", ".parquet", ".xlsx", ".xlsm")
KINDS = f"a table ({', '.join(TABLES)}), an .npz file, a folder of images with a sub-folder per class, or path.py:NAME"


def load(
    source: str | Path,
    *,
    label: str | None = None,
    id: str | None = None,
    group: str | None = None,
    drop: Sequence[str] = (),
    data: str | Path | None = None,
) -> Dataset:
    """A Dataset from a built-in name, a benchmark (with `data`), a CSV table (with `label`), an .npz file with x and y,
    a folder of images with a sub-folder per class, or `path.py:name` of a Dataset of the user's own.

    label, id, group, drop: column names of a table; numbers from 1 where it has no header. data: folder with the files
    of a benchmark. What was understood and left out is in `notes`. Raises InputError where the source cannot be used.
    """
    if not isinstance(source, (str, Path)):
        raise InputError(f"load takes a name or a path, not {type(source).__name__}; for data in memory: Dataset(x, y)")
    drop = (drop,) if isinstance(drop, str) else tuple(drop)
    text = str(source)
    path = Path(source)
    is_table = text not in BENCHMARKS and text.lower().endswith(TABLES)
    columns = [("--label", label), ("--id", id), ("--group", group), ("--drop", drop)]
    if not is_table and not names_object(text) and os.path.isfile(path) and (said := foreign(path.name)):
        raise InputError(f"{text!r} is {said}")
    if not is_table and (given := [n for n, v in columns if v]):
        raise InputError(f"{listed(given)}: only for tables ({', '.join(TABLES)}), and {text!r} is none")
    if data is not None and text not in BENCHMARKS:
        hint = did_you_mean(text, BENCHMARKS)
        raise InputError(f"--data: only for benchmarks ({listed(BENCHMARKS)}), and {text!r} is none{hint}")
    words = [
        w
        for option, given in [*columns, ("--data", None if data is None else str(data))]
        for v in ((given,) if isinstance(given, str) else given or ())
        for w in (option, v)
    ]
    if is_table and text not in BUILTIN and os.path.isfile(path):
        found = read_table(path, label=label, id=id, group=group, drop=drop)
    else:
        found = _read(text, path, data)
    return replace(found, origin=(text, *words))


def load_again(origin: tuple[str, ...], source: str | Path | None = None) -> Dataset:
    """A Dataset anew from the `origin` of an earlier one; source: where it lies by now, of a benchmark its folder.

    Raises InputError where it is not there any more.
    """
    text = origin[0]
    options: dict[str, Any] = {}
    for option, value in zip(origin[1::2], origin[2::2]):
        name = option.removeprefix("--")
        options[name] = (*options.get(name, ()), value) if name == "drop" else value
    if source is not None and text in BENCHMARKS and str(source) not in BENCHMARKS:
        options["data"] = str(source)
    elif source is not None:
        text = str(source)
    needed = options.get("data", text) if text in BENCHMARKS else file_of(text)
    if text not in BUILTIN and not os.path.exists(needed):
        raise InputError(f"the data are no more at {needed!r} (from {os.getcwd()}); say where they are: --source PATH")
    return replace(load(text, **options), origin=origin)


def _read(text: str, path: Path, data: str | Path | None) -> Dataset:
    """A source that is no table."""
    if text in BUILTIN:
        return BUILTIN[text]()
    if text in BENCHMARKS:
        return read_benchmark(text, data)
    if names_object(text):
        return read_user(text)
    if not os.path.exists(path):  # not Path.exists, which raises for a name that is too long
        hint = did_you_mean(text, [*BUILTIN, *BENCHMARKS])
        raise InputError(
            f"no file or built-in data set {text!r}{hint} (built-in: {listed(BUILTIN)}; with --data DIR: "
            f"{listed(BENCHMARKS)})"
        )
    if path.is_dir():
        return read_images(path)
    if path.suffix.lower() == ".npz":
        return read_arrays(path)
    raise InputError(f"{text!r}: unknown kind of file; give {KINDS}")
