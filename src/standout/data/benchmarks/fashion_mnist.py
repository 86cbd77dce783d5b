"""`fashion-mnist`: pictures of clothes."""

from pathlib import Path

from standout.data.benchmarks.idx_files import FILES, read_four
from standout.data.dataset import Dataset

__all__ = ["FILES", "fashion_mnist"]

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def fashion_mnist(folder: Path) -> Dataset:
    """70,000 pieces of clothing, 28 x 28 grey values, 10 kinds (Xiao, Rasul, Vollgraf 2017)."""
    return read_four(folder, "fashion-mnist", (7_000,) * 10, CLASSES, fashion=True)
