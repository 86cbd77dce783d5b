"""`retail100`: what shoppers of a supermarket bought; built as Purchase100 was, from other shoppers."""

from pathlib import Path

from standout.data.benchmarks.bits import read_bits
from standout.data.benchmarks.files import find, missing, published
from standout.data.dataset import Dataset

FILES = ("retail100.npz",)


def retail100(folder: Path) -> Dataset:
    """41,548 receipts, 600 articles bought or not, 100 clusters of our making (FIMI retail; Brijs et al. 1999)."""
    path = find(folder, FILES)
    if path is None:
        raise missing("retail100", folder, FILES)
    return published(read_bits(path), "retail100", 41_548, 100)
