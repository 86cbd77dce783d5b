"""Numbers out of pickles that are never loaded: what numpy wrote comes back, and nothing else is followed."""

import pickle
import pickletools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standout.data.pickled import plain_data
from standout.errors import InputError

ARRAYS = {
    "uint8": np.arange(12, dtype=np.uint8).reshape(3, 4),
    "big-endian": np.arange(6, dtype=">i4"),
    "float": np.linspace(0, 1, 7),
    "by columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "bool": np.array([True, False]),
    "no dimension": np.array(3),
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_arrays(array, protocol):
    found = plain_data(
        pickle.dumps({"a": array, b"b": [1, -5, 2**40, 0.5, "t", None, True, (1, 2), {}]}, protocol), "f"
    )
    assert found["a"].dtype == array.dtype
    assert np.array_equal(found["a"], array)
    assert found["b"] == [1, -5, 2**40, 0.5, "t", None, True, (1, 2), {}]


class Calls:
    """Pickled as a call of any function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Plain:
    """Pickled as an object with state."""

    def __init__(self):
        self.a = 1


HOSTILE = {
    "eval": Calls(eval, "1/0"),
    "getattr": Calls(getattr, "text", "upper"),
    "an object": Plain(),
    "objects in an array": np.array([1, "a"], dtype=object),
    "fields": np.zeros(3, dtype="i4,f8"),
    "text in an array": np.array(["a"]),
    "a set": {1, 2},
    "a class": dict,
    "numpy.load": np.load,
}


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("thing", HOSTILE.values(), ids=HOSTILE)
def test_anything_else_is_refused(thing, protocol):
    with pytest.raises(InputError, match="f is no file of plain numbers") as error:
        plain_data(pickle.dumps({"a": thing, "b": [1]}, protocol), "f")
    assert "\n" not in str(error.value)


GOOD = pickle.dumps({"data": np.arange(12, dtype=np.uint8).reshape(3, 4), "labels": [1, 2, 3]}, 2)
CODES = [op.code.encode("latin-1") for op in pickletools.opcodes]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.one_of(st.sampled_from(CODES), st.binary(max_size=5)), st.integers(0, 3))
def test_any_change_ends_in_data_or_one_line(place, put, over):
    raw = GOOD[:place] + put + GOOD[place + over :]
    try:
        plain_data(raw, "f")
    except InputError as e:
        assert "\n" not in str(e)


def test_references_that_go_round_end():
    ring: list = []
    ring.append({"again": ring})
    found = plain_data(pickle.dumps(ring, 2), "f")
    assert isinstance(found, list)
    thing: dict = {}
    thing["again"] = thing
    with pytest.raises(InputError):
        plain_data(pickle.dumps(thing, 2), "f")
