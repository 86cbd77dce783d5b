"""A first look at a file or folder of unknown make: what it holds, and nothing is ever unpickled."""

import importlib.util
import json
import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from standout.data.npz import BROKEN
from standout.errors import InputError, one_line

TABLES = (".csv", ".csv.gz", ".parquet")
MAGIC = b"\x93NUMPY"


class Look:
    """What can be told of a path without reading its bulk; each property is empty or None where it does not apply."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.path.name or str(self.path)

    @cached_property
    def folder(self) -> tuple[str, ...]:
        """Names in a folder, sorted."""
        try:
            return tuple(sorted(p.name for p in self.path.iterdir())) if self.path.is_dir() else ()
        except OSError as e:
            raise InputError(f"{self.name} cannot be read: {one_line(e.strerror or e)}") from e

    @cached_property
    def arrays(self) -> frozenset[str]:
        """Names of the arrays of an .npz archive."""
        if not self.path.is_file() or not zipfile.is_zipfile(self.path):
            return frozenset()
        try:
            with zipfile.ZipFile(self.path) as file:
                return frozenset(n.removesuffix(".npy") for n in file.namelist() if n.endswith(".npy"))
        except BROKEN:
            return frozenset()  # damaged: the reader of .npz says so

    @cached_property
    def content(self) -> Any:
        """What a .json file holds. Raises InputError where it is damaged."""
        if self.path.suffix.lower() != ".json" or not self.path.is_file():
            return None
        try:
            return json.loads(self.path.read_text(encoding="utf-8-sig"))
        except (ValueError, OSError, RecursionError) as e:
            raise InputError(f"{self.name} is damaged or no JSON: {one_line(e)}") from e

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of a table (.csv, .csv.gz, .parquet). Raises InputError where it is damaged."""
        if not self.path.is_file() or not self.path.name.lower().endswith(TABLES):
            return ()
        if self.path.suffix.lower() == ".parquet":
            return tuple(self.table().columns)
        with self._readable():
            return tuple(pd.read_csv(self.path, nrows=0).columns.astype(str))

    def table(self) -> pd.DataFrame:
        """The whole table."""
        with self._readable():
            if self.path.suffix.lower() != ".parquet":
                return pd.read_csv(self.path, low_memory=False)
            if importlib.util.find_spec("pyarrow") is None:
                raise InputError(f"{self.name}: .parquet needs an extra: pip install 'standout[parquet]'")
            return pd.read_parquet(self.path)

    def _readable(self):
        return _Readable(self.name)

    def inside(self, *parts: str) -> "Look":
        """A look at something in this folder."""
        return Look(self.path.joinpath(*parts))


class _Readable:
    """Turns what readers of tables raise into one InputError."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> None: ...

    def __exit__(self, kind, error, trace) -> None:
        if error is not None and not isinstance(error, InputError) and isinstance(error, Exception):
            raise InputError(f"{self.name} cannot be read as a table: {one_line(error)}") from error


def read_npy(path: Path, *, large: bool = False) -> np.ndarray:
    """A whole array of numbers from an .npy file; `large`: left on disk until it is used.

    Raises InputError where there is no such file, it is damaged, or it holds Python objects.
    """
    where = "/".join(path.parts[-3:])
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise InputError(f"{where} is damaged or no .npy file")
            file.seek(0)
            version = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = header(file)
            if dtype.hasobject:
                raise InputError(f"{where} holds Python objects, which are never loaded; save it as numbers")
            if dtype.kind not in "fiub":
                raise InputError(f"{where} must be numbers; it has dtype {dtype}")
            if path.stat().st_size - file.tell() < dtype.itemsize * int(np.prod(shape, dtype=object)):
                raise InputError(f"{where} is damaged: it ends early")
        return np.load(path, allow_pickle=False, mmap_mode="r" if large else None)
    except FileNotFoundError:
        raise InputError(f"{where} is missing") from None
    except InputError:
        raise
    except BROKEN as e:
        raise InputError(f"{where} cannot be read: {one_line(e)}") from e
