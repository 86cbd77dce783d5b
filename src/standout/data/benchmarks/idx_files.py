"""The four idx files that MNIST and its kin are published as, all of the same names."""

from pathlib import Path

import numpy as np

from standout.data.benchmarks.files import content, find_all, missing, published
from standout.data.dataset import Dataset
from standout.data.idx import read_idx
from standout.errors import InputError

STEMS = (("train-images", "idx3-ubyte"), ("train-labels", "idx1-ubyte"))
TESTS = (("t10k-images", "idx3-ubyte"), ("t10k-labels", "idx1-ubyte"))


def spellings(stem: str, kind: str) -> list[str]:
    """Names under which one of the files is passed round."""
    return [f"{stem}{dot}{kind}{end}" for dot in "-." for end in ("", ".gz")]


FILES = tuple(spellings(*part)[1] for part in (*STEMS, *TESTS))
"""The published names, packed; unpacked ones are taken too."""


def read_four(folder: Path, name: str, counts: tuple[int, ...], classes: tuple[str, ...], fashion: bool) -> Dataset:
    """Images uint8 (N, 28, 28) of the training files, then of the test files where they lie beside them.

    counts: records of each class as published. fashion: of two folders with these files, that with this word in its
    path is taken, else one without. Raises InputError where a file is missing, damaged, or of another length.
    """
    at = _place(folder, fashion)
    if at is None:
        raise missing(name, folder, FILES)
    parts = [pair for files in (STEMS, TESTS) if (pair := _pair(at, files, name)) is not None]
    x, y = np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    if y.max() >= len(classes):
        raise InputError(f"{name}: a label is {y.max()}, and there are {len(classes)} classes; fetch the files again")
    lines = (
        [f"training and test records are joined: {' + '.join(f'{len(y):,}' for _, y in parts)}"] if parts[1:] else []
    )
    if len(y) == sum(counts) and tuple(np.bincount(y, minlength=len(counts))) != counts:
        lines.append(f"{name}: the classes have other counts than published; other data sets use these file names")
    return published(Dataset(x, np.array(classes)[y], kind="image"), name, sum(counts), len(counts), *lines)


def _place(folder: Path, fashion: bool) -> Path | None:
    """The folder that holds the training images."""
    if folder.is_file():
        folder = folder.parent
    found = find_all(folder, spellings(*STEMS[0]))
    fits = [path for path in found if ("fashion" in str(path.relative_to(folder)).casefold()) == fashion]
    return (fits or found)[0].parent if found else None


def _pair(folder: Path, files, name: str) -> tuple[np.ndarray, np.ndarray] | None:
    paths = [next((p for s in spellings(*part) if (p := folder / s).is_file()), None) for part in files]
    if paths == [None, None]:
        return None
    arrays = []
    for path, part in zip(paths, files):
        if path is None:
            raise missing(name, folder, [spellings(*part)[1]])
        arrays.append(read_idx(content(path), path.name))
    x, y = arrays
    if x.ndim != 3 or y.ndim != 1 or len(x) != len(y) or y.dtype != np.uint8 or not len(y):
        raise InputError(
            f"{name}: {files[0][0]} {x.shape} and {files[1][0]} {y.shape} do not fit together; fetch them again"
        )
    return x, y
