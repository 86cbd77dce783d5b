"""`cifar10`: small photographs."""

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from standout.data.benchmarks.files import content, find, members, missing, published
from standout.data.dataset import Dataset
from standout.data.npz import archive, member
from standout.data.pickled import plain_data
from standout.errors import InputError, one_line

PYTHON = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
BINARY = tuple(f"{name}.bin" for name in PYTHON)
JPEG, LOSSLESS = "cifar10_jpeg.npz", "cifar10_lossless_3k.npz"
FILES = ("cifar-10-python.tar.gz", "data_batch_1", "cifar-10-binary.tar.gz", "data_batch_1.bin", JPEG, LOSSLESS)
CLASSES = np.array(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"])
SIZE = 3 * 32 * 32


def cifar10(folder: Path) -> Dataset:
    """60,000 photographs, 32 x 32 pixels in colour, 10 classes; exact pixels before JPEG (Krizhevsky 2009)."""
    order = (FILES[0], *PYTHON, FILES[2], *BINARY, JPEG, LOSSLESS)
    path = find(folder, order)
    if path is None:
        raise missing("cifar10", folder, FILES)
    if path.name == JPEG:
        x, y, line = *_from_jpeg(path), f"images of {JPEG} are JPEG: not the exact pixels of CIFAR-10"
    elif path.name == LOSSLESS:
        x, y, line = *_from_npz(path), f"images of {LOSSLESS}: the first ones of CIFAR-10, exact"
    else:
        x, y, line = _from_batches(path, folder)
    x = _checked(x, y, path)
    return published(Dataset(x, CLASSES[y], kind="image"), "cifar10", 60_000, 10, line)


def _from_batches(path: Path, folder: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """All batches of an archive, or of the folder in which the first lies."""
    python = path.name in (*PYTHON, FILES[0])
    names = PYTHON if python else BINARY
    if path.name in names:
        raw = {name: content(p) for name in names if (p := path.with_name(name)).is_file()}
    else:
        raw = members(path, names)
    if not raw:
        raise missing("cifar10", path, names)
    read = read_python if python else read_binary
    parts = [read(raw[name], name) for name in names if name in raw]
    line = f"records of {', '.join(name for name in names if name in raw)} are joined"
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts]), line


def read_python(raw: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """A batch of the python version: a pickle, of which nothing but numbers is read. uint8 (N, 32, 32, 3), int (N,)."""
    batch = plain_data(raw, name)
    if not isinstance(batch, dict) or not {"data", "labels"} <= set(batch):
        raise InputError(f"{name} is no batch of CIFAR-10: data and labels are missing; fetch it again")
    try:
        x, y = np.asarray(batch["data"], dtype=np.uint8), np.asarray(batch["labels"], dtype=np.int64)
    except (ValueError, TypeError, OverflowError) as e:
        raise InputError(f"{name} is no batch of CIFAR-10 ({one_line(e)}); fetch it again") from e
    if x.ndim != 2 or x.shape[1] != SIZE or y.shape != (len(x),):
        raise InputError(f"{name}: data {x.shape} and labels {y.shape} are no batch of CIFAR-10; fetch it again")
    return _pictures(x), y


def read_binary(raw: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """A batch of the binary version: per record the label, then planes of red, green and blue."""
    if not raw or len(raw) % (SIZE + 1):
        raise InputError(f"{name} is damaged: {len(raw)} bytes are no multiple of {SIZE + 1}; fetch it again")
    records = np.frombuffer(raw, dtype=np.uint8).reshape(-1, SIZE + 1)
    return _pictures(records[:, 1:]), records[:, 0].astype(np.int64)


def _pictures(planes: np.ndarray) -> np.ndarray:
    return planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def _from_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with archive(path, "the project that published it") as file:
        return member(file, "X", path), member(file, "y", path)


def _from_jpeg(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Files of JPEG one after the other in `blob` uint8, from offsets[i] to offsets[i + 1]; `labels`."""
    with archive(path, "the project that published it") as file:
        blob, offsets, y = (member(file, name, path) for name in ("blob", "offsets", "labels"))
    if offsets.ndim != 1 or offsets.dtype.kind not in "iu" or not len(offsets):
        raise InputError(f"{path.name}: offsets {offsets.shape} {offsets.dtype} are no places in blob; fetch it again")
    raw = blob.tobytes()
    x = np.empty((len(offsets) - 1, 32, 32, 3), dtype=np.uint8)
    for i, (start, end) in enumerate(pairwise(offsets)):
        try:
            with Image.open(io.BytesIO(raw[start:end]), formats=["JPEG"]) as image:
                x[i] = np.asarray(image)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as e:
            raise InputError(f"{path.name}: image {i} (counted from 0) is damaged ({one_line(e)})") from e
    return x, y


def _checked(x: np.ndarray, y: np.ndarray, path: Path) -> np.ndarray:
    if x.ndim != 4 or x.shape[1:] != (32, 32, 3) or y.shape != (len(x),) or y.dtype.kind not in "iu" or not len(y):
        raise InputError(f"{path.name}: images {x.shape} and labels {y.shape} are not CIFAR-10; fetch it again")
    if not 0 <= y.min() <= y.max() < len(CLASSES):
        raise InputError(f"{path.name}: labels are {y.min()} to {y.max()}, those of CIFAR-10 0 to 9; fetch it again")
    return x
