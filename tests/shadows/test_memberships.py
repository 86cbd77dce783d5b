"""Who is a member of what: complementary, balanced, grouped, and the same for a longer audit."""

import re

import numpy as np
import pytest

from standout.errors import InputError
from standout.shadows.memberships import check_members, draw_members, model_seeds


@pytest.mark.parametrize("records", [8, 9, 178, 1001])
def test_pairs_are_complementary_halves_of_every_class(records):
    labels = np.random.default_rng(0).integers(0, 3, records)
    members = draw_members(labels, 10, seed=1)
    assert (members[0::2] ^ members[1::2]).all()
    sizes = members.sum(axis=1)
    assert np.ptp(sizes) <= 1
    for c in range(3):
        share = members[:, labels == c].sum(axis=1)
        assert np.ptp(share) <= 3


def test_every_record_is_a_member_half_the_time_and_pairs_are_independent():
    members = draw_members(np.zeros(40, int), 4000, seed=0)[::2]
    assert np.abs(members.mean(axis=0) - 0.5).max() < 0.05
    correlation = np.corrcoef(members.T)
    np.fill_diagonal(correlation, 0)
    assert np.abs(correlation).max() < 0.1  # joined couples are drawn anew in every pair: no lasting partner


def test_a_longer_audit_begins_with_the_shorter():
    labels = np.arange(50) % 4
    np.testing.assert_array_equal(draw_members(labels, 20, seed=3)[:6], draw_members(labels, 6, seed=3))
    assert model_seeds(3, 20)[:6] == model_seeds(3, 6)
    assert len(set(model_seeds(3, 2000))) == 2000
    assert not np.array_equal(draw_members(labels, 6, seed=3), draw_members(labels, 6, seed=4))


def test_groups_are_whole_and_halves_are_near():
    rng = np.random.default_rng(0)
    groups = np.unique(rng.integers(0, 60, 400) ** 2, return_inverse=True)[1]
    members = draw_members(np.zeros(400, int), 20, seed=0, groups=groups)
    for g in range(groups.max() + 1):
        assert (members[:, groups == g].all(axis=1) | ~members[:, groups == g].any(axis=1)).all()
    assert (members[0::2] ^ members[1::2]).all()
    assert np.abs(members.sum(axis=1) - 200).max() <= 25


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.7, 0.9])
def test_other_fractions(fraction):
    members = draw_members(np.zeros(1000, int), 40, seed=0, fraction=fraction)
    assert np.abs(members.sum(axis=1) - 1000 * fraction).max() <= 1
    both, neither = members[0::2] & members[1::2], ~(members[0::2] | members[1::2])
    assert not (both.any() if fraction < 0.5 else neither.any())
    assert np.abs(members.mean(axis=0) - fraction).max() < 0.35


def test_a_record_without_references_is_named():
    members = np.ones((4, 5), dtype=bool)
    members[0] = False
    with pytest.raises(InputError, match="record 'a' is out of too few"):
        check_members(members, np.array(list("abcde")))
    check_members(draw_members(np.zeros(9, int), 4), np.arange(9).astype(str))


@pytest.mark.parametrize("fraction", [0.05, 0.1, 0.4, 0.9])
def test_the_number_of_shadows_that_is_told_is_enough(fraction):
    """In 19 of 20 draws, as it says; and it is no exaggeration: a third of them hardly ever is."""
    labels, ids = np.zeros(300, dtype=int), np.arange(300).astype(str)
    with pytest.raises(InputError) as error:
        check_members(draw_members(labels, 4, fraction=fraction), ids)
    (number,) = re.findall(r"ask for about ([\d,]+) shadows", str(error.value))
    told = int(number.replace(",", ""))

    def passes(shadows: int, seed: int) -> bool:
        try:
            check_members(draw_members(labels, shadows, seed=seed, fraction=fraction), ids)
        except InputError:
            return False
        return True

    assert sum(passes(told, seed) for seed in range(20)) >= 16
    assert sum(passes(told // 6 * 2, seed) for seed in range(20)) <= 5
