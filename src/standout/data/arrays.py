"""`.npz` files with `x` and `y`, and if wanted `ids` and `groups`. Nothing is unpickled."""

from pathlib import Path

from standout.data.dataset import Dataset
from standout.data.npz import archive, member
from standout.errors import InputError, did_you_mean, listed


def read_arrays(path: Path) -> Dataset:
    """A Dataset from an .npz file. Raises InputError for what is missing, pickled or damaged."""
    arrays = {}
    with archive(path, "numpy.savez(path, x=x, y=y)") as file:
        for name in ("x", "y", "ids", "groups"):
            if name in file.files:
                arrays[name] = member(file, name, path)
        names = file.files
    for name in ("x", "y"):
        if name not in arrays:
            raise InputError(f"{path.name} has no array {name!r}{did_you_mean(name, names)} (arrays: {listed(names)})")
    return Dataset(arrays["x"], arrays["y"], arrays.get("ids"), arrays.get("groups"), name=path.stem)
