"""The identity of a recipe: equal for equal code and settings, other for any change that could matter."""

import collections
import copy
import dataclasses
import decimal
import enum
import functools
import json
import logging
import pickle
import re
import subprocess
import sys
import threading
import types
import typing

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.metaestimators import available_if

from standout.recipes import recipe_of
from standout.recipes.identity import UnidentifiableError, identify

LOG = logging.getLogger(__name__)
Point = collections.namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


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


class Skewed(ClassifierMixin, BaseEstimator):
    """As users write them: with a descriptor from a mixin, cached members, patterns, enums and a logger at hand."""

    pattern = re.compile("a+")
    levels: typing.ClassVar = [Colour.RED]

    def __init__(self, skew=1.0):
        self.skew = skew

    @functools.cached_property
    def table(self):
        return {}

    @functools.lru_cache  # noqa: B019
    def rows(self):
        return 3

    @available_if(lambda self: True)
    def fit(self, x, y, sample_weight=None):
        LOG.info("fit")
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, x):
        return np.full((len(x), 2), 0.5)


class Forest(RandomForestClassifier):
    pass


@dataclasses.dataclass(frozen=True)
class Settings:
    rate: float = 0.1
    names: list[str] = dataclasses.field(default_factory=list, metadata={"help": "names"})


@functools.lru_cache
def cached(x):
    return x * FACTOR


@functools.singledispatch
def many(x):
    return x


USERS = {
    "estimator": Skewed(2.0),
    "empty subclass": Forest(7),
    "library estimator": HistGradientBoostingClassifier(),
    "fitted": RandomForestClassifier(2, random_state=0).fit([[0], [1]], [0, 1]),
    "dataclass": Settings(names=["a"]),
    "lru_cache": cached,
    "singledispatch": many,
    "pattern": re.compile("x", re.I),
    "logger": logging.getLogger("a.b"),
    "enum": Colour.RED,
    "named tuple": Point(1, 2.0),
    "splitter": StratifiedKFold(3),
    "kernel": RBF(2.0),
    "scorer": make_scorer(helper),
    "frame": pd.DataFrame({"a": [1, 2], "b": pd.Categorical(["u", "v"]), "c": pd.date_range("2020", periods=2)}),
    "time": pd.Timestamp("2020"),
    "ordered": collections.OrderedDict(a=1),
    "default": collections.defaultdict(list, a=[1]),
    "annotation": list[int] | None,
    "bound": {"a": 1}.get,
    "global random": np.random.normal,
    "random": np.random.default_rng(1),
    "decimal": decimal.Decimal("1.5"),
}


@pytest.mark.parametrize("thing", USERS.values(), ids=USERS)
def test_what_users_write_has_an_identity_that_a_copy_shares(thing):
    assert same(thing, thing)
    if not isinstance(thing, (type(cached), logging.Logger, types.MethodType, type({}.get))):
        assert same(thing, copy.deepcopy(thing))
    np.random.normal()
    many(1)
    pickle.dumps(Settings())
    assert same(thing, thing)


def test_estimators_of_users_go_through_the_recipe():
    first, second = recipe_of(Skewed(1.0)).identity(), recipe_of(Skewed(2.0)).identity()
    assert json.dumps(first) != json.dumps(second)
    assert json.dumps(first) == json.dumps(recipe_of(Skewed(1.0)).identity())
    assert not same(Forest(), RandomForestClassifier())


class Counter(dict):
    step = 1


def subclass(base, name="Own", **members):
    return type(name, (base,), members)


def slotted(value):
    class Lower:
        __slots__ = ("rate",)

    class Upper(Lower):
        __slots__ = ()

    thing = Upper()
    thing.rate = value
    return thing


def tuned(rate):
    def fit(x):
        return x * fit.rate

    fit.rate = rate
    return fit


def with_setter(value):
    def getter(self):
        return 1

    def setter(self, given):
        self.kept = given * value

    return property(getter, setter)


def with_attribute(thing, value):
    thing.extra = value
    return thing


def masked(mask):
    return np.ma.masked_array([1.0, 2.0], mask)


@functools.wraps(np.sum)
def named_as_numpys(x):
    return x + 1


TOLD_APART = {
    "function attribute": (tuned(1), tuned(2)),
    "slot of a base": (slotted(1), slotted(2)),
    "setter": (with_setter(1), with_setter(2)),
    "mask": (masked([False, True]), masked([True, False])),
    "columns": (pd.DataFrame({"a": [1], "b": [1]}), pd.DataFrame({"a": [1], "c": [1]})),
    "order of columns": (pd.DataFrame({"a": [1], "b": [1]}), pd.DataFrame({"b": [1], "a": [1]})),
    "dtype of a column": (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})),
    "objects": (pd.Series([1, "b"]), pd.Series(["1", "b"], dtype=object)),
    "dict attribute": (with_attribute(Counter(a=1), 1), with_attribute(Counter(a=1), 2)),
    "dict content": (Counter(a=1), Counter(a=2)),
    "dict method": (subclass(dict, get=lambda s, k: 1)(a=1), subclass(dict, get=lambda s, k: 2)(a=1)),
    "float method": (subclass(float, scale=lambda s: 1)(3.0), subclass(float, scale=lambda s: 2)(3.0)),
    "float value": (subclass(float)(3.0), subclass(float)(4.0)),
    "int and its subclass": (3, subclass(int)(3)),
    "int attribute": (with_attribute(subclass(int)(3), 1), with_attribute(subclass(int)(3), 2)),
    "list content": (subclass(list)([1]), subclass(list)([2])),
    "str": (subclass(str, low=lambda s: 1)("a"), subclass(str, low=lambda s: 2)("a")),
    "library's default": (collections.defaultdict(list), collections.defaultdict(set)),
    "bound to another dict": ({"a": 1}.get, {"a": 2}.get),
    "named as a library's": (named_as_numpys, np.sum),
    "fitted": (StandardScaler().fit([[0.0], [1.0]]), StandardScaler().fit([[0.0], [2.0]])),
    "keyword only": (lambda a, b: a, lambda a, *, b: a),
    "cached": (functools.lru_cache(closure(1)), functools.lru_cache(closure(2))),
    "array subclass": (np.zeros(2).view(subclass(np.ndarray)), np.ones(2).view(subclass(np.ndarray))),
    "generators": (np.random.default_rng(1).normal, np.random.default_rng(2).normal),
}


