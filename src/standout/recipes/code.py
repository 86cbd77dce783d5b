"""The identity of functions, classes and modules: a library's by name and version, the user's own by their code."""

import ast
import dis
import hashlib
import importlib
import importlib.util
import random
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from standout.recipes.libraries import is_library, is_library_name, version

LOCAL = "<locals>"
SKIP = frozenset({
    "__module__", "__qualname__", "__dict__", "__weakref__", "__doc__", "__firstlineno__", "__static_attributes__",
    "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__conditional_annotations__",
    "__abstractmethods__", "_abc_impl", "__slotnames__", "__orig_bases__", "__parameters__",
})  # fmt: skip
"""Class members that say nothing of what a class does; `__slotnames__` appears once an object has been pickled."""


def installed(thing) -> object | None:
    """Name and version of a library's function or class; None for the user's own, and for what a library makes of it:
    a decorated function carries the library's code, or the library's name."""
    if isinstance(thing, types.FunctionType):
        module = sys.modules.get(thing.__globals__.get("__name__") or "")
        if module is None or vars(module) is not thing.__globals__ or LOCAL in thing.__code__.co_qualname:
            return None
    else:
        module = sys.modules.get(getattr(thing, "__module__", None) or "")
        if module is None or LOCAL in thing.__qualname__ or _reach(module, thing.__qualname__, thing) is not thing:
            return None
    return _library(module, thing.__qualname__) if is_library(module) else None


def _library(module, *more: str) -> object:
    return ["library", module.__name__, version(module.__name__), *more]


def _reach(module, qualname: str, default):
    for name in qualname.split("."):
        module = getattr(module, name, None)
        if module is None:
            return default
    return module


def of_a_module(thing) -> object | None:
    """A bound method that a library offers as a function, such as numpy.random.normal: by name, whatever its state."""
    for module in (random, np.random, sys.modules.get(getattr(thing, "__module__", None) or "")):
        if module is not None and getattr(module, thing.__name__, None) is thing and is_library(module):
            return _library(module, thing.__name__)
    return None


def function_identity(function: types.FunctionType, walk: Callable) -> object:
    """Code, what it closes over, defaults, attributes, and the globals and imported modules that its code names."""
    code = function.__code__
    names = tuple(sorted(set(_names(code))))
    parts = [
        _code(code, walk),
        [_cell(cell, names, walk) for cell in function.__closure__ or ()],
        walk(function.__defaults__),
        walk(function.__kwdefaults__),
        walk(vars(function)),
    ]
    module = sys.modules.get(function.__globals__.get("__name__") or "")
    if module is not None and vars(module) is function.__globals__ and is_library(module):
        return [*parts, _library(module)]  # made by a library around the user's: the rest is the library's
    there = [name for name in names if name in function.__globals__]
    reached = [[name, _reached(function.__globals__[name], names, walk)] for name in there]
    return [*parts, reached, [_imported(name, names, walk) for name in sorted(_imports(code, function.__globals__))]]


def _cell(cell, names: tuple[str, ...], walk: Callable) -> object:
    try:
        return _reached(cell.cell_contents, names, walk)
    except ValueError:  # not yet filled
        return "empty"


def _reached(thing, names: tuple[str, ...], walk: Callable) -> object:
    return module_identity(thing, names, walk) if isinstance(thing, types.ModuleType) else walk(thing)


def _code(code: types.CodeType, walk: Callable) -> object:
    constants = [_code(c, walk) if isinstance(c, types.CodeType) else walk(c) for c in code.co_consts]
    counts = [code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags]
    words = [list(w) for w in (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)]
    return [hashlib.sha256(code.co_code + code.co_exceptiontable).hexdigest(), constants, counts, words]


def _names(code: types.CodeType) -> list[str]:
    inner = [n for c in code.co_consts if isinstance(c, types.CodeType) for n in _names(c)]
    return [*code.co_names, *inner]


