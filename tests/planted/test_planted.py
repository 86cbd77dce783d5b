"""Plants in real data: what they are, and that an audit names them."""

import numpy as np
import pandas as pd
import pytest

import standout
from standout.data.builtin import digits
from standout.data.dataset import Dataset
from standout.flows.checks.plants import NAMED, RARE, SHARES, plant

SEED, RECORDS = 20, 1000


def clean_digits():
    return digits().take(np.arange(RECORDS))


def rows_of(data):
    return data.x.reshape(len(data), -1).astype(np.float32)


def test_plants_are_what_they_are_said_to_be():
    clean = clean_digits()
    planted = plant(clean, SEED)
    x, what, labels = rows_of(planted.data), planted.what, np.array(planted.data.classes)[planted.data.y]
    known = {}
    for row, label in zip(rows_of(clean), np.array(clean.classes)[clean.y]):
        known.setdefault(row.tobytes(), label)
    there = np.array([row.tobytes() in known for row in x])
    was = np.array([known.get(row.tobytes(), "") for row in x])
    same = was == labels
    assert there[np.isin(what, ["", "flip", "rare", "twin"])].all()
    assert same[np.isin(what, ["", "twin"])].all() and not same[what == "flip"].any()
    assert not there[np.isin(what, ["noise", "blend", "twin noise"])].any()
    for kind in ("flip", "noise", "blend"):
        assert (what == kind).sum() == round(SHARES[kind] * RECORDS)
    _, counts = np.unique(x[np.char.startswith(what.astype(str), "twin")], axis=0, return_counts=True)
    assert (counts == 2).all()
    names, sizes = np.unique(labels[what == "rare"], return_counts=True)
    assert len(names) == 3 and (sizes == RARE).all()  # a class cut down, and two new ones
    assert all((labels == name).sum() == RARE for name in names)


def test_blends_lie_half_the_way_between_two_records_of_different_classes():
    clean = clean_digits()
    planted = plant(clean, SEED)
    x, y = rows_of(clean), np.array(clean.classes)[clean.y]
    labels = np.array(planted.data.classes)[planted.data.y]
    for i in np.flatnonzero(planted.what == "blend"):
        twice = 2 * rows_of(planted.data)[i]
        own = np.flatnonzero(y == labels[i])
        partner = ((twice - x[own])[:, None] == x[y != labels[i]]).all(axis=2)
        assert partner.any()


def test_the_same_seed_plants_the_same_and_the_clean_data_stay_as_they_are():
    clean = clean_digits()
    before = clean.digest()
    a, b, other = plant(clean, 1), plant(clean, 1), plant(clean, 2)
    assert clean.digest() == before
    assert a.data.digest() == b.data.digest() != other.data.digest() and np.array_equal(a.what, b.what)


def test_tables_with_words_and_gaps():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"n": rng.integers(0, 9, 400), "f": rng.normal(size=400), "w": rng.choice(list("abc"), 400)})
    table["empty"] = np.nan
    table.loc[::7, "f"] = np.nan
    table.loc[::5, "w"] = None
    planted = plant(Dataset(table, np.where(table["n"] > 4, "high", "low")), 3)
    x, what = planted.data.x, planted.what
    assert set(what) == {"", "rare", *SHARES}
    assert x["n"][what == "noise"].between(0, 8).all() and x["w"][what == "noise"].isin(list("abc")).all()
    assert x["empty"].isna().all()


@pytest.mark.slow
def test_an_audit_names_what_was_planted():
    planted = plant(digits(), SEED)
    run = standout.audit(planted.data, model="logistic-regression", shadows=32, attacks="moderated", jobs=1)
    records, what = run.records, planted.what
    exposed, cause = records["exposed"].to_numpy(dtype=bool), records["cause"].to_numpy()
    found = {k: (int((exposed & (what == k)).sum()), int((cause[exposed & (what == k)] == c).sum()))
             for k, c in NAMED.items()}  # fmt: skip
    assert found["flip"][0] >= 30 and found["flip"][1] >= 0.9 * found["flip"][0]
    assert found["noise"][0] >= 10 and found["noise"][1] >= 0.75 * found["noise"][0]
    assert found["rare"][1] >= 0.75 * found["rare"][0]
    exposure = records["exposure"].to_numpy()
    assert exposure[what == "twin noise"].mean() < 0.5 * exposure[what == "noise"].mean()
    clean = what == ""
    assert (cause[clean & exposed] == "suspect label").sum() <= 0.01 * clean.sum()
