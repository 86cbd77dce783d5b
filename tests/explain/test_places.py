"""The place of a record among its likes, against counting."""

import numpy as np

from standout.explain.places import Places


def test_a_place_is_the_share_below():
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(size=300), 1)  # with ties
    values[rng.random(300) < 0.1] = np.nan
    labels = rng.integers(0, 3, 300)
    places = Places({"it": values}, labels)
    for i in range(300):
        for label in (None, int(labels[i])):
            own = values if label is None else values[labels == label]
            wanted = float((own < values[i]).mean()) if np.isfinite(values[i]) else 0.0
            assert places.among("it", i, label) == wanted
    assert places.sizes.tolist() == np.bincount(labels).tolist()
