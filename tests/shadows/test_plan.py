"""Plans: what stands is never changed, the budget holds for a longer run too, damage is noticed."""

import json

import numpy as np
import pytest

import standout.shadows.plan as module
from standout.data.dataset import Dataset
from standout.shadows.memberships import model_seeds
from standout.shadows.plan import extend_plan, is_plan, make_plan

DATA = Dataset(np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3)


class Stacked:
    """A recipe with stacks of eight."""

    def stack_size(self, dataset):
        return 8


def test_a_longer_plan_begins_with_the_shorter():
    short = extend_plan(make_plan(Stacked(), DATA, records=15, most=8)[0], DATA, 12, seed=3)
    assert short["stacks"] == [[0, 8], [8, 12]] and short["seeds"] == model_seeds(3, 12)
    long = extend_plan(short, DATA, 22, seed=3)
    assert long["stacks"] == [[0, 8], [8, 12], [12, 20], [20, 22]] and long["seeds"] == model_seeds(3, 22)
    assert extend_plan(long, DATA, 4, seed=3) == long
    assert is_plan(long) and is_plan(json.loads(json.dumps(long)))


def test_seeds_that_stand_are_kept():
    plan = extend_plan(make_plan(Stacked(), DATA, records=15, most=8)[0], DATA, 8, seed=3)
    plan["seeds"] = list(range(8))
    assert extend_plan(plan, DATA, 12, seed=3)["seeds"] == [*range(8), *model_seeds(3, 12)[8:]]


def test_a_longer_run_obeys_the_budget(monkeypatch):
    monkeypatch.setattr(module, "BUDGET", 17 * 30 * 3 * 2)
    plan = extend_plan(make_plan(Stacked(), DATA, records=15, most=8)[0], DATA, 8, seed=0)
    assert plan["keep"] == ["log-probabilities"]
    assert extend_plan(plan, DATA, 24, seed=0)["keep"] == ["log-probabilities", "log-probabilities", "sums"]


@pytest.mark.parametrize(
    "damage",
    [
        {"stacks": "abc"},
        {"stacks": [[0, 8], [9, 12]]},
        {"stacks": [[2, 8], [8, 12]]},
        {"stacks": [[0, 8], [12, 8]]},
        {"stacks": [[0, 8], 12]},
        {"stacks": [[0, 8], ["8", 12]]},
        {"stacks": None},
        {"stack_size": "x"},
        {"stack_size": 0},
        {"stack_size": True},
        {"keep": "sums"},
        {"keep": ["sums"]},
        {"keep": ["sums", "nothing"]},
        {"seeds": "x"},
        {"seeds": [1, 2]},
        {"seeds": ["1"] * 12},
        {"seeds": [-1] * 12},
        {"seeds": [2**70] * 12},
    ],
)
def test_a_damaged_plan_is_noticed(damage):
    plan = extend_plan(make_plan(Stacked(), DATA, records=15, most=8)[0], DATA, 12, seed=3)
    assert is_plan(plan) and not is_plan({**plan, **damage})
    assert not is_plan({k: v for k, v in plan.items() if k not in damage})
    assert not is_plan([plan])
