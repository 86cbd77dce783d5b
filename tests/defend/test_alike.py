"""Queries that look like aimed records: against a loop, and what the rule may and may not look at."""

import numpy as np
import pytest

from standout.data.builtin import BUILTIN
from standout.defend import defended
from standout.defend.alike import SHARE, atypical, looks_aimed
from standout.recipes import recipe_of


@pytest.fixture
def made():
    """Three blobs and 40 records far from each of them; half of all are members, as are half of the far ones."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 400)
    x = rng.normal(size=(400, 5)) + 6 * np.eye(3, 5)[labels]
    far = np.zeros(400, dtype=bool)
    far[:40] = True
    x[far] = rng.normal(size=(40, 5)) + 2 * np.eye(3, 5).sum(axis=0)
    return x, labels, rng.random(400) < 0.5, far


def test_distances_are_those_of_a_loop(made):
    x, labels, members, _ = made
    spread = x[members].std(axis=0)
    found = atypical(x, labels, members)
    for i in range(0, 400, 17):
        away = sorted(
            np.sqrt((((x[i] - x[members & (labels == c)].mean(axis=0)) / spread) ** 2).sum()) for c in range(3)
        )
        np.testing.assert_allclose(found[i], [away[0], away[0] / away[1]], rtol=1e-9)


def test_who_is_alike_is_treated_whether_a_member_or_not(made):
    x, labels, members, far = made
    seen = looks_aimed(x, labels, members, far & members)
    assert seen[far & members].mean() >= SHARE
    assert seen[far & ~members].mean() > 0.5  # never aimed at, and no member
    assert seen[~far].mean() < 0.05


def test_non_members_and_their_labels_change_nothing(made):
    x, labels, members, far = made
    seen = looks_aimed(x, labels, members, far & members)
    other, turned = x.copy(), labels.copy()
    other[~members] = 100.0
    turned[~members] = 0
    np.testing.assert_array_equal(looks_aimed(other, turned, members, far & members)[members], seen[members])
    np.testing.assert_array_equal(looks_aimed(x, turned, members, far & members), seen)


def test_nobody_looks_like_none_and_one_class_has_no_next(made):
    x, labels, members, far = made
    assert not looks_aimed(x, labels, members, np.zeros(400, dtype=bool)).any()
    assert (atypical(x, np.zeros(400, dtype=int), members)[:, 1] == 1).all()
    assert looks_aimed(x, np.zeros(400, dtype=int), members, far & members).any()


def test_only_they_are_answered_otherwise():
    data = BUILTIN["wine"]()
    members, seeds = np.random.default_rng(0).random((2, len(data))) < 0.5, np.array([3, 4])
    plain = recipe_of("mlp", {"epochs": 3, "hidden": 8, "batch_size": 16}, "cpu")
    aim = data.ids[::9]
    ours = list(defended(plain, "aimed-reweighting", aim).train(data, members, seeds))
    theirs = [t.logits for t in plain.train(data, members, seeds)]
    x = data.x if isinstance(data.x, np.ndarray) else data.x.to_numpy(dtype=float)
    for k in range(2):
        seen = looks_aimed(x, data.y, members[k], members[k] & np.isin(data.ids, aim))
        assert 0 < seen.sum() < len(data)
        np.testing.assert_array_equal((ours[k].logits != theirs[k].astype(float)).any(axis=1), seen)
        recovered = ours[k].recovered
        assert recovered is not None
        np.testing.assert_allclose(recovered, theirs[k], rtol=1e-6, atol=1e-6)
