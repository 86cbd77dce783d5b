"""The ranking of one training, and how well it finds the exposed."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score

from standout.explain.ranking import exact_interval, found_by, order_of, ranked_by, suspicion
from standout.measure.tail import loss_tnr


def test_mean_place_by_hand():
    values = {"train_loss": np.array([3.0, 1, 1, np.nan]), "neighbour_disagreement": np.array([0.1, 0.4, 0.2, 0.3])}
    # the two that tie share a place, and the undefined one is put in the middle
    tied = (0.5 / 3 + 1.5 / 3) / 2
    wanted = [(2.5 / 3 + 0.5 / 4) / 2, (tied + 3.5 / 4) / 2, (tied + 1.5 / 4) / 2, (0.5 + 2.5 / 4) / 2]
    assert suspicion(values) == pytest.approx(wanted)
    assert ranked_by(values) == ("train_loss", "neighbour_disagreement")
    traced = {**values, "loss_trace_iqr": values["train_loss"], "centroid_margin": values["train_loss"]}
    assert ranked_by(traced) == ("loss_trace_iqr", "centroid_margin")
    assert order_of(np.array([0.2, 0.5, 0.2, 0.9])).tolist() == [3, 1, 0, 2]


def test_found_by_counts():
    rng = np.random.default_rng(0)
    suspected, exposed = rng.random(500), rng.random(500) < 0.05
    suspected[exposed] += 0.3
    block = found_by(suspected, exposed, exposed + rng.random(500) / 9)
    k = int(exposed.sum())
    for head, size in ((block["first_percent"], 5), (block["first_k"], k)):
        first = sorted(range(500), key=lambda i: -suspected[i])[:size]
        found = sum(exposed[i] for i in first)
        assert (head["records"], head["found"]) == (size, found)
        assert (head["precision"], head["recall"]) == (found / size, found / k)
    assert block["base_rate"] == k / 500
    assert block["auroc"] == pytest.approx(roc_auc_score(exposed, suspected))


def test_without_an_exposed_record_nothing_is_claimed():
    block = found_by(np.arange(50) / 50, np.zeros(50, dtype=bool), np.arange(50) / 50)
    assert block["auroc"] is None and block["first_percent"] is None and block["first_k"] is None


@pytest.mark.parametrize(("hits", "trials"), [(0, 9), (3, 9), (9, 9), (40, 300)])
def test_exact_interval_is_where_the_tails_hold_a_fortieth(hits, trials):
    low, high = exact_interval(hits, trials)
    assert low == 0 if hits == 0 else binom.sf(hits - 1, trials, low) == pytest.approx(0.025)
    assert high == 1 if hits == trials else binom.cdf(hits, trials, high) == pytest.approx(0.025)


def test_tail_of_losses_by_hand():
    losses = np.concatenate([np.arange(1.0, 101), [98.5, 99.5, 100.5, 3]])
    members = np.arange(104) < 100
    assert loss_tnr(losses, members, 0.01) == 2 / 4  # one of a hundred members lies above 99
    assert loss_tnr(losses, members, 0.001) == 1 / 4
    assert loss_tnr(losses, members, 0.03) == 3 / 4


def test_a_model_without_memory_has_no_tail():
    rng = np.random.default_rng(1)
    losses, members = rng.exponential(size=40_000), rng.random(40_000) < 0.5
    assert loss_tnr(losses, members, 0.01) == pytest.approx(0.01, abs=0.003)
