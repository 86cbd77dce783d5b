""".npz files: what is read, what is refused, and that nothing is ever unpickled."""

import shutil

import numpy as np
import pytest

from standout.data.arrays import read_arrays
from standout.errors import InputError

N = 12
X = np.arange(N * 3).reshape(N, 3)
Y = np.arange(N) % 2


def test_all_four_arrays(tmp_path):
    path = tmp_path / "hearts.npz"
    ids, groups = np.array([f"{i:03d}" for i in range(N)]), np.arange(N) // 3
    np.savez_compressed(path, x=X, y=Y, ids=ids, groups=groups, unused=X)
    d = read_arrays(path)
    assert d.name == "hearts"
    assert np.array_equal(d.x, X)
    assert d.y.tolist() == Y.tolist()
    assert d.ids.tolist() == ids.tolist()
    assert d.groups.tolist() == groups.tolist()


def test_ids_default_to_positions_and_bytes_are_text(tmp_path):
    np.savez(tmp_path / "a.npz", x=X, y=Y)
    assert read_arrays(tmp_path / "a.npz").ids.tolist() == [str(i) for i in range(N)]
    np.savez(tmp_path / "b.npz", x=X, y=Y.astype("S"), ids=np.array([f"r{i}" for i in range(N)], dtype="S"))
    b = read_arrays(tmp_path / "b.npz")
    assert b.ids[0] == "r0"
    assert b.classes == ("0", "1")


class Trap:
    """Unpickling it would raise."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def write(tmp_path, kind):
    path = tmp_path / "a.npz"
    if kind == "no x":
        np.savez(path, xs=X, y=Y)
    elif kind == "no y":
        np.savez(path, x=X, answers=Y)
    elif kind == "two x":
        np.savez(path, data=X, images=X, y=Y)
    elif kind == "no y of the test part":
        np.savez(path, x_train=X, y_train=Y, x_test=X)
    elif kind == "parts of different shape":
        np.savez(path, x_train=X, y_train=Y, x_test=X[:, :2], y_test=Y)
    elif kind == "pickled y":
        np.savez(path, x=X, y=np.array(["a", None] * 6, dtype=object))
    elif kind == "trap":
        np.savez(path, x=np.array([[Trap()]] * N, dtype=object), y=Y)
    elif kind == "truncated":
        np.savez(path, x=X, y=Y)
        path.write_bytes(path.read_bytes()[:-60])
    elif kind == "damaged":
        np.savez(path, x=X, y=Y)
        raw = bytearray(path.read_bytes())
        raw[200:220] = b"\xff" * 20
        path.write_bytes(raw)
    elif kind == "damaged compressed":
        np.savez_compressed(path, x=np.random.default_rng(0).normal(size=(N, 90)), y=Y)
        raw = bytearray(path.read_bytes())
        raw[300:340] = b"\xff" * 40
        path.write_bytes(raw)
    elif kind == "npy inside":
        np.save(tmp_path / "a.npy", X)
        shutil.move(tmp_path / "a.npy", path)
    elif kind == "text":
        path.write_text("x,y\n1,2\n")
    elif kind == "empty":
        path.write_bytes(b"")
    return path


REFUSED = {
    "no x": r"no array 'x'; did you mean 'xs'\? \(arrays: xs \(12, 3\) int64, y \(12,\) int64\)",
    "no y": r"no array 'y' \(arrays: x \(12, 3\) int64, answers \(12,\) int64\)",
    "two x": r"which array is 'x': data, images\?",
    "no y of the test part": r"of x_test the y is missing \(arrays: x_train \(12, 3\)",
    "parts of different shape": r"x_train \(12, 3\), x_test \(12, 2\) cannot be joined",
    "pickled y": "array 'y' of a.npz holds Python objects",
    "trap": "array 'x' of a.npz holds Python objects",
    "truncated": "a.npz",
    "damaged": "a.npz cannot be read",
    "damaged compressed": "a.npz cannot be read",
    "npy inside": "no .npz archive",
    "text": "no .npz archive",
    "empty": "no .npz archive",
}


@pytest.mark.parametrize(("kind", "words"), REFUSED.items(), ids=REFUSED)
def test_refused_in_one_line(tmp_path, kind, words):
    with pytest.raises(InputError, match=words) as error:
        read_arrays(write(tmp_path, kind))
    assert "\n" not in str(error.value)
    assert "allow_pickle" not in str(error.value), "nobody is told to unpickle"
