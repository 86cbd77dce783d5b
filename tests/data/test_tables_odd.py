"""Odd tables, each kind alone and in pairs with what a file can be: the very values come back, whatever the twist."""

import gzip
import io
import itertools
import pickle
import re
import sqlite3
import unicodedata
import zipfile

import numpy as np
import pandas as pd
import pytest

import standout
from standout.errors import InputError
from tests.data.odd import AGE, CODE, FARE, GAPS, IN_CELLS, IN_FILES, LABEL, TOWN, WHO, N, plain

PAIRS = list(itertools.product(IN_CELLS, ["as a program writes it", *IN_FILES]))


def load(path, raw: bytes, **options) -> standout.Dataset:
    path.write_bytes(raw)
    return standout.load(path, **options)


@pytest.mark.parametrize(("cells", "file"), PAIRS, ids=[f"{a}, {b}" for a, b in PAIRS])
def test_the_values_come_back(tmp_path, cells, file):
    table = IN_CELLS[cells](plain())
    table = IN_FILES[file](table) if file in IN_FILES else table
    d = load(tmp_path / table.name, table.raw(), label=table.label, id=table.id)
    assert d.ids.tolist() == WHO
    assert [d.classes[c] for c in d.y] == LABEL
    names = ["2", "3", "4", "5", "6", "7"] if cells == "no header" else ["age", "fare", "gaps", "town", "code", "größe"]
    more = ["note"] if cells == "line end within" else []
    assert list(d.x.columns) == names + more
    for name, values in zip(names, [AGE, FARE, GAPS, TOWN, CODE, np.array(AGE) * 1.5]):
        if isinstance(values[0], str):
            assert d.x[name].tolist() == values
        else:
            np.testing.assert_array_equal(d.x[name].to_numpy(dtype=float), np.asarray(values, dtype=float))
    assert {str(t) for t in d.x.dtypes} == {"float64", "object"}, "the same on every pandas: the cache key tells types"
    if more:
        assert set(d.x["note"]) == {"one\ntwo", 'say "hi", she said'}


TOLD = {
    "decimal comma": "a decimal comma",
    "thousands with blanks": r"thousands separators taken off in: fare \('1.512.5' is 1512.5\)",
    "percent": "the % sign taken off in: age",
    "currency": "the £ sign taken off in: fare",
    "other words for missing": "missing values: gaps 2",
    "header again within": "2 repeated header lines left out",
    "units below": r"below the header looks like units .* left out \(-, \(years\)",
    "twice the same": "'age' stands twice with the same content; one is left out",
    "counter without a name": "'Unnamed: 0': names of rows",
    "R's row names": "'Unnamed: 0': names of rows",
    "empty column without a name": "'Unnamed: 1' has no name and no value and is left out",
    "separator after every row": "every line ends with a separator",
    "separator after every line": "every line ends with a separator",
    "lines of separators": "2 of 16 records have no label and are left out",
    "a title above": "1 line above the header left out .'Passengers'",
    "comments above": "2 lines above the header left out .'# made by a program'",
    "no header": "no header line: the columns are numbered 1 to 8",
    "semicolons": "t.csv is read with cells between ';'",
    "tabs": "cells between tabs",
    "bars in a .txt": "cells between '|'",
    "UTF-16": "UTF-16, cells between tabs",
    "UTF-16 without mark": "UTF-16-BE",
    "UTF-32": "UTF-32",
    "Windows": r"Windows-1252 \(Latin-1\), cells between ';'",
    "empty lines at the end": "3 empty lines left out",
    "packed, not named so": "packed with gzip, whatever its name says",
    "named packed, is not": "not packed, whatever its name says",
}


@pytest.mark.parametrize("twist", TOLD)
def test_what_was_understood_is_told_once(tmp_path, twist):
    table = {**IN_CELLS, **IN_FILES}[twist](plain())
    notes = load(tmp_path / table.name, table.raw(), label=table.label, id=table.id).notes
    kept = [n for n in notes if re.search(TOLD[twist].replace("|", r"\|"), n)]
    assert len(kept) == 1, notes
    assert not any("\n" in n for n in notes)


