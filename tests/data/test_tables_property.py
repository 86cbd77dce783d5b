"""Tables of known values, written in a random way: the same values come back, whatever separator, encoding, decimal
mark and quotes; and labels make the classes that their texts make."""

import csv
import gzip
import io
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import standout
from standout.data.tables.cells import MISSING
from standout.errors import InputError

CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WESTERN = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
word = st.one_of(
    st.text("abcXYZ_", min_size=1, max_size=8),
    st.sampled_from(["Größe", "âge", "prénom", "Straße", "año", "ålder", "øre", "naïve", "Fläche in m²", "a b"]),
)
number = st.one_of(
    st.integers(-(10**9), 10**9).map(float),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: round(v, 3)),
    st.floats(allow_nan=False, allow_infinity=False),
)


@st.composite
def tables(draw):
    """(columns by name, labels): one or two columns of numbers with gaps, one or two of words."""
    n = draw(st.integers(10, 25))
    names = draw(st.lists(word, min_size=4, max_size=6, unique_by=str.casefold))
    columns = {}
    for k, name in enumerate(names[:-2]):
        if k % 2 == 0:
            values = draw(st.lists(number, min_size=n, max_size=n))
            gaps = draw(st.lists(st.booleans(), min_size=n, max_size=n))
            columns[name] = [None if g else v for g, v in zip(gaps, values)] if k else values
        else:
            columns[name] = draw(
                st.lists(st.sampled_from(["one", "two, three", 'say "x"', "a;b", "é\nü"]), min_size=n, max_size=n)
            )
    labels = draw(st.lists(st.sampled_from(["ja", "nein"]), min_size=n, max_size=n).filter(lambda v: len(set(v)) == 2))
    return columns, names[-1], labels


def written(value, decimal: str) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(value).removesuffix(".0").replace(".", decimal)


def read(raw: bytes, name: str = "t.csv", **options) -> standout.Dataset:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(raw)
        return standout.load(Path(folder) / name, **options)


@CALM
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(WESTERN),
    st.sampled_from([".", ","]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_the_same_values_come_back(table, separator, codec, decimal, quoting, end, packed):
    columns, label, labels = table
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow([*columns, label])
    for row in zip(*columns.values(), labels):
        writer.writerow([written(v, decimal) for v in row])
    raw = text.getvalue().encode(codec)
    d = read(gzip.compress(raw) if packed else raw, label=label)
    assert list(d.x.columns) == list(columns)
    assert [d.classes[c] for c in d.y] == labels
    for name, values in columns.items():
        if isinstance(values[0], str):
            assert d.x[name].tolist() == values
        else:
            np.testing.assert_array_equal(d.x[name].to_numpy(dtype=float), [np.nan if v is None else v for v in values])


@CALM
@given(
    st.lists(st.integers(1000, 10**8).map(lambda v: v / 100), min_size=10, max_size=30),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("\xa0", ","), ("'", "."), ("\u202f", ".")]),
    st.sampled_from(["", "%", " %", " €"]),
)
def test_thousands_and_signs(values, style, sign):
    group, decimal = style
    swap = {",": group, ".": decimal}
    cells = ["".join(swap.get(c, c) for c in f"{v:,.2f}") + sign for v in values]
    rows = "".join(f'"{c}";{k};{"ab"[k % 2]}\n' for k, c in enumerate(cells))
    d = read(("c;k;label\n" + rows).encode(), label="label")
    np.testing.assert_array_equal(d.x["c"].to_numpy(dtype=float), values)


spelled = st.sampled_from(
    ["a", " a", "a ", "A", "b", "\tb", "01", "1", "1.0", "2", "2.00", "", " ", "NA", "?", "None", "null", "y", "n"]
)


@CALM
@given(st.lists(spelled, min_size=20, max_size=60))
def test_classes_are_those_of_the_texts(cells):
    """A class is a text without blanks around; missing are the words of the design; 1.0 is 1 among numbers alone."""
    texts = [c.strip() for c in cells]
    known = {t for t in texts if t not in MISSING}
    if all(t.replace(".", "").isdigit() for t in known):
        texts = [t.removesuffix(".00").removesuffix(".0") for t in texts]
    kept = [t for t in texts if t not in MISSING]
    text = "k,label\n" + "".join(f'{k},"{c}"\n' for k, c in enumerate(cells))
    try:
        d = read(text.encode(), label="label")
    except InputError as e:
        assert len(set(kept)) < 2 or len(kept) < 8, str(e)
        assert "\n" not in str(e)
        return
    assert [d.classes[c] for c in d.y] == kept
    assert d.ids.tolist() == [str(k + 1) for k, t in enumerate(texts) if t not in MISSING]
    holes = len(texts) - len(kept)
    assert [n for n in d.notes if "no label" in n] == (
        [f"{holes} of {len(texts)} records have no label and are left out"] if holes else []
    )


@CALM
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_one_line(raw):
    try:
        read(raw, label="label")
    except InputError as e:
        assert "\n" not in str(e)


@CALM
@given(
    st.lists(st.text(',;\t|"\n\r #=0123456789.-aé\xa0', max_size=12), min_size=8, max_size=30),
    st.sampled_from(["t.csv", "t.tsv", "t.txt"]),
    st.sampled_from(["label", "1", "3"]),
)
def test_any_text_is_a_table_or_one_line(cells, name, label):
    raw = ("a,b,label\n" + "".join(f"{c},{k},{'xy'[k % 2]}\n" for k, c in enumerate(cells))).encode()
    try:
        d = read(raw, name, label=label)
    except InputError as e:
        assert "\n" not in str(e)
    else:
        assert len(d) <= len(raw.splitlines())
