"""What a check says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """name; passed: True, False, or None where it was not checked; line: figures seen and demanded, in one line."""

    name: str
    passed: bool | None
    line: str
