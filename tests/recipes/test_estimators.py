"""scikit-learn classifiers as they are: exact signals, unseen classes, seeds, single threads."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC
from threadpoolctl import threadpool_limits

from standout.data.dataset import Dataset
from standout.recipes import recipe_of
from standout.signals import log_softmax

KINDS = {
    "logistic": LogisticRegression(),
    "pipeline": make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": RandomForestClassifier(10, n_jobs=-1),
    "boosting": GradientBoostingClassifier(n_estimators=5),
    "hist": HistGradientBoostingClassifier(max_iter=5),
    "knn": KNeighborsClassifier(),
    "bayes": GaussianNB(),
    "net": MLPClassifier((8,), max_iter=60, learning_rate_init=0.05),
    "svc": SVC(),
    "linear-svc": LinearSVC(),
}


def data(classes=3, records=80, labels=None):
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    x = rng.normal(size=(records, 4)) + y[:, None]
    return Dataset(x, y if labels is None else np.array(labels)[y])


def halves(dataset):
    first = np.arange(len(dataset)) % 4 < 2
    return np.stack([first, ~first])


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_answers_and_is_reproducible_from_its_seed(kind, classes):
    dataset = data(classes)
    recipe = recipe_of(KINDS[kind])
    with threadpool_limits(1):  # as in an audit: the order of sums must not depend on threads
        both = list(recipe.train(dataset, halves(dataset), np.array([5, 6])))
        alone = next(iter(recipe.train(dataset, halves(dataset)[1:], np.array([6]))))
    np.testing.assert_array_equal(alone.logits, both[1].logits)
    assert both[0].logits.shape == (80, classes) and np.isfinite(both[0].logits).all()
    accuracy = (both[0].logits.argmax(axis=1) == dataset.y).mean()
    assert accuracy > 0.6


@pytest.mark.parametrize("kind", ["logistic", "pipeline", "boosting", "hist", "forest", "knn", "bayes", "net"])
@pytest.mark.parametrize("classes", [2, 3])
def test_logits_are_those_of_the_estimators_probabilities(kind, classes):
    dataset = data(classes)
    rows = np.flatnonzero(halves(dataset)[0])
    model = KINDS[kind]
    if "random_state" in model.get_params():
        model = model.set_params(random_state=5)
    p = model.fit(dataset.x[rows], dataset.y[rows]).predict_proba(dataset.x)
    trained = next(iter(recipe_of(KINDS[kind]).train(dataset, halves(dataset), np.array([5, 6]))))
    np.testing.assert_allclose(np.exp(log_softmax(trained.logits)), p, atol=1e-12)
    assert trained.rounded == bool((p == 0).any())


def test_logits_hold_where_probabilities_have_rounded_to_one():
    """A linear model far from its border: p is 1.0 in float64, the logit is not infinite."""
    x = np.concatenate([np.full((20, 1), -1.0), np.full((20, 1), 1.0), [[400.0]], [[800.0]]])
    y = np.array([0] * 20 + [1] * 22)
    dataset = Dataset(x, y)
    trained = next(iter(recipe_of(LogisticRegression()).train(dataset, np.ones((1, 42), bool), np.array([0]))))
    margin = trained.logits[:, 1] - trained.logits[:, 0]
    assert margin[41] == pytest.approx(2 * margin[40], rel=0.2) and margin[40] > 40


@pytest.mark.parametrize("kind", ["logistic", "forest", "svc", "knn"])
def test_a_class_that_a_model_never_saw(kind):
    labels = np.array(["a", "b", "c"])[np.arange(60) % 2 * 1]
    labels[0] = "c"
    dataset = Dataset(np.random.default_rng(0).normal(size=(60, 3)), labels)
    without = np.ones((1, 60), dtype=bool)
    without[0, 0] = False
    trained = next(iter(recipe_of(KINDS[kind]).train(dataset, without, np.array([1]))))
    assert trained.logits.shape == (60, 3) and np.isfinite(trained.logits).all()
    assert (trained.logits[:, 2] <= trained.logits[:, :2].min(axis=1)).all()


@pytest.mark.parametrize(("kind", "rounded"), [("logistic", False), ("svc", False), ("bayes", False), ("knn", True)])
def test_rounded_is_where_a_probability_was_zero(kind, rounded):
    """Neither a class that a model never saw nor a large decision value is a probability of 0."""
    labels = np.array(["a", "b"])[np.arange(60) % 2]
    labels[0] = "c"
    x = np.random.default_rng(0).normal(size=(60, 3)) + (np.arange(60) % 2 * 3)[:, None]
    without = np.ones((1, 60), dtype=bool)
    without[0, 0] = False
    trained = next(iter(recipe_of(KINDS[kind]).train(Dataset(x, labels), without, np.array([1]))))
    assert trained.rounded == rounded
    seen = KINDS[kind].fit(x[1:], labels[1:])
    if hasattr(seen, "predict_log_proba") and not rounded:
        np.testing.assert_allclose(log_softmax(trained.logits[:, :2]), seen.predict_log_proba(x), atol=1e-9)


def test_a_large_decision_value_is_not_rounded():
    x = np.concatenate([np.full((20, 1), -1.0), np.full((20, 1), 1.0), [[400.0]], [[-800.0]]])
    dataset = Dataset(x, [0] * 20 + [1] * 21 + [0])
    trained = next(iter(recipe_of(LogisticRegression()).train(dataset, np.ones((1, 42), bool), np.array([0]))))
    assert log_softmax(trained.logits).min() < -103 and not trained.rounded


def test_one_class_in_training_is_a_constant_and_says_so():
    dataset = Dataset(np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) < 1)
    trained = next(iter(recipe_of("logistic-regression").train(dataset, np.arange(20)[None] > 0, np.array([1]))))
    assert (trained.logits.argmax(axis=1) == 0).all() and "one class only" in str(trained.note)


def test_labels_reach_the_estimator_as_the_user_wrote_them():
    dataset = data(2, labels=["no", "yes"])
    recipe = recipe_of(LogisticRegression(class_weight={"no": 1, "yes": 9}))
    trained = next(iter(recipe.train(dataset, halves(dataset), np.array([1, 2]))))
    plain = next(iter(recipe_of(LogisticRegression()).train(dataset, halves(dataset), np.array([1, 2]))))
    assert trained.logits[:, 1].sum() > plain.logits[:, 1].sum()


def test_a_pipeline_gets_the_frame_and_others_get_numbers():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.normal(40, 10, 60), "town": rng.choice(["Bonn", "Graz"], 60)})
    frame.loc[3, "age"] = np.nan
    dataset = Dataset(frame, rng.integers(0, 2, 60))
    members = np.stack([np.arange(60) % 2 == 0, np.arange(60) % 2 == 1])
    pipeline = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["town"]), remainder="drop"), LogisticRegression()
    )
    for model in (pipeline, RandomForestClassifier(5), "knn"):
        trained = list(recipe_of(model).train(dataset, members, np.array([1, 2])))
        assert all(np.isfinite(t.logits).all() for t in trained)


def test_the_users_object_is_left_alone():
    model = RandomForestClassifier(5, random_state=3, n_jobs=2)
    dataset = data()
    recipe = recipe_of(model, {"max_depth": 2})
    list(recipe.train(dataset, halves(dataset), np.array([1, 2])))
    assert model.get_params()["random_state"] == 3 and model.max_depth is None and not hasattr(model, "classes_")
