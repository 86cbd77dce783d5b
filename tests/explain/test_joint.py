"""How far characteristics together explain exposure: simulations with known truth, closed forms."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, r2_score, roc_auc_score

from standout.estimate.posterior import posterior_of
from standout.estimate.power import power
from standout.estimate.prior import fit_signals
from standout.estimate.tails import fit_tails
from standout.explain import joint
from standout.explain.folds import drawn, folds_of, units_of
from standout.explain.joint import HeldOut, explained, held_out, importance, noise_share, separation, strength
from standout.shadows.memberships import draw_members
from tests.explain.simulated import blobs, evidence_of


@pytest.fixture
def quick(monkeypatch):
    """Fewer trees: for what does not hang on how well they learn."""
    monkeypatch.setattr(joint, "TREES", {**joint.TREES, "max_iter": 10, "learning_rate": 0.4})
    monkeypatch.setattr(joint, "REPEATS", 1)


def simulated(n: int = 1500, seed: int = 0, sd: float = 0.5):
    """(values, groups, target): the target is a function of `a` and `b` with normal noise of a given sd; ten others
    have nothing to do with it."""
    rng = np.random.default_rng(seed)
    values = {f"n{i}": rng.normal(size=n) for i in range(10)}
    values |= {"a": rng.normal(size=n), "b": rng.random(n)}
    groups = {name: "out" if name in ("b", "n0", "n1") else "data" for name in values}
    target = np.where(values["a"] > 0, 1.0, -1.0) + 2 * (values["b"] > 0.5) + sd * rng.normal(size=n)
    return values, groups, target


def test_it_finds_the_two_that_matter_and_how_much_they_explain():
    values, groups, target = simulated()
    values["b"][::50] = np.nan
    found = explained(values, groups, target, target > 2.5, np.arange(len(target)), 0.0)
    assert list(found["importance"])[:2] in (["a", "b"], ["b", "a"])
    assert all(abs(v) < 0.02 for name, v in found["importance"].items() if name not in "ab")
    # each of the two varies by 1 around its mean, and noise by 1/4: they explain 8/9, one alone 4/9
    r2 = {side: found["exposure"][side]["r2"] for side in ("both", "data", "out")}
    assert r2["both"] == pytest.approx(8 / 9, abs=0.04)
    assert r2["data"] == pytest.approx(4 / 9, abs=0.06) and r2["out"] == pytest.approx(4 / 9, abs=0.06)
    low, high = found["exposure"]["both"]["ci"]
    assert low < r2["both"] < high < low + 0.1
    whole = found["importance_of_groups"]
    assert whole["data"] == pytest.approx(2 * 4 / 9, abs=0.1) and whole["out"] == pytest.approx(2 * 4 / 9, abs=0.1)
    assert found["exposed"]["both"]["auroc"] > 0.9 > found["exposed"]["data"]["auroc"] > 0.6
    assert found["exposure"]["noise"] == 0 and found["exposure"]["left"] == pytest.approx(1 - r2["both"])


def test_with_exposure_shuffled_nothing_is_explained():
    values, _, target = simulated(600)
    x, units = np.stack(list(values.values()), axis=1), np.arange(600)
    r2, aurocs = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        shuffled = rng.permutation(np.exp(target))  # skewed, as exposures are
        found = held_out(x, shuffled, units, folds_of(units, shuffled, joint.FOLDS, rng))
        r2.append(strength(found.predicted, shuffled, units)["r2"])
        aurocs.append(separation(found.predicted, shuffled > np.quantile(shuffled, 0.9), shuffled)["auroc"])
    assert abs(np.mean(r2)) < 0.03 and max(r2) < 0.06
    assert np.mean(aurocs) == pytest.approx(0.5, abs=0.06)


def test_near_copies_in_two_folds_would_be_told_from_each_other(quick):
    """Of each record there are four near-copies with its exposure, which has to do with nothing else."""
    rng = np.random.default_rng(3)
    kernel, target = rng.normal(size=(150, 4)), rng.exponential(size=150)
    x = np.repeat(kernel, 5, axis=0) + 1e-4 * rng.normal(size=(750, 4))
    y = np.repeat(np.arange(150) % 2, 5)
    evidence = evidence_of(x, y)
    units = units_of(evidence)
    assert [len(np.unique(u)) for u in units.reshape(150, 5)] == [1] * 150 and len(np.unique(units)) == 150
    values, groups = {f"x{i}": x[:, i] for i in range(4)}, dict.fromkeys(("x0", "x1", "x2", "x3"), "data")
    exposure = np.repeat(target, 5)
    honest, parted = (
        explained(values, groups, exposure, exposure > 2, u, None)["exposure"]["both"]["r2"]
        for u in (units, np.arange(750))
    )
    assert honest < 0.05 and parted > 0.5


def test_units_are_groups_and_near_copies_joined():
    x, y = blobs(60)
    x[7] = x[3]
    evidence = evidence_of(x, y)
    groups = np.arange(60)
    groups[[3, 20]] = 3
    object.__setattr__(evidence.records.data, "groups", groups)
    units = units_of(evidence)
    assert len(set(units[[3, 7, 20]].tolist())) == 1 and len(np.unique(units)) == 58


def test_folds_keep_units_whole_and_share_out_the_highest():
    rng = np.random.default_rng(0)
    units = rng.integers(0, 200, 900)
    units = np.unique(units, return_inverse=True)[1]
    target = np.zeros(900)
    target[rng.choice(900, 25, replace=False)] = 1 + rng.random(25)
    fold = folds_of(units, target, 5, np.random.default_rng(1))
    assert all(len(np.unique(fold[units == u])) == 1 for u in np.unique(units))
    tops = {int(u): fold[units == u][0] for u in np.unique(units[target > 0])}
    counts = np.bincount(list(tops.values()), minlength=5)
    assert counts.max() - counts.min() <= 1
    part = drawn(units, 300, np.random.default_rng(2))
    assert 200 < len(part) <= 300 and (np.diff(part) > 0).all()
    assert not set(units[part]) & set(np.delete(units, part))
    assert drawn(units, 900, np.random.default_rng(2)).tolist() == list(range(900))


def test_importance_is_twice_the_share_of_variance_where_the_prediction_is_true():
    """y = 2 a + b, predicted exactly: with a shuffled the squared error is 2 Var(2 a)."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 3))
    truth = lambda z: 2 * z[:, 0] + z[:, 1]  # noqa: E731
    y, fold = truth(x), np.arange(len(x)) % joint.FOLDS
    model = HeldOut(y, [truth] * joint.FOLDS)
    single = importance(model, x, y, fold, [[0], [1], [2], [0, 1]])
    assert single == pytest.approx([8 / 5, 2 / 5, 0, 2], abs=0.03)


