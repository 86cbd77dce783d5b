"""`path.py:name`: an object from a file of the user's own. The file is code that the user chose to run."""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from standout.errors import InputError, did_you_mean, listed, one_line


def names_object(spec: str) -> bool:
    """Whether a text is `path.py:name`, or such a path without the name."""
    return ".py:" in spec or spec.endswith(".py")


def file_of(spec: str) -> str:
    """The path in `path.py:name`."""
    return spec.rpartition(":")[0] if ".py:" in spec else spec


def folder_of(spec: str) -> str:
    """The folder that the file lies in, from the root."""
    return str(Path(file_of(spec)).resolve().parent)


@contextmanager
def importable(folder: str) -> Iterator[None]:
    """Modules of a folder can be imported here, before all others. Afterwards they count as never imported: another
    folder may have modules of the same names, a file may have changed, and workers, which cannot import them, get
    their code by value."""
    before = {*sys.modules}
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)
        for name in {*sys.modules} - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(folder) in Path(file).parents and not _installed(file, folder):
                del sys.modules[name]


def _installed(file: str, folder: str) -> bool:
    """Whether a file under a folder was put there by an installer: a folder may hold a virtual environment."""
    return bool({"site-packages", "dist-packages"} & {*Path(file).relative_to(folder).parts})


def object_of(spec: str, what: str, is_whole: Callable[[type], bool] = lambda _: False):
    """The object `name` of `path.py:name`, made by running the file as a module; a class is called without arguments,
    but one that `is_whole` is taken as it is.

    what: what it is for, as messages say it. Raises InputError where there is no such file or name, or it fails.
    """
    file, name = file_of(spec), spec.rpartition(":")[2] if ".py:" in spec else ""
    path = Path(file)
    if not os.path.isfile(path):
        raise InputError(f"no file {file!r} for {what} {spec!r}")
    module_spec = importlib.util.spec_from_file_location(f"_standout_{path.stem}", path)
    assert module_spec and module_spec.loader
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[module.__name__] = module  # dataclasses look their module up while it runs
    try:
        module_spec.loader.exec_module(module)
    except (Exception, SystemExit) as e:
        raise InputError(f"{file} cannot be run: {type(e).__name__}: {one_line(e)}") from e
    finally:
        del sys.modules[module.__name__]  # so that workers get its code by value: they cannot import it
    if not hasattr(module, name):
        public = [n for n, v in vars(module).items() if not (n.startswith("_") or isinstance(v, ModuleType))]
        asked = f"{file} has no {name!r}{did_you_mean(name, public)}" if name else f"which name in {file}?"
        raise InputError(f"{asked} (give {file}:NAME; it has: {listed(public)})")
    thing = getattr(module, name)
    if not isinstance(thing, type) or is_whole(thing):
        return thing
    try:
        return thing()
    except Exception as e:
        raise InputError(f"the class {spec} cannot be made without arguments ({one_line(e)}); name an object") from e
