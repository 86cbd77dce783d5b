"""`thyroid`: hormones in the blood."""

from pathlib import Path

from standout.data.benchmarks.files import find, missing, published
from standout.data.dataset import Dataset
from standout.data.tables import read_table

FILES = ("thyroid.csv", "thyroid.csv.gz")


def thyroid(folder: Path) -> Dataset:
    """3,772 patients, 29 mixed columns with gaps, 4 states of the thyroid, one with 2 records (Quinlan 1987, UCI)."""
    path = find(folder, FILES)
    if path is None:
        raise missing("thyroid", folder, FILES)
    return published(read_table(path, label="class", id=None, group=None, drop=()), "thyroid", 3_772, 4)
