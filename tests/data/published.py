"""Files in published formats, written for tests."""

import io
import tarfile

import numpy as np
import pytest

import standout
from standout.data.source import load_again
from standout.errors import InputError


def lines(*columns) -> bytes:
    """Columns as text with commas between."""
    table = np.column_stack(columns)
    return "".join(",".join(map(str, row)) + "\n" for row in table.tolist()).encode()


def tar(path, **files):
    """A packed tar archive of these files; __ in a name stands for /."""
    with tarfile.open(path, "w:gz") as archive:
        for name, raw in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))


def load(name, folder):
    """A benchmark, whose origin leads to the same again."""
    d = standout.load(name, data=folder)
    assert d.name == name
    assert d.origin == (name, "--data", str(folder))
    again = load_again(d.origin)
    assert again.digest() == d.digest()
    assert again.origin == d.origin
    return d


def cut(name, raw, keep=0.6):
    """Writes the first part of these bytes to a file of that name in a folder."""

    def write(folder):
        (folder / name).write_bytes(raw[: int(len(raw) * keep)])

    return write


def is_refused(name, folder, words):
    """One line that holds these words."""
    with pytest.raises(InputError, match=words) as error:
        standout.load(name, data=folder)
    assert "\n" not in str(error.value)