@pytest.mark.parametrize(("a", "b"), TOLD_APART.values(), ids=TOLD_APART)
def test_state_and_members_count(a, b):
    assert not same(a, b)
    assert same(a, a)


def test_the_order_of_a_dict_does_not_count():
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})


def files(folder, **sources):
    for name, text in sources.items():
        path = folder / (name.replace("__", "/", 1) + ".py" if not name.startswith("__") else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


TELL = """
import json, os, sys
from standout.recipes.identity import identify
before = {*sys.modules}
for folder in sys.argv[2:]:
    os.chdir(folder)
    exec(sys.argv[1], {"identify": identify})
    for name in {*sys.modules} - before:
        del sys.modules[name]
"""


def told(*folders, main="import model; print(json.dumps(identify(model.fit)))"):
    """Identity in each folder, in a process of its own, as a later run would find it: one process for all folders,
    which forgets the modules of one before the next, since to start it takes longer than to tell."""
    words = [sys.executable, "-c", TELL, f"import json, os, sys; {main}", *map(str, folders)]
    done = subprocess.run(words, text=True, capture_output=True, timeout=60)
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


MODULES = {
    "import in a function": (
        {"model": "def fit(x):\n import helper\n return helper.f(x)", "helper": "def f(x): return 1"},
        {"helper": "def f(x): return 2"},
    ),
    "from import in a function": (
        {"model": "def fit(x):\n from pk import a\n return a.f(x)", "pk__a": "def f(x): return 1"},
        {"pk__a": "def f(x): return 2"},
    ),
    "submodule by attribute": (
        {"model": "import pk.layers\ndef fit(x): return pk.layers.W * x", "pk__layers": "W = 1"},
        {"pk__layers": "W = 2"},
    ),
    "module of a module": (
        {
            "model": "import helper\ndef fit(x): return helper.f(x)",
            "helper": "from other import g\ndef f(x): return g(x)",
            "other": "def g(x): return 1",
        },
        {"other": "def g(x): return 2"},
    ),
    "value of a module of a module": (
        {
            "model": "import helper\ndef fit(x): return getattr(helper, 'W')",
            "helper": "from other import W",
            "other": "W = 1",
        },
        {"other": "W = 2"},
    ),
    "modules that import each other": (
        {"model": "import helper\ndef fit(x): return helper.model.helper.W", "helper": "import model\nW = 1"},
        {"helper": "import model\nW = 2"},
    ),
    "value set by the surroundings": (
        {
            "model": "import helper\ndef fit(x): return helper.W",
            "helper": "from pathlib import Path\nW = Path('w.txt.py').read_text()",
            "w.txt": "1",
        },
        {"w.txt": "2"},
    ),
}


@pytest.fixture(scope="module")
def told_thrice(tmp_path_factory):
    """{name in MODULES: its identity in a first process, in a second, and in a third after the change}."""
    places = {name: tmp_path_factory.mktemp("modules") for name in MODULES}
    for name, (before, _) in MODULES.items():
        files(places[name], **before)
    found = [told(*places.values()), told(*places.values())]
    for name, (_, after) in MODULES.items():
        files(places[name], **{file: text + "\n# another length" for file, text in after.items()})
    return dict(zip(MODULES, zip(*found, told(*places.values()), strict=True), strict=True))


@pytest.mark.parametrize("name", MODULES)
def test_the_users_modules_count_however_they_are_reached(told_thrice, name):
    first, again, changed = told_thrice[name]
    assert first == again != changed


def test_a_library_counts_by_version_wherever_it_is_installed(tmp_path):
    places = [tmp_path / "lib/site-packages", tmp_path / "target"]
    for folder in places:
        files(folder, lib="import threading\nLOCK = threading.Lock()\ndef f(x): return LOCK")
        record = folder / "lib-1.2.dist-info"
        record.mkdir()
        (record / "RECORD").write_text("lib.py,,\n")
        (record / "METADATA").write_text("Metadata-Version: 2.1\nName: lib\nVersion: 1.2\n")
    main = (
        "import sys, os; sys.path.append(os.getcwd()); import lib; print(json.dumps(identify(lib.f))); sys.path.pop()"
    )
    assert [json.loads(told(place, main=main)[0]) for place in places] == [["library", "lib", "lib 1.2", "f"]] * 2


def test_tensors_count_by_content():
    torch = pytest.importorskip("torch")
    assert same(torch.zeros(3), torch.zeros(3)) and not same(torch.zeros(3), torch.ones(3))
    torch.manual_seed(0)
    a, b = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    assert same(a, copy.deepcopy(a)) and not same(a, b)
