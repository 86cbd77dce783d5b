"""Values of the command line that are more than words: checked, and as Python has them."""

from typing import Annotated

from cyclopts import Parameter

from standout.errors import InputError


def whole_number(_type, tokens) -> int:
    """An option that counts something: 1.5 is refused, not rounded."""
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"must be a whole number, not {tokens[0].value!r}") from None


Whole = Annotated[int, Parameter(converter=whole_number)]


def check_fail_over(most: int | None) -> None:
    """Raises InputError for a number of records that cannot be."""
    if most is not None and most < 0:
        raise InputError(f"--fail-over must be 0 or more records, not {most}")


def settings_of(pairs: list[str]) -> dict:
    """Settings from key=value texts."""
    from standout.recipes.estimators import parse_value

    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--set takes key=value, not {pair!r}")
        if key.strip() in settings:
            raise InputError(f"--set {key.strip()} is given twice")
        settings[key.strip()] = parse_value(value.strip())
    return settings
