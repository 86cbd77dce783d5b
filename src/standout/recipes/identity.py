"""What makes a recipe the same recipe: code with what it closes over, and settings, as JSON for the cache key.

Installed libraries count by name and version; the user's own functions, classes and modules count by their code.
"""

import functools
import hashlib
import sys
import sysconfig
import types
from pathlib import Path

import numpy as np
import pandas as pd


class UnidentifiableError(Exception):
    """Something in a recipe has no identity that could be compared later."""


def identify(thing, seen: tuple[int, ...] = ()) -> object:
    """JSON for any value that a recipe may hold; equal values give equal JSON, other code gives other JSON."""
    if thing is None or isinstance(thing, (bool, int, str)):
        return thing
    if isinstance(thing, (float, complex, np.generic, bytes, range, slice, Path, np.dtype)) or thing is Ellipsis:
        return f"{type(thing).__name__}:{thing!r}"
    if id(thing) in seen:
        return "recursion"
    inside = (*seen, id(thing))
    if isinstance(thing, np.ndarray):
        if thing.dtype.hasobject:
            return ["array", thing.shape, [identify(v, inside) for v in thing.ravel()]]
        return ["array", thing.dtype.str, thing.shape, _sha(np.ascontiguousarray(thing).tobytes())]
    if isinstance(thing, (pd.DataFrame, pd.Series, pd.Index)):
        return ["pandas", _sha(pd.util.hash_pandas_object(thing).to_numpy().tobytes())]
    if isinstance(thing, (list, tuple)):
        return [type(thing).__name__, *(identify(v, inside) for v in thing)]
    if isinstance(thing, (set, frozenset)):
        return ["set", *sorted(str(identify(v, inside)) for v in thing)]
    if isinstance(thing, dict):
        return ["dict", *([identify(k, inside), identify(v, inside)] for k, v in thing.items())]
    if isinstance(thing, functools.partial):
        return ["partial", identify(thing.func, inside), identify(thing.args, inside), identify(thing.keywords, inside)]
    if isinstance(thing, types.ModuleType):
        return _module(thing)
    if isinstance(thing, (staticmethod, classmethod)):
        return identify(thing.__func__, seen)
    if isinstance(thing, property):
        return ["property", identify(thing.fget, inside)]
    if isinstance(thing, types.MethodType):
        return ["method", identify(thing.__self__, inside), identify(thing.__func__, inside)]
    if isinstance(thing, types.FunctionType):
        return _installed(thing) or _function(thing, inside)
    if isinstance(thing, (types.BuiltinFunctionType, np.ufunc)):
        return ["builtin", getattr(thing, "__module__", None), getattr(thing, "__qualname__", thing.__name__)]
    if isinstance(thing, type):
        return _installed(thing) or _class(thing, inside)
    if isinstance(thing, np.random.RandomState):
        return ["random", identify(thing.get_state(legacy=False), inside)]
    if isinstance(thing, np.random.Generator):
        return ["random", identify(thing.bit_generator.state, inside)]
    if hasattr(thing, "get_params") and not isinstance(thing, type):
        return ["estimator", identify(type(thing), inside), identify(thing.get_params(deep=False), inside)]
    if hasattr(thing, "__dict__") and not _installed(type(thing)):
        return ["object", identify(type(thing), inside), identify(vars(thing), inside)]
    raise UnidentifiableError(f"a {type(thing).__module__}.{type(thing).__qualname__}")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@functools.lru_cache(maxsize=1)
def _library_folders() -> tuple[str, ...]:
    return tuple({sysconfig.get_path(p) for p in ("stdlib", "platstdlib", "purelib", "platlib")})


def _file_of(module) -> str | None:
    return getattr(module, "__file__", None)


def _is_library(module) -> bool:
    file = _file_of(module)
    if file is None:
        return getattr(module, "__name__", "") != "__main__"
    return file.startswith(_library_folders()) or module.__name__.partition(".")[0] == "standout"


def _module(module) -> list[str]:
    if _is_library(module):
        top = sys.modules.get(module.__name__.partition(".")[0], module)
        return ["module", module.__name__, str(getattr(top, "__version__", ""))]
    return ["module", module.__name__, _sha(Path(module.__file__).read_bytes())]


def _installed(thing) -> object | None:
    """Name and version, where a function or class comes from a library; else None."""
    module = sys.modules.get(getattr(thing, "__module__", None) or "")
    if module is None or not _is_library(module) or "<locals>" in thing.__qualname__:
        return None
    return ["library", *_module(module)[1:], thing.__qualname__]


def _function(function: types.FunctionType, seen) -> object:
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append(identify(cell.cell_contents, seen))
        except ValueError:  # a cell not yet filled
            cells.append("empty")
    names = sorted(set(_names(function.__code__)) & set(function.__globals__))
    return [
        "function",
        _code(function.__code__, seen),
        cells,
        identify(function.__defaults__, seen),
        identify(function.__kwdefaults__, seen),
        [[name, identify(function.__globals__[name], seen)] for name in names],
    ]


def _code(code: types.CodeType, seen) -> object:
    constants = [_code(c, seen) if isinstance(c, types.CodeType) else identify(c, seen) for c in code.co_consts]
    return [_sha(code.co_code), constants, list(code.co_names), list(code.co_varnames), list(code.co_freevars)]


def _names(code: types.CodeType) -> list[str]:
    inner = [n for c in code.co_consts if isinstance(c, types.CodeType) for n in _names(c)]
    return [*code.co_names, *inner]


SKIP = frozenset({"__module__", "__qualname__", "__dict__", "__weakref__", "__doc__", "__firstlineno__",
                  "__static_attributes__", "__annotations__", "__abstractmethods__", "_abc_impl"})  # fmt: skip


def _class(cls: type, seen) -> object:
    members = [
        [name, identify(value, seen)]
        for name, value in sorted(vars(cls).items())
        if name not in SKIP and not isinstance(value, types.GetSetDescriptorType | types.MemberDescriptorType)
    ]
    return ["class", cls.__qualname__, [identify(base, seen) for base in cls.__bases__], members]
