"""Where in the user's own code an error came up."""

import traceback
from pathlib import Path

import standout
from standout.recipes.libraries import is_installed

OURS = Path(standout.__file__).parent
CELL = ("<ipython-input", "/tmp/ipykernel_")


def place_of(error: BaseException) -> str:
    """` (net.py, line 12)` for the innermost line of the user's own that an error passed, "" where there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _own(frame.filename):
            cell = any(mark in frame.filename for mark in CELL)
            return f" ({'a notebook cell' if cell else Path(frame.filename).name}, line {frame.lineno})"
    return ""


def _own(file: str) -> bool:
    if file.startswith("<") and not file.startswith(CELL):
        return False  # made by a library or by exec: there is no line to look at
    path = Path(file)
    return OURS not in path.parents and not is_installed(file, path.stem)
