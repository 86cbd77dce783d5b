"""`purchase100`: what shoppers bought."""

from pathlib import Path

from standout.data.benchmarks.bits import read_bits, read_label_first
from standout.data.benchmarks.files import find, inside, missing, published
from standout.data.dataset import Dataset

FILES = ("dataset_purchase.tgz", "dataset_purchase", "purchase100.npz")


def purchase100(folder: Path) -> Dataset:
    """197,324 shoppers, 600 products bought or not, 100 clusters (Acquire Valued Shoppers; Shokri et al. 2017)."""
    path = find(folder, FILES)
    if path is None:
        raise missing("purchase100", folder, FILES)
    if path.suffix == ".npz":
        data = read_bits(path)
    elif (text := inside(path, "dataset_purchase")) is not None:
        data = read_label_first(text, f"dataset_purchase of {path.name}")
    else:
        raise missing("purchase100", path, ["dataset_purchase"])
    return published(data, "purchase100", 197_324, 100)
