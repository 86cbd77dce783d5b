"""Plain data out of a pickle without unpickling it: opcodes are read one by one, and nothing they name is called.

Only what files of numbers need is understood: dicts, lists, tuples, text, bytes, numbers, and arrays of numbers as
numpy writes them. Whatever else a pickle asks for (any other name of any module) ends the reading.
"""

import pickletools
import re
import warnings
from typing import Any

import numpy as np

from standout.errors import InputError, one_line

ARRAY = re.compile(r"numpy(\._?core)?\.multiarray _reconstruct")
BUFFER = re.compile(r"numpy(\._?core)?\.numeric _frombuffer")
NUMBERS = re.compile(r"[biuf][1248]")
"""Types of array that are understood."""
KNOWN = re.compile(rf"{ARRAY.pattern}|{BUFFER.pattern}|numpy (ndarray|dtype)|_codecs encode")


class _Name(str):
    """`module name`, as a pickle asks for it; it stays a text."""


class _Array:
    """An array whose state comes later. `value` is None until then."""

    value: np.ndarray | None = None


class _Type:
    """A dtype under construction."""

    def __init__(self, code: str):
        if not NUMBERS.fullmatch(code):
            raise ValueError(f"an array of type {code!r}")
        self.dtype = np.dtype(code)


_MARK = object()


def plain_data(raw: bytes, name: str) -> Any:
    """What a pickle holds, as dict, list, tuple, str, bytes, numbers and arrays. Nothing is imported or called.

    name: of the file, for messages. Raises InputError where it is damaged, and where it holds anything but data.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickletools, on odd text in hostile files
            return _settled(_run(raw))
    except InputError:
        raise
    except Exception as e:  # a hostile or cut file may break any step; none of them runs code of its own
        raise InputError(
            f"{name} is no file of plain numbers and text, or is damaged ({one_line(e) or type(e).__name__}); fetch it "
            "again: a pickle is never loaded, only the numbers in it are read"
        ) from e


def _run(raw: bytes) -> Any:
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    step: tuple[Any, Any, Any]
    for step in pickletools.genops(raw):
        code, argument = step[0].name, step[1]
        if code in ("PROTO", "FRAME"):
            continue
        if code == "STOP":
            return stack.pop()
        if code in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
            memo[len(memo) if code == "MEMOIZE" else int(argument)] = stack[-1]
        elif code in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[int(argument)])
        elif code in CONSTANTS:
            stack.append(CONSTANTS[code]())
        elif code in VALUES:
            stack.append(argument.encode("latin-1") if "STRING" in code and isinstance(argument, str) else argument)
        elif code in STEPS:
            STEPS[code](stack)
        elif code in ("GLOBAL", "STACK_GLOBAL"):
            wanted = argument if code == "GLOBAL" else f"{stack.pop(-2)} {stack.pop()}"
            if not KNOWN.fullmatch(str(wanted)):
                raise ValueError(f"it asks for {str(wanted).replace(' ', '.')!r}, which is refused")
            stack.append(_Name(wanted))
        else:
            raise ValueError(f"it holds {code}, which is refused")
    raise ValueError("it ends early")


CONSTANTS = {
    "MARK": lambda: _MARK, "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple,
}  # fmt: skip
VALUES = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8",
})  # fmt: skip
"""Opcodes that put their own argument on the stack. Strings of Python 2 are bytes."""


def _since_mark(stack: list) -> list:
    for place in range(len(stack) - 1, -1, -1):
        if stack[place] is _MARK:
            items = stack[place + 1 :]
            del stack[place:]
            return items
    raise ValueError("a mark is missing")


def _tuple(stack: list, size: int) -> None:
    items = stack[len(stack) - size :]
    if len(items) < size:
        raise ValueError("the stack is empty")
    del stack[len(stack) - size :]
    stack.append(tuple(items))


def _set_items(stack: list) -> None:
    items = _since_mark(stack)
    stack[-1].update(zip(items[::2], items[1::2]))


def _set_item(stack: list) -> None:
    value, key = stack.pop(), stack.pop()
    stack[-1][key] = value


def _append(stack: list) -> None:
    item = stack.pop()
    stack[-1].append(item)


def _extend(stack: list) -> None:
    items = _since_mark(stack)
    stack[-1].extend(items)


def _reduce(stack: list) -> None:
    """What a call would make, for the few names of KNOWN; done by us, from data alone."""
    arguments, wanted = stack.pop(), stack.pop()
    if not isinstance(wanted, _Name):
        raise ValueError("it calls what is no name")
    if wanted == "_codecs encode":
        stack.append(arguments[0].encode("latin-1"))
    elif wanted == "numpy dtype":
        stack.append(_Type(_text(arguments[0])))
    elif ARRAY.fullmatch(wanted):
        stack.append(_Array())
    elif BUFFER.fullmatch(wanted):
        buffer, kind, shape, order = arguments
        stack.append(_filled(buffer, kind, shape, _text(order) == "F"))
    else:
        raise ValueError(f"it calls {wanted.replace(' ', '.')!r}, which is refused")


def _build(stack: list) -> None:
    state, thing = stack.pop(), stack[-1]
    if isinstance(thing, _Type):
        order: Any = _text(state[1])
        thing.dtype = thing.dtype.newbyteorder(order)
    elif isinstance(thing, _Array):
        _, shape, kind, by_columns, content = state
        thing.value = _filled(content, kind, shape, bool(by_columns)).value
    else:
        raise ValueError("it sets the state of what is no array")


def _filled(content, kind: _Type, shape: tuple, by_columns: bool) -> _Array:
    array = _Array()
    array.value = np.frombuffer(content, dtype=kind.dtype).reshape(shape, order="F" if by_columns else "C")
    return array


def _text(value) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


STEPS = {
    "REDUCE": _reduce, "BUILD": _build, "SETITEM": _set_item, "SETITEMS": _set_items, "APPEND": _append,
    "APPENDS": _extend, "TUPLE": lambda stack: stack.append(tuple(_since_mark(stack))),
    "TUPLE1": lambda stack: _tuple(stack, 1), "TUPLE2": lambda stack: _tuple(stack, 2),
    "TUPLE3": lambda stack: _tuple(stack, 3), "DICT": lambda stack: stack.append(_pairs(_since_mark(stack))),
    "LIST": lambda stack: stack.append(_since_mark(stack)),
}  # fmt: skip


def _pairs(items: list) -> dict:
    return dict(zip(items[::2], items[1::2]))


def _settled(thing: Any) -> Any:
    """Arrays in place of their shells, at the first two levels: what files of numbers have."""
    if isinstance(thing, _Array):
        if thing.value is None:
            raise ValueError("an array without content")
        return thing.value
    if isinstance(thing, dict):
        return {_text(key): _settled(value) for key, value in thing.items()}
    return thing
