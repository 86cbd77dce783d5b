"""Weights of records for estimators and functions: who takes them, and that they weigh what they say."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from standout.data.dataset import Dataset
from standout.defend import defended
from standout.errors import InputError
from standout.recipes import recipe_of
from standout.recipes.treatment import Treatment
from standout.recipes.weights import weight_argument

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
DATA = Dataset(X, (X[:, 0] + RNG.normal(size=80) > 0).astype(int))
MEMBERS = RNG.random((2, 80)) < 0.6
SEEDS = np.array([5, 6])
LR = LogisticRegression(tol=1e-10, max_iter=5000)


def fitted(x, y, *, seed, sample_weight=None):
    model = GaussianNB().fit(x, y, sample_weight)
    return model.predict_proba


def unweighted(x, y, *, seed):
    return GaussianNB().fit(x, y).predict_proba


def logits(recipe, weights=None):
    treatment = {} if weights is None else {"treatment": Treatment(weights=weights.astype(np.float32))}
    return np.stack([t.logits for t in recipe.train(DATA, MEMBERS, SEEDS, **treatment)])


@pytest.mark.parametrize(
    ("estimator", "argument"),
    [
        (LR, "sample_weight"),
        (KNeighborsClassifier(), None),
        (make_pipeline(StandardScaler(), LR), "logisticregression__sample_weight"),
        (make_pipeline(StandardScaler(), make_pipeline(SVC())), "pipeline__svc__sample_weight"),
        (make_pipeline(StandardScaler(), KNeighborsClassifier()), None),
        (BaggingClassifier(LR), "sample_weight"),
        (BaggingClassifier(KNeighborsClassifier()), None),
        (AdaBoostClassifier(KNeighborsClassifier()), None),
        (CalibratedClassifierCV(make_pipeline(StandardScaler(), LR)), None),  # it would pass them on by a wrong name
        (VotingClassifier([("a", LR), ("b", KNeighborsClassifier())], voting="soft"), None),
    ],
)
def test_by_which_argument_an_estimator_takes_weights(estimator, argument):
    assert weight_argument(estimator) == argument
    assert ("weight" in recipe_of(estimator).supports) == (argument is not None)
    if argument:
        estimator.fit(X, DATA.y, **{argument: np.ones(80)})


ABLE = ["logistic-regression", RandomForestClassifier(10), "gradient-boosting", MLPClassifier(4, max_iter=20), fitted]


@pytest.mark.parametrize("model", [*ABLE, "xgboost", "lightgbm"])
def test_a_weight_of_one_is_no_weight_to_the_bit_and_another_is_felt(model):
    if model in ("xgboost", "lightgbm"):
        pytest.importorskip(model)
    recipe = recipe_of(model)
    assert recipe.supports == {"weight"}
    plain, ones = logits(recipe), np.ones((2, 80))
    np.testing.assert_array_equal(logits(recipe, ones), plain)
    ones[0, ::3] = 0.1
    other = logits(recipe, ones)
    assert (other[0] != plain[0]).any()
    np.testing.assert_array_equal(other[1], plain[1])  # weights are each model's own


@pytest.mark.parametrize("model", [LR, GaussianNB(), make_pipeline(StandardScaler(with_std=False), LR), fitted])
def test_a_weight_of_two_is_a_record_that_stands_twice(model):
    weights = np.where(np.arange(80) % 3 == 0, 2, 1) * np.ones((2, 1))
    ours = logits(recipe_of(model), weights)
    for k in range(2):
        rows = np.repeat(np.arange(80)[MEMBERS[k]], weights[k, MEMBERS[k]].astype(int))
        if model is fitted:
            p = fitted(X[rows], DATA.y[rows], seed=0)(X)
        else:
            p = model.fit(X[rows], DATA.y[rows]).predict_proba(X)
        q = np.exp(ours[k]) / np.exp(ours[k]).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(q, p, atol=1e-5)


@pytest.mark.parametrize("model", ABLE)
def test_a_weight_of_zero_is_a_record_that_is_not_there(model):
    gone = np.arange(80) % 4 == 0
    recipe = recipe_of(model)
    without = np.stack([t.logits for t in recipe.train(DATA, MEMBERS & ~gone, SEEDS)])
    np.testing.assert_array_equal(logits(recipe, ~gone * np.ones((2, 1))), without)


@pytest.mark.parametrize("model", ABLE)
def test_weights_of_non_members_do_nothing(model):
    weights = RNG.uniform(0.1, 1, (2, 80))
    other = np.where(MEMBERS, weights, 7)
    np.testing.assert_array_equal(logits(recipe_of(model), weights), logits(recipe_of(model), other))


def test_a_function_gets_one_weight_for_each_of_its_records():
    seen = []

    def fit(x, y, *, seed, sample_weight=None):
        seen.append((x, sample_weight))
        return lambda x: np.zeros((len(x), 2))

    weights = RNG.uniform(0.1, 1, (2, 80)).astype(np.float32)
    logits(recipe_of(fit), weights)
    for k, (x, own) in enumerate(seen):
        np.testing.assert_array_equal(x, X[MEMBERS[k]])
        np.testing.assert_array_equal(own, weights[k, MEMBERS[k]])


def test_down_weighting_by_a_file_of_ones_own(tmp_path):
    (tmp_path / "net.py").write_text(
        "from sklearn.naive_bayes import GaussianNB\n"
        "def fit(x, y, *, seed, sample_weight=None):\n"
        "    return GaussianNB().fit(x, y, sample_weight).predict_proba\n"
    )
    aim = DATA.ids[::4]
    ours = defended(recipe_of(f"{tmp_path}/net.py:fit"), "down-weighting:0.25", aim)
    ours.check(DATA)
    weights = np.where(np.isin(DATA.ids, aim), 0.25, 1) * np.ones((2, 1))
    for k, trained in enumerate(ours.train(DATA, MEMBERS, SEEDS)):
        m = MEMBERS[k]
        p = GaussianNB().fit(X[m], DATA.y[m], weights[k, m]).predict_proba(X)
        np.testing.assert_allclose(np.exp(trained.logits), p, atol=1e-12)


@pytest.mark.parametrize(
    ("model", "defence", "says"),
    [
        ("knn", "down-weighting", "knn cannot be trained with weight, which this defence needs; give remove, relabel"),
        (unweighted, "down-weighting", r"unweighted cannot .* \(a function takes it as sample_weight=None\); give rem"),
        ("random-forest", "loss-floor", "microaggregate, down-weighting or a defence of answers, or audit mlp"),
        ("knn", "distillation", "cannot be trained with soft targets, .*microaggregate or a defence of answers"),
    ],
)
def test_what_a_model_cannot_do_is_one_line_that_names_what_it_can(model, defence, says):
    with pytest.raises(InputError, match=says):
        defended(recipe_of(model), defence, DATA.ids[:3]).check(DATA)


def test_nobody_left_to_train_on_is_one_line():
    with pytest.raises(InputError, match="no record left to train on"):
        logits(recipe_of("random-forest"), np.zeros((2, 80)))
