"""Tables of zeros and ones: bit-packed `.npz`, `.npz` copies with x and y, and text with the label first."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.arrays import read_arrays
from standout.data.dataset import Dataset
from standout.data.npz import archive, member, shapes
from standout.errors import InputError, one_line


def read_bits(path: Path) -> Dataset:
    """x uint8 (N, D) of an .npz: `X_bits` (N, ceil(D / 8)) with `n_features` and `y`, or any arrays x and y."""
    if "X_bits" not in shapes(path):
        return read_arrays(path)
    with archive(path, "the project that published it") as file:
        bits, y, count = (member(file, name, path) for name in ("X_bits", "y", "n_features"))
    if bits.dtype != np.uint8 or bits.ndim != 2 or count.size != 1 or not 0 < int(count.item()) <= 8 * bits.shape[1]:
        raise InputError(f"{path.name}: X_bits {bits.shape} {bits.dtype} does not hold n_features columns of bits")
    return Dataset(np.unpackbits(bits, axis=1, count=int(count.item())), y, kind="tabular")


def read_label_first(raw: bytes, name: str) -> Dataset:
    """Lines of numbers with commas between: the label, then zeros and ones. x uint8 (N, D)."""
    table = numbers(raw, name)
    if table.shape[1] < 2:
        raise InputError(f"{name}: a label and at least one column are wanted, separated by commas; fetch it again")
    return Dataset(np.ascontiguousarray(table[:, 1:]), table[:, 0], kind="tabular")


def numbers(raw: bytes, name: str) -> np.ndarray:
    """uint8 (N, columns) from text without a header. Raises InputError where a cell is no whole number below 256."""
    try:
        return pd.read_csv(io.BytesIO(raw), header=None, dtype=np.uint8).to_numpy()
    except (ValueError, OverflowError, UnicodeError) as e:  # pandas' own errors are of these kinds
        raise InputError(
            f"{name} is no table of whole numbers with commas between ({one_line(e)}); fetch it again"
        ) from e
