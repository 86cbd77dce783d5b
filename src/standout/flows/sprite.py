"""Small pictures of many records as one image: a page with thousands of files in it would be slow and large."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from standout.data.dataset import Dataset
from standout.flows.drawing import as_picture

MOST, FEW = 4000, 1000
"""Pictures at most, and up to how many they may be larger."""
SIDE, LARGER = 32, 64
"""Pixels of the longer side at most, of many pictures and of few."""
EXACT = 2**20
"""Pixels in all up to which nothing is lost: pictures of 8 x 8 would be mush."""
BYTES = 1_100_000
QUALITIES = (85, 70, 50, 30)


def sprite(dataset: Dataset, rows: Sequence[int]) -> dict[str, np.ndarray]:
    """Pictures of these records, side by side in rows: `picture`, the bytes of a WebP image, uint8 (B,); `tile`, int32
    (3,): width and height of one, and how many stand in a row; `picture_of`: the records that are in it, int (p,).

    The first records come first; those that would make it larger than BYTES are left out.
    """
    rows = list(rows[:MOST])
    low, high = float(dataset.x.min()), float(dataset.x.max())
    side = LARGER if len(rows) <= FEW else SIDE
    tiles = [as_picture(dataset.x[i], low, high) for i in rows]
    for tile in tiles:
        tile.thumbnail((side, side))
    while True:
        columns = max(int(np.ceil(np.sqrt(len(tiles)))), 1)
        data = encoded(tiles, columns)
        if len(data) <= BYTES or len(tiles) == 1:
            break
        tiles = tiles[: len(tiles) // 2]
    return {
        "picture": np.frombuffer(data, dtype=np.uint8),
        "tile": np.array([*tiles[0].size, columns], dtype=np.int32),
        "picture_of": np.array(rows[: len(tiles)], dtype=np.int64),
    }


def encoded(tiles: Sequence[Image.Image], columns: int) -> bytes:
    """All tiles, which have one size, in one WebP image: exact where it is small, else as good as BYTES let it be."""
    width, height = tiles[0].size
    whole = Image.new(tiles[0].mode, (width * columns, height * -(-len(tiles) // columns)))
    for at, tile in enumerate(tiles):
        whole.paste(tile, (at % columns * width, at // columns * height))
    ways = [{"lossless": True}] if whole.width * whole.height <= EXACT else []
    data = b""
    for way in [*ways, *({"quality": q} for q in QUALITIES)]:
        buffer = io.BytesIO()
        whole.save(buffer, format="WEBP", method=4, **way)
        data = buffer.getvalue()
        if len(data) <= BYTES:
            break
    return data
