"""Arrays of an archive in parts: the same numbers as numpy reads, and one line where the file is broken."""

import numpy as np
import pytest

from standout.data.npz import Parts
from standout.errors import InputError

ARRAY = np.random.default_rng(0).normal(size=(5, 7, 3))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i8", "|u1", "|b1"])
def test_parts_are_what_numpy_reads(tmp_path, save, dtype):
    array = (100 * ARRAY).astype(dtype)
    save(tmp_path / "a.npz", logits=array, other=np.arange(3))
    parts = Parts.of(tmp_path / "a.npz", "logits")
    assert parts is not None and parts.shape == (5, 7, 3) and parts.dtype == array.dtype
    for _ in range(2):
        assert np.array_equal(np.stack(list(parts)), array)


@pytest.mark.parametrize("array", [np.asfortranarray(ARRAY), np.array(1.0), np.array(["a", "b"])])
def test_what_has_no_parts_in_a_row_is_left_to_numpy(tmp_path, array):
    np.savez(tmp_path / "a.npz", logits=array)
    assert Parts.of(tmp_path / "a.npz", "logits") is None


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("size", [1, 1000])
def test_damage_in_the_middle_is_one_line(tmp_path, save, size):
    path = tmp_path / "a.npz"
    save(path, logits=np.repeat(ARRAY, size, axis=1))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 255
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"a\.npz cannot be read"):
        list(Parts.of(path, "logits") or ())