def _imports(code: types.CodeType, around: dict) -> set[str]:
    """Modules that import statements within the code name, absolute; `from a import b` names a and perhaps a.b."""
    found, before = set(), []
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_NAME":
            level, words = (before[-2].argval, before[-1].argval) if len(before) > 1 else (0, None)
            found |= _absolute(str(step.argval), int(level or 0), words or (), around)
        if step.opname not in ("EXTENDED_ARG", "CACHE"):
            before.append(step)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _imports(constant, around)
    return found


def _absolute(name: str, level: int, words, around: dict) -> set[str]:
    if level:
        package = around.get("__package__") or str(around.get("__name__", "")).rpartition(".")[0]
        try:
            name = importlib.util.resolve_name("." * level + name, package)
        except ImportError:
            return set()
    return {name, *(f"{name}.{word}" for word in words if word != "*")}


def _imported(name: str, names: tuple[str, ...], walk: Callable) -> object:
    """A module that code will import when it runs: a library is left where it is, the user's own is looked at."""
    if is_library_name(name):
        top = name.partition(".")[0]
        return ["library", top, version(top)]
    try:
        module = importlib.import_module(name)
    except Exception:  # a name within a module rather than a module, nothing that is there, or code that fails
        return ["no module", name, _sources(_modules_of(name))]
    return module_identity(module, names, walk)


def module_identity(module: types.ModuleType, names: tuple[str, ...], walk: Any) -> object:
    """A library by name and version. A module of the user's by its source, by that of the user's modules which it
    imports, and by the values in it that `names` reach, which may have been set while the program runs."""
    if is_library(module):
        return _library(module)
    return ["module", module.__name__, walk.once(module, names, lambda: _user_module(module, names, walk))]


def _user_module(module, names: tuple[str, ...], walk: Callable) -> object:
    reached = []
    for name in names:
        if name in vars(module) and not name.startswith("__"):
            value = vars(module)[name]
            if value is not module:
                reached.append([name, _reached(value, names, walk)])
    start = (module.__name__, getattr(module, "__file__", None), getattr(module, "__package__", None) or "")
    return [_sources([start]), reached]


Source = tuple[str, str | None, str]
"""Name, file and package of a module."""


def _sources(waiting: list[Source]) -> list[list[str]]:
    """[name, digest of the source] of modules of the user's and of all modules of the user's that they import."""
    found: dict[str, str] = {}
    while waiting:
        name, file, package = waiting.pop()
        if name in found or file is None or not Path(file).is_file():
            continue
        source = Path(file).read_bytes()
        found[name] = hashlib.sha256(source).hexdigest()
        if file.endswith(".py"):
            waiting.extend(m for asked in sorted(_asked(source, package)) for m in _modules_of(asked))
    return [[name, found[name]] for name in sorted(found)]


def _asked(source: bytes, package: str) -> set[str]:
    """Names, absolute, of all that import statements anywhere in a source name."""
    asked = set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return asked
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            asked |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            asked |= _absolute(node.module or "", node.level, [a.name for a in node.names], {"__package__": package})
    return asked - {""}


def _modules_of(name: str) -> list[Source]:
    """a, a.b and a.b.c of a.b.c, as importing the last runs them all; none where a library is named."""
    if is_library_name(name) is not False:
        return []
    found = []
    for part in _upwards(name):
        try:
            spec = importlib.util.find_spec(part)
        except Exception:  # finds a.b by running a
            return found
        if spec is None:
            return found
        found.append((part, spec.origin if spec.has_location else None, spec.parent or ""))
    return found


def _upwards(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


def class_identity(cls: type, walk: Callable) -> object:
    """Metaclass, bases and members of a class."""
    members = [
        [name, walk(value)]
        for name, value in sorted(vars(cls).items())
        if name not in SKIP and not isinstance(value, types.GetSetDescriptorType | types.MemberDescriptorType)
    ]
    return [cls.__qualname__, walk(type(cls)), [walk(base) for base in cls.__bases__], members]
