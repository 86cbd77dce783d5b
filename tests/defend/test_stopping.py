"""Early stopping: which rows are held out, at which epoch a model was best, and what it depends on."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import standout
from standout.data.dataset import Dataset
from standout.defend import defended
from standout.defend.stopping import held_out
from standout.defend.table import parse
from standout.errors import InputError
from standout.recipes import recipe_of
from standout.signals import log_softmax

NONE = np.empty(0, dtype=str)
EPOCHS = 5
SIZES = {"mlp": {"hidden": 32, "lr": 0.02}, "convnet": {"channels": (8, 8), "lr": 0.03}}


@pytest.fixture(scope="module")
def noisy():
    """300 digits, a third of the labels wrong, so that models are best before their end; members of six models."""
    data = standout.load("digits").take(np.arange(300))
    rng = np.random.default_rng(0)
    y = np.where(rng.random(300) < 1 / 3, rng.integers(0, 10, 300), data.y)
    return replace(data, y=y), rng.random((6, 300)) < 0.5


def net(name, **more):
    return recipe_of(name, {"epochs": EPOCHS, **SIZES[name], **more}, "cpu")


def answers(recipe, data, members, seeds):
    return [t.logits for t in recipe.train(data, members, np.array(seeds))]


def test_a_share_of_the_members_by_the_seed():
    members = np.random.default_rng(0).random((3, 200)) < 0.5
    members[2] = members[0]
    held = held_out(members, np.array([1, 2, 3]), 0.1)
    assert not (held & ~members).any()
    assert held.sum(axis=1).tolist() == np.round(members.sum(axis=1) * 0.1).astype(int).tolist()
    assert (held[2] != held[0]).any()
    assert np.array_equal(held_out(members[1:2], np.array([2]), 0.1)[0], held[1])
    with pytest.raises(InputError, match="a model has 1"):
        held_out(np.eye(3, dtype=bool), np.arange(3), 0.1)
    often = np.mean([held_out(members[:1], np.array([s]), 0.1)[0] for s in range(2000)], axis=0)
    share = held[0].sum() / members[0].sum()
    assert np.abs(often[members[0]] - share).max() < 5 * np.sqrt(share * (1 - share) / 2000)


@pytest.mark.parametrize("name", SIZES)
def test_a_model_is_the_one_trained_for_as_many_epochs_as_did_best(noisy, name):
    """Against trainings of 1, 2, ... epochs without the rows held out, to the last bit."""
    data, members = noisy
    seeds = np.arange(6)
    stopped = answers(defended(net(name), "early-stopping:0.2", NONE), data, members, seeds)
    held = held_out(members, seeds, 0.2)
    each = [answers(net(name, epochs=e + 1), data, members & ~held, seeds) for e in range(EPOCHS)]
    best = []
    for k in range(6):
        losses = [-log_softmax(z[k])[held[k], data.y[held[k]]].mean() for z in each]
        best.append(int(np.argmin(losses)))
        np.testing.assert_array_equal(stopped[k], each[best[k]][k])
    assert len(set(best)) > 1 and min(best) < EPOCHS - 1  # or the test would show nothing


def test_company_in_the_stack_moves_no_bit(noisy):
    data, members = noisy
    recipe = defended(net("mlp"), "early-stopping", NONE)
    together = answers(recipe, data, members, range(6))
    for k in range(6):
        assert np.array_equal(answers(recipe, data, members[k : k + 1], [k])[0], together[k])


@pytest.mark.parametrize("text", ["early-stopping", "early-stopping+relaxloss", "early-stopping+distillation"])
def test_non_members_move_no_bit(noisy, text):
    """Their labels; and their features, of a table that each model standardises for itself."""
    data, members = noisy
    rng, out = np.random.default_rng(1), ~members[0]
    recipe = defended(net("mlp"), text, np.array(["3", "4", "5", "8"]))
    x, y = data.x.reshape(300, -1).astype(np.float32), data.y.copy()
    first = answers(recipe, Dataset(x, y), members[:1], [1])[0]
    x, y = x.copy(), y.copy()
    x[out], y[out] = rng.random((out.sum(), x.shape[1])) * 50, (y[out] + 1) % 10
    again = answers(recipe, Dataset(x, y), members[:1], [1])[0]
    assert np.array_equal(first[members[0]], again[members[0]])


def test_rows_made_of_aimed_members_stay_within_their_model(noisy):
    """Rewritten data come first: of them, too, some are held out."""
    data, members = noisy
    recipe = defended(net("mlp"), "add-more+early-stopping+down-weighting", data.ids[::20])
    assert recipe.check(data) == net("mlp").check(data)
    together = answers(recipe, data, members, range(6))
    assert np.array_equal(answers(recipe, data, members[4:5], [4])[0], together[4])


def test_what_it_does_not_go_with(noisy):
    data, _ = noisy
    with pytest.raises(InputError, match=r"between 0\.01 and 0\.3, not 0\.5"):
        parse("early-stopping:0.5")
    with pytest.raises(InputError, match="random-forest cannot be trained with early stopping"):
        defended(recipe_of("random-forest", {}), "early-stopping", NONE).check(data)
    with pytest.raises(InputError, match="stands twice"):
        defended(net("mlp"), "early-stopping+early-stopping:0.2", NONE).check(data)
    with pytest.raises(InputError, match="mlp by early-stopping cannot be trained with dp"):
        defended(net("mlp"), "early-stopping+dp-sgd", NONE).check(data)
