"""What a user may write, and what each defence shows a model."""

from dataclasses import replace

import numpy as np
import pytest

from standout.data.builtin import BUILTIN
from standout.defend import DEFENCES, defended
from standout.defend.table import parse
from standout.errors import InputError
from standout.recipes import recipe_of


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("los-floor", "did you mean 'loss-floor'"),
        ("loss-floor:much", "must be a number"),
        ("remove:2", "has no strength"),
        ("dropout:1.5", "between 0 and"),
        ("loss-floor+", "unknown defence"),
    ],
)
def test_what_cannot_be_is_named(text, says):
    with pytest.raises(InputError, match=says):
        parse(text)


def test_strengths_and_joins():
    parts = parse("loss-floor:0.25 + logit-reweighting")
    assert [(p.defence.name, p.strength) for p in parts] == [("loss-floor", 0.25), ("logit-reweighting", 0.1)]


@pytest.fixture(scope="module")
def wine():
    data = BUILTIN["wine"]()
    members = np.random.default_rng(0).random((2, len(data))) < 0.5
    return data, members, np.array([3, 4])


SMALL = {"epochs": 3, "hidden": 8, "batch_size": 16}


@pytest.mark.parametrize("name", DEFENCES)
def test_no_defence_sees_a_non_member(wine, name):
    """Other labels of non-members change no answer of the model; with a treated record among the non-members, too."""
    data, members, seeds = wine
    recipe = defended(recipe_of("mlp", SMALL, "cpu"), name, data.ids[::5])
    first = [t.logits for t in recipe.train(data, members, seeds)]
    for k in range(len(members)):
        y = data.y.copy()
        y[~members[k]] = (y[~members[k]] + 1) % len(data.classes)
        other = replace(data, y=y)
        again = [t.logits for t in recipe.train(other, members, seeds)][k]
        np.testing.assert_array_equal(again, first[k])


def test_removed_records_are_as_never_there(wine):
    data, members, seeds = wine
    plain = recipe_of("mlp", SMALL, "cpu")
    gone = np.isin(data.ids, data.ids[::5])
    ours = [t.logits for t in defended(plain, "remove", data.ids[::5]).train(data, members, seeds)]
    theirs = [t.logits for t in plain.train(data, members & ~gone, seeds)]
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("label-smoothing:0.2", {"label_smoothing": 0.2}),
        ("epochs:2+weight-decay:0.01", {"epochs": 2, "weight_decay": 0.01}),
        ("batch-size:40", {"batch_size": 40}),
        ("learning-rate:0.02", {"lr": 0.02}),
    ],
)
def test_settings_are_those_of_the_recipe(wine, text, settings):
    data, members, seeds = wine
    ours = defended(recipe_of("mlp", SMALL, "cpu"), text, data.ids[:0])
    theirs = recipe_of("mlp", {**SMALL, **settings}, "cpu")
    for a, b in zip(ours.train(data, members, seeds), theirs.train(data, members, seeds)):
        np.testing.assert_array_equal(a.logits, b.logits)


def test_what_a_forest_cannot_do_is_one_line(wine):
    data, _, _ = wine
    recipe = defended(recipe_of("random-forest", {}), "loss-floor", data.ids[:3])
    with pytest.raises(InputError, match="random-forest cannot be trained with floor"):
        recipe.check(data)
    with pytest.raises(InputError, match="knn cannot be trained with weight"):
        defended(recipe_of("knn", {}), "down-weighting", data.ids[:3]).check(data)
    with pytest.raises(InputError, match="random-forest has no setting dropout"):
        defended(recipe_of("random-forest", {}), "dropout", data.ids[:3])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("loss-floor:", "'loss-floor:': the strength must be a number"),
        ("none", "none is the control"),
        ("remove+none", "none is the control"),
        ("dropout:0.1+dropout:0.3", "dropout stands twice"),
        ("rounding:2.5", "must be a whole number"),
    ],
)
def test_slips_are_refused_and_not_guessed(text, says):
    with pytest.raises(InputError, match=says):
        parse(text)
