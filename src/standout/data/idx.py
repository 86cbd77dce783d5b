"""The idx format of MNIST and its kin: a magic number, sizes, then numbers, most significant byte first."""

import math

import numpy as np

from standout.errors import InputError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(raw: bytes, name: str) -> np.ndarray:
    """The array in an idx file. Raises InputError, naming the file, where its length is not what its header says."""
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in TYPES or not raw[3]:
        raise InputError(f"{name} is no idx file (it begins with {raw[:4].hex(' ') or 'nothing'}); fetch it again")
    dtype, start = np.dtype(TYPES[raw[2]]), 4 + 4 * raw[3]
    shape = tuple(int(n) for n in np.frombuffer(raw[4:start], dtype=">u4")) if len(raw) >= start else ()
    need = start + math.prod(shape) * dtype.itemsize
    if len(raw) != need or len(shape) != raw[3]:
        raise InputError(f"{name} is damaged: {len(raw)} bytes, and its header says {need}; fetch it again")
    return np.frombuffer(raw, dtype=dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))
