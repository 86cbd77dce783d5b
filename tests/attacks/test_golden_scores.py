"""The shipped golden scores: those of this code, of these versions, and what `make golden` refuses."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standout.attacks import ATTACKS, golden
from standout.attacks.golden import CLOSED, FITTED, HERE, arrays, difference, exposures, fingerprints, recomputed, table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def maker():
    """benchmarks/make_golden.py as a module."""
    spec = importlib.util.spec_from_file_location("make_golden", ROOT / "benchmarks" / "make_golden.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ATTACKS)
def test_scores_and_version_are_the_shipped_ones(name):
    """Fails when scores change: then raise the attack's version and run `make golden`."""
    stored = arrays("ours")
    ours = recomputed(name, stored["signals"], stored["members"])
    assert difference(ours, stored[name]) <= golden.tolerance(name)
    assert table()["attacks"][name]["version"] == ATTACKS[name].version


@pytest.mark.parametrize("name", ATTACKS)
def test_fingerprints_are_those_of_the_shipped_scores_and_tell_attacks_apart(name):
    stored = arrays("ours")
    assert fingerprints([name])[name] == pytest.approx(stored[name][stored["members"]].mean(), rel=1e-8)
    assert len(set(fingerprints(ATTACKS).values())) == len(ATTACKS)
    assert fingerprints(["none such"]) == {"none such": None}


def test_exposure_is_the_shipped_one():
    stored = arrays("ours")
    assert difference(exposures(stored["signals"], stored["members"]), stored["exposure"]) <= FITTED
    assert table()["exposure"]["golden"] == pytest.approx(stored["exposure"].mean(), rel=1e-8)


def test_the_maker_makes_what_is_shipped(maker):
    """The input from its seed, and the published numbers from the agreement suite."""
    signals, members = maker.made_input()
    stored = arrays("ours")
    np.testing.assert_array_equal(stored["signals"], signals)
    np.testing.assert_array_equal(stored["members"], members)
    assert (signals * 64 == np.round(signals * 64)).all() and (members[::2] ^ members[1::2]).all()
    published, shipped = maker.published(), arrays("published")
    assert set(published) == set(shipped)
    for key, value in published.items():
        np.testing.assert_array_equal(shipped[key], value)


def test_shipped_files_are_small():
    assert sum(p.stat().st_size for p in HERE.iterdir() if p.is_file()) < 150_000


def test_difference_is_relative_above_one_and_sees_what_is_not_finite():
    assert difference(np.array([0.5, 1000.0]), np.array([0.25, 1001.0])) == 0.25
    assert difference(np.array([2000.0]), np.array([1000.0])) == 1.0
    assert difference(np.array([np.nan]), np.array([1.0])) == np.inf
    assert difference(np.zeros(2), np.zeros(3)) == np.inf


def test_the_smallest_change_of_a_formula_is_seen(monkeypatch):
    """A standard deviation with ddof 1 instead of 0 is far outside the tolerance."""
    stored = arrays("ours")

    def ddof_1(side):
        return side.squares / (side.count - 1)

    monkeypatch.setattr("standout.moments.Side.variance", property(ddof_1))
    off = difference(recomputed("lira", stored["signals"], stored["members"]), stored["lira"])
    assert off > 1e6 * CLOSED


def test_the_maker_refuses_changed_scores_under_the_same_version(maker, monkeypatch, tmp_path):
    monkeypatch.setattr(maker, "HERE", tmp_path)
    monkeypatch.setattr("sys.argv", ["make_golden.py"])
    assert maker.main() == 0, "there is nothing yet to agree with"
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert set(before) == {"golden.json", "ours.npz", "published.npz"}
    lira = ATTACKS["lira"]
    changed = replace(lira, score=lambda target, references: 2 * lira.score(target, references))  # type: ignore[misc]
    monkeypatch.setitem(ATTACKS, "lira", changed)
    assert maker.main() == 1
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    monkeypatch.setitem(ATTACKS, "lira", replace(changed, version=lira.version + 1))
    assert maker.main() == 0
    after = json.loads((tmp_path / "golden.json").read_text())["attacks"]["lira"]
    assert after["version"] == lira.version + 1
    assert after["golden"] == pytest.approx(2 * fingerprints(["lira"])["lira"], rel=1e-8)


def test_the_maker_can_be_told_that_a_version_is_unreleased(maker, monkeypatch, tmp_path):
    monkeypatch.setattr(maker, "HERE", tmp_path)
    monkeypatch.setattr("sys.argv", ["make_golden.py"])
    maker.main()
    lira = ATTACKS["lira"]
    monkeypatch.setitem(ATTACKS, "lira", replace(lira, score=lambda t, r: 2 * lira.score(t, r)))  # type: ignore[misc]
    monkeypatch.setattr("sys.argv", ["make_golden.py", "--unreleased", "loss"])
    assert maker.main() == 1
    monkeypatch.setattr("sys.argv", ["make_golden.py", "--unreleased", "lira"])
    assert maker.main() == 0
