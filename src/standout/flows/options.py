"""What an audit is asked, checked before anything is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real

import numpy as np

from standout.attacks import ATTACKS, attack_named
from standout.data.dataset import FEWEST
from standout.errors import InputError
from standout.estimate import check_rates
from standout.shadows.shard import Shard

RECORDS_FROM = ("random", "screen")
"""Where the records come from that are audited, where not all are."""
MOST_SHADOWS = 512
"""The budget of an audit that goes on until it is stable, unless another is given."""


@dataclass(frozen=True)
class Options:
    """Options of an audit that do not change which models are trained, and those that do (seed, fraction, records).

    fraction: None for what fits, a half or the share that the target was trained on.
    """

    shadows: int = 64
    fraction: float | None = 0.5
    seed: int = 0
    fpr: float = 1e-3
    exposed_above: float = 0.1
    attacks: tuple[str, ...] = tuple(ATTACKS)
    jobs: int | None = None
    until_stable: bool = False
    most_shadows: int | None = None
    shard: Shard | None = None
    records: int | None = None
    records_from: str = "random"

    @property
    def budget(self) -> int:
        """How many models there may be at most."""
        if not self.until_stable:
            return self.shadows
        return MOST_SHADOWS if self.most_shadows is None else self.most_shadows

    def checked(self) -> "Options":
        """The same with plain Python numbers. Raises InputError for the first option that cannot be."""
        plain = replace(
            self,
            shadows=whole("shadows", self.shadows),
            seed=whole("seed", self.seed),
            jobs=None if self.jobs is None else whole("jobs", self.jobs),
            fraction=None if self.fraction is None else number("fraction", self.fraction),
            fpr=number("fpr", self.fpr),
            exposed_above=number("exposed-above", self.exposed_above),
            until_stable=yes_or_no("until-stable", self.until_stable),
            most_shadows=None if self.most_shadows is None else whole("most-shadows", self.most_shadows),
            records=None if self.records is None else whole("records", self.records),
        )
        if plain.shadows < 4 or plain.shadows % 2:
            raise InputError(f"shadows must be an even number, at least 4, not {plain.shadows}: models come in pairs")
        plain.check_budget()
        if plain.shard is not None and plain.until_stable:
            raise InputError("shard does not go with until-stable: when to stop is told from all models; leave one out")
        if plain.fraction is not None and not 0 < plain.fraction < 1:
            raise InputError(f"fraction must lie between 0 and 1, not {plain.fraction}")
        if plain.records is not None and plain.records < FEWEST:
            raise InputError(f"records must be at least {FEWEST}, not {plain.records}")
        if plain.records_from not in RECORDS_FROM:
            raise InputError(f"records-from must be {' or '.join(RECORDS_FROM)}, not {plain.records_from!r}")
        if plain.seed < 0:
            raise InputError(f"seed must be 0 or more, not {plain.seed}")
        if plain.jobs is not None and plain.jobs < 1:
            raise InputError(f"jobs must be at least 1, not {plain.jobs}")
        check_rates(plain.fpr, plain.exposed_above)
        if not plain.attacks:
            raise InputError("no attack is named; leave attacks out for all of them")
        for name in plain.attacks:
            attack_named(name)
        return plain

    def check_budget(self) -> None:
        """Raises InputError where the most shadows that there may be do not go with the rest."""
        if self.most_shadows is not None and not self.until_stable:
            raise InputError("most-shadows is the budget of until-stable; give until-stable, too, or leave it out")
        if self.budget < self.shadows:
            raise InputError(f"most-shadows ({self.budget}) must be at least shadows ({self.shadows})")
        if self.budget % 2:
            raise InputError(f"most-shadows must be an even number, not {self.budget}: models come in pairs")


def whole(name: str, value: object) -> int:
    """A whole number of any kind as int."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InputError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def yes_or_no(name: str, value: object) -> bool:
    """True or False of any kind as bool."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def number(name: str, value: object) -> float:
    """A number of any kind as float."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name} must be a number, not {value!r}")
    return float(value)


def attack_names(attacks: str | Sequence[str] | None) -> tuple[str, ...]:
    """Attack names from what a user gives, without repeats; all of them for None."""
    if attacks is None:
        return tuple(ATTACKS)
    if not isinstance(attacks, Iterable):
        raise InputError(f"attacks must be names, not {attacks!r}")
    names = attacks.split(",") if isinstance(attacks, str) else list(attacks)
    return tuple(dict.fromkeys(str(n).strip() for n in names if str(n).strip()))
