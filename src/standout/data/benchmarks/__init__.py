"""Published data sets, read from files that the user has: a file per loader. Nothing is downloaded or unpickled."""

from collections.abc import Callable
from pathlib import Path

from standout.data.benchmarks import (
    adult,
    cifar10,
    fashion_mnist,
    letter,
    location30,
    mnist,
    purchase100,
    retail100,
    texas100,
    thyroid,
)
from standout.data.dataset import Dataset
from standout.errors import InputError

BENCHMARKS: dict[str, Callable[[Path], Dataset]] = {
    "location30": location30.location30,
    "retail100": retail100.retail100,
    "purchase100": purchase100.purchase100,
    "texas100": texas100.texas100,
    "cifar10": cifar10.cifar10,
    "fashion-mnist": fashion_mnist.fashion_mnist,
    "mnist": mnist.mnist,
    "adult": adult.adult,
    "letter": letter.letter,
    "thyroid": thyroid.thyroid,
}
"""Each takes the folder in which (or below which) the files lie, and raises InputError where they do not."""
FILES: dict[str, tuple[str, ...]] = {
    "location30": location30.FILES,
    "retail100": retail100.FILES,
    "purchase100": purchase100.FILES,
    "texas100": texas100.FILES,
    "cifar10": cifar10.FILES,
    "fashion-mnist": fashion_mnist.FILES,
    "mnist": mnist.FILES,
    "adult": adult.FILES,
    "letter": letter.FILES,
    "thyroid": thyroid.FILES,
}
"""Names of the files that each looks for."""


def read_benchmark(name: str, data: str | Path | None) -> Dataset:
    """A benchmark from the files in a folder (or one file). Raises InputError where they are missing or damaged."""
    files = ", ".join(FILES[name])
    if data is None:
        raise InputError(f"{name} needs --data DIR (from Python: data=), a folder with its files: {files}")
    if not isinstance(data, (str, Path)):
        raise InputError(f"data must be a path, not {type(data).__name__}")
    folder = Path(data)
    try:
        there = folder.exists()
    except OSError:  # a name that is too long
        there = False
    if not there:
        raise InputError(f"no folder {str(data)!r} for --data; {name} is read from {files}")
    return BENCHMARKS[name](folder)
