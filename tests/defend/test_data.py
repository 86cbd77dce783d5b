"""Defences of the data: what each model trains on, by hand, and that nothing but its members is seen."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier

from standout.data.builtin import BUILTIN
from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.defend import defended
from standout.defend.data import AddMore, Microaggregate, Mixture, relabelled, with_made, within
from standout.defend.neighbours import nearest_members
from standout.defend.table import parse
from standout.errors import InputError
from standout.recipes import recipe_of
from standout.recipes.treatment import Treatment

NAMES = ("relabel", "microaggregate", "mixture", "add-more")
SMALL = {"epochs": 2, "hidden": 8, "batch_size": 16}


def mixed():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({
        "size": rng.normal(size=90),
        "count": rng.integers(0, 9, 90),
        "gap": np.where(rng.random(90) < 0.3, np.nan, rng.random(90) * 5),
        "city": rng.choice(["a", "b", "c"], 90),
    })  # fmt: skip
    return Dataset(frame, (frame["size"] + rng.normal(size=90) > 0).astype(int))


def wine():
    data = BUILTIN["wine"]()
    return replace(data, x=data.x.to_numpy())


def pictures():
    digits = BUILTIN["digits"]()
    return Dataset(np.asarray(digits.x)[:150].reshape(150, 8, 8).astype(np.uint8), digits.y[:150])


def models(data, count=3):
    return np.random.default_rng(0).random((count, len(data))) < 0.5, np.arange(3, 3 + count)


def logits(recipe, data, members, seeds):
    return np.stack([t.logits for t in recipe.train(data, members, seeds)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", ["mlp", "logistic-regression", RandomForestClassifier(5)])
@pytest.mark.parametrize("made", [wine, mixed])
def test_neither_label_nor_feature_of_a_non_member_moves_a_bit(name, model, made):
    data = made()
    members, seeds = models(data)
    plain = recipe_of(model, SMALL if model == "mlp" else {}, "cpu")
    recipe = defended(plain, name, data.ids[::4])
    first = logits(recipe, data, members, seeds)
    assert first.shape == (3, len(data), len(data.classes))
    for k in range(len(members)):
        out = np.flatnonzero(~members[k])
        rows = np.arange(len(data))
        rows[out] = np.roll(out, 1)  # non-members swap their features, and get other labels
        y = data.y.copy()
        y[out] = (y[out] + 1) % len(data.classes)
        x = data.x.iloc[rows].set_axis(data.x.index) if isinstance(data.x, pd.DataFrame) else data.x[rows]
        again = logits(recipe, replace(data, x=x, y=y), members[[k]], seeds[[k]])[0]
        np.testing.assert_array_equal(again[members[k]], first[k][members[k]])
        assert (again[out] != first[k][out]).any()  # as they were asked other questions


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("model", "made"), [("mlp", wine), ("mlp", pictures), ("convnet", pictures)])
def test_a_model_does_not_depend_on_its_company(name, model, made):
    data = made()
    members, seeds = models(data)
    settings = SMALL if model == "mlp" else {"epochs": 1, "batch_size": 32}
    recipe = defended(recipe_of(model, settings, "cpu"), name, data.ids[::4])
    together = logits(recipe, data, members, seeds)
    alone = np.concatenate([logits(recipe, data, members[[k]], seeds[[k]]) for k in range(3)])
    np.testing.assert_array_equal(together, alone)
    plain = logits(recipe_of(model, settings, "cpu"), data, members, seeds)
    assert (together != plain).any(axis=(1, 2)).all()


def test_models_go_on_together_as_long_as_few_rows_are_made():
    parts = within(np.array([3, 4, 3, 9, 20, 1, 1]), 10)
    assert [(p.start, p.stop) for p in parts] == [(0, 3), (3, 4), (4, 5), (5, 7)]
    assert within(np.zeros(5, dtype=int), 10) == [slice(0, 5)]


def trained_on(data, members, made):
    """What the one model of `made` trains on: features, labels."""
    more, who = with_made(data, members[None], [made])
    return more.x[who[0]], more.y[who[0]]


def near(data, members, of, k):
    return nearest_members(matrix_of(data), data.y, members, of, k, np.random.default_rng(0), False)


@pytest.mark.parametrize("name", ["microaggregate:3", "mixture:3", "add-more:2", "relabel"])
def test_a_model_is_that_of_rows_made_by_hand(name):
    """Of neighbours alone a model is known without regard to the order of its rows."""
    data = wine()
    members, seeds = models(data, 2)
    aim = data.ids[::4]
    knn = KNeighborsClassifier(3)
    ours = logits(defended(recipe_of(knn), name, aim), data, members, seeds)
    aimed = np.isin(data.ids, aim)
    for k in range(2):
        of, draw = np.flatnonzero(members[k] & aimed), np.random.default_rng([int(seeds[k]), 11])
        x, y, keep = [], [], members[k] & ~aimed
        if name == "relabel":
            teacher = KNeighborsClassifier(3).fit(data.x[keep], data.y[keep])
            x, y = data.x[of], teacher.predict(data.x[of])
            assert (y != data.y[of]).any()
        elif name == "microaggregate:3":
            x = [(data.x[i] + data.x[n].sum(axis=0)) / 3 for i, n in zip(of, near(data, members[k], of, 2))]
            y = data.y[of]
        elif name == "mixture:3":
            x = [draw.dirichlet([1, 1, 1]) @ data.x[n] for n in near(data, members[k], of, 3)]
            y = data.y[of]
        else:
            keep = members[k]
            others = [draw.choice(n, 2) for n in near(data, members[k], of, 5)]
            share = draw.random((len(of), 2))
            x = [data.x[i] + s * (data.x[j] - data.x[i]) for i, o, u in zip(of, others, share) for j, s in zip(o, u)]
            y = np.repeat(data.y[of], 2)
        fitted = KNeighborsClassifier(3).fit(np.concatenate([data.x[keep], x]), np.concatenate([data.y[keep], y]))
        np.testing.assert_allclose(fitted.predict_proba(data.x), np.exp(ours[k]), atol=1e-6)


def test_added_records_lie_between_members_of_one_class():
    data = wine()
    members, _ = models(data)
    of = np.flatnonzero(members[0])[::5]
    found = near(data, members[0], of, 5)
    made = AddMore(recipe_of("knn"), data.ids[of], 4).of_one(of, found, data.y, np.random.default_rng(1))
    assert len(made) == 4 * len(of) and not len(made.gone) and (made.labels == data.y[made.of]).all()
    for i, parts, weights in zip(made.of, made.parts, made.weights):
        assert parts[0] == i and parts[1] in found[of.tolist().index(i)]
        assert weights.min() >= 0 and weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(("kind", "gone"), [(Microaggregate, True), (Mixture, True), (AddMore, False)])
def test_the_only_member_of_a_class_is_left_out_or_left_alone(kind, gone):
    data = wine()
    members = data.y != 2
    alone = int(np.flatnonzero(data.y == 2)[0])
    members[alone] = True
    made = kind(recipe_of("knn"), data.ids[[0, alone]], 3).made(data, members[None], np.array([1]))[0]
    x, y = trained_on(data, members, made)
    assert 0 in made.of and alone not in made.of
    assert (y == 2).sum() == (0 if gone else 1)
    assert len(x) == members.sum() - gone + 3 * (not gone)


def test_nobody_aimed_among_the_members_is_a_plain_model():
    data = wine()
    members, seeds = models(data)
    members[:, ::4] = False
    plain = recipe_of("mlp", SMALL, "cpu")
    for name in NAMES:
        ours = logits(defended(plain, name, data.ids[::4]), data, members, seeds)
        np.testing.assert_array_equal(ours, logits(plain, data, members, seeds))


def test_labels_change_only_where_the_teacher_differs():
    y = np.array([0, 1, 2, 1])
    made = relabelled(np.array([1, 2, 3]), np.array([1, 0, 2]), y)
    assert made.of.tolist() == made.gone.tolist() == [2, 3] and made.labels.tolist() == [0, 2]


def test_records_that_are_always_in_are_not_asked_about():
    data = replace(wine(), audited=np.arange(178) % 2 == 0)
    members, seeds = models(data, 2)
    for name in NAMES:
        recipe = defended(recipe_of("knn"), name, data.ids[:40:2])
        assert logits(recipe, data, data.trained_on(members[:, ::2]), seeds).shape == (2, 89, 3)


def test_made_rows_are_treated_as_those_they_stand_for():
    rng = np.random.default_rng(0)
    whole = {name: rng.random((2, 6)) for name in ("weights", "floors", "smoothing")}
    targets, of = rng.random((2, 2, 3)), np.array([4, 0, 4, 1])
    more = Treatment(**whole, rows=np.array([1, 4]), targets=targets).for_made(of, 6)
    for name, array in whole.items():
        for s, i in enumerate(of):
            np.testing.assert_array_equal(getattr(more, name)[:, 6 + s], array[:, i])
        np.testing.assert_array_equal(getattr(more, name)[:, :6], array)
    assert more.rows is not None and more.rows.tolist() == [1, 4, 6, 8, 9]
    np.testing.assert_array_equal(more.targets, targets[:, [0, 1, 1, 1, 0]])
    assert Treatment(weights=whole["weights"]).for_made(of, 6).needs == {"weight"}


def test_a_floor_holds_for_made_rows_too():
    """Whatever their order in the text, floors are found on the records as they are."""
    data = wine()
    members, seeds = models(data)
    plain, aim = recipe_of("mlp", SMALL, "cpu"), data.ids[::4]
    one, other = (
        logits(defended(plain, text, aim), data, members, seeds)
        for text in ("loss-floor:2+microaggregate", "microaggregate+loss-floor:2")
    )
    np.testing.assert_array_equal(one, other)
    assert (one != logits(defended(plain, "microaggregate", aim), data, members, seeds)).any()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("microaggregate:1", "between 2 and"),
        ("microaggregate:2.5", "must be a whole number, not 2.5"),
        ("add-more:0", "between 1 and"),
        ("relabel:1", "has no strength"),
    ],
)
def test_strengths_that_cannot_be(text, says):
    with pytest.raises(InputError, match=says):
        parse(text)


def test_what_cannot_be_trained_is_said_before():
    data = wine()
    with pytest.raises(InputError, match="two defences rewrite"):
        defended(recipe_of("knn"), "relabel+mixture", data.ids[:3]).check(data)
    with pytest.raises(InputError, match="none is left to learn labels from"):
        defended(recipe_of("knn"), "relabel", data.ids).check(data)