def test_figures_are_those_of_scikit_learn_and_whole_units_are_drawn():
    rng = np.random.default_rng(0)
    y = rng.exponential(size=400)
    p = y + rng.normal(size=400)
    told = strength(p, y, np.arange(400))
    assert told["r2"] == pytest.approx(r2_score(y, p))
    hit = y > 2
    apart = separation(p, hit, y)
    assert apart["auroc"] == pytest.approx(roc_auc_score(hit, p))
    assert apart["average_precision"] == pytest.approx(average_precision_score(hit, p))
    # each record twice: as units of two the interval is that of the single ones, as records it would look narrower
    two = strength(np.repeat(p, 2), np.repeat(y, 2), np.repeat(np.arange(400), 2))
    loose = strength(np.repeat(p, 2), np.repeat(y, 2), np.arange(800))
    assert two["ci"] == pytest.approx(told["ci"])
    assert np.ptp(loose["ci"]) < 0.85 * np.ptp(told["ci"])


def test_what_cannot_be_learnt_is_not_told(quick):
    values, groups, target = simulated(200)
    units, exposed = np.arange(200), target > 2.5
    few = {name: v[:99] for name, v in values.items()}
    assert explained(few, groups, target[:99], exposed[:99], units[:99], 0.1) is None
    assert explained(values, groups, np.ones(200), exposed, units, 0.1) is None
    assert explained(values, groups, target, exposed, units // 30, 0.1) is None
    assert explained({}, groups, target, exposed, units, 0.1) is None
    only = {name: v for name, v in values.items() if groups[name] == "data"}
    found = explained(only, groups, target, np.arange(200) < 9, units, 0.1)
    assert found["exposed"] is None and found["exposure"]["out"] is None
    assert found == explained(only, groups, target, np.arange(200) < 9, units, 0.1)


def test_at_most_so_many_records_are_learnt_from(monkeypatch, quick):
    monkeypatch.setattr(joint, "MOST", 500)
    values, groups, target = simulated(1500)
    found = explained(values, groups, target, target > 2.5, np.arange(1500), None)
    assert found["records"] == 500 and found["exposure"]["both"]["r2"] > 0.75
    assert found["exposure"]["noise"] is None and found["exposure"]["left"] is None


def test_trees_of_a_fold_never_see_it(quick):
    """Records of one fold with a value that nothing else tells: its predictions do not change with its targets."""
    values, _, target = simulated(300)
    x = np.stack(list(values.values()), axis=1)
    fold, units = np.arange(300) % 5, np.arange(300)
    other = np.where(fold == 2, 100.0, target)
    a, b = held_out(x, target, units, fold), held_out(x, other, units, fold)
    assert (a.predicted[fold == 2] == b.predicted[fold == 2]).all()
    assert (a.predicted[fold != 2] != b.predicted[fold != 2]).any()


def test_the_noise_of_normal_posteriors_is_what_truth_leaves_open():
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 2, 200_000)
    seen = truth + rng.normal(0, 1.5, 200_000)
    shrunk = seen * 4 / (4 + 2.25)
    variance = 4 * 2.25 / (4 + 2.25)
    assert noise_share(shrunk, variance) == pytest.approx(1 - np.corrcoef(shrunk, truth)[0, 1] ** 2, abs=0.01)
    assert noise_share(np.zeros(5), 0.0) == 0


