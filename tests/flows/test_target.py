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

pytestmark = pytest.mark.usefixtures("unexplained")


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
    assert block["attack"] == "moderated" and block["flagged_at"] == 0.01
    flagged = table["flagged"].to_numpy()
    assert (flagged == (table["p_value"] <= 0.01)).all()
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
        ("members", "auc", "tpr", "fpr", "precision", "likeness"))}  # fmt: skip
    assert "nobody can tell here how right that is" in (runs[2].path / "report.html").read_text()


def test_promises_are_those_of_the_same_test_on_models_held_out(world):
    """By brute force: each block of two pairs judged by the other pairs; and what it promises, targets keep."""
    given, _, _ = world(32, 1500, seed=4)
    block = standout.score(**given, fpr=0.01, attacks="loss").summary["target"]
    s, m = given["signals"].astype(np.float32), given["members"]
    noise = excess_noise((moments_of(s[:16], m[:16]), moments_of(s[16:], m[16:])))
    tails = fit_tails(s, m, 0.01, noise)
    hits = np.zeros((2, 2))
    for start in range(0, 32, 4):
        others = np.r_[0:start, start + 4 : 32]
        moments = cautious(moments_of(s[others], m[others]))
        test = OutTest.of(moments, shrunk_spread(moments, noise), tails, sure=3.0)
        for t in range(start, start + 4):
            accused = test.p_value(s[t].astype(float)) <= 0.01
            hits += [[(accused & m[t]).sum(), m[t].sum()], [(accused & ~m[t]).sum(), (~m[t]).sum()]]
    tpr, fpr = hits[:, 0] / hits[:, 1]
    assert block["expected"] == pytest.approx({"tpr": tpr, "fpr": fpr}, rel=0.02)
    for prior, share in block["precision_at_prior"].items():
        p = float(prior)
        rates = block["expected"]
        assert share == pytest.approx(p * rates["tpr"] / (p * rates["tpr"] + (1 - p) * rates["fpr"]), rel=1e-12)
        low, high = block["precision_at_prior_ci"][prior]
        assert low <= share <= high
    right, wrong = 0.0, 0.0
    for seed in range(6):
        given, members, _ = world(32, 1500, seed=10 + seed)
        flagged = standout.score(**given, fpr=0.01, attacks="loss").records["flagged"].to_numpy()
        right, wrong = right + flagged[members].mean() / 6, wrong + flagged[~members].mean() / 6
    assert right / (right + wrong) == pytest.approx(block["precision_at_prior"]["0.5"], abs=0.06)


def test_a_target_unlike_its_references_is_told(world):
    given, members, _ = world(32, 1000)
    same = standout.score(**given, target_members=members)
    assert not any("otherwise than models of this recipe" in w for w in same.summary["warnings"])
    assert not any(figure["differs"] for figure in same.summary["target"]["likeness"].values())
    moved = {**given, "target_signals": given["target_signals"] + 3.0}
    other = standout.score(**moved, target_members=members)
    assert other.summary["target"]["likeness"]["shift"]["differs"]
    assert any("otherwise than models of this recipe" in w for w in other.summary["warnings"])
    assert standout.score(**moved).summary["target"]["likeness"] is None, "nobody knows whom it never saw"


def test_a_reference_is_seldom_said_to_differ(paired):
    """Each of many models of one kind as the target of the others: about one in a thousand by design, and the figure
    is that of a loop over records."""
    from standout.flows.likeness import likeness

    members = paired(34, 300, 5)
    signals = np.random.default_rng(5).normal(size=(34, 300)) + members
    seen = [likeness(signals[t], members[t], np.delete(signals, (t - t % 2, t - t % 2 + 1), 0),
                     np.delete(members, (t - t % 2, t - t % 2 + 1), 0)) for t in range(34)]  # fmt: skip
    assert sum(r.differs for found in seen for r in found.values()) <= 2
    s, m = signals[:32], members[:32]
    usual = sum(s[~m[:, i], i].var() * (~m[:, i]).sum() for i in range(300)) / ((~m).sum() - 300)
    away = []
    for i in np.flatnonzero(~members[33]):
        out = s[~m[:, i], i]
        variance = (out.var() * len(out) + 4 * usual) / (len(out) - 1 + 4)
        away.append((signals[33, i] - out.mean()) / np.sqrt(variance))
    assert seen[33]["shift"].seen == pytest.approx(np.mean(away), abs=1e-9)
    assert seen[33]["spread"].seen == pytest.approx(np.sqrt(np.mean(np.square(away))), abs=1e-9)


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
