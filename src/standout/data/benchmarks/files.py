"""Where the files of a benchmark lie: in the folder that the user gave, in one below it, or in an archive there."""

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from standout.data.dataset import Dataset
from standout.errors import InputError, one_line

DEEP = 4
"""Levels of sub-folders that are looked through."""
MOST_BYTES = 2**32
"""Of one unpacked file. The largest of a published benchmark here is a fifth of it."""
ARCHIVES = (".tgz", ".tar.gz", ".tar")
BROKEN = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError)


def find(folder: Path, names: Iterable[str]) -> Path | None:
    """The first of `names` that lies in the folder or below: of several the one higher up, then by path.

    A name with / is the end of a path. folder may also be one file: then it alone is looked at.
    """
    return next(iter(find_all(folder, names)), None)


def find_all(folder: Path, names: Iterable[str]) -> list[Path]:
    """All files of these names, in the order in which `find` prefers them."""
    there = [folder] if folder.is_file() else list(_below(folder, DEEP))
    found = []
    for name in names:
        parts = Path(name).parts
        fits = [path for path in there if path.parts[-len(parts) :] == parts and path.is_file()]
        found += sorted(fits, key=lambda path: (len(path.parts), path))
    return found


def _below(folder: Path, deep: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError:  # of another user, perhaps: not ours to read
        return
    for entry in entries:
        yield Path(entry.path)
        if deep and entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path), deep - 1)


def content(path: Path) -> bytes:
    """All bytes of a file, unpacked where it ends in .gz. Raises InputError, naming it, where it is damaged."""
    with readable(path):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rb") as file:
            return bounded(file, path.name)


def inside(path: Path, name: str) -> bytes | None:
    """Bytes of the file `name`: of the path itself, or from it where it is a tar archive; None where it holds none."""
    return members(path, [name]).get(name) if path.name.endswith(ARCHIVES) else content(path)


def members(archive: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Bytes of the files in a tar archive whose path ends in one of `names`, by that name; nothing is written to disk.

    Raises InputError where the archive is damaged.
    """
    wanted = {name: Path(name).parts for name in names}
    found: dict[str, bytes] = {}
    with readable(archive), tarfile.open(archive) as tar:
        for part in tar:
            path = Path(part.name).parts
            for name, end in wanted.items():
                if part.isfile() and path[-len(end) :] == end and name not in found:
                    file = tar.extractfile(part)
                    assert file is not None
                    found[name] = bounded(file, f"{part.name} in {archive.name}")
    return found


def bounded(file, name: str) -> bytes:
    """The rest of a file. Raises InputError where it unpacks to more than any benchmark holds."""
    raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise InputError(f"{name} unpacks to more than {MOST_BYTES / 2**30:g} GiB; that is no benchmark file")
    return raw


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what a damaged file raises into an InputError that names it."""
    try:
        yield
    except InputError:
        raise
    except BROKEN as e:
        raise InputError(f"{path.name} cannot be read ({one_line(e)}); fetch it again") from e


def missing(name: str, folder: Path, files: Iterable[str]) -> InputError:
    """The refusal where no file of a benchmark is there."""
    return InputError(f"no file of {name} in {str(folder)!r} or below; looked for: {', '.join(files)}")


def published(dataset: Dataset, name: str, rows: int, classes: int, *lines: str) -> Dataset:
    """The same data set under the benchmark's name, with a line where it has other counts than the published one."""
    counts = [("records", len(dataset), rows), ("classes", len(dataset.classes), classes)]
    notes = [
        f"{name}: {found:,} {what}, and the published set has {known:,}"
        for what, found, known in counts
        if found != known
    ]
    return replace(dataset, name=name, notes=(*lines, *dataset.notes, *notes))