def test_a_simulated_audit_whose_exposure_is_a_function_of_two_characteristics():
    """Effects of membership follow a and b; exposure is estimated from 64 models. What the trees explain is what a and
    b determine of true exposure, less the noise that is told, which is that of the estimate against the truth."""
    n, models = 1000, 64
    rng = np.random.default_rng(50)
    values, groups, _ = simulated(n, seed=5)
    mean = 1.2 * (values["a"] > 0) + 2.4 * (values["b"] > 0.7)
    effect = mean + 0.3 * rng.normal(size=n)
    members = draw_members(np.zeros(n, dtype=np.int64), models, seed=1)
    signals = rng.normal(size=(models, n)) + members * effect
    signals = signals.astype(np.float32)
    fitted = fit_signals(signals, members)
    found = posterior_of(fitted, tails=fit_tails(signals, members, 1e-3, fitted.noise_factor))
    ones, zeros = np.ones(n), np.zeros(n)
    truth = power(effect, ones, zeros, ones)
    again = power(mean + 0.3 * np.random.default_rng(6).normal(size=(60, n)), ones, zeros, ones).mean(axis=0)
    known = 1 - float(((truth - again) ** 2).mean() / truth.var())
    exposure = found.exposure
    told = explained(values, groups, exposure, exposure > 0.3, np.arange(n), float(found.variance.mean()))
    assert list(told["importance"])[:2] in (["a", "b"], ["b", "a"])
    assert max(abs(v) for name, v in told["importance"].items() if name not in "ab") < 0.02
    reliable = np.corrcoef(exposure, truth)[0, 1] ** 2
    assert told["exposure"]["noise"] == pytest.approx(1 - reliable, abs=0.04)
    assert told["exposure"]["both"]["r2"] == pytest.approx(known * reliable, abs=0.05)
