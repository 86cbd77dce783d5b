"""Which modules are installed libraries, known by name and version, and which are the user's own, known by code."""

import functools
import importlib.metadata
import importlib.util
import inspect
import re
import sys
import sysconfig
import types
from pathlib import Path

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders that pip and Linux distributions install into, wherever they lie."""
FIRST = re.compile(r'^"?([^/.,"]+)', re.MULTILINE)
"""The name that a line of RECORD begins with: of a folder, or of a file without its endings."""
BUILT_IN = sys.stdlib_module_names | frozenset(sys.builtin_module_names)


def is_library(module: types.ModuleType) -> bool:
    """Whether a module belongs to the standard library, to an installed package or to Standout."""
    top = _top(module.__name__)
    if top in ("standout", "__main__"):
        return top == "standout"
    places = [file] if (file := getattr(module, "__file__", None)) else list(getattr(module, "__path__", ()))
    if places:
        return any(is_installed(place, top) for place in places)
    if top in BUILT_IN:
        return True
    parent = sys.modules.get(top)  # a library may make modules without a file, such as six.moves
    return parent is not None and parent is not module and is_library(parent)


def is_library_name(name: str) -> bool | None:
    """The same for a module by its name, which is not imported; None where there is no such module."""
    top = _top(name)
    if top in BUILT_IN or top == "standout":
        return True
    if top in sys.modules:
        return is_library(sys.modules[top])
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    places = [spec.origin] if spec.has_location and spec.origin else list(spec.submodule_search_locations or ())
    return any(is_installed(place, top) for place in places)


@functools.cache
def is_installed(place: str, top: str) -> bool:
    """Whether a file or folder of the top-level package `top` was put there by an installer or with Python."""
    for path in {Path(place), Path(place).resolve()}:
        if INSTALLED & set(path.parts) or any(folder in path.parents for folder in _standard_library()):
            return True
        roots = [path.parent, *(folder.parent for folder in path.parents if folder.name == top)]
        if any(_has_record(root, top) for root in roots):
            return True
    return False


def version(name: str) -> str:
    """Version of a library by the name of any module of it; "" where none is stated, as in the standard library."""
    top = _top(name)
    if top in BUILT_IN:
        return ""
    found = _distribution(top)
    return found if found is not None else str(getattr(sys.modules.get(top), "__version__", ""))


def _top(name: str) -> str:
    return name.partition(".")[0]


@functools.cache
def _standard_library() -> tuple[Path, ...]:
    folders = {Path(sysconfig.get_path(p)) for p in ("stdlib", "platstdlib")}
    return tuple(folders | {folder.resolve() for folder in folders})


def _has_record(root: Path, top: str) -> bool:
    """Whether an installer's list of files beside the package names it: pip install --target, used by PYTHONPATH."""
    for record in root.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
        if any(line.startswith((f"{top}/", f"{top}.")) for line in lines):
            return True
    return False


@functools.cache
def _distribution(top: str) -> str | None:
    """Names and versions of what is installed that holds this top-level package, so that nothing need be imported for
    it: by the rules of importlib.metadata.packages_distributions, which takes all lists of files apart for seconds."""
    names = {dist.metadata["Name"] for dist, tops in _installed() if top in tops and _holds(dist, top)}
    try:
        return "+".join(f"{n} {importlib.metadata.version(n)}" for n in sorted(names)) or None
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.cache
def _installed() -> list[tuple[importlib.metadata.Distribution, frozenset[str]]]:
    """Each distribution with all names that may be top-level packages of it."""
    found = []
    for dist in importlib.metadata.distributions():
        tops = (dist.read_text("top_level.txt") or "").split()
        if not tops and (record := dist.read_text("RECORD")):
            tops = FIRST.findall(record)
        elif not tops:
            tops = [file.parts[0].partition(".")[0] for file in dist.files or ()]
        found.append((dist, frozenset(tops)))
    return found


def _holds(dist: importlib.metadata.Distribution, top: str) -> bool:
    if declared := (dist.read_text("top_level.txt") or "").split():
        return top in declared
    files = [file for file in dist.files or () if sys.version_info >= (3, 12) or file.suffix == ".py"]
    return any((f.parts[0] if len(f.parts) > 1 else inspect.getmodulename(f.name)) == top for f in files)
