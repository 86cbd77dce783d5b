"""SOURCE as users write it."""

import pathlib

import numpy as np
import pandas as pd
import pytest

import standout
from standout.errors import InputError

FACTS = {
    "digits": ("image", (1797, 8, 8), 10),
    "breast-cancer": ("tabular", (569, 30), 2),
    "wine": ("tabular", (178, 13), 3),
}


@pytest.mark.parametrize("name", FACTS)
def test_built_in(name):
    d = standout.load(name)
    assert (d.kind, d.x.shape, len(d.classes)) == FACTS[name]
    assert d.name == name
    assert d.ids[0] == "0"
    assert not d.notes


@pytest.fixture
def table(tmp_path):
    text = "name,u,label\n" + "".join(f"r{i},{i},{'ab'[i % 2]}\n" for i in range(12))
    path = tmp_path / "t.csv"
    path.write_text(text)
    return path


def test_paths_as_text_and_as_paths(table):
    for source in (table, str(table)):
        d = standout.load(source, label="label", id="name")
        assert d.name == "t"
        assert d.ids[:2].tolist() == ["r0", "r1"]


def test_one_column_to_drop_needs_no_list(table):
    table.write_text(table.read_text().replace("name,", "abc,"))
    assert list(standout.load(table, label="label", drop="abc").x.columns) == ["u"]


def test_endings_in_capitals(tmp_path, table):
    path = tmp_path / "T.CSV"
    path.write_text(table.read_text())
    assert len(standout.load(path, label="label")) == 12


def refuse(words, source, **options):
    with pytest.raises(InputError, match=words) as error:
        standout.load(source, **options)
    assert "\n" not in str(error.value)


def test_refused(tmp_path, table):
    refuse("did you mean 'digits'", "digit")
    refuse("no file or built-in data set", tmp_path / "none.csv", label="a")
    refuse("no file or built-in data set", "x" * 5000)
    refuse("no image in folder", tmp_path)
    (tmp_path / "a.txt").write_bytes(b"")
    refuse("unknown kind of file", tmp_path / "a.txt")
    refuse("--label: only for tables", "wine", label="x")
    refuse("--id, --drop: only for tables", "wine", id="x", drop=["y"])
    refuse("Give --label", table)
    refuse("not DataFrame", pd.DataFrame({"a": [1]}))
    refuse("not ndarray", np.zeros(3))


def test_a_file_wins_over_nothing_but_not_over_a_built_in_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("wine").write_text("")
    assert standout.load("wine").name == "wine"
