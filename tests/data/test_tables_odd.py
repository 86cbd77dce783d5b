"""Odd tables, each kind alone and in pairs with what a file can be: the very values come back, whatever the twist."""

import itertools
import re
import unicodedata

import numpy as np
import pandas as pd
import pytest

from standout.errors import InputError
from tests.data.odd import AGE, CODE, FARE, GAPS, IN_CELLS, IN_FILES, LABEL, TOWN, WHO, N, load, plain

PAIRS = list(itertools.product(IN_CELLS, ["as a program writes it", *IN_FILES]))


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
    "thousands with blanks": r"thousands separators taken off in: fare \('1.512.5' is '1512.5'\)",
    "percent": "the % sign taken off in: age",
    "currency": "the £ sign taken off in: fare",
    "other words for missing": "missing values: gaps 2",
    "header again within": "2 repeated header lines left out",
    "units below": r"below the header looks like units .* left out \('-', '\(years\)'",
    "twice the same": "'age' stands twice with the same content; one is left out",
    "counter without a name": "'Unnamed: 0': names of rows",
    "R's row names": "'Unnamed: 0': names of rows",
    "empty column without a name": "'Unnamed: 1' has no name and no value and is left out",
    "separator after every row": "every line ends with a separator",
    "separator after every line": "every line ends with a separator",
    "lines of separators": "2 of 16 records have no label and are left out",
    "a title above": "1 line above the header left out .'Passengers'",
    "titles in cells above": "2 lines above the header left out .'Passengers'",
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


def test_a_number_as_label_of_a_table_with_names_is_refused(tmp_path):
    with pytest.raises(InputError, match="label column '8' is not in"):
        load(tmp_path / "t.csv", plain().raw(), label="8")


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
