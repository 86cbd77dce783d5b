"""What every attack keeps, whatever it does: the table of names is the list of what is tested."""

import numpy as np
import pytest

from standout.attacks import ATTACKS, attack_scores, leave_pair_out
from standout.errors import InputError
from standout.measure.roc import Roc


def leaky(models, records, members, seed=1):
    rng = np.random.default_rng(seed)
    gap = rng.exponential(0.6, records)
    return (
        rng.normal(2, 1.5, records)
        + rng.normal(size=(models, records)) * rng.uniform(0.5, 1.5, records)
        + gap * members
    )


@pytest.mark.parametrize("name", ATTACKS)
def test_flip_changes_no_bit(name, paired):
    """Swapping the membership rows of a target and its twin leaves the target's scores as they were, bit by bit."""
    members = paired(12, 301)
    signals = leaky(12, 301, members)
    before = attack_scores(name, signals, members)
    for t in range(12):
        flipped = members.copy()
        flipped[[t, t ^ 1]] = flipped[[t ^ 1, t]]
        assert attack_scores(name, signals, flipped)[t].tobytes() == before[t].tobytes()


@pytest.mark.parametrize("name", ATTACKS)
def test_twin_is_not_looked_at(name, paired):
    """Nor do the twin's signals matter."""
    members = paired(8, 200)
    signals = leaky(8, 200, members)
    before = attack_scores(name, signals, members)
    other = signals.copy()
    other[3] += 5
    assert attack_scores(name, other, members)[2].tobytes() == before[2].tobytes()


@pytest.mark.parametrize("name", ATTACKS)
def test_input_is_left_alone_and_score_is_float64(name, paired):
    members = paired(4, 50)
    signals = leaky(4, 50, members).astype(np.float32)
    copy = signals.copy()
    scores = attack_scores(name, signals, members)
    assert scores.dtype == np.float64 and scores.shape == (4, 50) and np.isfinite(scores).all()
    np.testing.assert_array_equal(signals, copy)


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("models", [8, 16, 32])
def test_null_is_null(name, models, paired):
    """Signals that know nothing of memberships give an AUC of one half: the count of IN models must not leak."""
    records = 120_000 // models
    members = paired(models, records, seed=models)
    rng = np.random.default_rng(models)
    level, spread = rng.normal(2, 2, records), rng.uniform(0.3, 2, records)
    signals = level + spread * rng.normal(size=(models, records))
    auc = Roc.of(attack_scores(name, signals, members), members).auc()
    assert abs(auc - 0.5) < 0.01


@pytest.mark.parametrize("name", ATTACKS)
def test_order_of_records_does_not_matter(name, paired):
    members = paired(8, 150)
    signals = leaky(8, 150, members)
    order = np.random.default_rng(3).permutation(150)
    ours = attack_scores(name, signals[:, order], members[:, order])
    np.testing.assert_allclose(ours, attack_scores(name, signals, members)[:, order], rtol=1e-12)


@pytest.mark.parametrize("name", ["moderated"])
def test_flip_changes_no_bit_with_characteristics(name, paired):
    members = paired(8, 250)
    signals = leaky(8, 250, members)
    characteristics = np.random.default_rng(4).normal(size=(250, 3))
    attack = ATTACKS[name]
    before = leave_pair_out(attack, signals, members, characteristics=characteristics)
    for t in (0, 3, 6):
        flipped = members.copy()
        flipped[[t, t ^ 1]] = flipped[[t ^ 1, t]]
        after = leave_pair_out(attack, signals, flipped, characteristics=characteristics)
        assert after[t].tobytes() == before[t].tobytes()


@pytest.mark.parametrize("models", [4, 8, 16, 32])
def test_moderated_is_best_or_tied(models, paired):
    """On signals with spreads and gaps of their own, at every number of models."""
    members = paired(models, 24_000 // models, seed=models)
    signals = leaky(models, 24_000 // models, members, seed=models)
    auc = {
        n: Roc.of(attack_scores(n, signals, members), members).auc()
        for n in ("lira", "lira-one-variance", "rmia", "moderated")
    }
    assert auc["moderated"] >= max(auc.values()) - 0.003


@pytest.mark.parametrize("name", ["lira", "lira-one-variance", "rmia"])
def test_finds_a_leak(name, paired):
    members = paired(16, 400)
    scores = attack_scores(name, leaky(16, 400, members), members)
    assert Roc.of(scores, members).auc() > 0.58


@pytest.mark.parametrize("name", ATTACKS)
def test_constant_signals_do_not_break(name, paired):
    members = paired(6, 40)
    scores = attack_scores(name, np.ones((6, 40)), members)
    assert np.isfinite(scores).all()
    assert Roc.of(scores, members).auc() == 0.5


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_records_without_references_are_no_evidence(name, share):
    """With unequal shares some records have no IN or no OUT reference: finite scores, and a null stays null."""
    rng = np.random.default_rng(0)
    members = rng.random((6, 4000)) < share
    scores = attack_scores(name, rng.normal(size=(6, 4000)), members)
    assert np.isfinite(scores).all()
    assert abs(Roc.of(scores, members).auc() - 0.5) < 0.03


def test_unknown_name_is_told_the_nearest():
    with pytest.raises(InputError, match="did you mean 'lira'"):
        attack_scores("lirra", np.zeros((4, 2)), np.zeros((4, 2), bool))


def test_population_must_fit(paired):
    with pytest.raises(InputError, match="population"):
        attack_scores("rmia", np.zeros((4, 3)), paired(4, 3), population=np.zeros((3, 5)))


@pytest.mark.parametrize("trees", [20, 50])
def test_votes_of_trees_do_not_turn_agreement_into_evidence(trees, paired):
    """Signals with atoms: where references all agree, an ordinary answer is no proof. Judged against one variance."""
    members = paired(16, 2000, seed=2)
    rng = np.random.default_rng(2)
    easy = rng.beta(6, 1, 2000)
    votes = rng.binomial(trees, np.where(members, 1 - 0.3 * (1 - easy), easy)) / trees
    signals = np.log(votes + 0.01) - np.log(1 - votes + 0.01)
    ours, one = (Roc.of(attack_scores(name, signals, members), members) for name in ("moderated", "lira-one-variance"))
    assert ours.auc() > 0.99 * one.auc()
    assert ours.at(0.01)[1] > 0.8 * one.at(0.01)[1] > 0.03
