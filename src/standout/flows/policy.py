"""What an organisation accepts, in a TOML file of its own: rates, how many exposed records, what membership reveals.

fpr = 0.001          # false alarms that an attacker may make for a record
exposure = 0.1       # above this a record counts as exposed
count = 0            # exposed records that are accepted
reveals = "that a person was treated for cancer"
"""

import tomllib
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from standout.errors import InputError, did_you_mean, listed, one_line
from standout.estimate import check_rates

FPR, ABOVE = 1e-3, 0.1
KEYS = {"fpr": float, "exposure": float, "count": int, "reveals": str}


@dataclass(frozen=True)
class Policy:
    """What is accepted; None for what it does not say. file: name of the file, None where there is none."""

    file: str | None = None
    fpr: float | None = None
    exposure: float | None = None
    count: int | None = None
    reveals: str | None = None

    @classmethod
    def read(cls, path: str | Path | None) -> "Policy":
        """Raises InputError for a file that is no policy, naming the key and the mend."""
        if path is None:
            return cls()
        try:
            path = Path(path)
            content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except TypeError:
            raise InputError(f"policy must be the path of a TOML file, not a {type(path).__name__}") from None
        except tomllib.TOMLDecodeError as e:
            raise InputError(
                f"policy {Path(path).name} is no TOML: {one_line(e)}; a line of it is such as count = 0"
            ) from e
        except (OSError, ValueError) as e:  # no text; a zero byte in the path
            raise InputError(
                f"policy {str(path)!r} cannot be read: {one_line(getattr(e, 'strerror', None) or e)}"
            ) from e
        for key, value in content.items():
            if key not in KEYS:
                raise InputError(
                    f"policy {path.name} has an unknown key {key!r}{did_you_mean(key, KEYS)} (known: {listed(KEYS)})"
                )
            content[key] = cls._value(path.name, key, value)
        if not content:
            raise InputError(f"policy {path.name} says nothing; give some of {listed(KEYS)}")
        return cls(path.name, **content)

    @staticmethod
    def _value(file: str, key: str, value: Any) -> Any:
        kind = KEYS[key]
        if kind is str:
            if not isinstance(value, str) or not value.strip():
                raise InputError(f"policy {file}: {key} must be a text, not {value!r}")
            return " ".join(value.split())
        wanted = "a whole number, 0 or more" if kind is int else "a number"
        plain = isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
        if not plain or kind(value) != value or value < 0:
            raise InputError(f"policy {file}: {key} must be {wanted}, not {value!r}")
        return kind(value)

    def rates(self, fpr: float | None, above: float | None) -> tuple[float, float]:
        """(fpr, exposed_above) of the audit: what was asked for, which must not differ from the policy's."""
        return (
            self._agreed("fpr", "fpr", fpr, self.fpr, FPR),
            self._agreed("exposure", "exposed-above", above, self.exposure, ABOVE),
        )

    def _agreed(self, key: str, option: str, asked: Any, own: float | None, usual: float) -> Any:
        if asked is not None and own is not None and asked != own:
            raise InputError(f"policy {self.file} sets {key} to {own:g}, and {option} asks for {asked}; leave one out")
        return asked if asked is not None else usual if own is None else own

    def checked(self) -> "Policy":
        """The same. Raises InputError for rates that no audit can have."""
        check_rates(*self.rates(None, None))
        return self

    def block(self) -> dict | None:
        """`policy` of the summary but for the verdict; None without a file."""
        if self.file is None:
            return None
        return {
            "file": self.file, "fpr": self.fpr, "exposure": self.exposure, "count": self.count, "reveals": self.reveals
        }  # fmt: skip


def judged(policy: dict | None, exposed: int) -> dict | None:
    """The policy with `met`: whether no more records are exposed than it accepts; None where it does not say."""
    if policy is None:
        return None
    return {**policy, "met": None if policy.get("count") is None else exposed <= policy["count"]}
