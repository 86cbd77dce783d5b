"""Which arrays of an `.npz` are x and y, where people call them otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass

from standout.errors import InputError

ROLES = {
    "x": ("x", "data", "images", "image", "features", "feats", "inputs", "x_all"),
    "y": ("y", "labels", "label", "targets", "target", "y_all"),
    "ids": ("ids", "id"),
    "groups": ("groups", "group"),
}
"""Names of each role, compared without regard to case; the first is the one we ask for."""
SPLITS = {
    "train": ("train", "training", "tr"),
    "valid": ("valid", "validation", "val", "dev"),
    "test": ("test", "testing", "te"),
}
ROLE_OF = {name: role for role, names in ROLES.items() for name in names}
SPLIT_OF = {name: split for split, names in SPLITS.items() for name in names}


@dataclass(frozen=True)
class Choice:
    """Arrays of each role: one, or one per split, in the order in which they are joined."""

    parts: dict[str, list[str]]

    @property
    def used(self) -> set[str]:
        """All arrays that are read."""
        return {name for names in self.parts.values() for name in names}


def choose(names: Iterable[str]) -> Choice | None:
    """The arrays that are x, y, ids and groups; None where there are no such names, or not one choice alone.

    In turn: the very names x and y; other names of theirs where one array fits each; x and y of each split
    (x_train, y_train, x_test, ...); arr_0 and arr_1, as `numpy.savez(path, x, y)` names them.
    """
    names = list(names)
    whole = {role: fits for role in ROLES if len(fits := candidates(role, names)) == 1}
    if "x" in whole and "y" in whole:
        return Choice(whole)
    if split := _splits(names):
        return split
    if sorted(names) == ["arr_0", "arr_1"]:
        return Choice({"x": ["arr_0"], "y": ["arr_1"]})
    return None


def candidates(role: str, names: Iterable[str]) -> list[str]:
    """The arrays that may be a role: that of the very name, else all of a name like it."""
    names = list(names)
    return [role] if role in names else [name for name in names if ROLE_OF.get(name.casefold()) == role]


def _splits(names: list[str]) -> Choice | None:
    table: dict[str, dict[str, str]] = {}
    for name in names:
        found = _role_and_split(name)
        if found is None:
            continue
        role, split = found
        if role in table.setdefault(split, {}):
            return None
        table[split][role] = name
    order = [split for split in SPLITS if split in table]
    if not order:
        return None
    for split in order:
        for role in ("x", "y"):
            if role not in table[split]:
                raise InputError(f"of {', '.join(table[split].values())} the {ROLES[role][0]} is missing")
    shared = [role for role in ROLES if all(role in table[split] for split in order)]
    return Choice({role: [table[split][role] for split in order] for role in shared})


def _role_and_split(name: str) -> tuple[str, str] | None:
    """(role, split) of `x_train`, `train_images`, `yTest`; None for other names."""
    low = name.casefold()
    for split, known in SPLIT_OF.items():
        for rest in (low.removeprefix(split), low.removesuffix(split)):
            if rest != low and (role := ROLE_OF.get(rest.strip("_- ."))):
                return role, known
    return None
