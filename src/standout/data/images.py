"""A folder of images with a sub-folder per class, to a Dataset; every liberty that is taken is told."""

import hashlib
import os
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from standout.data.dataset import Dataset
from standout.data.folders import pictures_in
from standout.data.pictures import DamagedError, Head, read_head, read_picture
from standout.errors import InputError

MOST_BYTES = 2**31
"""Memory for all pictures together; they are made smaller where they would need more, and that is told."""


def read_images(folder: Path) -> Dataset:
    """uint8 images (N, H, W), or (N, H, W, 3) where any has colour; ids are paths below the folder, in their order.

    All get one size: that of most where at least half have it, else the median height and width. Pictures that cannot
    be read are left out and told. Raises InputError, in one line, for a folder of another shape and for pictures that
    are too large.
    """
    found = pictures_in(folder)
    heads, damaged = {}, {}
    for name in found.labels:
        try:
            heads[name] = read_head(folder / name)
        except DamagedError as e:
            damaged[name] = str(e)
    refuse_none(folder, heads, damaged)
    grey = all(head.grey for head in heads.values())
    height, width, told = common_size(list(heads.values()), 1 if grey else 3)
    x = np.empty((len(heads), height, width) if grey else (len(heads), height, width, 3), dtype=np.uint8)
    names = []
    for name in heads:
        try:
            x[len(names)] = read_picture(folder / name, height, width, grey)
        except DamagedError as e:
            damaged[name] = str(e)
        else:
            names.append(name)
    refuse_none(folder, names, damaged)
    notes = [*found.notes, *told, *told_of({name: heads[name] for name in names}, grey)]
    notes += told_of_copies(folder, {name: found.labels[name] for name in names})
    if damaged:
        first = min(damaged)
        notes.append(f"left out: {len(damaged)} images that cannot be read, such as {first!r} ({damaged[first]})")
    y = np.array([found.labels[name] for name in names], dtype=object)
    where = Path(os.path.abspath(folder)).name
    return Dataset(x[: len(names)], y, ids=names, name=where or "images", kind="image", notes=tuple(notes))


def refuse_none(folder: Path, names, damaged: dict[str, str]) -> None:
    """Raises InputError where no picture could be read."""
    if not names:
        first = min(damaged)
        raise InputError(
            f"none of the {len(damaged)} images in {str(folder)!r} can be read; {first}: {damaged[first]}; save them "
            "again as PNG or JPEG"
        )


def common_size(heads: list[Head], channels: int) -> tuple[int, int, list[str]]:
    """(height, width, lines) of the one size that all pictures get."""
    sizes = Counter((head.height, head.width) for head in heads)
    size, most = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    rule = f"the size of {most}"
    if 2 * most < len(heads):
        medians = np.median([(head.height, head.width) for head in heads], axis=0)
        size, rule = (int(medians[0]), int(medians[1])), "the median height and width"
    height, width = size
    need = len(heads) * height * width * channels
    if need > MOST_BYTES:
        by = (MOST_BYTES / need) ** 0.5
        height, width = max(int(height * by), 1), max(int(width * by), 1)
        rule = f"made smaller from {size[0]} x {size[1]} to need at most {MOST_BYTES / 2**30:g} GiB"
    others = len(heads) - sizes[height, width]
    if not others:
        return height, width, []
    return (
        height,
        width,
        [
            f"{others} of {len(heads)} images are resized to {height} x {width} (height x width): {rule}; there were "
            f"{len(sizes)} sizes, and proportions are not kept"
        ],
    )


def told_of(heads: dict[str, Head], grey: bool) -> list[str]:
    """Lines on what was done to pictures of a kind, with how many they were."""
    all_heads = heads.values()
    greys = sum(head.grey for head in all_heads)
    lines = [
        (0 if grey else greys, "grey images are turned into colour, as the others are"),
        (sum(head.deep for head in all_heads), "images of 16 bits are cut to their upper 8"),
        (sum(head.clear for head in all_heads), "images with transparency are put on white"),
        (sum(head.turned for head in all_heads), "images are turned upright, as their EXIF says"),
        (sum(head.frames > 1 for head in all_heads), "images hold several frames or pages: the first is taken"),
    ]
    return [f"{count} {line}" for count, line in lines if count]


def told_of_copies(folder: Path, labels: dict[str, str]) -> list[str]:
    """A line on files that are byte for byte the same as another: both stay, and may lie in one training and out."""
    by_size: dict[int, list[str]] = defaultdict(list)
    for name in labels:
        by_size[os.path.getsize(folder / name)].append(name)
    first: dict[bytes, str] = {}
    copies: list[tuple[str, str]] = []
    for names in by_size.values():
        for name in names if len(names) > 1 else ():
            content = hashlib.sha256((folder / name).read_bytes()).digest()
            if first.setdefault(content, name) != name:
                copies.append((name, first[content]))
    if not copies:
        return []
    name, other = min(copies)
    crossed = sum(labels[a] != labels[b] for a, b in copies)
    under = f", {crossed} of them under another class" if crossed else ""
    return [f"{len(copies)} images are byte-equal copies of others{under}, such as {name!r} of {other!r}; they stay"]
