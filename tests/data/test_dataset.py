"""`Dataset`: every kind of array and table that may come in, ids, groups, order, digest, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from standout import Dataset, InputError

N = 12
Y = np.arange(N) % 2
X = np.random.default_rng(0).normal(size=(N, 3))
FRAME = pd.DataFrame(X, columns=list("abc"))
WHOLE = (10 * X).astype(np.int64)

ARRAYS = {
    "list": (X.tolist(), np.float64, X),
    "bool": (X > 0, np.bool_, X > 0),
    "int8": (WHOLE.astype(np.int8), np.int8, WHOLE),
    "uint16": ((WHOLE + 99).astype(np.uint16), np.uint16, WHOLE + 99),
    "float16": (X.astype(np.float16), np.float32, X.astype(np.float16)),
    "float32": (X.astype(np.float32), np.float32, X.astype(np.float32)),
    "longdouble": (X.astype(np.longdouble), np.float64, X),
    "big-endian": (X.astype(">f8"), np.float64, X),
    "big-endian int": (WHOLE.astype(">i4"), np.int32, WHOLE),
    "Fortran order": (np.asfortranarray(X), np.float64, X),
    "every second row": (np.repeat(X, 2, axis=0)[::2], np.float64, X),
    "backwards": (X[::-1, ::-1], np.float64, X[::-1, ::-1]),
    "read only": (np.frombuffer(X.tobytes()).reshape(X.shape), np.float64, X),
    "number objects": (X.astype(object), np.float64, X),
    "numbers as text": (WHOLE.astype(str), np.float64, WHOLE),
    "one column": (X[:, :1], np.float64, X[:, :1]),
    "pictures": (X.reshape(N, 3, 1), np.float64, X.reshape(N, 3, 1)),
    "colour pictures": (X.reshape(N, 1, 1, 3), np.float64, X.reshape(N, 1, 1, 3)),
    "masked": (np.ma.masked_greater(X, 1), np.float64, np.where(X > 1, np.nan, X)),
    "None among objects": (np.array([[1, None]] * N, dtype=object), np.float64, np.array([[1, np.nan]] * N)),
}


@pytest.mark.parametrize(("x", "dtype", "values"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_of_many_kinds(x, dtype, values):
    d = Dataset(x, Y)
    assert d.x.dtype == dtype
    assert d.x.dtype.isnative
    assert d.x.flags.c_contiguous
    np.testing.assert_array_equal(d.x, values)
    assert d.kind == ("image" if values.ndim > 2 else "tabular")


INDICES = {
    "default": (None, [str(i) for i in range(N)]),
    "text": ([f"r{i:02d}" for i in range(N)], [f"r{i:02d}" for i in range(N)]),
    "shuffled ints": (np.arange(N)[::-1], [str(i) for i in range(N)][::-1]),
    "duplicates": ([0] * N, [str(i) for i in range(N)]),
    "with a gap": ([np.nan, *range(1, N)], [str(i) for i in range(N)]),
    "with a blank": ([" ", *"abcdefghijk"], [str(i) for i in range(N)]),
    "two levels": (
        pd.MultiIndex.from_product([["a", "b"], range(6)]),
        [f"('{g}', {i})" for g in "ab" for i in range(6)],
    ),
}


@pytest.mark.parametrize(("index", "ids"), INDICES.values(), ids=INDICES)
def test_frames_with_any_index(index, ids):
    frame = FRAME if index is None else FRAME.set_axis(index, axis=0)
    d = Dataset(frame, Y)
    assert d.ids.tolist() == ids
    assert d.y.tolist() == Y.tolist()
    part = d.take(np.array([3, 1]))
    assert part.ids.tolist() == [ids[3], ids[1]]
    np.testing.assert_array_equal(part.x.to_numpy(), X[[3, 1]])


@pytest.mark.parametrize("index", [None, [0] * N, list("abcdefghijkl")])
def test_a_record_without_label_goes_with_its_row_id_and_group(index):
    frame = FRAME if index is None else FRAME.set_axis(index, axis=0)
    y = pd.Series(["u", "v"] * 6, dtype=object)
    y[4] = None
    d = Dataset(frame, y.to_numpy(), ids=[f"r{i}" for i in range(N)], groups=np.arange(N) // 2)
    assert len(d) == len(d.x) == len(d.ids) == len(d.groups) == N - 1
    assert "r4" not in d.ids
    np.testing.assert_array_equal(d.x.to_numpy(), np.delete(X, 4, axis=0))
    assert d.groups.tolist() == [0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5]
    assert len(d.notes) == 1


LABELS = {
    "Series": pd.Series(["u", "v"] * 6),
    "Series with duplicates as index": pd.Series(["u", "v"] * 6, index=[0] * N),
    "categories": pd.Categorical(["u", "v"] * 6),
    "category Series": pd.Series(["u", "v"] * 6, dtype="category"),
    "one column": np.array([["u"], ["v"]] * 6),
    "frame of one column": pd.DataFrame({"y": ["u", "v"] * 6}),
    "objects": np.array(["u", "v "] * 6, dtype=object),
    "list": ["u", "v"] * 6,
    "tuple": tuple(["u", "v"] * 6),
}


@pytest.mark.parametrize("y", LABELS.values(), ids=LABELS)
def test_labels_in_many_containers(y):
    d = Dataset(FRAME, y)
    assert d.classes == ("u", "v")
    assert d.y.tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        ([f"{i:03d}" for i in range(N)], [f"{i:03d}" for i in range(N)]),
        (range(N), [str(i) for i in range(N)]),
        (np.array([f"r{i}" for i in range(N)], dtype="S"), [f"r{i}" for i in range(N)]),
        (pd.Index([f"ü {i}" for i in range(N)]), [f"ü {i}" for i in range(N)]),
        (["NA", "nan", *(f" {i}" for i in range(N - 2))], ["NA", "nan", *(f" {i}" for i in range(N - 2))]),
    ],
)
def test_ids_are_kept_as_written(ids, text):
    assert Dataset(X, Y, ids=ids).ids.tolist() == text


def test_groups():
    d = Dataset(X, Y, groups=["a", "a", None, "b", np.nan, "", " ", "b", "c", "c", "a", 1.0])
    g = d.groups
    assert g[0] == g[1] == g[10]
    assert g[3] == g[7]
    assert g[8] == g[9]
    assert sorted(np.unique(g)) == list(range(8)), "a record without a group is a group of its own"
    assert Dataset(X, Y, groups=[None] * N).groups.tolist() == list(range(N))


def test_equal_indices_in_another_order_are_never_paired_by_position():
    with pytest.raises(InputError, match=r"give y\.loc\[x\.index\]"):
        Dataset(FRAME, pd.Series(Y).iloc[::-1])
    with pytest.raises(InputError, match=r"give groups\.loc\[x\.index\]"):
        Dataset(FRAME, Y, groups=pd.Series(Y).iloc[::-1])
    with pytest.raises(InputError, match=r"give ids\.loc\[x\.index\]"):
        Dataset(FRAME, Y, ids=pd.Series([f"r{i}" for i in range(N)]).iloc[::-1])
    assert Dataset(FRAME, Y, ids=pd.Series(range(N))).ids.tolist() == [str(i) for i in range(N)]
    assert Dataset(FRAME, pd.Series(Y, index=range(100, 100 + N))).y.tolist() == Y.tolist()


def test_digest_follows_content_alone():
    base = Dataset(FRAME, Y, name="a")
    assert base.digest() == Dataset(FRAME.copy(), Y.tolist(), name="b").digest()
    assert Dataset(X, Y).digest() == Dataset(np.asfortranarray(X), Y).digest()
    other = FRAME.copy()
    other.iloc[3, 1] += 1e-9
    flipped = Y.copy()
    flipped[0] = 1
    text = FRAME.assign(d=["p", "q"] * 6)
    for changed in (
        Dataset(other, Y),
        Dataset(FRAME, flipped),
        Dataset(FRAME, Y, ids=[f"r{i}" for i in range(N)]),
        Dataset(FRAME, Y, groups=np.arange(N) // 2),
        Dataset(FRAME.rename(columns={"a": "z"}), Y),
        Dataset(FRAME.iloc[::-1], Y[::-1]),
        Dataset(X, Y),
        Dataset(text, Y),
        Dataset(text.replace({"d": {"p": "pq", "q": ""}}), Y),
        Dataset(text.assign(d=["p", None] * 6), Y),
    ):
        assert changed.digest() != base.digest()


def column(values, **options):
    return Dataset(FRAME.assign(d=pd.Series(values, **options)), Y)


DIGESTS = {
    "kind": (Dataset(X.reshape(N, 3, 1), Y, kind="tabular"), Dataset(X.reshape(N, 3, 1), Y, kind="image")),
    "numbers and text among objects": (column([1, "u"] * 6), column(["1", "u"] * 6, dtype=object)),
    "dtype": (column([1, 2] * 6), column([1.0, 2.0] * 6)),
    "nullable": (column([1, 2] * 6, dtype="Int64"), column([1, 2] * 6)),
    "object and category": (column(["u", "v"] * 6, dtype=object), column(["u", "v"] * 6, dtype="category")),
    "order of categories": (
        column(pd.Categorical(["u", "v"] * 6, categories=["u", "v"])),
        column(pd.Categorical(["u", "v"] * 6, categories=["v", "u"])),
    ),
    "categories that do not occur": (
        column(pd.Categorical(["u", "v"] * 6)),
        column(pd.Categorical(["u", "v"] * 6, categories=["u", "v", "w"])),
    ),
    "ordered": (
        column(pd.Categorical(["u", "v"] * 6)),
        column(pd.Categorical(["u", "v"] * 6, ordered=True)),
    ),
    "labels as text": (Dataset(X, Y), Dataset(X, Y.astype(str))),
    "labels as floats": (Dataset(X, Y), Dataset(X, Y.astype(float))),
}


@pytest.mark.parametrize(("a", "b"), DIGESTS.values(), ids=DIGESTS)
def test_digest_covers_types_too(a, b):
    assert a.digest() != b.digest()
    assert a.digest() == a.take(np.arange(N)).digest()


def test_id_order_does_not_depend_on_the_users_order():
    shuffled = np.random.default_rng(1).permutation(N)
    ids = np.array([f"r{i}" for i in range(N)])
    a, b = Dataset(X, Y, ids=ids), Dataset(X[shuffled], Y[shuffled], ids=ids[shuffled])
    a, b = a.take(a.id_order()), b.take(b.id_order())
    assert a.digest() == b.digest()


class Sparse:
    def toarray(self):
        return X


REFUSED = {
    "one dimension": (lambda: Dataset(X[:, 0], Y), r"shape \(12,\)"),
    "five dimensions": (lambda: Dataset(X.reshape(N, 1, 1, 1, 3), Y), r"shape \(12, 1, 1, 1, 3\)"),
    "no records": (lambda: Dataset(X[:0], Y[:0]), "no records"),
    "no columns": (lambda: Dataset(X[:, :0], Y), "no columns"),
    "empty frame": (lambda: Dataset(FRAME.iloc[:, :0], Y), "no columns"),
    "frame without rows": (lambda: Dataset(FRAME.iloc[:0], []), "no records"),
    "None": (lambda: Dataset(None, Y), "x is of type NoneType"),
    "a name": (lambda: Dataset("digits", Y), "x is of type str"),
    "a dict": (lambda: Dataset({"a": [1]}, Y), "x is of type dict"),
    "ragged": (lambda: Dataset([[1, 2], [3]] * 6, Y), "x is not an array"),
    "sparse": (lambda: Dataset(Sparse(), Y), r"x\.toarray\(\)"),
    "text": (lambda: Dataset([["red", 1]] * N, Y), "text columns as a DataFrame"),
    "complex": (lambda: Dataset(X + 1j, Y), "dtype complex128"),
    "dates": (lambda: Dataset(WHOLE.astype("datetime64[s]"), Y), "give numbers"),
    "inf": (lambda: Dataset(np.where(X[5, 1] == X, np.inf, X), Y), r"row 5"),
    "inf in float16": (lambda: Dataset(np.full((N, 2), np.inf, dtype=np.float16), Y), "inf"),
    "too large": (lambda: Dataset(np.array([[10**400, 1]] * N, dtype=object), Y), "not a number"),
    "inf in a frame": (lambda: Dataset(FRAME.replace(X[5, 1], np.inf), Y), "column 'b' of x holds inf"),
    "inf among objects": (lambda: Dataset(FRAME.assign(d=np.array([1, np.inf] * 6, dtype=object)), Y), "'d'.*inf"),
    "nullable inf": (lambda: Dataset(FRAME.assign(d=pd.array([1.0, np.inf, None] * 4, dtype="Float64")), Y), "inf"),
    "too large in a frame": (lambda: Dataset(FRAME.assign(d=[10**400, 1] * 6), Y), "column 'd' of x holds inf"),
    "complex column": (lambda: Dataset(FRAME.assign(d=[1j, 2] * 6), Y), "column 'd' of x holds complex"),
    "column twice": (lambda: Dataset(FRAME.set_axis(["a", "b", "a"], axis=1), Y), "column 'a' stands twice"),
    "short y": (lambda: Dataset(X, Y[:-1]), "y has 11 entries for 12 rows"),
    "soft y": (lambda: Dataset(X, 0.8 * np.eye(2)[Y] + 0.1), r"row 0 .*soft labels \(0.9, 0.1\)"),
    "one-hot y, a row short": (lambda: Dataset(X, np.eye(2)[Y[1:]]), r"y has shape \(11, 2\) for 12 rows"),
    "ragged y": (lambda: Dataset(X, [[1, 2], [3]] * 6), "y is not an array"),
    "records of several fields as y": (lambda: Dataset(X, np.zeros(N, dtype="i4,f4")), "y has dtype"),
    "complex y": (lambda: Dataset(X, Y + 1j), "y has dtype complex128"),
    "scalar y": (lambda: Dataset(X, 3), "y has shape"),
    "no y": (lambda: Dataset(X, None), "y has shape"),
    "short ids": (lambda: Dataset(X, Y, ids=range(5)), "ids has 5 entries for 12 rows"),
    "ids twice": (lambda: Dataset(X, Y, ids=["a", *"abcdefghijk"]), "'a' stands 2 times, first in rows 0 and 1"),
    "ids twice as text": (
        lambda: Dataset(X, Y, ids=np.array([1, "1", *range(2, N)], dtype=object)),
        "'1' stands 2 times",
    ),
    "an id is None": (lambda: Dataset(X, Y, ids=[*range(5), None, *range(6, N)]), "row 5 .*has no id"),
    "an id is NaN": (lambda: Dataset(X, Y, ids=[*range(5), np.nan, *range(6, N)]), "row 5 .*has no id"),
    "an id is blank": (lambda: Dataset(X, Y, ids=[" ", *range(1, N)]), "row 0 .*has no id"),
    "an id is no text": (lambda: Dataset(X, Y, ids=["a\ud800", *range(1, N)]), "the id of row 0 .*surrogate"),
    "a label is no text": (lambda: Dataset(X, ["u", "v\udc00"] * 6), "the label of row 1 .*surrogate"),
    "short groups": (lambda: Dataset(X, Y, groups=[1, 2]), "groups has 2 entries"),
    "few groups": (lambda: Dataset(X, Y, groups=np.arange(N) % 3), "3 groups; an audit needs at least 4"),
    "few records": (lambda: Dataset(X[:7], Y[:7]), "7 labelled records"),
    "few labelled": (lambda: Dataset(X, np.array([None] * 5 + ["a", "b"] * 3 + ["a"], dtype=object)), "7 labelled"),
    "kind": (lambda: Dataset(X, Y, kind="audio"), "'tabular' or 'image'"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(make, words):
    with pytest.raises(InputError, match=words) as error:
        make()
    assert "\n" not in str(error.value)