@pytest.mark.parametrize(
    "twist", ["as it is", "everything in quotes", "packed", "UTF-8 with its mark", "tabs in a .tsv"]
)
def test_nothing_odd_is_told_of_nothing_odd(tmp_path, twist):
    table = {**IN_CELLS, **IN_FILES}[twist](plain())
    notes = load(tmp_path / table.name, table.raw(), label=table.label, id=table.id).notes
    assert notes == ("numbers with leading zeros are names and stay text: code", "missing values: gaps 2")


def column(tmp_path, cells, separator=",", more=()):
    """(the column `c` as it was read, notes) of a table with these cells and numbers beside them."""
    rows = [[f'"{c}"', str(k), *(f'"{m[k]}"' for m in more), "ab"[k % 2]] for k, c in enumerate(cells)]
    header = ["c", "k", *(f"m{j}" for j in range(len(more))), "label"]
    text = "\n".join(separator.join(r) for r in [header, *rows])
    d = load(tmp_path / "t.csv", text.encode(), label="label")
    return d.x["c"], " / ".join(d.notes)


STYLES = {
    "points": (["1.5", "22.25"], [1.5, 22.25]),
    "commas": (["1,5", "22,25"], [1.5, 22.25]),
    "commas between thousands": (["1,234,567", "12"], [1234567, 12]),
    "one comma and three digits, between commas": (["1,234", "12,000"], [1234, 12000]),
    "points between thousands": (["1.234.567", "12"], [1234567, 12]),
    "both, as in English": (["1,234.5", "12"], [1234.5, 12]),
    "both, as in German": (["1.234,5", "12"], [1234.5, 12]),
    "blank that does not break": (["1\xa0234,5", "12"], [1234.5, 12]),
    "thin blank": (["1\u2009234.5", "12"], [1234.5, 12]),
    "Swiss": (["1’234.50", "12"], [1234.5, 12]),
    "percent": (["12%", "3.5 %"], [12, 3.5]),
    "dollars": (["$1,234.50", "-$5"], [1234.5, -5]),
    "euros": (["1.234,50 €", "5 €"], [1234.5, 5]),
    "true minus": (["\u22125", "3"], [-5, 3]),
    "exponents": (["1e3", "2,5e-1"], [1000, 0.25]),
    "no digit before": ([".5", "-.25"], [0.5, -0.25]),
}


@pytest.mark.parametrize(("cells", "values"), STYLES.values(), ids=STYLES)
def test_numbers_of_all_styles(tmp_path, cells, values):
    got, _ = column(tmp_path, cells * 6)
    assert got.tolist() == values * 6


def test_a_point_before_three_digits_is_read_as_the_rest_of_the_table_says(tmp_path):
    cells, fractions = ["1.234", "12.000"] * 6, ["0,5", "1,75"] * 6
    assert column(tmp_path, cells, ";")[0].tolist() == [1.234, 12] * 6
    got, notes = column(tmp_path, cells, ";", more=[fractions])
    assert got.tolist() == [1234, 12000] * 6
    assert "'1.234' is 1234" in notes
    assert column(tmp_path, ["1,234", "12,000"] * 6, ";", more=[fractions])[0].tolist() == [1.234, 12] * 6


TEXTS = {
    "units": ["12 kg", "13 kg"],
    "some with percent": ["12 %", "13"],
    "two currencies": ["$5", "5 €"],
    "ranges": ["1-5", "6-10"],
    "wrong groups": ["1,23,456", "7"],
    "leading zeros": ["007", "12"],
    "yes and no": ["True", "False"],
    "versions": ["1.2.3", "1.10.0"],
    "no day": ["2020-02-30", "2020-01-01"],
    "no hour": ["2020-02-03 25:00", "2020-01-01 10:00"],
    "times": ["12:30", "07:15"],
    "other digits": ["١٢", "٣"],
    "less than": ["<5", ">100"],
    "negative in brackets": ["(5)", "7"],
    "dates of two kinds": ["2020-01-01", "1.2.2020"],
}


@pytest.mark.parametrize("cells", TEXTS.values(), ids=TEXTS)
def test_what_stays_text(tmp_path, cells):
    assert column(tmp_path, cells * 6)[0].tolist() == cells * 6


