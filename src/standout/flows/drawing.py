"""Pictures of records as PNG data URIs, and a map of where a net looks laid over one."""

import base64
import io

import numpy as np
from PIL import Image

SIDE = 96
HOT = np.array([[203, 24, 29], [251, 106, 20], [255, 225, 60]], dtype=np.float64)
"""Colours from a little heat to the most; the picture beneath is grey, so that colour is heat."""
GREYS = 24, 200
"""Shades that the picture keeps: on pure black and white a little heat is hardly seen."""
STRONGEST = 0.85
"""Share of the colour where the map is highest: the picture stays to be seen."""


def as_picture(array: np.ndarray, low: float, high: float) -> Image.Image:
    """An image (H, W), (H, W, 1 or 3) or (3, H, W) of at most SIDE pixels, values low to high."""
    if array.ndim == 3 and array.shape[2] not in (1, 3) and array.shape[0] in (1, 3):
        array = np.moveaxis(array, 0, 2)
    if array.ndim == 3 and array.shape[2] != 3:
        array = array[:, :, 0]
    scaled = (array.astype(np.float64) - low) / ((high - low) or 1) * 255
    image = Image.fromarray(np.clip(scaled, 0, 255).round().astype(np.uint8))
    image.thumbnail((SIDE, SIDE))
    return image


def as_uri(image: Image.Image) -> str:
    """As a PNG data URI."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def overlaid(image: Image.Image, map_: np.ndarray) -> Image.Image:
    """The picture in grey with a map (h, w), 0 or more, over it: bilinear, against its own highest place."""
    grey = np.interp(np.asarray(image.convert("L"), dtype=np.float64), (0, 255), GREYS)[:, :, None]
    most = float(map_.max())
    heat = Image.fromarray((map_ / most if most > 0 else map_).astype(np.float32))
    share = np.clip(np.asarray(heat.resize(image.size, Image.Resampling.BILINEAR), dtype=np.float64), 0, 1)
    colour = np.stack([np.interp(share, np.linspace(0, 1, len(HOT)), HOT[:, c]) for c in range(3)], axis=2)
    weight = STRONGEST * share[:, :, None]
    return Image.fromarray((grey * (1 - weight) + colour * weight).round().astype(np.uint8))
