"""`.npz` files with `x` and `y`, and if wanted `ids` and `groups`. Nothing is unpickled."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from standout.data.dataset import Dataset
from standout.errors import InputError, did_you_mean, listed, one_line


def read_arrays(path: Path) -> Dataset:
    """A Dataset from an .npz file. Raises InputError for what is missing, pickled or damaged."""
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path.name} is damaged or no .npz archive; save it by numpy.savez(path, x=x, y=y)")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {}
            for name in ("x", "y", "ids", "groups"):
                if name in file.files:
                    arrays[name] = _member(file, name, path)
            names = file.files
    except InputError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as e:
        raise InputError(f"{path.name} cannot be read as .npz: {one_line(e)}; save it again") from e
    for name in ("x", "y"):
        if name not in arrays:
            raise InputError(f"{path.name} has no array {name!r}{did_you_mean(name, names)} (arrays: {listed(names)})")
    return Dataset(arrays["x"], arrays["y"], arrays.get("ids"), arrays.get("groups"), name=path.stem)


def _member(file, name: str, path: Path) -> np.ndarray:
    try:
        return file[name]
    except ValueError as e:
        raise InputError(
            f"array {name!r} of {path.name} holds Python objects, which are never loaded; "
            "save it as numbers or as text (dtype str)"
        ) from e
