"""Functions as recipes: what their predict may return."""

import numpy as np
import pytest

from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes import recipe_of

DATA = Dataset(np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2)


def trained(outputs):
    def fit(x, y, *, seed, sample_weight=None):
        return lambda x: outputs

    return next(iter(recipe_of(fit).train(DATA, np.ones((1, 20), dtype=bool), np.array([1]))))


def test_probabilities_and_logits():
    p = np.full((20, 2), 0.5)
    assert not trained(p).rounded
    p[3] = [1, 0]
    assert trained(p).rounded
    z = np.full((20, 2), -3.0)
    np.testing.assert_array_equal(trained(z).logits, z)


def test_rows_that_do_not_sum_to_one_are_named_not_read_as_logits():
    p = np.full((20, 2), 0.5)
    p[7] = [0.9, 0.3]
    with pytest.raises(InputError, match=r"rows of predict must sum to 1, row 7 .* sums to 1.2; or return logits"):
        trained(p)
