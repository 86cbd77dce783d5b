"""Power at a record's own rate against brute force over the likelihood ratio, closed forms and simulation."""

import numpy as np
import pytest
from scipy.stats import norm

from standout.errors import InputError
from standout.estimate.power import fast_power, power, standard_power

GRID = np.linspace(-80, 80, 1_600_001)


@pytest.mark.parametrize("effect", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("spread", [0.3, 0.9, 1.0, 1.1, 3.0])
@pytest.mark.parametrize("fpr", [1e-3, 0.05])
def test_against_all_sets_by_likelihood_ratio(effect, spread, fpr):
    """Take grid cells by falling likelihood ratio until OUT has used up its rate (Neyman-Pearson, literally)."""
    ratio = norm.logpdf(GRID, effect, spread) - norm.logpdf(GRID)
    order = np.argsort(-ratio, kind="stable")
    used = np.cumsum(norm.pdf(GRID[order])) * (GRID[1] - GRID[0])
    chosen = order[: np.searchsorted(used, fpr)]
    truth = norm.pdf(GRID[chosen], effect, spread).sum() * (GRID[1] - GRID[0])
    assert standard_power(effect, spread, fpr) == pytest.approx(truth, abs=2e-4)


def test_closed_forms():
    assert standard_power(2.0, 1.0, 0.001) == pytest.approx(norm.sf(norm.isf(0.001) - 2), abs=1e-12)
    assert standard_power(0.0, 2.0, 0.001) == pytest.approx(2 * norm.sf(norm.isf(0.0005) / 2), abs=1e-9)
    assert standard_power(0.0, 1.0, 0.01) == pytest.approx(0.01, abs=1e-12)


def test_scale_and_sign_do_not_matter():
    a = power([3.0], [0.5], [1.0], [2.0], fpr=0.01)
    assert power([30.0 + 7], [50.0], [10.0 + 7], [200.0], fpr=0.01) == pytest.approx(a)
    assert power([-3.0], [0.5], [-1.0], [2.0], fpr=0.01) == pytest.approx(a)


def test_the_test_keeps_its_rate_and_reaches_its_power():
    rng = np.random.default_rng(0)
    mi, vi, mo, vo = 1.5, 0.6, 0.2, 0.3
    ratio = lambda s: norm.logpdf(s, mi, vi**0.5) - norm.logpdf(s, mo, vo**0.5)  # noqa: E731
    out, inside = rng.normal(mo, vo**0.5, 400_000), rng.normal(mi, vi**0.5, 400_000)
    cut = np.quantile(ratio(out), 0.99)
    assert power([mi], [vi], [mo], [vo], fpr=0.01)[0] == pytest.approx((ratio(inside) > cut).mean(), abs=0.004)


def test_table_is_the_exact_power():
    rng = np.random.default_rng(1)
    effect, log_spread = rng.uniform(0, 14, 20_000), rng.uniform(-4, 4, 20_000)
    for fpr in (1e-3, 1e-2, 1e-4):
        exact = standard_power(effect, np.exp(log_spread), fpr)
        assert np.abs(fast_power(effect, log_spread, fpr) - exact).max() < 2e-4


@pytest.mark.parametrize("arguments", [([1], [0.0], [0], [1]), ([1], [1], [0], [-1.0])])
def test_variances_must_be_positive(arguments):
    with pytest.raises(InputError, match="positive"):
        power(*arguments)
