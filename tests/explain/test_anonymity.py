"""k-anonymity against a count, and which columns may be named."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import standout
from standout.cli import main
from standout.data.quasi import quasi_columns
from standout.data.records import Records
from standout.data.sample import sample
from standout.errors import InputError
from standout.explain.anonymity import k_anonymity, sizes
from tests.explain.simulated import evidence_of


def people(n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(20, 24, n)),
            "town": rng.choice(["A", "B", None], n),
            "weight": rng.normal(size=n),
        }
    )


def test_counts_are_those_of_a_loop():
    x = people()
    evidence = replace(evidence_of(x, np.arange(80) % 2), quasi=("age", "town"))
    keys = [(str(a), str(t)) for a, t in zip(x["age"], x["town"])]
    counts = Counter(keys)
    assert sizes(evidence).tolist() == [counts[k] for k in keys]
    assert k_anonymity(evidence) == pytest.approx([1 / counts[k] for k in keys])
    assert k_anonymity(replace(evidence, quasi=("weight", "town"))).tolist() == [1.0] * 80, "numbers are not binned"
    assert np.isnan(k_anonymity(replace(evidence, quasi=()))).all()


def test_records_in_every_training_count():
    x = people()
    whole = standout.Dataset(x, np.arange(80) % 2)
    few = Records.of(sample(whole, 30, 0))
    evidence = evidence_of(x.iloc[:30], np.arange(30) % 2)
    evidence = replace(evidence, records=few, quasi=("town",))
    towns = Counter(str(town) for town in x["town"])
    asked = [int(i) for i in few.ids]
    assert sizes(evidence).tolist() == [towns[str(x["town"][i])] for i in asked]


def test_many_columns_do_not_run_over():
    rng = np.random.default_rng(0)
    x = pd.DataFrame({f"c{i}": rng.permutation(80) for i in range(40)})
    evidence = replace(evidence_of(x, np.arange(80) % 2), quasi=tuple(x.columns))
    assert sizes(evidence).tolist() == [1] * 80


@pytest.fixture
def table(tmp_path):
    x = people()
    x["who"], x["clinic"], x["sick"] = [f"p{i:03d}" for i in range(80)], [i % 8 for i in range(80)], np.arange(80) % 2
    x.to_csv(tmp_path / "people.csv", index=False)
    return tmp_path / "people.csv"


def test_which_columns_may_be_named(table):
    dataset = standout.load(table, label="sick", id="who", group="clinic", drop=("weight",))
    assert quasi_columns(dataset, ["age", "town", "age"]) == ("age", "town")
    assert quasi_columns(dataset, "town") == ("town",)
    assert quasi_columns(dataset, None) == quasi_columns(dataset, []) == ()
    for name, said in (
        ("who", "'who' is the id"),
        ("clinic", "'clinic' is the group"),
        ("sick", "'sick' is the label"),
        ("weight", "'weight' is left out of the data by --drop"),
        ("twon", "did you mean 'town'"),
    ):
        with pytest.raises(InputError, match=said) as error:
            quasi_columns(dataset, [name])
        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="digits is none"):
        quasi_columns(standout.load("digits"), ["age"])
    with pytest.raises(InputError, match="names of columns"):
        quasi_columns(dataset, 3)  # pyright: ignore[reportArgumentType]


def test_an_audit_is_not_trained_anew_for_it_and_explain_keeps_it(table, tmp_path, capsys):
    line = ["audit", str(table), "--label", "sick", "--id", "who", "--model", "knn", "--shadows", "4", "--jobs", "1",
            "--quiet", "--out", str(tmp_path / "run")]  # fmt: skip

    def run(*words):
        with pytest.raises(SystemExit) as end:
            main(list(words))
        return end.value.code

    assert run(*line) == 0
    plain = standout.Run(tmp_path / "run")
    key, files = plain.summary["key"], {p.name: p.stat().st_mtime_ns for p in (plain.path / "shadows").iterdir()}
    assert "k_anonymity" not in plain.records and "k_anonymity" not in plain.summary["characteristics"]
    asked = [*line, "--quasi-identifier", "age", "--quasi-identifier", "town"]
    assert run(*asked) == 0
    again = standout.Run(plain.path)
    assert again.summary["key"] == key
    assert files == {p.name: p.stat().st_mtime_ns for p in (plain.path / "shadows").iterdir()}
    x = pd.read_csv(table)
    counts = x.groupby(["age", "town"], dropna=False)["who"].transform("size")
    assert again.records["k_anonymity"].to_numpy() == pytest.approx(1 / counts.to_numpy())
    assert again.records.drop(columns="k_anonymity").equals(plain.records)
    assert "--quasi-identifier age" in (plain.path / "report.html").read_text()

    before = {n: (plain.path / n).read_bytes() for n in ("records.csv", "report.html", "config.json")}
    assert run("explain", str(plain.path), "--quiet") == 0
    assert before == {n: (plain.path / n).read_bytes() for n in before}
    assert run("explain", str(plain.path), "--quasi-identifier", "aeg") == 2
    assert "did you mean 'age'" in capsys.readouterr().err
    assert before == {n: (plain.path / n).read_bytes() for n in before}
    only = plain.explain(quasi_identifiers=["town"])
    towns = x.groupby("town", dropna=False)["who"].transform("size")
    assert only.records["k_anonymity"].to_numpy() == pytest.approx(1 / towns.to_numpy())
    assert plain.explain().records.equals(only.records)
    assert plain.explain(quasi_identifiers=[]).records.equals(plain.records)
    assert run(*asked[:-1], "twon") == 2 and run(*asked[:-1], "who") == 2
