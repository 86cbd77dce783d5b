"""`path.py:name` as SOURCE."""

import numpy as np
import pytest

import standout
from standout.data.source import load_again
from standout.errors import InputError

CODE = """
from dataclasses import dataclass
import numpy as np
import standout

X, Y = np.arange(24.0).reshape(12, 2), np.arange(12) % 3
pair = (X, Y)
named = (X, Y, [f"r{i}" for i in range(12)], np.arange(12) // 2)
dataset = standout.Dataset(X, Y, name="mine")
unnamed = standout.Dataset(X, Y)

def make():
    return standout.Dataset(X, Y)

def give(x=X):
    return x, Y

@dataclass
class Maker:
    def __call__(self):
        return X, Y

def needs(path): ...
def fails(): raise RuntimeError("no\\nway")
def leaves(): raise SystemExit(3)
def nothing(): ...
def bad(): return X, Y[:-1]
number = 3
"""


@pytest.fixture
def code(tmp_path):
    path = tmp_path / "my_data.py"
    path.write_text(CODE)
    return path


@pytest.mark.parametrize("name", ["pair", "named", "dataset", "unnamed", "make", "give", "Maker"])
def test_what_may_be_named(code, name):
    spec = f"{code}:{name}"
    d = standout.load(spec)
    assert np.array_equal(d.x, np.arange(24.0).reshape(12, 2))
    assert d.y.tolist() == [0, 1, 2] * 4
    assert d.name == ("mine" if name == "dataset" else "my_data")
    assert (d.ids[3], d.groups is not None) == (("r3", True) if name == "named" else ("3", False))
    assert d.origin == (spec,)
    assert load_again(d.origin).digest() == d.digest()
    moved = code.rename(code.with_name("moved.py"))
    with pytest.raises(InputError, match=r"no more at '.*/my_data\.py'"):
        load_again(d.origin)
    assert load_again(d.origin, f"{moved}:{name}").digest() == d.digest()


REFUSED = {
    ":needs": "called without arguments, fails: TypeError",
    ":fails": "fails: RuntimeError: no way",
    ":leaves": "fails: SystemExit",
    ":nothing": "is of type NoneType; name a standout.Dataset",
    ":number": "is of type int",
    ":bad": "y has 11 entries for 12 rows",
    ":mak": "has no 'mak'; did you mean 'make'",
    ":": "which name in",
    "": "which name in",
}


@pytest.mark.parametrize(("end", "words"), REFUSED.items(), ids=REFUSED)
def test_refused(code, end, words):
    with pytest.raises(InputError, match=words) as error:
        standout.load(f"{code}{end}")
    assert "\n" not in str(error.value)


def test_files_that_are_missing_or_do_not_run(tmp_path):
    for text, words in (("1 +", "cannot be run: SyntaxError"), ("import nowhere", "cannot be run: ModuleNotFound")):
        (tmp_path / "a.py").write_text(text)
        with pytest.raises(InputError, match=words):
            standout.load(f"{tmp_path / 'a.py'}:d")
    with pytest.raises(InputError, match=r"no file '.*none\.py' for source"):
        standout.load(f"{tmp_path / 'none.py'}:d")
