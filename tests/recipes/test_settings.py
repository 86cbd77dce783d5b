"""Settings from text and to JSON."""

import json

import pytest

from standout.recipes.settings import as_json, parse_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("0.5", 0.5),
        ("True", True),
        ("false", False),
        ("none", None),
        ("256,128", (256, 128)),
        ("relu", "relu"),
    ],
)
def test_values_from_the_command_line(text, value):
    assert parse_value(text) == value and type(parse_value(text)) is type(value)


@pytest.mark.parametrize("value", [1, 0.5, float("nan"), float("inf"), None, "a", object(), [1]])
def test_any_setting_can_be_written(value):
    assert "0x" not in json.dumps(as_json(value), allow_nan=False)
