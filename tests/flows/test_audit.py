"""The audit end to end: null models, planted memory, the run folder, order of rows."""

import json
import os
import stat

import jsonschema
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import standout
from standout.attacks import ATTACKS
from standout.run.schema import summary_schema

from .recipes_for_tests import Memory, Noise, blobs, noisy_fit

COLUMNS = ["record", "label", "exposure", "exposure_lo", "exposure_hi", "doubt", "hits", "trials", "false_hits",
           "false_trials", "precision", "exposed", "effect", "memorization"]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return standout.audit(standout.load("wine"), model="logistic-regression", shadows=16, jobs=1,
                          out=tmp_path_factory.mktemp("run") / "wine")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("model", "shadows"), [(Noise(), 8), (noisy_fit, 16), (Noise(), 32)])
def test_null_models_expose_nothing(model, shadows):
    """AUCs lie within five deviations of one half; of attacks alone, more signals: tests/attacks/test_contract.py."""
    x, y = blobs(24_000 // shadows)
    run = standout.audit(x, y, model=model, shadows=shadows, jobs=1)
    assert run.summary["exposed"]["count"] == 0 and run.exposed.empty
    for name in ATTACKS:
        assert abs(run.summary["attacks"][name]["auc"] - 0.5) < 0.02, name


def test_planted_memory_is_found_whole():
    x, y = blobs(120)
    run = standout.audit(x, y, model=Memory(), shadows=16, jobs=1)
    assert run.records.exposed.all() and (run.records.exposure > 0.99).all()
    assert run.summary["attacks"]["lira"]["auc"] > 0.999
    assert (run.records.memorization > 0.3).all()


def test_folder_holds_what_the_contract_lists(run):
    names = {p.name for p in run.path.iterdir()}
    assert {"config.json", "summary.json", "records.csv", "records.parquet", "report.html", "shadows"} <= names
    assert sorted(p.name for p in (run.path / "shadows").iterdir()) == [f"{m:05d}.npz" for m in range(16)]
    jsonschema.validate(run.summary, summary_schema())
    assert run.summary["explained"]["records"] == 178
    config = json.loads((run.path / "config.json").read_text())
    assert config["key"] == run.summary["key"] and len(config["plan"]["seeds"]) == 16
    assert config["attacks"] == {name: attack.version for name, attack in ATTACKS.items()}


def test_files_are_their_owners_alone(run):
    for path in run.path.rglob("*"):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_model_files_hold_signals_and_are_no_pickles(run):
    before = np.zeros(178, dtype=bool)
    for m in range(16):
        with np.load(run.path / "shadows" / f"{m:05d}.npz", allow_pickle=False) as file:
            assert file["signals"].dtype == np.float32 and file["signals"].shape == (6, 178)
            assert file["log_probabilities"].dtype == np.float16 and file["log_probabilities"].shape == (178, 3)
            members = np.unpackbits(file["members"], count=178).astype(bool)
            if m % 2:
                assert (members ^ before).all() and abs(int(members.sum()) - int(before.sum())) <= 1
            before = members


def test_records_table(run):
    table = run.records
    assert list(table.columns[: len(COLUMNS)]) == COLUMNS
    assert list(table.columns[-3:]) == ["cause", "reason", "action"]
    assert table.record.tolist() == [str(i) for i in range(178)]
    assert (table.trials == 8).all() and (table.false_trials == 8).all()
    assert ((table.exposure_lo <= table.exposure) & (table.exposure <= table.exposure_hi)).all()
    assert (table.exposed == (table.cause != "")).all()
    exact = pd.read_parquet(run.path / "records.parquet")
    pd.testing.assert_frame_equal(exact.astype(dict.fromkeys(("record", "label"), str)), table, check_dtype=False)


def test_hits_and_summary_say_the_same(run):
    """Counts of the records table are those of the ROC at the rate that the summary states."""
    table, lead = run.records, run.summary["attacks"][run.summary["exposed"]["attack"]]
    assert table.false_hits.sum() / table.false_trials.sum() == pytest.approx(lead["achieved_fpr"])
    tpr = lead["tpr_at_fpr"]["0.01"]
    assert table.hits.sum() / table.trials.sum() == pytest.approx(tpr["tpr"])
    assert any("counted at 0.01" in w for w in run.summary["warnings"])
    never = (table.hits == 0) & (table.false_hits == 0)
    assert never.any() and (table.precision.isna() == never).all()
    some = table[~never]
    np.testing.assert_allclose(some.precision, some.hits / (some.hits + some.false_hits), rtol=1e-12)  # 8 trials each


def test_figures_follow_from_the_stored_signals(run):
    """Read the files as a stranger would, and compute the AUC of the attack again."""
    signals, members = [], []
    for m in range(16):
        with np.load(run.path / "shadows" / f"{m:05d}.npz") as file:
            signals.append(file["signals"][0])
            members.append(np.unpackbits(file["members"], count=178).astype(bool))
    from sklearn.metrics import roc_auc_score

    for name in ("lira", "rmia", "lira-offline"):
        scores = standout.attack_scores(name, np.stack(signals), np.stack(members))
        auc = roc_auc_score(np.ravel(members), scores.ravel())
        assert run.summary["attacks"][name]["auc"] == pytest.approx(auc, abs=1e-9)


def test_rows_in_another_order_give_the_same_figures(run, tmp_path):
    data = standout.load("wine")
    order = np.random.default_rng(0).permutation(len(data))
    other = standout.audit(data.take(order), model="logistic-regression", shadows=16, jobs=1, out=tmp_path / "other")
    assert other.records.record.tolist() == [str(i) for i in order]
    ours, theirs = ({k: v for k, v in r.summary.items() if k != "seconds"} for r in (run, other))
    assert ours == theirs
    pd.testing.assert_frame_equal(other.records.set_index("record").loc[run.records.record].reset_index(), run.records)


def test_groups_stay_whole(tmp_path):
    x, y = blobs(90)
    groups = np.arange(90) // 3
    standout.audit(x, y, model="logistic-regression", groups=groups, shadows=4, jobs=1, out=tmp_path / "g")
    for m in range(4):
        with np.load(tmp_path / "g" / "shadows" / f"{m:05d}.npz") as file:
            members = np.unpackbits(file["members"], count=90).astype(bool)
        by_id = groups[np.argsort([str(i) for i in range(90)], kind="stable")]
        assert all(len(set(members[by_id == g])) == 1 for g in range(30))


def test_a_run_without_out_goes_with_its_object():
    x, y = blobs(60)
    run = standout.audit(x, y, model=LogisticRegression(), shadows=4, jobs=1)
    path = run.path
    assert (path / "report.html").exists()
    del run
    assert not path.exists()


def test_tree_ensembles_are_smoothed_by_choice_and_say_so(tmp_path):
    x, y = blobs(150, classes=2)
    run = standout.audit(x, y, model="random-forest", settings={"n_estimators": 20}, shadows=8, out=tmp_path / "rf")
    assert any(w.startswith("probabilities reach 0 or 1") for w in run.summary["warnings"])
    assert run.summary["attacks"]["lira-one-variance"]["auc"] > 0.7


@pytest.mark.slow
def test_digits_is_a_well_behaved_model_that_gives_a_few_records_away():
    run = standout.audit(standout.load("digits"), shadows=16)
    accuracy = run.summary["accuracy"]
    assert accuracy["train"] >= 0.98 and accuracy["gap"] < 0.06
    assert run.summary["attacks"]["loss"]["auc"] < 0.6
    assert 3 <= run.summary["exposed"]["count"] <= 80
    assert run.summary["model"]["parameters"] == 64 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10
