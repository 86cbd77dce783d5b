"""The estimate on simulations whose truth is known: null models, planted leaks, claims against truth."""

import numpy as np
import pytest

from standout.errors import InputError
from standout.estimate import exposure
from standout.estimate.discovery import reported
from standout.estimate.power import standard_power


def simulated(models, records, seed, members, *, leak=True, noise="normal"):
    """Signals (M, N) and true exposures (N,): most records leak a little, 3 % a lot; every record its own spread."""
    rng = np.random.default_rng(seed)
    level, spread = rng.normal(2.5, 2, records), np.exp(rng.normal(-0.5, 0.3, records))
    effect, ratio = np.zeros(records), np.ones(records)
    if leak:
        effect = np.abs(rng.normal(0.2, 0.2, records))
        strong = rng.random(records) < 0.03
        effect[strong] += rng.exponential(1.2, strong.sum())
        ratio = np.exp(rng.normal(0, 0.15, records))
    shape = (models, records)
    z = {
        "normal": lambda: rng.normal(size=shape),
        "student": lambda: rng.standard_t(5, size=shape) / np.sqrt(5 / 3),
        "skew": lambda: (rng.gamma(8, size=shape) - 8) / np.sqrt(8),
    }[noise]()
    return level + spread * np.where(members, effect + ratio * z, z), standard_power(effect, ratio, 1e-3)


@pytest.mark.parametrize("noise", ["normal", "student", "skew"])
@pytest.mark.parametrize("models", [8, 16, 32, 64])
def test_null_reports_nothing(models, noise, paired):
    members = paired(models, 2000, seed=models)
    signals, _ = simulated(models, 2000, models, members, leak=False, noise=noise)
    assert not exposure(signals, members).exposed.any()


@pytest.mark.parametrize("models", [32, 128])
def test_claims_are_true_on_average(models, paired):
    claimed, true, false, found = 0.0, 0.0, 0, 0
    for seed in range(4):
        members = paired(models, 3000, seed=seed)
        signals, truth = simulated(models, 3000, seed, members)
        e = exposure(signals, members)
        top = np.argsort(-e.exposure.to_numpy())[:30]
        claimed += e.exposure.to_numpy()[top].sum()
        true += truth[top].sum()
        found += int(e.exposed.sum())
        false += int((truth[e.exposed] <= 0.1).sum())
    assert claimed / true == pytest.approx(1, abs=0.12)
    assert found >= 30 and false <= 0.05 * found + 3 * np.sqrt(0.05 * found)  # the stated rate and three deviations


