"""A target among references whose truth is known: p-values, flags, power, and independence of who is a member."""

import jsonschema
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, kstest

import standout
from standout.estimate.agreement import cautious
from standout.estimate.outside import OutTest
from standout.estimate.spread import excess_noise, shrunk_spread
from standout.estimate.tails import fit_tails
from standout.moments import moments_of
from standout.run.schema import summary_schema

from ..estimate.test_exposure import simulated


@pytest.fixture
def world(paired):
    """world(models, seed, ...) -> (arguments of score, members of the target bool (N,), true exposures (N,))."""

    def make(models=64, records=3000, seed=0, **kind):
        members = paired(models + 2, records, seed)
        signals, truth = simulated(models + 2, records, seed, members, **kind)
        given = {"signals": signals[:models], "members": members[:models], "target_signals": signals[models]}
        return given, members[models], truth

    return make


def test_p_values_are_those_of_the_test_of_each_record(world):
    given, members, _ = world(16, 600)
    p = standout.score(**given, attacks="loss").records["p_value"].to_numpy()
    s, m = given["signals"].astype(np.float32), given["members"]
    halves = moments_of(s[:8], m[:8]), moments_of(s[8:], m[8:])
    noise = excess_noise(halves)
    moments = cautious(halves[0] + halves[1])
    test = OutTest.of(moments, shrunk_spread(moments, noise), fit_tails(s, m, 1e-3, noise), sure=3.0)
    np.testing.assert_allclose(p, test.p_value(given["target_signals"].astype(np.float32)), rtol=1e-6)
    assert kstest(p[~members], "uniform").pvalue > 1e-3


@pytest.mark.parametrize("leak", [False, True])
def test_flags_keep_the_rate_and_find_members(world, leak):
    flagged, found, outside, inside = 0, 0, 0, 0
    for seed in range(3):
        given, members, _ = world(32, 1500, seed=seed, leak=leak)
        run = standout.score(**given, fpr=0.01, attacks="moderated")
        marked = run.records["flagged"].to_numpy()
        flagged, outside = flagged + int((marked & ~members).sum()), outside + int((~members).sum())
        found, inside = found + int((marked & members).sum()), inside + int(members.sum())
    low, high = binom.ppf([0.0005, 0.9995], outside, 0.01)
    assert low <= flagged <= high
    assert (found / inside > 0.02) == leak


def test_block_says_what_the_records_say(world):
    from sklearn.metrics import roc_auc_score

    given, members, _ = world(32, 1000)
    run = standout.score(**given, fpr=0.01, target_members=members.astype(int))
    block, table = run.summary["target"], run.records
    assert table.columns[-4:].tolist() == ["member", "score", "p_value", "flagged"]
    assert (table["member"] == members).all()
    assert block["attack"] == "moderated" and block["calibrated_at"] == 0.01
    flagged = table["flagged"].to_numpy()
    assert block["flagged"] == flagged.sum() and block["members"] == members.sum()
    assert block["auc"] == pytest.approx(roc_auc_score(members, table["score"]), abs=1e-12)
    assert block["tpr"] == flagged[members].mean() and block["fpr"] == flagged[~members].mean()
    assert block["precision"] == members[flagged].mean()
    jsonschema.validate(run.summary, summary_schema())
    parquet = pd.read_parquet(run.path / "records.parquet")
    np.testing.assert_allclose(parquet["p_value"], table["p_value"], rtol=1e-12)
    assert parquet["flagged"].tolist() == flagged.tolist()


