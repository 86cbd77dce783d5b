"""Channels first or last: what is clear is turned and told, what is not is read as documented and told."""

import numpy as np
import pytest

from standout import Dataset

Y = np.arange(8) % 2
SHAPES = {  # shape of x: (shape of what is used, first words of the line or None)
    (8, 9, 7, 3): ((8, 9, 7, 3), None),
    (8, 9, 7, 1): ((8, 9, 7, 1), None),
    (8, 3, 9, 7): ((8, 9, 7, 3), "read as (records, channels, height, width): 3 channels, 9 x 7"),
    (8, 1, 9, 9): ((8, 9, 9, 1), "read as (records, channels, height, width): 1 channels"),
    (8, 12, 9, 9): ((8, 9, 9, 12), "read as (records, channels, height, width): 12 channels"),
    (8, 9, 9, 12): ((8, 9, 9, 12), None),
    (8, 3, 3, 12): ((8, 3, 3, 12), None),
    (8, 1, 1, 3): ((8, 1, 1, 3), None),
    (8, 12, 9, 7): ((8, 12, 9, 7), "read as (records, height, width, channels): 12 x 9, 7 channels; if channels"),
    (8, 3, 9, 1): ((8, 3, 9, 1), "read as (records, height, width, channels): 3 x 9, 1 channels; if channels"),
    (8, 9, 7): ((8, 9, 7), None),
}


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, bool])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes(shape, dtype):
    used, words = SHAPES[shape]
    x = (np.arange(np.prod(shape)).reshape(shape) % 5).astype(dtype)
    d = Dataset(x, Y)
    assert d.x.shape == used
    assert d.x.flags.c_contiguous
    assert d.kind == "image"
    same = x if used == shape else x.transpose(0, 2, 3, 1)
    assert np.array_equal(d.x, same)
    assert (d.notes == ()) if words is None else (len(d.notes) == 1 and words in d.notes[0])


def test_four_dimensions_that_are_said_to_be_no_images_stay():
    x = np.zeros((8, 3, 9, 7))
    d = Dataset(x, Y, kind="tabular")
    assert d.x.shape == x.shape
    assert d.notes == ()
