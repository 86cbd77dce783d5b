"""XGBoost, LightGBM and CatBoost: margins, labels of any kind, seeds, threads, silence. Where a library is absent, an
estimator with its interface stands in; those stand-ins are tested always."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import standout
from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes import recipe_of
from standout.recipes.settings import parse_value
from standout.signals import log_softmax


class Boosted(ClassifierMixin, BaseEstimator):
    """A linear model that answers as boosted trees do: margins from predict, probabilities rounded to float32."""

    def _fit(self, x, codes):
        assert 0 <= self.random_state < 2**31, "seeds are signed"
        assert self.n_jobs == 1, "threads"
        inner = LogisticRegression(max_iter=500).fit(x, codes)
        rows = np.random.default_rng(self.random_state).normal(size=inner.coef_.shape[1])
        self.inner_, self.shift_ = inner, rows / 50
        return self

    def _margins(self, x):
        return (self.inner_.decision_function(x).T + np.asarray(x) @ self.shift_ * np.arange(1, 2)).T.astype(np.float32)

    def predict_proba(self, x):
        z = self._margins(x)
        p = np.stack([expit(-z), expit(z)], axis=1) if z.ndim == 1 else softmax(z, axis=1)
        return p.astype(np.float32)


class FakeXGB(Boosted):
    __module__ = "xgboost.sklearn"

    def __init__(self, n_estimators=10, random_state=None, n_jobs=None, verbosity=None, early_stopping_rounds=None):
        self.n_estimators, self.random_state, self.n_jobs = n_estimators, random_state, n_jobs
        self.verbosity, self.early_stopping_rounds = verbosity, early_stopping_rounds

    def fit(self, x, y):
        if self.verbosity != 0:
            print("noise", file=sys.stderr)
        self.classes_ = np.unique(y)
        if list(self.classes_) != list(range(len(self.classes_))):
            raise ValueError("Invalid classes inferred from unique values of `y`")
        return self._fit(x, y)

    def predict(self, x, output_margin=False):
        assert output_margin
        return self._margins(x)


class FakeLGBM(Boosted):
    __module__ = "lightgbm.sklearn"

    def __init__(self, n_estimators=10, random_state=None, n_jobs=None, **more):
        self.n_estimators, self.random_state, self.n_jobs, self.more = n_estimators, random_state, n_jobs, more

    def get_params(self, deep=True):
        plain = {k: getattr(self, k) for k in ("n_estimators", "random_state", "n_jobs")}
        return {**plain, **self.more}

    def set_params(self, **given):
        for key, value in given.items():
            if key in ("n_estimators", "random_state", "n_jobs"):
                setattr(self, key, value)
            else:
                self.more[key] = value
        return self

    def fit(self, x, y):
        if self.more.get("verbose") != -1:
            print("[LightGBM] [Info] noise")
        self.classes_ = np.unique(y)
        return self._fit(x, y)

    def predict(self, x, raw_score=False):
        assert raw_score
        return self._margins(x)


class FakeCat(FakeLGBM):
    """Lists no setting that was not given."""

    __module__ = "catboost.core"

    def __init__(self, **more):
        self.more = more

    def get_params(self, deep=True):
        return {**self.more}

    def set_params(self, **given):
        self.more.update(given)
        return self

    def fit(self, x, y):
        self.n_jobs, self.random_state = self.more["thread_count"], self.more["random_seed"]
        assert self.more["verbose"] is False and self.more["allow_writing_files"] is False
        self.classes_ = np.unique(y)
        return self._fit(x, y)

    def predict(self, x, prediction_type="Class"):
        assert prediction_type == "RawFormulaVal"
        return self._margins(x)


REAL = {
    "xgboost": ("XGBClassifier", {"n_estimators": 5, "subsample": 0.7}, {"output_margin": True}),
    "lightgbm": (
        "LGBMClassifier",
        {"n_estimators": 9, "subsample": 0.7, "subsample_freq": 1, "min_child_samples": 3},
        {"raw_score": True},
    ),
    "catboost": ("CatBoostClassifier", {"iterations": 5}, {"prediction_type": "RawFormulaVal"}),
}
FAKE = {"fake-xgboost": FakeXGB, "fake-lightgbm": FakeLGBM, "fake-catboost": FakeCat}
KINDS = [*FAKE, *REAL]


def made(kind, **more):
    if kind in FAKE:
        return FAKE[kind](**more)
    name, settings, _ = REAL[kind]
    return getattr(pytest.importorskip(kind), name)(**{**settings, **more})


def data(classes=3, records=120):
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    return Dataset(rng.normal(size=(records, 4)) + 2 * y[:, None], np.array(["no", "si", "ta"])[y])


def trained(model, dataset, seed=5, members=None):
    members = np.arange(len(dataset)) % 4 < 2 if members is None else members
    recipe = recipe_of(model)
    recipe.check(dataset)
    return next(iter(recipe.train(dataset, members[None], np.array([seed]))))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_the_margins_and_labels_may_be_words(kind, classes, capfd):
    dataset = data(classes)
    model = trained(made(kind), dataset, seed=4_000_000_000)
    assert capfd.readouterr() == ("", "")
    assert (model.logits.argmax(axis=1) == dataset.y).mean() > 0.8 and not model.rounded
    if kind in REAL:
        rows, same = np.arange(len(dataset)) % 4 < 2, made(kind)
        seed = {"catboost": "random_seed"}.get(kind, "random_state")
        quiet = {"xgboost": "verbosity", "lightgbm": "verbose", "catboost": "verbose"}[kind]
        off = {"lightgbm": -1}.get(kind, 0)
        same.set_params(**{seed: 4_000_000_000 % (2**31 - 1), quiet: off}).fit(dataset.x[rows], dataset.y[rows])
        z = np.asarray(same.predict(dataset.x, **REAL[kind][2]))
        z = np.stack([np.zeros_like(z), z], axis=1) if classes == 2 else z
        np.testing.assert_allclose(model.logits, z, atol=1e-5)
        np.testing.assert_allclose(np.exp(log_softmax(model.logits)), same.predict_proba(dataset.x), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_depends_on_its_seed(kind):
    dataset = data()
    a, b, c = (trained(made(kind), dataset, seed).logits for seed in (5, 5, 6))
    assert np.array_equal(a, b) and (not np.array_equal(a, c) or kind == "catboost")


@pytest.mark.parametrize("kind", KINDS)
def test_classes_that_training_lacks(kind):
    """The first of three: what is left is 1 and 2, which XGBoost would refuse."""
    dataset = data()
    model = trained(made(kind), dataset, members=dataset.y > 0)
    assert (model.logits[:, 0] < model.logits[:, 1:].min(axis=1) - 50).all()
    assert (model.logits.argmax(axis=1) == dataset.y)[dataset.y > 0].mean() > 0.8


def test_xgboost_that_was_told_of_more_classes():
    dataset = data()
    model = trained(made("xgboost", objective="multi:softprob", num_class=3), dataset, members=dataset.y > 0)
    assert (model.logits.argmax(axis=1) == dataset.y)[dataset.y > 0].mean() > 0.8


def test_margins_hold_where_float32_probabilities_have_rounded_to_one():
    """A stand-in that is very sure: its probabilities are 0 and 1, its margins are not infinite."""
    x = np.concatenate([np.full((20, 1), -1.0), np.full((20, 1), 1.0), [[400.0]]])
    dataset = Dataset(x, [0] * 20 + [1] * 21)
    model = trained(FakeXGB(), dataset, members=np.ones(41, dtype=bool))
    assert model.logits[40, 1] > 100 and not model.rounded


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_pipeline_and_in_a_search(kind):
    dataset = data()
    plain = trained(make_pipeline(StandardScaler(copy=False), made(kind)), dataset)
    again = trained(make_pipeline(StandardScaler(), made(kind)), dataset)
    np.testing.assert_array_equal(plain.logits, again.logits)
    if kind != "catboost":
        search = GridSearchCV(make_pipeline(StandardScaler(), made(kind)), {}, cv=2)
        np.testing.assert_allclose(trained(search, dataset).logits, plain.logits, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_with_words_and_gaps(kind):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"age [years]": rng.normal(40, 10, 80), "town": pd.Categorical(rng.choice(["Bonn", "Ulm"], 80))}
    )
    frame.loc[3, "age [years]"] = np.nan
    dataset = Dataset(frame, frame["town"].astype(str) == "Ulm")
    encoded = trained(made(kind), dataset)
    assert (encoded.logits.argmax(axis=1) == dataset.y).all()
    columns = make_column_transformer((OneHotEncoder(sparse_output=False), ["town"]))
    assert (trained(make_pipeline(columns, made(kind)), dataset).logits.argmax(axis=1) == dataset.y).all()


def test_settings_that_speak_of_columns_bring_the_frame_as_it_is():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"town": pd.Categorical(rng.choice(list("abcdef"), 80)), "size": rng.normal(size=80)})
    dataset = Dataset(frame, frame["town"].isin(list("ace")))
    model = trained(made("xgboost", enable_categorical=True, n_estimators=20), dataset)
    assert (model.logits.argmax(axis=1) == dataset.y).all()


@pytest.mark.parametrize(
    ("kind", "setting"), [("fake-xgboost", "early_stopping_rounds"), ("fake-lightgbm", "early_stopping_round")]
)
def test_early_stopping_is_refused_before_any_training(kind, setting):
    model = made(kind, **{setting: 5})
    for each in (model, make_pipeline(StandardScaler(), model)):
        with pytest.raises(InputError, match=f"{setting} needs an evaluation set, which an audit does not give"):
            recipe_of(each).check(data())


@pytest.mark.parametrize("kind", KINDS)
def test_identity_goes_by_settings_not_by_seed_and_threads(kind):
    size = "iterations" if "catboost" in kind else "n_estimators"
    recipe = recipe_of(made(kind))
    if "catboost" not in kind:
        assert recipe.identity() == recipe_of(made(kind, n_jobs=2, random_state=1)).identity()
    assert recipe.identity() == recipe_of(made(kind)).identity() != recipe_of(made(kind, **{size: 7})).identity()
    assert not {"n_jobs", "random_state", "thread_count"} & {*recipe.settings()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_fitted_one_is_trained_anew_and_told(kind):
    """XGBoost writes what it was fitted for into its own settings."""
    dataset, fitted = data(), made(kind)
    if kind in FAKE:
        fitted.set_params(**{"thread_count": 1, "random_seed": 1} if "catboost" in kind else {})
        fitted.set_params(**{"verbose": False, "allow_writing_files": False} if "catboost" in kind else {})
        fitted.n_jobs, fitted.random_state = 1, 1
    elif kind == "catboost":
        fitted.set_params(verbose=False, allow_writing_files=False)
    fitted.fit(dataset.x, dataset.y)
    assert any("is fitted already: each model is trained anew" in line for line in recipe_of(fitted).check(dataset))
    model = trained(fitted, dataset, members=dataset.y > 0)
    assert (model.logits.argmax(axis=1) == dataset.y)[dataset.y > 0].mean() > 0.8


@pytest.mark.parametrize("kind", ["xgboost", "lightgbm"])
def test_by_a_short_name(kind, monkeypatch):
    pytest.importorskip(kind)
    recipe = recipe_of(kind, {"n_estimators": 3})
    assert recipe.name == kind and recipe.settings()["n_estimators"] == 3
    again = {key: parse_value(str(value)) for key, value in recipe.settings().items()}  # as a report's command does
    assert recipe_of(kind, again).identity() == recipe.identity()
    assert next(iter(recipe.train(data(), np.ones((1, 120), dtype=bool), np.array([1])))).logits.shape == (120, 3)
    monkeypatch.setitem(sys.modules, kind, None)
    with pytest.raises(InputError, match=f"model '{kind}' needs {kind}: pip install {kind}, or --model gradient"):
        recipe_of(kind)


@pytest.mark.parametrize("kind", ["xgboost", "lightgbm"])
def test_an_audit_in_processes(kind, tmp_path):
    pytest.importorskip(kind)
    runs = [
        standout.audit(data(), model=kind, settings={"n_estimators": 3}, shadows=4, jobs=jobs, out=tmp_path / str(jobs))
        for jobs in (1, 2)
    ]
    files = [[f.read_bytes() for f in sorted((run.path / "shadows").glob("*.npz"))] for run in runs]
    assert len(files[0]) == 4 and files[0] == files[1]


def test_no_library_is_imported_for_an_estimator_of_another():
    code = "import sys, standout.recipes; print([m for m in ('xgboost', 'lightgbm', 'catboost') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
