"""Four real files as their owners left them (../shared/data/messy): the right answers of the table there."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import standout
from standout.cli import main

HERE = Path(__file__).resolve()
MESSY = next((p / "shared/data/messy" for p in HERE.parents if (p / "shared/data/messy").is_dir()), None)
needs_messy = pytest.mark.skipif(MESSY is None, reason="no shared/data/messy beside the repository")
TITANIC, PENGUINS = "01_titanic3_european.csv", "02_penguins.csv"
CHURN, BACTERIA = "03_telco_churn.csv.gz", "04_bacteria.csv"
RIGHT = {
    TITANIC: {
        "options": {"label": "survived"},
        "classes": {"0": 809, "1": 500},
        "numeric": "pclass age sibsp parch fare body",
        "features": 13,
        "missing": {
            "age": 263,
            "fare": 1,
            "cabin": 1014,
            "embarked": 2,
            "boat": 823,
            "body": 1188,
            "home.dest": 564,
        },
        "told": [
            "cells between ';', a decimal comma",
            "1 of 1310 records have no label",
            "age 263, fare 1, cabin 1014",
        ],
    },
    PENGUINS: {
        "options": {"label": "sex"},
        "classes": {"female": 165, "male": 168},
        "numeric": "bill_length_mm bill_depth_mm flipper_length_mm body_mass_g year",
        "features": 7,
        "missing": {},
        "told": ["11 of 344 records have no label"],
    },
    CHURN: {
        "options": {"label": "Churn", "id": "customerID"},
        "classes": {"No": 5174, "Yes": 1869},
        "numeric": "SeniorCitizen tenure MonthlyCharges TotalCharges",
        "features": 19,
        "missing": {"TotalCharges": 11},
        "told": ["missing values: TotalCharges 11"],
    },
    BACTERIA: {
        "options": {"label": "y", "group": "ID"},
        "classes": {"n": 43, "y": 177},
        "numeric": "week",
        "features": 4,
        "missing": {},
        "told": ["'Unnamed: 0': names of rows"],
    },
}


@needs_messy
@pytest.mark.parametrize("name", RIGHT)
def test_right_answers(name):
    right = RIGHT[name]
    d = standout.load(MESSY / name, **right["options"])
    assert dict(zip(d.classes, np.bincount(d.y).tolist())) == right["classes"]
    assert d.x.shape == (sum(right["classes"].values()), right["features"])
    assert [c for c in d.x if d.x[c].dtype.kind == "f"] == right["numeric"].split()
    assert {c: n for c, n in d.x.isna().sum().items() if n} == right["missing"]
    for words in right["told"]:
        assert len([n for n in d.notes if words in n]) == 1, d.notes
    assert len(d.notes) == len(right["told"])


@needs_messy
def test_cells_of_the_titanic():
    x = standout.load(MESSY / TITANIC, label="survived").x
    assert x["age"].iloc[1] == 0.9167
    assert x["fare"].iloc[0] == 211.3375
    assert x["name"].iloc[0] == "Allen, Miss. Elisabeth Walton"


def audit(tmp_path, name: str, *more: str) -> tuple[pd.DataFrame, dict]:
    """(records, summary) of a small audit by the command line."""
    options = [word for option, value in RIGHT[name]["options"].items() for word in (f"--{option}", value)]
    command = ["audit", str(MESSY / name), *options, "--model", "logistic-regression", "--shadows", "4", "--jobs", "1"]
    with pytest.raises(SystemExit) as leave:
        main([*command, "--quiet", "--out", str(tmp_path / "run"), *more])
    assert leave.value.code == 0
    summary = json.loads((tmp_path / "run/summary.json").read_text())
    return pd.read_csv(tmp_path / "run/records.csv", dtype=str), summary


@needs_messy
def test_an_audit_names_the_records_that_are_kept(tmp_path):
    records, summary = audit(tmp_path, PENGUINS)
    sex = pd.read_csv(MESSY / PENGUINS)["sex"]
    assert records["record"].tolist() == [str(k + 1) for k in np.flatnonzero(sex.notna())]
    assert records["label"].tolist() == sex.dropna().tolist()
    assert any("11 of 344 records" in w for w in summary["warnings"])
    assert summary["dataset"]["records"] == 333


@needs_messy
def test_children_stay_whole(tmp_path):
    records, _ = audit(tmp_path, BACTERIA)
    children = pd.read_csv(MESSY / BACTERIA)["ID"]
    assert len(records) == 220
    told = pd.crosstab(standout.load(MESSY / BACTERIA, label="y", group="ID").groups, children.to_numpy()) > 0
    assert told.shape == (50, 50)
    assert (told.sum() == 1).all() and (told.sum(axis=1) == 1).all()
    in_id_order = children.to_numpy()[np.argsort(records["record"].to_numpy(dtype=str), kind="stable")]
    files = sorted((tmp_path / "run/shadows").glob("*.npz"))
    assert len(files) == 4
    for file in files:
        with np.load(file) as arrays:
            members = np.unpackbits(arrays["members"], count=220)
        assert (pd.Series(members).groupby(in_id_order).nunique() == 1).all()
        assert 0 < members.sum() < 220