DATES = {
    "ISO": (["2020-01-31", "2020-02-01"], ["2020-01-31", "2020-02-01"]),
    "ISO with time": (["2020-01-31 12:30:15", "2020-02-01T00:00"], ["2020-01-31 12:30:15", "2020-02-01"]),
    "fractions of seconds": (["2020-01-31 12:30:15.25", "2020-02-01"], ["2020-01-31 12:30:15.25", "2020-02-01"]),
    "zones": (["2020-01-31T12:00:00Z", "2020-01-31T12:00:00+02:00"], ["2020-01-31 12:00", "2020-01-31 10:00"]),
    "west of us": (["2020-01-31T12:00:00-05:30", "2020-01-31T12:00Z"], ["2020-01-31 17:30", "2020-01-31 12:00"]),
    "slashes, year first": (["2020/1/31", "2020/02/01"], ["2020-01-31", "2020-02-01"]),
    "German": (["31.1.2020", "01.02.2020"], ["2020-01-31", "2020-02-01"]),
    "American": (["1/31/2020", "2/1/2020"], ["2020-01-31", "2020-02-01"]),
    "British": (["31/1/2020", "2/1/2020"], ["2020-01-31", "2020-01-02"]),
    "afternoon": (["1/31/2020 1:05 PM", "1/31/2020 12:30 AM"], ["2020-01-31 13:05", "2020-01-31 00:30"]),
    "month by name": (["31-Jan-2020", "01-Feb-2020"], ["2020-01-31", "2020-02-01"]),
    "with gaps": (["2020-01-31", "NA"], ["2020-01-31", None]),
    "long ago": (["1066-10-14", "9999-12-31"], ["1066-10-14", "9999-12-31"]),
}


@pytest.mark.parametrize(("cells", "moments"), DATES.values(), ids=DATES)
def test_dates(tmp_path, cells, moments):
    got, notes = column(tmp_path, cells * 6)
    assert got.dtype.kind == "M"
    expected = np.array([m or "NaT" for m in moments], dtype="datetime64[us]")
    np.testing.assert_array_equal(got.to_numpy().astype("datetime64[us]"), np.tile(expected, 6))
    assert "dates (" in notes
    assert "cannot be told" not in notes


def test_day_or_month_first_is_said_where_it_cannot_be_told(tmp_path):
    got, notes = column(tmp_path, ["1/2/2020", "3/4/2020"] * 6)
    assert got.dt.month.tolist() == [1, 3] * 6
    assert "cannot be told in: c (1/2/2020 as month/day/year)" in notes
    got, notes = column(tmp_path, ["1/2/2020", "3/4/2020"] * 6, ";", more=[["0,5", "1,25"] * 6])
    assert got.dt.month.tolist() == [2, 4] * 6
    assert "(1/2/2020 as day/month/year)" in notes


def test_the_cell_that_keeps_a_column_from_being_numbers_is_named(tmp_path):
    got, notes = column(tmp_path, [*map(str, range(60)), "unknown"])
    assert got.iloc[0] == "0"
    assert "column 'c' is text, not numbers, because of 'unknown' (1 of 61 cells)" in notes


def test_whole_numbers_that_float64_cannot_tell_apart_stay_apart(tmp_path):
    got, _ = column(tmp_path, [str(2**60 + k) for k in range(12)])
    assert got.tolist() == [2**60 + k for k in range(12)]


LABELS = {
    "whole as fractions": (["0.0", "1.0"], ("0", "1"), [0, 1]),
    "mixed": (["1", "1.0", "2", "2.00"], ("1", "2"), [0, 0, 1, 1]),
    "with commas": (["0,0", "1,0"], ("0", "1"), [0, 1]),
    "leading zeros": (["01", "1"], ("01", "1"), [0, 1]),
    "leading zeros and fractions": (["01.0", "1.0"], ("01", "1"), [0, 1]),
    "versions stay": (["1.0", "beta"], ("1.0", "beta"), [0, 1]),
    "blanks around": ([" a", "a ", "b\t", "\xa0b"], ("a", "b"), [0, 0, 1, 1]),
    "letters of two cases": (["A", "a"], ("A", "a"), [0, 1]),
    "holes": (["a", "NA", "b", "?", "", "b"], ("a", "b"), [0, 1, 1]),
    "truth": (["True", "False"], ("False", "True"), [1, 0]),
    "y and n": (["y", "n"], ("n", "y"), [1, 0]),
}


