"""Settings of a model: from the command line's text, and to JSON for config.json."""

import ast
import re

import numpy as np

from standout.errors import one_line


def parse_value(text: str) -> object:
    """A setting's value from the command line: a Python literal where it is one, else text."""
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def as_json(value: object) -> object:
    """A setting for config.json: NaN, inf and what is no plain value as text, without addresses in memory."""
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    if isinstance(value, (bool, int, str, type(None))):
        return value
    return one_line(re.sub(" at 0x[0-9a-f]+", "", str(value)), 80)
