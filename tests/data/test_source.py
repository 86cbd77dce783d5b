"""SOURCE as users write it."""

import pathlib

import numpy as np
import pandas as pd
import pytest

import standout
from standout.data.source import load_again
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
    (tmp_path / "a.md").write_bytes(b"")
    refuse("unknown kind of file", tmp_path / "a.md")
    refuse("--label: only for tables", "wine", label="x")
    refuse("--id, --drop: only for tables", "wine", id="x", drop=["y"])
    refuse("Give --label", table)
    refuse("not DataFrame", pd.DataFrame({"a": [1]}))
    refuse("not ndarray", np.zeros(3))


def test_a_file_wins_over_nothing_but_not_over_a_built_in_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("wine").write_text("")
    assert standout.load("wine").name == "wine"


KINDS = {
    "a.npy": "one array without labels",
    "a.PKL": "never loaded",
    "a.pickle": "never loaded",
    "a.joblib": "never loaded",
    "a.pt": "of PyTorch .* never loaded",
    "a.h5": "HDF5",
    "a.mat": r"scipy\.io\.loadmat",
    "a.rds": "file of R",
    "a.RData": "file of R",
    "a.arff": "Weka",
    "a.json": r"pandas\.read_json",
    "a.xls": "spreadsheet; save the sheet as CSV",
    "a.zip": "an archive; unpack it",
    "a.tar.gz": "an archive; unpack it",
    "a.tgz": "an archive; unpack it",
    "a.png": "one image; give the folder",
    "a.ipynb": r"code; give path\.py:NAME",
}


@pytest.mark.parametrize(("name", "words"), KINDS.items(), ids=KINDS)
def test_kinds_of_file_that_are_no_source_are_told_what_they_are(tmp_path, name, words):
    (tmp_path / name).write_bytes(b"\x80\x04N.")
    refuse(words, tmp_path / name)
    refuse(r"'.*" + name.replace(".", r"\."), tmp_path / name)


def test_data_is_for_benchmarks(tmp_path, table):
    refuse("--data: only for benchmarks", "wine", data=tmp_path)
    refuse("--data: only for benchmarks .* did you mean 'letter'", "leter", data=tmp_path)
    refuse("--data: only for benchmarks", table, label="label", data=tmp_path)
    refuse("--label: only for tables", "adult", label="income", data=tmp_path)
    refuse("did you mean 'cifar10'", "cifar-10")
    refuse("did you mean 'fashion-mnist'", "fashion_mnist")
    refuse("data must be a path, not int", "letter", data=3)
    refuse("no folder", "letter", data="x" * 5000)


def test_a_benchmark_is_found_again_where_its_files_lie_by_now(tmp_path):
    (tmp_path / "a").mkdir()
    rows = "".join(f"{'AB'[i % 2]},{','.join('1' * 16)}\n" for i in range(12))
    (tmp_path / "a/letter-recognition.data").write_text(rows)
    d = standout.load("letter", data=tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    with pytest.raises(InputError, match=r"no more at '.*/a'"):
        load_again(d.origin)
    again = load_again(d.origin, tmp_path / "b")
    assert again.digest() == d.digest()
    assert again.origin == d.origin


def test_a_table_is_found_again(tmp_path, table):
    d = standout.load(table, label="label", id="name", drop=())
    moved = table.rename(tmp_path / "moved.csv")
    with pytest.raises(InputError, match="no more at"):
        load_again(d.origin)
    assert load_again(d.origin, moved).digest() == d.digest()
