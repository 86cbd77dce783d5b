"""`letter`: printed capitals."""

import io
from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.benchmarks.files import content, find, missing, published
from standout.data.dataset import Dataset
from standout.data.npz import archive, member
from standout.errors import InputError, one_line

FILES = ("letter.npz", "letter-recognition.data")
NAMES = [
    "x.box", "y.box", "width", "high", "onpix", "x.bar", "y.bar", "x2bar", "y2bar", "xybar", "x2ybr", "xy2br", "x.ege",
    "xegvy", "y.ege", "yegvx",
]  # fmt: skip
LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def letter(folder: Path) -> Dataset:
    """20,000 printed capitals, 16 measures of their pixels from 0 to 15, 26 letters (Frey and Slate 1991)."""
    path = find(folder, FILES)
    if path is None:
        raise missing("letter", folder, FILES)
    x, y = _from_npz(path) if path.suffix == ".npz" else _from_text(path)
    if x.shape[1] != len(NAMES):
        raise InputError(f"{path.name} has {x.shape[1]} measures a letter, and {len(NAMES)} are wanted; fetch it again")
    return published(Dataset(pd.DataFrame(x, columns=NAMES), y), "letter", 20_000, 26)


def _from_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with archive(path, "the project that published it") as file:
        x, y = member(file, "X", path), member(file, "y", path)
    if y.dtype.kind in "iu" and y.ndim == 1 and len(y) and y.min() >= 0 and y.max() < len(LETTERS):
        y = LETTERS[y]
    return x, y


def _from_text(path: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        table = pd.read_csv(io.BytesIO(content(path)), header=None)
        return table.iloc[:, 1:].to_numpy(dtype=np.uint8), table[0].to_numpy(dtype=object)
    except (ValueError, OverflowError) as e:
        raise InputError(
            f"{path.name} is no table of a letter and whole numbers ({one_line(e)}); fetch it again"
        ) from e