def test_nothing_but_the_figures_of_success_knows_the_members(world):
    """No bit of score, p-value or flag moves with target_members, nor does any figure of the references."""
    given, members, _ = world(16, 600)
    runs = [standout.score(**given, target_members=m) for m in (members, ~members, None)]
    judged = ["score", "p_value", "flagged"]
    for other in runs[1:]:
        pd.testing.assert_frame_equal(other.records.drop(columns="member"), runs[0].records.drop(columns="member"))
        assert (other.records[judged].to_numpy() == runs[0].records[judged].to_numpy()).all()
        for block in ("attacks", "exposed", "characteristics", "causes"):
            assert other.summary[block] == runs[0].summary[block]
    assert runs[2].records["member"].isna().all()
    assert runs[2].summary["target"] == {**runs[0].summary["target"], **dict.fromkeys(
        ("members", "auc", "tpr", "fpr", "precision"))}  # fmt: skip
    assert "nobody can tell here how right that is" in (runs[2].path / "report.html").read_text()


def test_the_target_changes_no_figure_of_its_references(world):
    given, _, _ = world(16, 600)
    alone = standout.score(**{k: v for k, v in given.items() if k != "target_signals"})
    both = standout.score(**given)
    same = {k: v for k, v in both.summary.items() if k not in ("seconds", "key", "target")}
    assert same == {k: v for k, v in alone.summary.items() if k not in ("seconds", "key")}
    assert "target" not in alone.summary and "flagged" not in alone.records


@pytest.mark.parametrize("attack", ["loss", "rmia", "lira", "lira-offline", "moderated"])
def test_a_target_scores_as_it_would_among_the_references(world, attack):
    """Pair 0 as target of all other pairs: what leave-pair-out gives it, to the last digit but one for `moderated`,
    whose prior is fitted on a block fewer there."""
    given, _, _ = world(16, 600)
    s, m = given["signals"].astype(np.float32), given["members"]
    within = standout.attack_scores(attack, s, m)[0]
    run = standout.score(signals=s[2:], members=m[2:], target_signals=s[0], attacks=attack)
    ours = run.records["score"].to_numpy()
    if attack == "moderated":
        assert np.corrcoef(ours, within)[0, 1] > 0.98
    else:
        np.testing.assert_allclose(ours, within, rtol=1e-6, atol=1e-9)


def pairs_and_one_more(rng):
    """Members bool (17, 300): eight pairs that split the records, and a target."""
    first = rng.random((8, 300)) < 0.5
    return np.concatenate([np.stack([first, ~first], axis=1).reshape(16, 300), rng.random((1, 300)) < 0.5])


def test_a_target_of_logits_or_probabilities():
    rng = np.random.default_rng(0)
    members = pairs_and_one_more(rng)
    labels = rng.integers(0, 3, 300)
    logits = rng.normal(size=(17, 300, 3))
    logits[:, np.arange(300), labels] += 2 + 3 * members
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    one = standout.score(logits=logits[:16], members=members[:16], labels=labels, target_logits=logits[16])
    two = standout.score(probabilities=p[:16], members=members[:16], labels=labels, target_probabilities=p[16])
    np.testing.assert_allclose(one.records["score"], two.records["score"], rtol=1e-3, atol=1e-3)
    assert one.summary["target"]["flagged"] > 20


def test_rounded_probabilities_are_smoothed_alike_on_both_sides():
    """Votes of 20 trees: references and target by the amount chosen on the references."""
    rng = np.random.default_rng(1)
    members = pairs_and_one_more(rng)
    votes = rng.binomial(20, np.where(members, 0.97, 0.8)) / 20
    p = np.stack([1 - votes, votes], axis=2)
    labels = np.ones(300, dtype=int)
    run = standout.score(probabilities=p[:16], members=members[:16], labels=labels, target_probabilities=p[16],
                         target_members=members[16])  # fmt: skip
    assert any(w.startswith("probabilities reach 0 or 1") for w in run.summary["warnings"])
    assert run.summary["target"]["auc"] == pytest.approx(run.summary["attacks"]["moderated"]["auc"], abs=0.07)
    soft = np.clip(p[:16], 0.01, 0.99)
    mixed = standout.score(probabilities=soft, members=members[:16], labels=labels, target_probabilities=p[16])
    assert any("compare like models" in w for w in mixed.summary["warnings"])
