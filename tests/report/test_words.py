"""Figures in words."""

import math

import pytest

from standout.report import words


@pytest.mark.parametrize(
    "value, shown",
    [(0.001, "0.10%"), (0.00099, "0.099%"), (0.036, "3.6%"), (0.03, "3.0%"), (0.2493, "24.9%"), (0, "0%"), (1, "100%"),
     (0.9999, "99.9%"), (3.3e-5, "0.0033%"), (None, "not available"), (math.nan, "not available"),
     (math.inf, "not available")],
)  # fmt: skip
def test_rate(value, shown):
    assert words.rate(value) == shown


@pytest.mark.parametrize(
    "value, shown",
    [(0, "under 0.1%"), (0.0015, "0.1%"), (0.0994, "9.9%"), (0.0996, "10%"), (0.43, "43%"), (0.988, "99%"),
     (0.9931, "99.3%"), (0.99999, "over 99.9%"), (1, "over 99.9%"), (None, "not available")],
)  # fmt: skip
def test_chance_is_never_certain(value, shown):
    assert words.chance(value) == shown


@pytest.mark.parametrize(
    "value, shown", [(0.001, "0.1%"), (0.1, "10%"), (0.07, "7%"), (1e-5, "0.001%"), (0.325, "32.5%")]
)
def test_exactly(value, shown):
    assert words.exactly(value) == shown


@pytest.mark.parametrize(
    "value, shown",
    [(0.001, "a thousand"), (0.01, "a hundred"), (0.0005, "2,000"), (0.03, "about 33"), (None, "not available")],
)
def test_one_in(value, shown):
    assert words.one_in(value) == shown


@pytest.mark.parametrize(
    "value, shown",
    [(0.5, "0.5"), (0.0312, "0.031"), (2.4e-7, "2.4e-07"), (1e-320, "under 1e-300"), (None, "not available")],
)
def test_small(value, shown):
    assert words.small(value) == shown


def test_minus_signs():
    assert words.number(-0.049, 2) == "−0.05" and words.number(-0.0001, 2) == "0.00"


def test_between():
    assert words.between([0.1, 0.2]) == "0.100 to 0.200" and words.between(None) == ""
    assert words.between([0.1, None]) == "" and words.between([0.99999, 1.0], words.chance) == "over 99.9%"
