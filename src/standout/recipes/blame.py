"""Where in the user's own code an error came up."""

import traceback
from pathlib import Path
from types import FrameType

import standout
from standout.recipes.libraries import is_installed

OURS = Path(standout.__file__).parent
SENT = "<dynamic-code>"
"""What cloudpickle calls the file of all code that it sends to a worker."""
CELLS = ("<ipython-input", "/tmp/ipykernel_")


def place_of(error: BaseException) -> str:
    """` (net.py, line 12)` for the innermost line of the user's own that an error passed, "" where there is none."""
    frames = [*traceback.walk_tb(error.__traceback__)]
    for frame, line in reversed(frames):
        if file := _own(frame):
            return f" ({file}, line {line})"
    return ""


def _own(frame: FrameType) -> str:
    """Name of the file of a frame, where it is the user's."""
    file = frame.f_code.co_filename
    if file == SENT:
        file = frame.f_globals.get("__file__") or CELLS[0]
    if any(mark in file for mark in CELLS):
        return "a notebook cell"
    path = Path(file)
    if file.startswith("<") or OURS in path.parents or is_installed(file, path.stem):
        return ""  # made by a library or by exec: there is no line to look at
    return path.name
