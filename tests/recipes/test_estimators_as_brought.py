"""Estimators as people bring them: searches, votes, Pipelines on tables, odd manners of their own."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import standout
from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes import recipe_of
from standout.signals import log_softmax

from .test_estimators import data, halves

WORDS = ["no", "yes", "maybe"]
PLAIN = LogisticRegression()
WHOLE = {
    "search": GridSearchCV(PLAIN, {"C": [0.1, 1.0]}, cv=2),
    "random search": RandomizedSearchCV(RandomForestClassifier(4), {"max_depth": [1, 2, 3]}, n_iter=2, cv=2),
    "calibrated": CalibratedClassifierCV(GaussianNB(), cv=2),
    "vote": VotingClassifier([("a", PLAIN), ("b", GaussianNB())], voting="soft"),
    "stack": StackingClassifier([("a", GaussianNB()), ("b", RandomForestClassifier(3))], cv=2),
    "one against the rest": OneVsRestClassifier(PLAIN),
    "svc": SVC(),
    "weighted": LogisticRegression(class_weight={"no": 1, "yes": 2, "maybe": 3}),
}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", WHOLE)
def test_logits_are_those_of_the_estimator_itself(kind, classes):
    dataset = data(classes, labels=WORDS[:classes])
    model = WHOLE[kind]
    if kind == "weighted" and classes == 2:
        model = LogisticRegression(class_weight={"no": 1, "yes": 2})
    recipe = recipe_of(model)
    recipe.check(dataset)
    both = list(recipe.train(dataset, halves(dataset), np.array([5, 6])))
    again = next(iter(recipe.train(dataset, halves(dataset), np.array([5, 6]))))
    np.testing.assert_array_equal(both[0].logits, again.logits)
    own, rows = recipe_of(model).estimator, halves(dataset)[0]
    seeds = [k for k in own.get_params() if k.endswith("random_state")]
    own.set_params(**dict.fromkeys(seeds, 5)).fit(dataset.x[rows], dataset.values[dataset.y[rows]])
    if hasattr(own, "predict_proba"):
        p = np.exp(log_softmax(both[0].logits))
        np.testing.assert_allclose(p, own.predict_proba(dataset.x), atol=1e-9)
    else:
        order = [list(own.classes_).index(value) for value in dataset.values]
        z = own.decision_function(dataset.x)
        z = np.stack([-z / 2, z / 2], axis=1) if classes == 2 else z
        np.testing.assert_allclose(log_softmax(both[0].logits), log_softmax(z[:, order]), atol=1e-9)


REFUSED = [
    (MultiOutputClassifier(PLAIN), "MultiOutputClassifier predicts several labels a record"),
    (ClassifierChain(PLAIN), "ClassifierChain predicts several labels a record"),
    (make_pipeline(StandardScaler(), MultiOutputClassifier(PLAIN)), "predicts several labels a record"),
    (VotingClassifier([("a", PLAIN)], voting="hard"), "it has neither predict_proba nor decision_function"),
    (LogisticRegression, r"model is the class LogisticRegression; give an object of it: LogisticRegression\(\)"),
    (
        type("Keras", (), {"fit": print, "predict": print})(),
        "Keras is no scikit-learn estimator: .* or give a function",
    ),
]


@pytest.mark.parametrize(("model", "says"), REFUSED)
def test_what_gives_no_scores_of_one_label_is_refused(model, says):
    with pytest.raises(InputError, match=says):
        recipe_of(model)


def table(records=120):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "age": rng.normal(40, 10, records),
        "town": rng.choice(["Bonn", "Graz", None], records),
        "pay": rng.choice([100.0, 200.0, np.nan], records),
    })  # fmt: skip
    label = np.where(rng.random(records) < 0.8, frame["town"] == "Graz", rng.random(records) < 0.5)
    return Dataset(frame, np.where(label, "in", "out"))


def by_columns(frame):
    return frame[["age", "pay"]].fillna(0)


PIPELINES = {
    "columns": make_pipeline(
        ColumnTransformer([
            ("n", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "pay"]),
            ("c", OneHotEncoder(handle_unknown="ignore"), ["town"]),
        ]),
        LogisticRegression(),
    ),
    "names": make_pipeline(FunctionTransformer(by_columns), LogisticRegression(max_iter=500)),
    "within a search": GridSearchCV(
        make_pipeline(FunctionTransformer(by_columns), LogisticRegression(max_iter=500)),
        {"logisticregression__C": [0.1, 1.0]},
        cv=2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PIPELINES)
def test_pipelines_get_the_table_with_its_names_words_and_gaps(kind):
    dataset, rows = table(), np.arange(120) % 2 == 0
    recipe = recipe_of(PIPELINES[kind])
    assert recipe.check(dataset) == []
    trained = next(iter(recipe.train(dataset, rows[None], np.array([1]))))
    own = recipe_of(PIPELINES[kind]).estimator.fit(dataset.x[rows], dataset.values[dataset.y[rows]])
    np.testing.assert_allclose(np.exp(log_softmax(trained.logits)), own.predict_proba(dataset.x), atol=1e-9)


class Odd(ClassifierMixin, BaseEstimator):
    """Prints, writes over what it is given, and answers in float32, or in lists."""

    def __init__(self, answer=np.float32):
        self.answer = answer

    def fit(self, x, y):
        print("epoch 1 of 1")
        self.classes_, self.inner_ = np.unique(y), GaussianNB().fit(x, y)
        x[:] = 0
        return self

    def predict_proba(self, x):
        p = self.inner_.predict_proba(x)
        x[:] = 0
        return self.answer(p)


def as_lists(p):
    return p.tolist()


def as_three(p):
    return [p, p, p]


@pytest.mark.parametrize("answer", [np.float32, as_lists])
def test_odd_manners_change_nothing(answer, capsys):
    dataset = data(3, labels=WORDS)
    before = dataset.x.copy()
    run = standout.audit(dataset, model=Odd(answer), shadows=4, jobs=1)
    assert capsys.readouterr().out == "" and (dataset.x == before).all()
    rows = halves(dataset)[0]
    trained = next(iter(recipe_of(Odd(answer)).train(dataset, halves(dataset), np.array([1, 2]))))
    p = GaussianNB().fit(before[rows], dataset.y[rows]).predict_proba(before)
    np.testing.assert_allclose(np.exp(log_softmax(trained.logits)), p, atol=1e-6)
    assert run.summary["shadows"]


def test_a_list_of_answers_for_several_labels_is_refused():
    with pytest.raises(InputError, match=r"Odd gives scores of shape \(3, 80, 3\) for 80 records and 3 classes"):
        next(iter(recipe_of(Odd(as_three)).train(data(), halves(data()), np.array([1, 2]))))


def test_a_fitted_estimator_is_told_and_trained_anew():
    dataset = data(3, labels=WORDS)
    fitted = RandomForestClassifier(5).fit(dataset.x, dataset.y)
    for model in (fitted, make_pipeline(StandardScaler(), LogisticRegression()).fit(dataset.x, dataset.y)):
        lines = recipe_of(model).check(dataset)
        assert any("is fitted already: each model is trained anew, on its own records" in line for line in lines)
    fresh = recipe_of(RandomForestClassifier(5))
    assert fresh.check(dataset) == [] and fresh.identity() == recipe_of(fitted).identity()
    a, b = (next(iter(r.train(dataset, halves(dataset), np.array([1, 2])))) for r in (fresh, recipe_of(fitted)))
    np.testing.assert_array_equal(a.logits, b.logits)


def test_an_error_of_an_estimator_names_the_line():
    class Failing(Odd):
        def fit(self, x, y):
            return [].pop()

    with pytest.raises(InputError, match=r"pop from empty list \(test_estimators_as_brought.py, line \d+\)"):
        standout.audit(data(), model=Failing(), shadows=4, jobs=1)
