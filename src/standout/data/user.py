"""`path.py:name` as SOURCE: a Dataset of the user's own, (x, y), or a function that returns one of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from standout.data.dataset import Dataset
from standout.errors import InputError, one_line
from standout.userfile import file_of, folder_of, importable, object_of


def read_user(spec: str) -> Dataset:
    """The Dataset that `path.py:name` is or returns. Raises InputError where it is or gives something else."""
    with importable(folder_of(spec)):
        thing = _named(spec)
    if isinstance(thing, Dataset):
        return replace(thing, name=Path(file_of(spec)).stem) if thing.name == "data" else thing
    if isinstance(thing, (tuple, list)) and 2 <= len(thing) <= 4:
        return Dataset(*thing, name=Path(file_of(spec)).stem)
    raise InputError(
        f"{spec} is of type {type(thing).__name__}; name a standout.Dataset, a tuple (x, y), or a function that "
        "returns one of them"
    )


def _named(spec: str) -> Any:
    """What the name stands for, or what it returns where it is a function."""
    thing = object_of(spec, "source")
    if callable(thing):
        try:
            thing = thing()
        except InputError:
            raise
        except (Exception, SystemExit) as e:
            said = f"{type(e).__name__}: {one_line(e)}"
            raise InputError(f"{spec}, called without arguments, fails: {said}") from e
    return thing
