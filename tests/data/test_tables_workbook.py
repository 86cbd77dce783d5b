"""Excel workbooks: the values that were put into the cells come back, and what a text cannot hold is told."""

import datetime as dt
import io
import sys
import zipfile

import numpy as np
import pytest

from standout.cli import main
from standout.errors import InputError
from tests.data.odd import load

openpyxl = pytest.importorskip("openpyxl")
N = 12
BORN = [dt.datetime(1950 + k, 1, 31) for k in range(N)]
COST = [1.234, 12.0, -7.005, 1e-7, 1234567.5, 0.1, 999.999, 5.0, 2.5, 1 / 3, 123.456, 8.0]
HEADER = ["id", "born", "cost", "text", "label"]


def sheet_of(book):
    sheet = book.active
    sheet.title = "Cases"
    sheet.append(HEADER)
    for k in range(N):
        sheet.append([k + 1, BORN[k], COST[k], ["1,5", "0,25"][k % 2], bool(k % 2)])
        sheet.cell(k + 2, 1).number_format = "00000"
        sheet.cell(k + 2, 3).number_format = '#,##0.00 "€"'
    return sheet


def bytes_of(book) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def book():
    book = openpyxl.Workbook()
    sheet_of(book)
    return book


def read(tmp_path, raw, name="t.xlsx"):
    return load(tmp_path / name, raw if isinstance(raw, bytes) else bytes_of(raw), label="label", id="id")


def check(d):
    assert d.ids.tolist() == [f"{k + 1:05}" for k in range(N)]
    assert [d.classes[c] for c in d.y] == ["FALSE", "TRUE"] * 6
    assert d.x["born"].tolist() == BORN
    np.testing.assert_array_equal(d.x["cost"], COST)
    assert d.x["text"].tolist() == [1.5, 0.25] * 6


@pytest.mark.parametrize("name", ["t.xlsx", "T.XLSM"])
def test_the_values_come_back(tmp_path, book, name):
    d = read(tmp_path, book, name)
    check(d)
    assert [n for n in d.notes if "dates" not in n and "decimal" not in n] == []


def test_titles_totals_comments_and_what_is_hidden(tmp_path, book):
    sheet = book.active
    sheet.insert_rows(1, 3)
    sheet["A1"], sheet["A2"] = "Cases", "as of 2024"
    sheet.merge_cells("A1:E1")
    sheet["C4"].comment = openpyxl.comments.Comment("in Euro", "us")
    sheet.append(["Sum", None, sum(COST)])
    sheet.row_dimensions[7].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("Hidden", 0).sheet_state = "hidden"
    book.active = 1
    d = read(tmp_path, book)
    check(d)
    for line in ("sheet 'Cases' is read, not 'Hidden'", "2 lines above the header left out ('Cases')",
                 "1 hidden row is read too, as by a filter", "hidden columns are read too: C",
                 "1 of 13 records have no label and are left out"):  # fmt: skip
        assert line in d.notes


def test_cells_merged_over_rows_are_told(tmp_path, book):
    book.active.merge_cells("D3:D5")
    d = read(tmp_path, book)
    assert d.x["text"].isna().tolist() == [k in (2, 3) for k in range(N)]
    assert "cells merged over rows: the first holds the value, the others are empty: D3:D5" in d.notes


def test_formulas_are_read_by_their_stored_values(tmp_path, book):
    for k in range(N):
        book.active.cell(k + 2, 3).value = f"=ROW()*{k}"
    with pytest.raises(InputError, match=r"t.xlsx: formulas without stored values \(first in C2\); open the file"):
        read(tmp_path, book)
    old, new = zipfile.ZipFile(io.BytesIO(bytes_of(book))), io.BytesIO()
    with zipfile.ZipFile(new, "w") as z:
        for part in old.namelist():
            text = old.read(part)
            for k in range(N):
                text = text.replace(b"<f>ROW()*%d</f><v />" % k, b"<f>ROW()*%d</f><v>%r</v>" % (k, COST[k]))
                text = text.replace(b"<f>ROW()*%d</f><v></v>" % k, b"<f>ROW()*%d</f><v>%r</v>" % (k, COST[k]))
            z.writestr(part, text)
    d = read(tmp_path, new.getvalue())
    check(d)
    assert f"of {N} cells with formulas the stored values are read" in d.notes


def test_what_is_no_workbook_is_refused(tmp_path, book, monkeypatch):
    raw = bytes_of(book)
    with pytest.raises(InputError, match=r"t.csv is an Excel workbook; name it .xlsx, or save the sheet as CSV"):
        read(tmp_path, raw, "t.csv")
    with pytest.raises(InputError, match=r"t.xlsx cannot be read as an Excel workbook: .*; save the sheet as CSV"):
        read(tmp_path, raw[:200] + raw[400:])
    with pytest.raises(InputError, match=r"an old Excel file \(.xls\), or one with a password; save the sheet as CSV"):
        read(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"needs openpyxl: pip install 'standout\[excel\]'; or save the sheet as CSV"):
        read(tmp_path, raw)


def test_from_the_command_line(tmp_path, book, capsys):
    (tmp_path / "t.xlsx").write_bytes(bytes_of(book))
    asked = ["audit", str(tmp_path / "t.xlsx"), "--id", "id", "--model", "knn", "--shadows", "4", "--dry-run"]
    with pytest.raises(SystemExit, match=r"^0$"):
        main([*asked, "--label", "label"])
    assert "t: 12 records would be audited" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"^2$"):
        main([*asked, "--label", "lable"])
    assert "label column 'lable' is not in t.xlsx; did you mean 'label'?" in capsys.readouterr().err
