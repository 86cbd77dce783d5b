"""`mnist`: handwritten digits."""

from pathlib import Path

from standout.data.benchmarks.idx_files import FILES, read_four
from standout.data.dataset import Dataset

__all__ = ["FILES", "mnist"]

COUNTS = (6_903, 7_877, 6_990, 7_141, 6_824, 6_313, 6_876, 7_293, 6_825, 6_958)


def mnist(folder: Path) -> Dataset:
    """70,000 handwritten digits, 28 x 28 grey values, 10 classes (LeCun, Bottou, Bengio, Haffner 1998)."""
    return read_four(folder, "mnist", COUNTS, tuple("0123456789"), fashion=False)
