"""Reading `.npz` archives: nothing is unpickled, and large arrays can be read one part at a time."""

import contextlib
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from standout.errors import InputError, listed, one_line

BROKEN = (
    OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, SyntaxError, TypeError,
    OverflowError, MemoryError, RecursionError, tokenize.TokenError,
)  # fmt: skip
"""What numpy and zipfile raise on damaged files: a header is parsed as Python's literals are."""


@contextlib.contextmanager
def archive(path: Path, example: str) -> Iterator[Any]:
    """The open archive of numpy. Raises InputError where it is none or damaged; example: how to save one."""
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path.name} is damaged or no .npz archive; save it by {example}")
    with _readable(path), np.load(path, allow_pickle=False) as file:
        yield file


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except BROKEN as e:
        raise InputError(f"{path.name} cannot be read as .npz: {one_line(e)}; save it again") from e


def member(file, name: str, path: Path) -> np.ndarray:
    """One array of an open archive. Raises InputError where it is missing or holds Python objects."""
    if name not in file.files:
        raise InputError(f"{path.name} has no array {name!r} (arrays: {listed(file.files)})")
    try:
        return file[name]
    except ValueError as e:
        raise InputError(
            f"array {name!r} of {path.name} holds Python objects, which are never loaded; "
            "save it as numbers or as text (dtype str)"
        ) from e
    except MemoryError as e:
        raise InputError(f"array {name!r} of {path.name} does not fit into memory: {one_line(e)}") from e


def shapes(path: Path) -> dict[str, str]:
    """Shape and dtype of each array of an archive, as text, from the headers alone; other members are left out."""
    found = {}
    with _readable(path), zipfile.ZipFile(path) as whole:
        for name in whole.namelist():
            if name.endswith(".npy"):
                with whole.open(name) as file:
                    shape, _, dtype = _header(file)
                found[name.removesuffix(".npy")] = f"{shape} {'objects' if dtype.hasobject else dtype}"
    return found


@dataclass(frozen=True)
class Parts:
    """An array of an archive, read along its first axis whenever it is gone through: one part in memory at a time."""

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype

    @classmethod
    def of(cls, path: Path, name: str) -> "Parts | None":
        """None for what cannot be read in parts: columns first, text, objects, no axis, or an unknown header."""
        with _readable(path), zipfile.ZipFile(path) as whole, whole.open(f"{name}.npy") as file:
            shape, by_columns, dtype = _header(file)
        if by_columns or dtype.kind not in "fiub" or not shape:
            return None
        return cls(path, name, shape, dtype)

    def __iter__(self) -> Iterator[np.ndarray]:
        size = int(np.prod(self.shape[1:])) * self.dtype.itemsize
        with _readable(self.path), zipfile.ZipFile(self.path) as whole, whole.open(f"{self.name}.npy") as file:
            _header(file)
            for _ in range(self.shape[0]):
                raw = file.read(size)
                if len(raw) < size:
                    raise EOFError(f"array {self.name!r} ends early")
                yield np.frombuffer(raw, dtype=self.dtype).reshape(self.shape[1:])


def _header(file) -> tuple[tuple[int, ...], bool, np.dtype]:
    """(shape, whether columns come first, dtype) of an .npy file."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)
