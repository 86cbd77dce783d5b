"""Which files of a folder are pictures of which class: a sub-folder per class, if wanted below train, test and such."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from standout.data.names import SPLIT_OF
from standout.errors import InputError, listed, one_line

PICTURES = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".pnm")
)
"""Endings of pictures, compared without regard to case."""


@dataclass
class Found:
    """Pictures by id (path below the folder, with /), in order, their class, and lines on what was understood."""

    labels: dict[str, str]
    notes: list[str] = field(default_factory=list)


@dataclass
class _Walk:
    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)


def pictures_in(folder: Path) -> Found:
    """The pictures of a folder and their classes. Raises InputError where the folder has no such shape."""
    walk = _Walk()
    _go(folder, "", walk, ())
    if not walk.files:
        ends = listed(_endings(walk.strays)) or "it is empty"
        raise InputError(
            f"no image in folder {str(folder)!r} ({ends}); give a folder with a sub-folder of images per class, or the "
            "table or .npz file itself"
        )
    depth = _depth(folder, walk)
    notes = [_joined(walk)] if depth else []
    labels = {f: f.split("/")[depth] for f in sorted(walk.files) if f.count("/") > depth}
    if outside := sorted(set(walk.files) - set(labels)):
        notes.append(f"left out: {len(outside)} images in no class folder, such as {outside[0]!r}")
    classes = {f.split("/")[depth]: f for f in sorted(walk.folders) if f.count("/") == depth}
    if empty := sorted(set(classes) - set(labels.values())):
        notes.append(f"no image in class folder {listed(classes[c] for c in empty)}: no class")
    if nested := [f for f in labels if f.count("/") > depth + 1]:
        notes.append(f"{len(nested)} images in folders below a class folder are of that class, such as {nested[0]!r}")
    if walk.strays:
        ends = listed(_endings(walk.strays))
        notes.append(f"left out: {len(walk.strays)} files or folders that are hidden or no images ({ends})")
    if walk.loops:
        notes.append(f"left out: {len(walk.loops)} links that lead back to a folder above, such as {walk.loops[0]!r}")
    return Found(labels, notes)


def _go(folder: Path, below: str, walk: _Walk, above: tuple[str, ...]) -> None:
    """Everything in a folder and below it; links are followed, but not back to a folder that is gone through."""
    real = os.path.realpath(folder)
    if real in above:
        walk.loops.append(below.rstrip("/"))
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError as e:
        raise InputError(f"folder {str(folder)!r} cannot be read: {one_line(e)}") from e
    for entry in entries:
        name = below + entry.name
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            walk.strays.append(name)
        elif entry.is_dir():
            walk.folders.append(name)
            _go(Path(entry.path), name + "/", walk, (*above, real))
        elif entry.is_file() and os.path.splitext(entry.name)[1].lower() in PICTURES:
            walk.files.append(name)
        else:
            walk.strays.append(name)


def _depth(folder: Path, walk: _Walk) -> int:
    """0 where the first level names the class, 1 where it names splits and the second the class."""
    tops = sorted({f.split("/")[0] for f in walk.files if "/" in f})
    if not tops:
        raise InputError(
            f"{str(folder)!r} holds {len(walk.files)} images such as {walk.files[0]!r} and no sub-folder of images; "
            "put those of each class into a folder of its own: FOLDER/CLASS/1.png"
        )
    below: dict[str, set[str]] = {top: set() for top in tops}
    for parts in (f.split("/") for f in walk.files if f.count("/") > 1):
        below[parts[0]].add(parts[1])
    if not all(top.casefold() in SPLIT_OF for top in tops):
        if len(tops) == 1:
            inner = f"; for its sub-folders as classes give {str(folder / tops[0])!r}" if below[tops[0]] else ""
            raise InputError(f"all images of {str(folder)!r} are in one folder, {tops[0]!r}: one class{inner}")
        return 0
    named = [classes for classes in below.values() if classes]
    if not named:
        raise InputError(
            f"{listed(tops)} in {str(folder)!r} hold images in no class folder; give {tops[0]}/CLASS/1.png, or name "
            "the folders otherwise if they are classes"
        )
    if not set.intersection(*named):
        shown = "; ".join(f"{top}: {listed(sorted(classes), 4)}" for top, classes in below.items())
        raise InputError(f"{listed(tops)} in {str(folder)!r} share no class folder ({shown}); give one of them")
    return 1


def _joined(walk: _Walk) -> str:
    count = Counter(f.split("/")[0] for f in walk.files if f.count("/") > 1)
    return f"folders {listed(f'{top} ({n})' for top, n in sorted(count.items()))} are joined; classes are those below"


def _endings(names: list[str]) -> list[str]:
    """Each ending (or name that begins with a dot or has none) with its count, most frequent first."""
    kinds = Counter(os.path.splitext(name)[1].lower() or name.rpartition("/")[2] for name in names)
    return [f"{kind} {n}" for kind, n in kinds.most_common()]
