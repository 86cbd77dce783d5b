"""Every attack agrees with published code on a common input (tests/golden)."""

import numpy as np
import pytest

from standout.attacks import attack_scores
from standout.signals import rescaled_logit

KEYS = {
    "lira": ("lira_online_per_record__leakpro", 1),
    "lira-one-variance": ("lira_both_mean_fixed__tf_advanced_mia", -1),
    "lira-offline": ("lira_offline_per_record__leakpro", 1),
}


@pytest.mark.parametrize("name", KEYS)
def test_lira(golden, name):
    key, sign = KEYS[name]
    scores = attack_scores(name, golden["signal_rescaled_logit__tf_mi_lira_2021"], golden["memberships"])
    fine = ~golden["degenerate"]
    ours, theirs = scores[golden["targets"]][:, fine], sign * golden[key][:, fine]
    assert (np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max() <= 1e-12


def test_rmia(golden):
    signals = np.stack([rescaled_logit(z, golden["labels"]) for z in golden["logits"]])
    population = np.stack([rescaled_logit(z, golden["z_labels"]) for z in golden["z_logits"]])
    scores = attack_scores("rmia", signals, golden["memberships"], population=population)
    np.testing.assert_array_equal(scores[golden["targets"]], golden["rmia_online_all30__privacyguard"])


@pytest.mark.parametrize(("name", "signal"), [("loss", "signal_loss__tf_privacy")])
def test_global_threshold(golden, name, signal):
    scores = attack_scores(name, golden["signal_rescaled_logit__tf_mi_lira_2021"], golden["memberships"])
    ours = np.minimum(-scores[golden["targets"]], -np.log(1e-8))
    np.testing.assert_allclose(ours, golden[signal], rtol=1e-12, atol=1e-12)
