"""`texas100`: stays in hospitals of Texas."""

from pathlib import Path

from standout.data.benchmarks.bits import numbers, read_bits
from standout.data.benchmarks.files import content, find, members, missing, published
from standout.data.dataset import Dataset
from standout.errors import InputError

PARTS = ("100/feats", "100/labels")
FILES = ("dataset_texas.tgz", "texas/100/feats", "texas/100/labels", "texas100.npz")


def texas100(folder: Path) -> Dataset:
    """67,330 hospital stays, 6,170 facts that hold or not, 100 main procedures (Texas DSHS; Shokri et al. 2017)."""
    path = find(folder, (FILES[0], PARTS[0], FILES[3]))
    if path is None:
        raise missing("texas100", folder, FILES)
    if path.suffix == ".npz":
        data = read_bits(path)
    else:
        data = _from_text(path, folder)
    return published(data, "texas100", 67_330, 100)


def _from_text(path: Path, folder: Path) -> Dataset:
    if path.suffix == ".tgz":
        found = members(path, PARTS)
    else:
        labels = path.with_name("labels")
        found = {PARTS[0]: content(path), **({PARTS[1]: content(labels)} if labels.is_file() else {})}
    if len(found) < len(PARTS):
        raise missing("texas100", folder, [part for part in PARTS if part not in found])
    x, y = (numbers(found[part], f"texas/{part}") for part in PARTS)
    if y.shape[1] != 1:
        raise InputError(f"texas/{PARTS[1]} holds {y.shape[1]} columns, and one is wanted; fetch it again")
    return Dataset(x, y, kind="tabular")
