"""What makes a recipe the same recipe: code with what it closes over, and settings, as JSON for the cache key.

Installed libraries count by name and version; the user's own functions, classes and modules count by their code
(`recipes.code`). Built-in types are matched exactly: a subclass may carry attributes and methods of its own.
"""

import copyreg
import enum
import functools
import hashlib
import json
import sys
import types
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from standout.recipes.code import class_identity, function_identity, installed, module_identity, of_a_module


class UnidentifiableError(Exception):
    """Something in a recipe has no identity that could be compared later."""


class Walk:
    """What one identification has met: `inside` the things that it stands in, `done` the code it has finished."""

    def __init__(self):
        self.inside: list[int] = []
        self.done: dict[object, tuple[object, object]] = {}  # holds the thing too, or its id would be used again

    def __call__(self, thing) -> object:
        return _identify(thing, self)

    def once(self, thing, names: tuple[str, ...], find) -> object:
        """find() as a short digest, the first time only: code is reached from many places, often from itself."""
        place = (id(thing), names)
        if place not in self.done:
            self.done[place] = (thing, "recursion")  # two modules may import each other
            self.done[place] = (thing, sha(find()))
        return self.done[place][1]


def identify(thing) -> object:
    """JSON for any value that a recipe may hold; equal values give equal JSON, other code gives other JSON."""
    try:
        return Walk()(thing)
    except RecursionError:
        raise UnidentifiableError(f"a {type(thing).__qualname__} that is nested too deeply") from None


def sha(identity: object) -> str:
    """Digest of an identity."""
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


PLAIN = (type(None), bool, int, str)
WRITTEN = (float, complex, bytes, range, type(Ellipsis), type(NotImplemented))
"""Exactly these types are told by their repr."""
DESCRIPTORS = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
WEAK = (weakref.WeakKeyDictionary, weakref.WeakValueDictionary, weakref.WeakSet)
"""Caches: they never keep what a model needs."""


CONTENT = {
    int: int.__int__,
    float: float.__float__,
    complex: lambda v: complex(v.real, v.imag),
    str: str.__str__,
    bytes: lambda v: bytes(memoryview(v)),
    dict: lambda v: [*dict.items(v)],
    list: lambda v: [*list.__iter__(v)],
    tuple: lambda v: [*tuple.__iter__(v)],
    set: lambda v: {*set.__iter__(v)},
    frozenset: lambda v: {*frozenset.__iter__(v)},
}
"""What an object of a subclass holds as a built-in, whatever methods its class puts in front of it."""
PICKLING = ("__reduce__", "__reduce_ex__", "__getstate__")


def _identify(thing: Any, walk: Walk) -> object:
    kind = type(thing)
    if kind in PLAIN:
        return thing
    if kind in WRITTEN or isinstance(thing, (np.dtype, Path)):
        return f"{kind.__name__}:{thing!r}"
    if id(thing) in walk.inside:
        return ["recursion", len(walk.inside) - walk.inside.index(id(thing))]
    walk.inside.append(id(thing))
    try:
        for part in (_container, _array, _table, _code, _wrapper):
            found = part(thing, walk)
            if found is not None:
                return found
        return _object(thing, walk)
    finally:
        walk.inside.pop()


def _container(thing: Any, walk: Walk) -> object:
    kind = type(thing)
    if kind in (list, tuple):
        return [kind.__name__, *(walk(v) for v in thing)]
    if kind in (set, frozenset):
        return [kind.__name__, *sorted((walk(v) for v in thing), key=json.dumps)]
    if kind in (dict, types.MappingProxyType):  # by key, not in order: settings may be given in any
        return ["dict", *sorted(([walk(k), walk(v)] for k, v in thing.items()), key=json.dumps)]
    if kind is slice:
        return ["slice", walk(thing.start), walk(thing.stop), walk(thing.step)]
    return None


