"""`.npz` files with `x` and `y`, and if wanted `ids` and `groups`. Nothing is unpickled."""

from pathlib import Path

import numpy as np

from standout.data.dataset import Dataset
from standout.data.names import Choice, candidates, choose
from standout.data.npz import archive, member, shapes
from standout.errors import InputError, did_you_mean, listed


def read_arrays(path: Path) -> Dataset:
    """A Dataset from an .npz file. Raises InputError for what is missing, pickled or damaged.

    Arrays of other names than x and y are taken where it is clear which they are, those of splits are joined; that,
    and what is not used, is told.
    """
    with archive(path, "numpy.savez(path, x=x, y=y)") as file:
        choice = chosen(path)
        arrays = {role: joined(file, names, path) for role, names in choice.parts.items()}
        left = [name for name in file.files if name not in choice.used]
    notes = [told_of(choice, arrays)] if choice.used - set(choice.parts) else []
    if left:
        notes.append(f"{path.name}: not used: {listed(left)}")
    return Dataset(
        arrays["x"], arrays["y"], arrays.get("ids"), arrays.get("groups"), name=path.stem, notes=tuple(notes)
    )


def chosen(path: Path) -> Choice:
    """The arrays of each role. Raises InputError where they are not clear, listing what there is with shapes."""
    there = shapes(path)
    found = listed(f"{name} {shape}" for name, shape in there.items()) or "none"
    try:
        choice = choose(there)
    except InputError as e:
        raise InputError(f"{path.name}: {e} (arrays: {found})") from e
    if choice is not None:
        return choice
    role, fits = next((r, fits) for r in ("x", "y") if len(fits := candidates(r, there)) != 1)
    if fits:
        raise InputError(f"{path.name}: which array is {role!r}: {listed(fits)}? Save that one as {role!r} ({found})")
    raise InputError(f"{path.name} has no array {role!r}{did_you_mean(role, there)} (arrays: {found})")


def joined(file, names: list[str], path: Path) -> np.ndarray:
    """One array of a role, or those of its splits one after the other."""
    parts = [member(file, name, path) for name in names]
    if len(parts) > 1 and (len({p.shape[1:] for p in parts}) > 1 or not all(p.ndim for p in parts)):
        shown = listed(f"{name} {p.shape}" for name, p in zip(names, parts))
        raise InputError(f"{path.name}: {shown} cannot be joined: their records differ in shape; save one x and one y")
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def told_of(choice: Choice, arrays: dict[str, np.ndarray]) -> str:
    """A line that says which arrays are which."""
    said = [f"{role} is {' + '.join(names)} {arrays[role].shape}" for role, names in choice.parts.items()]
    splits = max(len(names) for names in choice.parts.values()) > 1
    return "; ".join(said) + (f": joined to {len(arrays['x'])} records" if splits else "")
