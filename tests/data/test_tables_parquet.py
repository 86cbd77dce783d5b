"""Parquet files as pandas and others write them: types are kept, an index is no feature, nested cells are left out."""

import builtins
import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

import standout
from standout.data.encode import matrix_of
from standout.errors import InputError

pa = pytest.importorskip("pyarrow")
N = 12


def frame(**more) -> pd.DataFrame:
    return pd.DataFrame({"u": np.arange(N) * 1.5, **more, "label": ["a", "b"] * 6})


def read(path, table, **options) -> standout.Dataset:
    if isinstance(table, pd.DataFrame):
        table.to_parquet(path)
    else:
        pytest.importorskip("pyarrow.parquet").write_table(table, path)
    return standout.load(path, **{"label": "label", **options})


WIDTHS = {
    "whole numbers": (range(N), 1),
    "small": (np.arange(N, dtype=np.int8), 1),
    "nullable": (pd.array([1, 2, None] * 4, dtype="Int64"), 2),
    "nullable truth": (pd.array([True, False, None] * 4, dtype="boolean"), 2),
    "truth": ([True, False] * 6, 1),
    "decimals": ([decimal.Decimal("1.50"), decimal.Decimal("2.25")] * 6, 1),
    "moments": (pd.date_range("2020-01-01", periods=N), 1),
    "moments of a zone": (pd.date_range("2020-01-01", periods=N, tz="Europe/Rome"), 1),
    "days": ([datetime.date(2020, 1, d + 1) for d in range(N)], 1),
    "spans": (pd.to_timedelta(np.arange(N), unit="h"), 1),
    "text": (["x", "y", "z"] * 4, 3),
    "text with gaps": (["x", "NA", None] * 4, 2),
    "categories": (pd.Categorical(["x", "y", "z"] * 4), 3),
    "numbers as text": (["007", "7", "07"] * 4, 3),
}


@pytest.mark.parametrize(("cells", "width"), WIDTHS.values(), ids=WIDTHS)
def test_kinds_of_column(tmp_path, cells, width):
    d = read(tmp_path / "t.parquet", frame(c=cells))
    assert list(d.x.columns) == ["u", "c"]
    assert matrix_of(d).base.shape == (N, 1 + width)
    assert d.ids.tolist() == [str(k + 1) for k in range(N)]
    assert d.classes == ("a", "b")


LABELS = {
    "whole": ([0, 1] * 6, ("0", "1")),
    "fractions": ([0.0, 1.0] * 6, ("0", "1")),
    "truth": ([True, False] * 6, ("False", "True")),
    "categories": (pd.Categorical(["y", "x"] * 6), ("x", "y")),
    "holes": (["x", None, "y", "NA"] * 3, ("x", "y")),
    "nullable": (pd.array([1, 2, None] * 4, dtype="Int64"), ("1", "2")),
}


@pytest.mark.parametrize(("labels", "classes"), LABELS.values(), ids=LABELS)
def test_labels(tmp_path, labels, classes):
    table = frame(k=range(N)).assign(label=labels)
    if table["label"].isna().any() or "NA" in set(table["label"]):
        table = pd.concat([table] * 3, ignore_index=True)
    d = read(tmp_path / "t.parquet", table)
    assert d.classes == classes
    assert set(np.bincount(d.y)) == {len(d) // 2}


def test_an_index_is_no_feature_and_may_be_the_id(tmp_path):
    table = frame().set_index(pd.Index([f"p{k}" for k in range(N)], name="patient"))
    d = read(tmp_path / "t.parquet", table)
    assert list(d.x.columns) == ["u"]
    assert any("'patient'" in n and "no feature" in n for n in d.notes)
    assert read(tmp_path / "t.parquet", table, id="patient").ids.tolist() == [f"p{k}" for k in range(N)]


def test_an_index_without_a_name_is_no_feature(tmp_path):
    d = read(tmp_path / "t.parquet", frame().iloc[::-1])
    assert list(d.x.columns) == ["u"]
    assert d.x["u"].tolist() == [1.5 * k for k in range(N)][::-1]


def test_nested_cells_and_bytes_are_left_out_with_a_line(tmp_path):
    table = pa.table(
        {
            "u": list(range(N)),
            "list": [[1, 2]] * N,
            "record": [{"a": 1}] * N,
            "raw": [b"\xff"] * N,
            "label": ["a", "b"] * 6,
            "words": pa.array(["x", "y"] * 6).dictionary_encode(),
        }
    )
    d = read(tmp_path / "t.parquet", table)
    assert list(d.x.columns) == ["u", "words"]
    assert any("list, record, raw" in n for n in d.notes)


def test_parquet_of_another_name(tmp_path):
    assert len(read(tmp_path / "t.csv", frame())) == N


REFUSED = {
    "no Parquet": (b"a,b\n1,2\n", "no Parquet file, whatever its name says"),
    "cut": (b"PAR1" + bytes(90), "cannot be read as Parquet"),
}


@pytest.mark.parametrize(("raw", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(tmp_path, raw, words):
    path = tmp_path / "t.parquet"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=words) as error:
        standout.load(path, label="label")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (frame().iloc[:0], "no record"),
        (frame(c=np.where(np.arange(N) == 3, np.inf, 0.0)), "'c' of x holds inf"),
        (frame().drop(columns="label"), "label column 'label' is not in t.parquet"),
        (frame().drop(columns="u"), "no feature column"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, table, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path / "t.parquet", table)


def test_a_name_that_stands_twice(tmp_path):
    table = pa.Table.from_arrays([pa.array(range(N))] * 2 + [pa.array(["a", "b"] * 6)], names=["u", "u", "label"])
    with pytest.raises(InputError, match="column 'u' stands twice"):
        read(tmp_path / "t.parquet", table)


def test_without_pyarrow_the_mend_is_named(tmp_path, monkeypatch):
    path = tmp_path / "t.parquet"
    frame().to_parquet(path)
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pip install 'standout\[parquet\]'"):
        standout.load(path, label="label")