def _array(thing: Any, walk: Walk) -> object:
    if isinstance(thing, np.generic) and installed(type(thing)):
        return ["scalar", type(thing).__name__, repr(thing)] if thing.dtype.names is None else walk(np.array(thing))
    if isinstance(thing, np.ndarray) and installed(type(thing)):
        more = (
            [_content(np.ma.getmaskarray(thing), walk), walk(thing.fill_value)]
            if isinstance(thing, np.ma.MaskedArray)
            else []
        )
        return ["array", type(thing).__name__, _content(np.asarray(thing), walk), *more]
    if isinstance(thing, np.random.RandomState) and installed(type(thing)):
        return ["random", walk(thing.get_state(legacy=False))]
    if isinstance(thing, np.random.Generator) and installed(type(thing)):
        return ["random", walk(thing.bit_generator.state)]
    return None


def _table(thing: Any, walk: Walk) -> object:
    if type(thing) is pd.DataFrame:
        columns = [_column(thing.iloc[:, place], walk) for place in range(thing.shape[1])]
        return ["frame", walk(thing.columns), walk(thing.index), columns]
    if type(thing) is pd.Series:
        return ["series", walk(thing.name), walk(thing.index), _column(thing, walk)]
    if isinstance(thing, pd.Index) and installed(type(thing)):
        return ["index", walk(list(thing.names)), _column(thing, walk)]
    return None


def _content(array: np.ndarray, walk: Walk) -> object:
    if array.dtype.names:  # field by field: bytes between the fields may be anything
        return [array.dtype.str, [[name, _content(array[name], walk)] for name in array.dtype.names]]
    if array.dtype.hasobject:
        return [list(array.shape), sha([walk(v) for v in array.ravel()])]
    return [array.dtype.str, list(array.shape), hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()]


def _column(values: Any, walk: Walk) -> object:
    dtype = values.dtype
    levels = [walk(dtype.categories), dtype.ordered] if isinstance(dtype, pd.CategoricalDtype) else None
    plain = isinstance(dtype, np.dtype) and not dtype.hasobject
    return [str(dtype), levels, _content(values.to_numpy() if plain else values.to_numpy(dtype=object), walk)]


def _code(thing: Any, walk: Walk) -> object:
    if isinstance(thing, types.ModuleType):
        return module_identity(thing, (), walk)
    if isinstance(thing, types.FunctionType):
        return installed(thing) or ["function", walk.once(thing, (), lambda: function_identity(thing, walk))]
    if isinstance(thing, type):
        return installed(thing) or ["class", walk.once(thing, (), lambda: class_identity(thing, walk))]
    if isinstance(thing, types.CodeType):
        return ["code", function_identity(types.FunctionType(thing, {}, closure=_cells(thing)), walk)]
    return None


def _cells(code: types.CodeType) -> tuple:
    return tuple(types.CellType() for _ in code.co_freevars)


def _wrapper(thing: Any, walk: Walk) -> object:
    """What wraps or binds a function, and code that is not Python's."""
    kind = type(thing)
    if isinstance(thing, functools.partial):
        return ["partial", walk(kind), walk(thing.func), walk(thing.args), walk(thing.keywords), walk(vars(thing))]
    if isinstance(thing, (staticmethod, classmethod)):
        return [kind.__name__, walk(thing.__func__)]
    if isinstance(thing, property):
        return ["property", walk(kind), walk(thing.fget), walk(thing.fset), walk(thing.fdel)]
    if isinstance(thing, functools.cached_property):  # holds a lock in some versions of Python
        return ["cached_property", walk(kind), walk(thing.func)]
    if isinstance(thing, functools._lru_cache_wrapper):
        return ["lru_cache", walk(thing.cache_parameters()), walk(thing.__wrapped__)]
    if isinstance(thing, types.MethodType):
        return of_a_module(thing) or ["method", walk(thing.__self__), walk(thing.__func__)]
    if isinstance(thing, (types.BuiltinFunctionType, types.MethodWrapperType)):
        owner = getattr(thing, "__self__", None)
        if owner is None or isinstance(owner, types.ModuleType):
            return ["builtin", getattr(thing, "__module__", None), thing.__qualname__]
        return of_a_module(thing) or ["builtin method", walk(owner), thing.__name__]
    if isinstance(thing, np.ufunc):
        return ["ufunc", thing.__name__] if getattr(np, thing.__name__, None) is thing else _reduced(thing, walk)
    if isinstance(thing, DESCRIPTORS):
        return ["descriptor", walk(thing.__objclass__), thing.__name__]
    if isinstance(thing, enum.Enum):
        return ["enum", walk(kind), thing.name, walk(thing.value)]
    if isinstance(thing, WEAK):
        return ["weak", kind.__name__]
    return None


