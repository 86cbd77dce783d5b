"""CSV files as people have them: what means missing, what is a number, what stays as written, what is refused."""

import csv
import gzip
import io

import numpy as np
import pandas as pd
import pytest

from standout.data.encode import matrix_of
from standout.data.tables import read_table
from standout.data.tables.cells import look, values_of
from standout.errors import InputError

N = 12


def write(path, columns: dict, separator=",", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    raw = text.getvalue().encode(encoding)
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def read(path, label="label", id=None, group=None, drop=()):
    return read_table(path, label=label, id=id, group=group, drop=tuple(drop))


def columns(**more):
    return {"u": range(N), **more, "label": ["a", "b"] * 6}


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.tsv", "t.tsv.gz", "T.CSV", "T.TSV"])
def test_kinds_of_file(tmp_path, name):
    separator = "\t" if "tsv" in name.lower() else ","
    d = read(write(tmp_path / name, columns(w=["x,y", "z"] * 6), separator))
    assert list(d.x.columns) == ["u", "w"]
    assert d.x["u"].tolist() == list(range(N))
    assert d.x["w"].iloc[0] == "x,y"
    assert d.classes == ("a", "b")
    assert d.ids.tolist() == [str(i) for i in range(1, N + 1)]


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "label,ü\r\n".encode() + b"a,1\r\nb,2\r\n" * 6 + b"\r\n")
    d = read(path)
    assert list(d.x.columns) == ["ü"]
    assert len(d) == N


def test_ids_are_kept_as_written_and_are_no_feature(tmp_path):
    ids = ["007", "07", "7", "7.0", "1e3", "NA", "null", "a b", " c", "=1+1", "é", "7 "]
    d = read(write(tmp_path / "t.csv", columns(who=ids)), id="who")
    assert d.ids.tolist() == ids
    assert list(d.x.columns) == ["u"]


def test_group_is_no_feature_and_a_record_without_one_is_alone(tmp_path):
    groups = ["p1", "p1 ", "p2", "", "NA", "p3", "p3", "p2", "?", "p4", "p4", "p4"]
    d = read(write(tmp_path / "t.csv", columns(patient=groups)), group="patient")
    assert list(d.x.columns) == ["u"]
    g = d.groups
    assert g[0] == g[1]
    assert g[2] == g[7]
    assert len(np.unique(g)) == 7
    assert sorted(np.unique(g)) == list(range(7))


def test_dropped_columns_and_blanks_around_names(tmp_path):
    d = read(
        write(tmp_path / "t.csv", {"u ": range(N), " v": range(N), "w": range(N), " label": ["a", "b"] * 6}),
        drop=["v", "w"],
    )
    assert list(d.x.columns) == ["u"]


@pytest.mark.parametrize("gap", ["", " ", "?", "NA", "na", "N/A", "NaN", "nan", "NAN", "n/a", "null", "NULL", " ? "])
def test_missing(tmp_path, gap):
    d = read(write(tmp_path / "t.csv", columns(number=["1", gap, "3"] * 4, text=["x", gap, "y"] * 4)))
    assert d.x.isna().sum().tolist() == [0, 4, 4]
    assert d.x["number"].dtype == np.float64
    assert matrix_of(d).base.shape[1] == 1 + 2 + 3


@pytest.mark.parametrize("word", ["None", "Unknown", "none", "-", "missing", "n.a.", "0", "Na", "Nan", "Null", "nA"])
def test_other_words_are_values(tmp_path, word):
    d = read(write(tmp_path / "t.csv", columns(text=["x", word, "y"] * 4)))
    assert not d.x.isna().any().any()
    assert d.x["text"].iloc[1] == word


@pytest.mark.parametrize("gap", ["", "NA", "?", "null"])
def test_a_record_without_label_is_left_out_and_counted(tmp_path, gap):
    c = columns(who=[f"r{i}" for i in range(N)])
    c["label"] = [gap, *c["label"][1:]]
    d = read(write(tmp_path / "t.csv", c), id="who")
    assert d.ids.tolist() == [f"r{i}" for i in range(1, N)]
    assert d.x["u"].tolist() == list(range(1, N))
    assert d.notes == ("1 of 12 records have no label and are left out",)


def typed(cells) -> pd.Series:
    return values_of(look("c", np.array(cells, dtype=object)), ".", False)[0]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([" 1", "2 "], [1, 2]),
        (["1e3", "-.5"], [1000, -0.5]),
        (["1,5", "2"], [1.5, 2]),
        (["1", "?"], [1, np.nan]),
    ],
)
def test_cells_that_are_numbers(cells, values):
    got = typed(cells)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, values)


