"""Heavy and skewed signals: the stretch of the test's quantile against the known quantiles of the noise."""

import numpy as np
import pytest
from scipy import stats

from standout.estimate.tails import Tails, fit_tails

SHAPES = {
    "normal": stats.norm(),
    "student": stats.t(5, scale=np.sqrt(3 / 5)),
    "gamma": stats.gamma(8, loc=-np.sqrt(8), scale=1 / np.sqrt(8)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("models", [16, 32, 64])
def test_stretch_is_that_of_the_noise(models, shape, paired):
    """Above, within 12 % of the true ratio of .999 quantiles; below, a short tail counts as normal."""
    members = paired(models, 4000, seed=models)
    rng = np.random.default_rng(models)
    noise = SHAPES[shape].rvs(size=(models, 4000), random_state=rng)
    tails = fit_tails(rng.normal(2, 2, 4000) + np.exp(rng.normal(-0.5, 0.3, 4000)) * noise, members, 1e-3)
    assert tails.above == pytest.approx(SHAPES[shape].isf(1e-3) / stats.norm.isf(1e-3), rel=0.12)
    assert tails.below >= 1.0 and (shape == "student" or tails.below == 1.0)


def test_a_stretched_test_keeps_its_rate():
    up, down = Tails(above=1.5).rates(1e-3)
    assert up == pytest.approx(stats.norm.sf(1.5 * stats.norm.isf(1e-3))) and down == pytest.approx(1e-3)


def test_power_falls_where_the_tail_is_heavy():
    effect, even = np.array([2.0, -2.0]), np.zeros(2)
    plain, heavy = Tails().power(effect, even, 1e-3), Tails(above=1.5).power(effect, even, 1e-3)
    assert heavy[0] < plain[0] / 2 and heavy[1] == pytest.approx(plain[1])