SHAPES = {
    "two-point, rare": lambda rng, shape: (rng.random(shape) < 0.03) * 8.0 + rng.normal(size=shape) * 0.1,
    "spikes": lambda rng, shape: rng.normal(size=shape) + (rng.random(shape) < 0.02) * 12,
    "left-skewed": lambda rng, shape: -rng.gamma(1.0, size=shape),
    "Cauchy": lambda rng, shape: np.clip(rng.standard_cauchy(shape), -100, 100),
    "few values": lambda rng, shape: rng.integers(0, 3, shape) * 1.0,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("models", [8, 16, 32])
def test_null_of_odd_shapes_reports_hardly_anything(models, shape, paired):
    """Votes and trees give signals far from normal; the guard says how often chance looks like exposure."""
    members = paired(models, 2000, seed=models)
    signals = SHAPES[shape](np.random.default_rng(models), (models, 2000))
    assert exposure(signals, members).exposed.sum() <= 2


def test_characteristics_sharpen_the_prior(paired):
    """A characteristic that tells which records leak: estimates are nearer, and claims stay true."""
    gains = []
    for seed in (1, 2):
        members = paired(8, 3000, seed=seed)
        rng = np.random.default_rng(seed)
        leaky = rng.random(3000) < 0.05
        effect = np.where(leaky, rng.uniform(1, 3, 3000), 0.0)
        signals = rng.normal(2, 1, 3000) + rng.normal(size=(8, 3000)) + effect * members
        hint = np.column_stack([leaky + rng.normal(0, 0.2, 3000), rng.normal(size=3000)])
        truth = standard_power(effect, 1.0, 1e-3)
        plain, helped = exposure(signals, members), exposure(signals, members, characteristics=hint)
        near = [np.corrcoef(e.exposure, truth)[0, 1] for e in (plain, helped)]
        gains.append(near[1] - near[0])
        top = np.argsort(-helped.exposure.to_numpy())[:60]
        assert helped.exposure.to_numpy()[top].sum() / truth[top].sum() == pytest.approx(1, abs=0.3)
    assert min(gains) > 0 and np.mean(gains) > 0.02, gains


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_pairs_need_not_split_the_records(share):
    """Memberships by independent coins: planted leaks are found as if twins split them, and a null stays one."""
    rng = np.random.default_rng(5)
    members = rng.random((32, 1500)) < share
    members[0] |= ~members.any(axis=0)
    leaky = np.arange(1500) < 60
    noise = rng.normal(2, 1, 1500) + rng.normal(size=(32, 1500))
    found = exposure(noise + 4.5 * (members & leaky), members).exposed.to_numpy()
    assert found[leaky].sum() >= 30 and found[~leaky].sum() <= 5
    assert exposure(noise, members).exposed.sum() == 0


def test_an_interval_holds_its_estimate_and_reaches_down_to_fpr_where_nothing_leaks(paired):
    members = paired(32, 2000, seed=3)
    rng = np.random.default_rng(3)
    found = exposure(rng.normal(size=2000) + rng.normal(size=(32, 2000)), members)
    assert ((found.exposure_lo <= found.exposure) & (found.exposure <= found.exposure_hi)).all()
    assert ((found.exposure_lo <= 1e-3) & (found.exposure_hi >= 1e-3)).mean() > 0.9


def test_planted_memorisation_is_found_whole(paired):
    """A model that answers with certainty on what it stored: no spread at all on either side."""
    members = paired(16, 300)
    e = exposure(np.where(members, 60.0, -2.0), members)
    assert e.exposed.all() and (e.exposure > 0.999).all()


def test_equal_records_come_out_equal_in_any_order(paired):
    members = paired(16, 500)
    signals, _ = simulated(16, 500, 0, members)
    signals[:, 7], members[:, 7] = signals[:, 3], members[:, 3]
    e = exposure(signals, members)
    assert e.iloc[7].equals(e.iloc[3])
    order = np.random.default_rng(5).permutation(500)
    again = exposure(signals[:, order], members[:, order])
    np.testing.assert_allclose(again.exposure, e.exposure.to_numpy()[order], rtol=1e-6)


def test_shift_and_scale_of_a_record_do_not_matter(paired):
    members = paired(32, 400)
    signals, _ = simulated(32, 400, 0, members)
    a = exposure(signals, members).exposure
    b = exposure(signals * 3, members).exposure
    np.testing.assert_allclose(a, b, rtol=1e-4)


def test_reported_by_brute_force():
    rng = np.random.default_rng(0)
    for _ in range(200):
        doubt = np.round(rng.random(12) ** 3, 1)
        best: set[int] = set()
        for cut in np.unique(doubt):
            chosen = np.flatnonzero(doubt <= cut)
            if doubt[chosen].mean() <= 0.05 + 1e-12 and len(chosen) > len(best):
                best = set(chosen.tolist())
        assert set(np.flatnonzero(reported(doubt)).tolist()) == best


def test_a_record_without_a_side_is_named():
    members = np.ones((4, 3), dtype=bool)
    with pytest.raises(InputError, match="record 0 is a member of all"):
        exposure(np.zeros((4, 3)), members)


@pytest.mark.parametrize(("fpr", "above"), [(0, 0.1), (0.6, 0.7), (0.001, 0.0005), (0.001, 1.0)])
def test_rates_are_checked(fpr, above, paired):
    with pytest.raises(InputError):
        exposure(np.zeros((4, 3)), paired(4, 3), fpr=fpr, above=above)