def _object(thing: Any, walk: Walk) -> object:
    kind = type(thing)
    if _is_tensor(thing):
        return ["tensor", str(thing.dtype), list(thing.shape), thing.requires_grad, _tensor_bytes(thing)]
    own = _attributes(thing)
    params = _params(thing)
    if params is not None:  # set_params may hide a setting from vars; what was fitted or added stands there alone
        rest = {name: value for name, value in own.items() if name not in params}
        return ["estimator", walk(kind), walk(params), _rest(thing, rest, walk)]
    if installed(kind):
        return ["object", walk(kind), _reduced(thing, walk)]
    content = next((walk(read(thing)) for plain, read in CONTENT.items() if isinstance(thing, plain)), None)
    return ["object", walk(kind), walk(own), content if content is not None else _base(thing, walk)]


def _rest(thing: Any, rest: dict, walk: Walk) -> object:
    try:
        return walk(rest)
    except UnidentifiableError:  # code that is not Python's, for which the estimator's class may know a way
        if not installed(type(thing)) or type(thing).__getstate__ is object.__getstate__:
            raise
        return _reduced(thing, walk)


def _is_tensor(thing) -> bool:
    return any(c.__module__ == "torch" and c.__name__ == "Tensor" for c in type(thing).__mro__)


def _tensor_bytes(tensor) -> str:
    whole = tensor.detach().cpu().contiguous().reshape(-1)
    return hashlib.sha256(whole.view(sys.modules["torch"].uint8).numpy().tobytes()).hexdigest()


def _attributes(thing) -> dict:
    """Attributes of an object, those in slots of any of its classes too."""
    found = dict(getattr(thing, "__dict__", {}))
    for cls in type(thing).__mro__:
        for name, member in vars(cls).items():
            if isinstance(member, types.MemberDescriptorType):
                try:
                    found[f"{cls.__name__}.{name}"] = member.__get__(thing)
                except AttributeError:  # a slot not filled
                    continue
    return found


def _params(thing) -> dict | None:
    if not hasattr(thing, "get_params"):
        return None
    try:
        params = thing.get_params(deep=False)
    except (TypeError, AttributeError):  # something else of that name
        return None
    return params if isinstance(params, dict) else None


def _base(thing: Any, walk: Walk) -> object:
    """What a library's class beneath the user's keeps outside of attributes, as an array or a generator does."""
    kind = type(thing)
    makers = [next(c for c in kind.__mro__ if name in vars(c)) for name in PICKLING]
    if any(not installed(c) for c in makers):  # the user's own way to pickle may leave out what matters
        return None
    if all(c is object for c in makers):
        return _reduced(thing, walk, state=False)  # the attributes are known already
    return _reduced(thing, walk)


def _reduced(thing: Any, walk: Walk, state: bool = True) -> object:
    """A library's object by what pickle would keep of it, which is what makes it anew."""
    kind = type(thing)
    try:
        reduce = copyreg.dispatch_table.get(kind)
        parts: Any = reduce(thing) if reduce else thing.__reduce_ex__(4)
        if isinstance(parts, str):
            return ["global", str(getattr(thing, "__module__", kind.__module__)), parts]
        maker, arguments, kept, items, pairs = (*parts, None, None, None)[:5]
        items, pairs = list(items or ()), [list(pair) for pair in pairs or ()]
    except Exception as e:  # what cannot be pickled says so by any exception
        raise UnidentifiableError(f"a {kind.__module__}.{kind.__qualname__}") from e
    return [walk(maker), walk(arguments), walk(kept) if state else None, walk(items), walk(pairs)]