@pytest.mark.parametrize("cells", [["1", "x"], ["007", "8"], ["1 2", "3"], ["True", "False"], ["2020-01-01", "2"]])
def test_cells_that_are_text(cells):
    assert typed(cells).tolist() == cells


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
def test_row_numbers_that_were_saved_along_are_no_feature(tmp_path, name):
    """DataFrame.to_csv without index=False writes a first column without a name."""
    path = write(tmp_path / "t.csv", {name: range(N), "u": range(N), "label": ["a", "b"] * 6})
    d = read(path)
    (note,) = d.notes
    assert "'Unnamed: 0'" in note
    assert list(d.x.columns) == ["u"]
    assert not read(path, drop=["Unnamed: 0"]).notes
    assert read(path, id="Unnamed: 0").ids.tolist() == [str(i) for i in range(N)]


HEADER = "who,u,label\n"
ROWS = "".join(f"r{i},{i},{'ab'[i % 2]}\n" for i in range(N))
FILES = {
    "empty": (b"", {}, "t.csv is empty"),
    "blank lines": (b"\n \n\n", {}, "t.csv is empty"),
    "header only": (HEADER.encode(), {}, "a header line and no record"),
    "long row": ((HEADER + ROWS + "r99,1,a,7\n").encode(), {}, "line 14: 4 cells, but the header names 3"),
    "short row": ((HEADER + "r99,1\n" + ROWS).encode(), {}, "line 2: 2 cells, but the header names 3"),
    "header too short": (("who,u\n" + ROWS).encode(), {"label": "u"}, "line 2: 3 cells, but the header names 2"),
    "binary": (bytes(range(256)) * 20, {}, "is not text"),
    "quote never closed": ((HEADER + 'r1,"2,a\n' + ROWS).encode(), {}, "t.csv"),
    "column twice": (("u,u,label\n" + ROWS).encode(), {}, "column 'u' stands twice"),
    "label twice": (("label,u,label\n" + ROWS).encode(), {}, "column 'label' stands twice"),
    "twice but for blanks": (("u, u,label\n" + ROWS).encode(), {}, "column 'u' stands twice"),
    "no label column": ((HEADER + ROWS).encode(), {"label": "labl"}, r"did you mean 'label'\?.*columns: who, u, label"),
    "no id column": ((HEADER + ROWS).encode(), {"id": "hwo"}, r"id column 'hwo' .* did you mean 'who'"),
    "no group column": ((HEADER + ROWS).encode(), {"group": "WHO"}, r"group column 'WHO' .* did you mean 'who'"),
    "no drop column": ((HEADER + ROWS).encode(), {"drop": ["zz"]}, r"drop column 'zz' .*columns: who"),
    "label is id": ((HEADER + ROWS).encode(), {"id": "label"}, "must be different columns"),
    "id is group": ((HEADER + ROWS).encode(), {"id": "who", "group": "who"}, "must be different columns"),
    "no feature left": ((HEADER + ROWS).encode(), {"id": "who", "drop": ["u"]}, "no feature column is left"),
    "id twice": ((HEADER + ROWS.replace("r4,", "r2,")).encode(), {"id": "who"}, "'r2' stands 2 times"),
    "id empty": ((HEADER + ROWS.replace("r4,", ",")).encode(), {"id": "who"}, "row 4 .* has no id"),
    "id blank": ((HEADER + ROWS.replace("r4,", "  ,")).encode(), {"id": "who"}, "row 4 .* has no id"),
    "inf": ((HEADER + ROWS.replace(",4,", ",inf,")).encode(), {}, "column 'u' holds inf"),
    "too large": ((HEADER + ROWS.replace(",4,", ",1e999,")).encode(), {}, "column 'u' holds inf"),
    "few records": ((HEADER + ROWS[:21]).encode(), {}, "at least 8"),
}


@pytest.mark.parametrize(("raw", "options", "words"), FILES.values(), ids=FILES)
def test_refused_in_one_line(tmp_path, raw, options, words):
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=words) as error:
        read(path, **options)
    assert "\n" not in str(error.value)


def test_damaged_gzip(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"u,label\n1,a\n" * 99)[:-9])
    with pytest.raises(InputError, match=r"t\.csv\.gz cannot be read"):
        read(path)


def test_odd_but_well_formed(tmp_path):
    """Quotes, separators and line ends within cells, and blank lines, are no ragged rows."""
    path = tmp_path / "t.csv"
    path.write_text('label,"u, v",w\n\n' + 'a,"1","x\ny"\nb,2,"say ""hi"""\n   \n' * 6)
    d = read(path)
    assert len(d) == N
    assert list(d.x.columns) == ["u, v", "w"]
    assert sorted(set(d.x["w"])) == ['say "hi"', "x\ny"]
