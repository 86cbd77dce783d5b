"""Attacks against slow loops written here from their definitions, at uneven counts and few models."""

import numpy as np
import pytest
from scipy.stats import norm

from standout.attacks import attack_scores


@pytest.fixture(params=[4, 12])
def audit(request, paired):
    """Complementary halves of four models; twelve models that each draw on their own, so that counts differ."""
    models, records = request.param, 23
    rng = np.random.default_rng(models)
    members = paired(4, records) if models == 4 else rng.random((models, records)) < 0.45
    return rng.normal(1, 2, (models, records)), members


def references(signals, members, t, i):
    keep = [m for m in range(len(signals)) if m not in (t, t ^ 1)]
    values = signals[keep, i]
    return values[members[keep, i]], values[~members[keep, i]]


def test_lira(audit):
    signals, members = audit
    ours = attack_scores("lira", signals, members)
    offline = attack_scores("lira-offline", signals, members)
    for t in range(len(signals)):
        for i in range(signals.shape[1]):
            inside, outside = references(signals, members, t, i)
            if len(inside) > 1 and len(outside) > 1:
                truth = norm.logpdf(signals[t, i], inside.mean(), inside.std()) - norm.logpdf(
                    signals[t, i], outside.mean(), outside.std()
                )
                assert ours[t, i] == pytest.approx(truth, rel=1e-9)
                assert offline[t, i] == pytest.approx(
                    norm.logcdf(signals[t, i], outside.mean(), outside.std()), rel=1e-9
                )


def test_one_variance(audit):
    signals, members = audit
    ours = attack_scores("lira-one-variance", signals, members)
    for t in range(len(signals)):
        sides = [references(signals, members, t, i) for i in range(signals.shape[1])]
        sd = [np.concatenate([side[k] - side[k].mean() for side in sides]).std() for k in (0, 1)]
        if min(sd) > 0:
            for i, side in enumerate(sides):
                log_p = [norm.logpdf(signals[t, i], side[k].mean(), sd[k]) for k in (0, 1)]
                assert ours[t, i] == pytest.approx(log_p[0] - log_p[1], rel=1e-9, abs=1e-9)


def test_rmia(audit):
    signals, members = audit
    p = 1 / (1 + np.exp(-signals))
    ours = attack_scores("rmia", signals, members)
    for t in range(len(signals)):
        keep = [m for m in range(len(signals)) if m not in (t, t ^ 1)]
        ratio = p[t] / p[keep].mean(axis=0)
        for i in range(signals.shape[1]):
            assert ours[t, i] == np.mean([ratio[i] / other > 1 for other in ratio])
