"""The identity of a recipe: equal for equal code and settings, other for any change that could matter."""

import functools
import json
import threading

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from standout.recipes.identity import UnidentifiableError, identify

FACTOR = 2


def helper(x):
    return x * FACTOR


def user(x):
    return helper(x) + np.sum(x)


def same(a, b):
    return json.dumps(identify(a)) == json.dumps(identify(b))


def closure(value):
    def inner(x):
        return x + value

    return inner


class Base:
    def step(self):
        return 1


def make_class(value):
    class Model(Base):
        def fit(self):
            return value

    return Model


def test_equal_things_are_equal():
    assert same(closure(1), closure(1))
    assert same(
        make_pipeline(StandardScaler(), LogisticRegression()), make_pipeline(StandardScaler(), LogisticRegression())
    )
    assert same(np.arange(3), np.arange(3)) and same({"a": (1, 2.0)}, {"a": (1, 2.0)})
    assert same(make_class(1)(), make_class(1)())
    assert same(functools.partial(user, 1), functools.partial(user, 1))
    assert same(np.random.RandomState(3), np.random.RandomState(3))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (closure(1), closure(2)),
        (closure(np.arange(3)), closure(np.arange(4))),
        (LogisticRegression(), LogisticRegression(C=2)),
        (LogisticRegression(), RandomForestClassifier()),
        (make_class(1)(), make_class(2)()),
        (functools.partial(user, 1), functools.partial(user, 2)),
        (lambda x: x + 1, lambda x: x + 2),
        (lambda x: x.min(), lambda x: x.max()),
        (1, 1.0),
        (True, 1),
        ([1, 2], (1, 2)),
        (make_pipeline(FunctionTransformer(closure(1))), make_pipeline(FunctionTransformer(closure(2)))),
        (np.zeros(2, np.float32), np.zeros(2, np.float64)),
    ],
)
def test_what_differs_is_told_apart(a, b):
    assert not same(a, b)


def test_globals_that_a_function_reaches_count(monkeypatch):
    before = identify(user)
    monkeypatch.setitem(globals(), "FACTOR", 3)
    assert identify(user) != before


def test_comments_and_line_numbers_do_not_count():
    code = "def f(x):\n    return x + 1\n"
    one, two = {}, {}
    exec(code, one)
    exec("\n\n# a remark\n" + code.replace("return", "# why\n    return"), two)
    assert same(one["f"], two["f"])


def test_recursion_ends():
    def loop(n):
        return loop(n - 1) if n else 0

    assert identify(loop) == identify(loop)


@pytest.mark.parametrize("thing", [threading.Lock(), (i for i in range(3)), closure(threading.Lock()), open(__file__)])  # noqa: SIM115
def test_what_has_no_identity_is_refused(thing):
    with pytest.raises(UnidentifiableError):
        identify(thing)
