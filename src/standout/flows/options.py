"""What an audit is asked, checked before anything is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from standout.attacks import ATTACKS, attack_named
from standout.errors import InputError
from standout.exposure import check_rates


@dataclass(frozen=True)
class Options:
    """Options of an audit that do not change which models are trained, and those that do (seed, fraction)."""

    shadows: int = 64
    fraction: float = 0.5
    seed: int = 0
    fpr: float = 1e-3
    exposed_above: float = 0.1
    attacks: tuple[str, ...] = tuple(ATTACKS)
    jobs: int | None = None

    def check(self) -> None:
        """Raises InputError for the first option that cannot be."""
        if not isinstance(self.shadows, int) or self.shadows < 4 or self.shadows % 2:
            raise InputError(f"shadows must be an even number, at least 4, not {self.shadows}: models come in pairs")
        if not 0 < self.fraction < 1:
            raise InputError(f"fraction must lie between 0 and 1, not {self.fraction}")
        if not isinstance(self.seed, int) or self.seed < 0:
            raise InputError(f"seed must be a whole number, 0 or more, not {self.seed}")
        check_rates(self.fpr, self.exposed_above)
        if not self.attacks:
            raise InputError("no attack is named; leave attacks out for all of them")
        for name in self.attacks:
            attack_named(name)
        if self.jobs is not None and (not isinstance(self.jobs, int) or self.jobs < 1):
            raise InputError(f"jobs must be a whole number, at least 1, not {self.jobs}")


def attack_names(attacks: str | Sequence[str] | None) -> tuple[str, ...]:
    """Attack names from what a user gives, without repeats; all of them for None."""
    if attacks is None:
        return tuple(ATTACKS)
    names = attacks.split(",") if isinstance(attacks, str) else list(attacks)
    return tuple(dict.fromkeys(str(n).strip() for n in names if str(n).strip()))
