"""Labels of any kind: which records share a class, what the classes are called, what is left out, what is refused."""

import numpy as np
import pandas as pd
import pytest

from standout.data.labels import MANY, as_text, read_labels
from standout.errors import InputError


def objects(values) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


SAME = {
    "text": (["b", "a", "b"], [1, 0, 1], ("a", "b")),
    "blanks around": ([" a", "a\t", "b ", "b"], [0, 0, 1, 1], ("a", "b")),
    "blanks within stay": (["a b", "ab"], [0, 1], ("a b", "ab")),
    "case counts": (["A", "a"], [0, 1], ("A", "a")),
    "bool": ([True, False], [1, 0], ("False", "True")),
    "numpy bool": ([np.True_, np.False_], [1, 0], ("False", "True")),
    "ints from 1": ([1, 2, 3], [0, 1, 2], ("1", "2", "3")),
    "negative": ([-1, 1], [0, 1], ("-1", "1")),
    "whole floats": ([1.0, 2.0], [0, 1], ("1", "2")),
    "whole floats as ints and text": ([1, "1", 1.0, 2.0, "2"], [0, 0, 0, 1, 1], ("1", "2")),
    "numbers sort as numbers": (["10", "9", "2"], [2, 1, 0], ("2", "9", "10")),
    "text stays text": (["1", "1.0"], [0, 1], ("1", "1.0")),
    "leading zeros": (["01", "1"], [0, 1], ("01", "1")),
    "True is not 1": ([True, 1, False, 0], [3, 1, 2, 0], ("0", "1", "False", "True")),
    "words that look missing": (["None", "Unknown", "nan"], [0, 1, 2], ("None", "Unknown", "nan")),
    "bytes": ([b"a", b"b "], [0, 1], ("a", "b")),
    "dates": ([pd.Timestamp("2020-01-01"), "x"], [0, 1], ("2020-01-01 00:00:00", "x")),
    "mixed floats": ([np.float32(0.5), 1, 2.5], [0, 1, 2], ("0.5", "1", "2.5")),
    "huge": ([1e20, 2.0], [1, 0], ("2", "100000000000000000000")),
    "unicode": (["é", "ß"], [1, 0], ("ß", "é")),
}


@pytest.mark.parametrize(("labels", "codes", "names"), SAME.values(), ids=SAME)
def test_classes(labels, codes, names):
    got, classes, values, notes = read_labels(objects(labels))
    assert got.dtype == np.int64
    assert got.tolist() == codes
    assert classes == names
    assert not notes
    assert len(np.unique(values)) == len(names), "two classes must not be one to the estimator"
    assert tuple(as_text(v) for v in values) == names, "an estimator's answer must lead back to the class"


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, pd.NaT, "", "  ", "\t", b" "], ids=repr)
def test_missing_labels_are_left_out_and_counted_once(gap):
    codes, classes, _, notes = read_labels(objects(["a", gap, "b", gap]))
    assert codes.tolist() == [0, -1, 1, -1]
    assert classes == ("a", "b")
    assert notes == ["2 of 4 records have no label and are left out"]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [([2, 1], "i"), ([2.0, 1.5], "f"), ([True, False], "b"), (["b", "a"], "U"), ([1, 2.5], "f"), ([1, "b"], "U")],
)
def test_estimators_get_labels_of_the_users_kind(labels, kind):
    assert read_labels(objects(labels))[2].dtype.kind == kind


REFUSED = {
    "none": ([None, " ", np.nan], "none of the 3 records has a label"),
    "one class": (["a", "a ", None], "all labels are 'a'"),
    "one number": ([1, 1.0, "1"], "all labels are '1'"),
    "measure": ([i + 0.5 for i in range(MANY + 1)] * 9, "looks like a measure"),
    "measure as text": ([f"{i}.25" for i in range(MANY + 1)] * 9, "looks like a measure"),
    "names": ([f"person {i}" for i in range(100)], "looks like an id"),
    "each its own": ([i / 7 for i in range(8)], "8 different values in 8 records"),
    "numbers of their own": (list(range(1000)), "looks like an id or a measure"),
    "inf": ([1.0, np.inf, 2.0], "inf"),
}


@pytest.mark.parametrize(("labels", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(labels, words):
    with pytest.raises(InputError, match=words) as error:
        read_labels(objects(labels))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("labels", [[i + 0.5 for i in range(MANY)] * 9, list(range(100)) * 3])
def test_many_classes_are_fine_where_records_share_them(labels):
    assert len(read_labels(objects(labels))[1]) == len(set(labels))
