"""Cells as people write them: numbers and dates of all styles, what stays text, and the classes of a label."""

import numpy as np
import pytest

from tests.data.odd import load


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
    "dollars owed": (["($1,234.50)", "$5"], [-1234.5, 5]),
    "dollars owed, in columns": (["$ (1,234.50)", "$ 5.00"], [-1234.5, 5]),
    "euros owed": (["(1.234,50 €)", "5 €"], [-1234.5, 5]),
    "yen": (["¥1,234", "¥5"], [1234, 5]),
    "yen from Excel in Japan": (["\\1,234", "-\\5"], [1234, -5]),
    "yen by the word": (["1,234円", "5円"], [1234, 5]),
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
    assert "'1.234' is '1234'" in notes
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
    "brackets, a sign and no number": ["($-)", "$5"],
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
    "Japanese": (["2020年1月31日", "2020年12月1日"], ["2020-01-31", "2020-12-01"]),
    "two digits, as Excel counts them": (["31.12.29", "01.01.30"], ["2029-12-31", "1930-01-01"]),
    "two digits, a leap day": (["29-Feb-56", "01-Jan-69"], ["1956-02-29", "1969-01-01"]),
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
    assert "cannot be told in: c ('1/2/2020' as month/day/year)" in notes
    got, notes = column(tmp_path, ["1/2/2020", "3/4/2020"] * 6, ";", more=[["0,5", "1,25"] * 6])
    assert got.dt.month.tolist() == [2, 4] * 6
    assert "('1/2/2020' as day/month/year)" in notes


def test_the_cell_that_keeps_a_column_from_being_numbers_is_named(tmp_path):
    got, notes = column(tmp_path, [*map(str, range(60)), "unknown"])
    assert got.iloc[0] == "0"
    assert "column 'c' is text, not numbers, because of 'unknown' (1 of 61 cells)" in notes


@pytest.mark.parametrize("odd", ["#DIV/0!", "#N/A", "$ -", "k. A."])
def test_a_few_words_in_many_different_numbers_are_named(tmp_path, odd):
    got, notes = column(tmp_path, [odd if k % 3 == 0 else f"{k}.5" for k in range(60)])
    assert got.iloc[0] == odd
    assert f"column 'c' is text, not numbers, because of '{odd}' (20 of 60 cells)" in notes
    _, notes = column(tmp_path, ["0", "1", "2", "3+"] * 15)
    assert "text, not numbers" not in notes, "these are classes"


def test_amounts_in_brackets_and_short_years_are_told(tmp_path):
    _, notes = column(tmp_path, ["($1,234.50)", "$5"] * 6)
    assert "amounts in brackets are below 0 in: c ('($1,234.50)' is '-1234.5')" in notes
    assert "the $ sign taken off in: c" in notes
    _, notes = column(tmp_path, ["31.12.29", "01.01.30"] * 6)
    assert "dates (day.month.year 1930 to 2029): c" in notes


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
