"""`location30`: where people of Bangkok checked in."""

from pathlib import Path

from standout.data.benchmarks.bits import read_bits, read_label_first
from standout.data.benchmarks.files import find, inside, missing, published
from standout.data.dataset import Dataset

FILES = ("location30.npz", "dataset_location.tgz", "bangkok")


def location30(folder: Path) -> Dataset:
    """5,010 people, 446 kinds of place and regions visited or not, 30 clusters (Foursquare; Shokri et al. 2017)."""
    path = find(folder, FILES)
    if path is None:
        raise missing("location30", folder, FILES)
    if path.suffix == ".npz":
        data = read_bits(path)
    elif (text := inside(path, "bangkok")) is not None:
        data = read_label_first(text, f"bangkok of {path.name}")
    else:
        raise missing("location30", path, ["bangkok"])
    return published(data, "location30", 5_010, 30)