@pytest.mark.parametrize(("cells", "classes", "codes"), LABELS.values(), ids=LABELS)
def test_labels(tmp_path, cells, classes, codes):
    text = "k,label\n" + "".join(f'{k},"{c}"\n' for k, c in enumerate(cells * 6))
    d = load(tmp_path / "t.csv", text.encode(), label="label")
    assert d.classes == classes
    assert d.y.tolist() == codes * 6


def test_a_record_without_label_needs_no_id(tmp_path):
    text = "id,k,label\n" + "".join(f"p{k},{k},{'ab'[k % 2]}\n" for k in range(N)) + ",3,\n,,\n"
    d = load(tmp_path / "t.csv", text.encode(), label="label", id="id")
    assert d.ids.tolist() == [f"p{k}" for k in range(N)]
    assert len([n for n in d.notes if "no label" in n]) == 2


def test_accents_of_a_mac_are_those_of_the_keyboard(tmp_path):
    raw = unicodedata.normalize("NFD", plain().raw().decode()).encode()
    assert "größe" not in load(tmp_path / "t.csv", raw, label="label", drop=["größe"]).x


def test_groups_are_texts_too(tmp_path):
    groups = [["1", "1.0", "2", "3", "4.0", " 4"][k % 6] for k in range(N * 2)]
    text = "k,g,label\n" + "".join(f"{k},{g},{'ab'[k % 2]}\n" for k, g in enumerate(groups))
    d = load(tmp_path / "t.csv", text.encode(), label="label", group="g")
    assert [len(set(d.groups[[i for i, g in enumerate(groups) if float(g) == v]])) for v in (1, 2, 3, 4)] == [1] * 4
    assert len(set(d.groups)) == 4


@pytest.mark.parametrize("first", ["A", "unknown", "-"])
def test_a_word_in_the_first_record_makes_it_no_header(tmp_path, first):
    text = "u,v,label\n" + "".join(f"{first if k == 0 else k},{k % 3},{'ab'[k % 2]}\n" for k in range(N))
    d = load(tmp_path / "t.csv", text.encode(), label="label")
    assert len(d) == N
    assert d.x["u"].iloc[0] == first


def test_names_that_are_numbers_and_the_label_is_one(tmp_path):
    text = "10,20,50\n" + "".join(f"{k},{k * 7 % 5},{k % 2}\n" for k in range(N))
    assert load(tmp_path / "t.csv", text.encode(), label="50").classes == ("0", "1")


def test_names_count_without_blanks_around(tmp_path):
    text = plain().raw().replace(b",label", b",\xc2\xa0label\t")
    assert len(load(tmp_path / "t.csv", text, label=" label ", id="who\t")) == N


def packed_in_zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def database(path) -> bytes:
    with sqlite3.connect(path) as base:
        base.execute("create table t (a)")
    base.close()
    return path.read_bytes()


