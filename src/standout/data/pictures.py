"""Picture files to arrays: any size and mode that Pillow reads, upright, as 8-bit grey or colour."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from standout.errors import InputError, one_line

MOST_PIXELS = 2**26
"""Pixels of one picture. Beyond (a decompression bomb, a map) it is refused before it is unpacked."""
TURNED = (5, 6, 7, 8)
"""Values of the EXIF orientation that swap height and width."""
ORIENTATION = 0x0112


class DamagedError(Exception):
    """A file that Pillow cannot read as a picture; the text says why."""


@dataclass(frozen=True)
class Head:
    """What the header of a picture says. height, width: once upright; deep: 16 bits of grey; clear: with alpha."""

    height: int
    width: int
    grey: bool
    deep: bool
    turned: bool
    frames: int
    clear: bool


def read_head(path: Path) -> Head:
    """The header of a picture. Raises DamagedError; InputError where it is too large or has 32 bits a pixel."""
    with _opened(path) as image:
        orientation = image.getexif().get(ORIENTATION, 1)
        width, height = image.size
        if orientation in TURNED:
            width, height = height, width
        clear = "A" in image.getbands() or "transparency" in image.info
        frames = getattr(image, "n_frames", 1)
        return Head(height, width, _is_grey(image), _is_deep(image), orientation in range(2, 9), frames, clear)


def read_picture(path: Path, height: int, width: int, grey: bool) -> np.ndarray:
    """uint8 (height, width), or (height, width, 3) where not grey. Raises as `read_head` does.

    The first frame, upright as its EXIF says, on white where it is transparent, resized without regard to proportions.
    """
    with _opened(path) as image:
        image = _eight_bit(ImageOps.exif_transpose(image))
        if "A" in image.getbands() or "transparency" in image.info:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        image = image.convert("L" if grey else "RGB")
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(image, dtype=np.uint8)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; too large pictures are refused below
            with Image.open(path) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise InputError(
                        f"{path}: {width} x {height} pixels are more than {MOST_PIXELS:,}; make it smaller"
                    )
                if image.mode in ("F", "I") and image.format != "PNG":
                    raise InputError(f"{path} has 32 bits a pixel; save such images as x and y of an .npz file")
                yield image
    except InputError:
        raise
    except Image.DecompressionBombError as e:
        raise InputError(f"{path} is too large: {one_line(e)}; make it smaller") from e
    except Exception as e:  # Pillow's readers raise whatever a damaged file leads them to
        raise DamagedError(one_line(e) or type(e).__name__) from e


def _is_grey(image) -> bool:
    if image.mode in ("P", "PA"):
        palette = np.array(image.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
        return bool((palette == palette[:, :1]).all())
    return image.mode in ("1", "L", "LA", "La") or _is_deep(image)


def _is_deep(image) -> bool:
    return image.mode == "I" or image.mode.startswith("I;16")


def _eight_bit(image):
    """16-bit grey as its upper 8 bits, which Pillow's own convert cuts at 255 in some versions; others as they are."""
    if not _is_deep(image):
        return image
    return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
