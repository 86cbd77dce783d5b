"""A part of one audit: which stacks of the very same plan this run trains."""

import re
from dataclasses import dataclass

from standout.errors import InputError


@dataclass(frozen=True)
class Shard:
    """Shard `number` (from 1) of `of`: every `of`-th stack, so that shards are of nearly equal size."""

    number: int
    of: int

    @classmethod
    def read(cls, text: object) -> "Shard":
        """From `i/n`. Raises InputError for anything else."""
        text = text.strip() if isinstance(text, str) else text
        found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text) if isinstance(text, str) else None
        if found is None:
            raise InputError(f"shard must be i/n, such as 1/4 for the first of four, not {text!r}")
        number, of = int(found[1]), int(found[2])
        if not 1 <= number <= of:
            raise InputError(f"shard {text!r} is not there: of {of} shards, i goes from 1 to {of}")
        return cls(number, of)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, stack: int) -> bool:
        """Whether stack number `stack` (from 0) of the plan is of this shard."""
        return stack % self.of == self.number - 1


def shard_of(stack: int, of: int) -> Shard:
    """The shard that a stack belongs to where there are `of`."""
    return Shard(stack % of + 1, of)
