"""Files that are no table, or not to be understood: one line that says what it is, where, and the mend."""

import gzip
import io
import pickle
import sqlite3
import zipfile

import pytest

from standout.errors import InputError
from tests.data.odd import load, plain


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
    "Excel": (packed_in_zip("[Content_Types].xml", "xl/workbook.xml"), "Excel workbook; .* save the sheet as CSV"),
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