RAW = plain().raw()
NO_TABLE = {
    "Excel": (packed_in_zip("[Content_Types].xml", "xl/workbook.xml"), "Excel workbook .* save the sheet as CSV"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
    "zip": (packed_in_zip("t.csv"), "ZIP archive; unpack it"),
    "npz": (packed_in_zip("x.npy", "y.npy"), "NumPy archive; name it .npz"),
    "torch": (packed_in_zip("model/data.pkl"), "PyTorch, and so a pickle"),
    "PDF": (b"%PDF-1.7\n" + bytes(range(256)), "a PDF"),
    "pickle": (pickle.dumps({"a": 1}), "a pickle, which can run code .* never loaded"),
    "packed pickle": (gzip.compress(pickle.dumps({"a": 1})), "a pickle"),
    "web page": (b"\n<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", "git lfs pull"),
    "JSON": (b'[{"a": 1, "b": 2}, {"a": 2, "b": 3}]', "JSON"),
    "XML": (b'<?xml version="1.0"?><a/>', "XML"),
    "ARFF": (b"@RELATION iris\n@ATTRIBUTE a REAL\n", "Weka"),
    "svmlight": (b"1 1:0.5 7:1\n0 2:1.5\n", "svmlight format"),
    "zeros": (bytes(1000), "is not text: line 1 holds a zero"),
    "a zero in the text": (RAW.replace(b"r05", b"r\x0005"), "is not text: line 7 holds a zero"),
    "noise": (bytes(range(256)) * 9, "is not text"),
    "empty": (b"", "t.csv is empty"),
    "a mark alone": (b"\xef\xbb\xbf", "t.csv is empty"),
    "line ends alone": (b"\n\r\n\n", "t.csv is empty"),
    "packed nothing": (gzip.compress(b""), "t.csv is empty"),
    "header alone": (RAW.splitlines()[0], "a header line and no record"),
    "header twice": (RAW.splitlines()[0] + b"\n" + RAW.splitlines()[0], "a header line and no record"),
    "one column": (b"label\n" + b"a\nb\n" * 9, "no feature column"),
    "a cell too many": (RAW + b"r99,1,2,3,x,001,4,ja,9\n", r"line 16: 9 cells, but the header names 8"),
    "a cell too few": (RAW.replace(b"r03,4,", b"r03,"), r"line 5: 7 cells, but the header names 8"),
    "an open quote": (RAW.replace(b"r03,4", b'r03,"4'), r"line 5: a quote is opened and never closed"),
    "an open quote at the end": (RAW + b'r99,"1\n', r"line 16: a quote is opened"),
    "an open quote in a large file": (RAW + b'r99,"1\n' + RAW * 300, r"line 16.*quote"),
    "one name, two contents": (RAW.replace(b"age", b"fare", 1), r"'fare' stands twice, with different .* 2 and 3"),
    "names missing": (RAW.split(b"\n", 1)[1], r"first line looks like a record, .*--label 8"),
    "UTF-16 cut": (RAW.decode().encode("utf-16")[:-1], "UTF-16 and is damaged"),
    "infinite": (RAW.replace(b"71.5", b"inf"), "column 'fare' holds inf"),
    "name of other case": (RAW.replace(b"label", b"Label"), "did you mean 'Label'"),
    "footer": (RAW + b"Total: 14\n", "line 16: 1 cells"),
}


@pytest.mark.parametrize(("raw", "words"), NO_TABLE.values(), ids=NO_TABLE)
def test_one_clear_line(tmp_path, raw, words):
    with pytest.raises(InputError, match=words) as error:
        load(tmp_path / "t.csv", raw, label="label", id="who" if b"who" in raw else None)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(("t.csv", "label column", "column"))


def test_a_database_is_named(tmp_path):
    with pytest.raises(InputError, match="SQLite database"):
        load(tmp_path / "t.csv", database(tmp_path / "base.db"), label="a")


def test_a_number_as_label_of_a_table_with_names_is_refused(tmp_path):
    with pytest.raises(InputError, match="label column '8' is not in"):
        load(tmp_path / "t.csv", RAW, label="8")


@pytest.mark.parametrize("names", [range(4), range(1, 5), [2019, 2020, 2021, 2022]])
def test_names_that_count_are_names(tmp_path, names):
    rows = "".join(f"{k},{k * 7 % 5},{k * 3 % 7},{k % 2}\n" for k in range(N))
    raw = (",".join(map(str, names)) + "\n" + rows).encode()
    d = load(tmp_path / "t.csv", raw, label=str(names[3]))
    assert (len(d), d.classes) == (N, ("0", "1"))


def test_numbers_without_names(tmp_path):
    """As the breast cancer data of Wisconsin come: the label's number is also a value of the first record."""
    raw = "".join(f"{1000 + k},{k * 7 % 10 + 1},{k % 10 + 1},{2 + 2 * (k % 2)}\n" for k in range(N)).encode()
    d = load(tmp_path / "t.data", raw, label="4", id="1")
    assert (len(d), d.classes, list(d.x.columns)) == (N, ("2", "4"), ["2", "3"])


def test_letters_without_names(tmp_path):
    """As the mushrooms come."""
    raw = "".join(f"{'pe'[k % 2]},{'xbs'[k % 3]},{'nyw'[k % 3]}\n" for k in range(N)).encode()
    d = load(tmp_path / "t.data", raw, label="1")
    assert (len(d), d.classes) == (N, ("e", "p"))


@pytest.mark.parametrize("start", ["", "   "])
def test_cells_between_runs_of_blanks(tmp_path, start):
    lines = ["age   size label", *(f"{k:3}  {k * 1.5:6} {'ab'[k % 2]} " for k in range(N))]
    d = load(tmp_path / "t.txt", "\n".join(start + line for line in lines).encode(), label="label")
    assert d.x["size"].tolist() == [k * 1.5 for k in range(N)]
    assert "cells between blanks" in d.notes[0]


def test_row_names_between_blanks(tmp_path):
    """As DataFrame.to_string writes."""
    table = pd.DataFrame({"u": np.arange(N), "label": ["a", "b"] * (N // 2)})
    d = load(tmp_path / "t.txt", table.to_string().encode(), label="label")
    assert d.x["u"].tolist() == list(range(N))
    assert any("names of rows" in n for n in d.notes)


def test_a_table_in_markdown(tmp_path):
    rows = "".join(f"| {k} | {'ab'[k % 2]} |\n" for k in range(N))
    d = load(tmp_path / "t.txt", ("| u | label |\n|---|:--|\n" + rows).encode(), label="label")
    assert (d.classes, d.x["u"].tolist()) == (("a", "b"), list(range(N)))
    assert "the rule below the header left out" in d.notes


def test_single_quotes(tmp_path):
    rows = "".join(f"'Smith, J{k % 2}','{k}','{'ab'[k % 2]}'\n" for k in range(N))
    d = load(tmp_path / "t.csv", ("'name','u','label'\n" + rows).encode(), label="label")
    assert set(d.x["name"]) == {"Smith, J0", "Smith, J1"}
    assert d.x["u"].tolist() == list(range(N))


def test_quotes_behind_a_backslash(tmp_path):
    rows = "".join(f'"said \\"no, {"ab"[k % 2]}\\"",{k},{"ab"[k % 2]}\n' for k in range(N))
    d = load(tmp_path / "t.csv", ("text,u,label\n" + rows).encode(), label="label")
    assert set(d.x["text"]) == {'said "no, a"', 'said "no, b"'}


def test_row_numbers_that_were_saved_twice(tmp_path):
    rows = "".join(f"{k},{k},{k * 2},{'ab'[k % 2]}\n" for k in range(N))
    d = load(tmp_path / "t.csv", (",Unnamed: 0,u,label\n" + rows).encode(), label="label")
    assert list(d.x.columns) == ["u"]


def test_an_empty_column_may_be_dropped_too(tmp_path):
    raw = IN_CELLS["empty column without a name"](plain()).raw()
    assert len(load(tmp_path / "t.csv", raw, label="label", drop=["Unnamed: 1"])) == N


def test_classes_that_differ_in_capitals_alone_are_told(tmp_path):
    text = "k,label\n" + "".join(f"{k},{['yes', 'Yes', 'no'][k % 3]}\n" for k in range(30))
    d = load(tmp_path / "t.csv", text.encode(), label="label")
    assert d.classes == ("Yes", "no", "yes")
    assert "classes that differ in capitals alone: 'yes' and 'Yes'" in d.notes


def test_quotes_after_a_blank(tmp_path):
    rows = "".join(f'{k}, "Smith, John", {"ab"[k % 2]}\n' for k in range(N))
    d = load(tmp_path / "t.csv", ("k, name, label\n" + rows).encode(), label="label")
    assert set(d.x["name"]) == {"Smith, John"}


@pytest.mark.parametrize(
    ("codec", "words"),
    [
        ("cp1251", ["Москва", "Казань", "Новосибирск", "Пермь"]),
        ("cp932", ["東京都", "大阪市", "京都市", "横浜市"]),
        ("cp1253", ["Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Λάρισα"]),
        ("cp1252", ["Zürich", "Besançon", "Malmö", "3 €", "l’été"]),
        ("latin-1", ["Zürich", "Besançon", "5 °C", "m²"]),
    ],
)
def test_other_alphabets(tmp_path, codec, words):
    rows = "".join(f"{k},{words[k % len(words)]},{'ab'[k % 2]}\n" for k in range(40))
    d = load(tmp_path / "t.csv", ("k,town,label\n" + rows).encode(codec), label="label")
    assert set(d.x["town"]) == set(words)
    assert "is read with" in d.notes[0]
