"""Signals against other people's code, against long arithmetic, and where float64 probabilities give up."""

from decimal import Decimal, getcontext

import numpy as np
import pytest

from standout.errors import InputError
from standout.every_signal import all_signals
from standout.signals import (
    SIGNALS,
    as_logits,
    check_signals,
    entropy,
    log_confidence,
    log_probabilities,
    log_softmax,
    looks_like_probabilities,
    modified_entropy,
    rescaled_logit,
    row_no_sum,
    smooth,
)

KEYS = {
    "loss": ("signal_loss__tf_privacy",),
    "confidence": ("signal_confidence__inspire_group",),
    "entropy": ("signal_entropy__tf_privacy", "signal_entropy__inspire_group"),
    "modified-entropy": ("signal_modified_entropy__tf_privacy", "signal_modified_entropy__inspire_group"),
}
CLAMP = {"loss": -np.log(1e-8)}


def close(ours, theirs):
    return np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))


@pytest.mark.parametrize("name", KEYS)
def test_agrees_with_published_code(golden, name):
    for row, target in enumerate(golden["targets"]):
        ours = all_signals(golden["logits"][target], golden["labels"])[SIGNALS.index(name)]
        ours = np.minimum(ours, CLAMP.get(name, np.inf))
        for key in KEYS[name]:
            apart = close(ours, golden[key][row]) > 1e-12
            # theirs clamps log p at 1e-30: only the record whose probability is below that may differ
            p = all_signals(golden["logits"][target], golden["labels"])[SIGNALS.index("confidence")]
            assert not apart[p > 1e-30].any()
            assert apart.sum() <= 1


def test_rescaled_logit_agrees_but_where_theirs_saturates(golden):
    theirs = golden["signal_rescaled_logit__tf_mi_lira_2021"]
    ours = np.stack([rescaled_logit(z, golden["labels"]) for z in golden["logits"]])
    apart = close(ours, theirs) > 1e-12
    assert set(np.flatnonzero(apart.any(axis=0))) <= {1, 3}
    assert np.abs(theirs[apart]).min() > 30


def test_exact_where_probabilities_round():
    """Against 800 digits of decimal arithmetic, from certain to hopeless."""
    getcontext().prec = 800
    for logits in ([60.0, 0.0, -3.0], [0.0, 800.0, 1.0], [-2.0, -2.0, -2.0], [1e-3, 0.0, -1e-3]):
        e = [Decimal(z).exp() for z in logits]
        truth = (e[0] / (e[1] + e[2])).ln()
        p = [v / sum(e) for v in e]
        signals = all_signals(np.array([logits]), np.array([0]))[:, 0]
        entropy = -sum(q * q.ln() for q in p)
        modified = -(1 - p[0]) * p[0].ln() - sum(q * (1 - q).ln() for q in p[1:])
        for ours, exact in zip(signals, (truth, -p[0].ln(), p[0], entropy, modified)):
            assert float(ours) == pytest.approx(float(exact), rel=1e-12, abs=1e-300)


def test_correct_shares_ties():
    assert all_signals(np.array([[1.0, 1.0, 0.0], [2.0, 1, 0], [0, 1, 0]]), np.zeros(3, int))[5].tolist() == [0.5, 1, 0]


def test_probabilities_are_told_from_logits():
    p = np.array([[0.2, 0.8], [1.0, 0.0]])
    assert looks_like_probabilities(p) and not looks_like_probabilities(np.log(p + 1e-9))
    np.testing.assert_allclose(rescaled_logit(as_logits(p), np.array([1, 1])), [np.log(4), np.log(1e-45)], rtol=1e-6)


def test_the_row_that_keeps_outputs_from_being_probabilities_is_told():
    p = np.array([[0.2, 0.8], [0.3, 0.6], [1.0, 0.0]])
    assert row_no_sum(p) == 1 and row_no_sum(p[::2]) is None
    assert row_no_sum(np.log(p + 1e-9)) is None and row_no_sum(p * 5) is None
    assert row_no_sum(np.zeros((3, 2))) is None and row_no_sum(np.full((3, 2), 0.2)) == 0


@pytest.mark.parametrize("amount", [1e-4, 1e-2])
def test_smoothing_is_that_of_probabilities(amount):
    """Smoothing stored signals = smoothing the probabilities they came from."""
    p = np.array([0.0, 1e-6, 0.3, 1 - 1e-6, 1.0])
    stored = rescaled_logit(log_probabilities(np.stack([p, 1 - p], axis=1)), np.zeros(5, int))
    np.testing.assert_allclose(smooth(stored, amount), np.log(p + amount) - np.log(1 - p + amount), rtol=1e-9)
    np.testing.assert_array_equal(smooth(stored, 0.0), stored)


@pytest.mark.parametrize(
    ("signals", "members", "says"),
    [
        (np.zeros((4, 3)), np.zeros((4, 2), bool), "must both be"),
        (np.zeros(4), np.zeros(4, bool), "must both be"),
        (np.zeros((3, 3)), np.zeros((3, 3), bool), "pairs"),
        (np.zeros((2, 3)), np.zeros((2, 3), bool), "at least 4"),
        (np.full((4, 3), np.nan), np.zeros((4, 3), bool), "finite"),
        (np.full((4, 3), "a"), np.zeros((4, 3), bool), "numbers"),
        (np.zeros((4, 3)), np.full((4, 3), 2), "true or false"),
        (np.zeros((4, 0)), np.zeros((4, 0), bool), "no record"),
    ],
)
def test_bad_signals_are_named(signals, members, says):
    with pytest.raises(InputError, match=says):
        check_signals(signals, members)


@pytest.mark.parametrize("spread", [0.01, 1, 8, 60, 900])
@pytest.mark.parametrize("classes", [2, 3, 100])
def test_all_at_once_are_each_on_its_own(spread, classes, monkeypatch):
    """Blocks with one exponential a logit against each signal's own function, ties and lost sums included."""
    monkeypatch.setattr("standout.every_signal.NUMBERS", 16 * classes)
    rng = np.random.default_rng(classes)
    logits = rng.normal(0, spread, (300, classes)).astype(np.float32)
    logits[:20] = np.round(logits[:20])
    logits[20:23] = 0
    logits[23, 0], logits[24, -1] = -np.inf, -np.inf
    labels = rng.integers(0, classes, 300)
    labels[23], labels[24] = 1, 0
    log_p = np.empty((300, classes))
    ours = all_signals(logits, labels, log_p)
    plain = log_softmax(logits)
    margin = rescaled_logit(logits, labels)
    truth = {
        "rescaled-logit": margin, "loss": -log_confidence(margin), "confidence": np.exp(log_confidence(margin)),
        "entropy": entropy(plain),
    }  # fmt: skip
    with np.errstate(invalid="ignore"):  # nothing times infinity, where a logit is -inf
        truth["modified-entropy"] = modified_entropy(plain, labels)
    for row, name in enumerate(SIGNALS[:5]):
        finite = np.isfinite(truth[name])
        np.testing.assert_array_equal(ours[row][~finite], truth[name][~finite], err_msg=name)
        assert close(ours[row][finite], truth[name][finite]).max() < 1e-13, name
    np.testing.assert_allclose(log_p, np.maximum(plain, np.finfo(float).min), rtol=1e-14, atol=1e-300)
    top = logits.max(axis=1)
    share = (logits[np.arange(300), labels] == top) / (logits == top[:, None]).sum(axis=1)
    np.testing.assert_array_equal(ours[5], share)
