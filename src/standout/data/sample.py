"""Which records are audited where not all are."""

from dataclasses import replace

import numpy as np
import pandas as pd

from standout.data.dataset import FEWEST, Dataset
from standout.errors import InputError


def sample(
    dataset: Dataset, records: int, seed: int, rest: np.ndarray | None = None, ranked: np.ndarray | None = None
) -> Dataset:
    """The same data set with a random `records` of its records to be audited, the others in every training; of those
    only `rest`, bool (N,), where it is given.

    ranked: int (N,), places from the first down, in the order of ids: then the first of these are audited, in place of
    random ones. Whole groups, in random order, or by their first record, while they fit. Drawn in the order of ids, so
    that rows given in another order give the same sample. Raises InputError where too few records or groups are left.
    """
    n = len(dataset)
    if records >= n:
        line = f"{records:,} records were asked for and there are {n:,}: all are audited" if records > n else None
        return replace(dataset, notes=(*dataset.notes, *([line] if line else [])))
    order = dataset.id_order()
    units = np.arange(n) if dataset.groups is None else pd.factorize(dataset.groups[order])[0]
    sizes = np.bincount(units)
    if ranked is None:
        sequence = np.random.default_rng(np.random.SeedSequence([seed, 2])).permutation(len(sizes))
    else:
        sequence = pd.unique(units[ranked])
    chosen = np.zeros(len(sizes), dtype=bool)
    chosen[sequence[np.cumsum(sizes[sequence]) <= records]] = True
    audited = np.zeros(n, dtype=bool)
    audited[order] = chosen[units]
    count = int(audited.sum())
    if count < FEWEST or (dataset.groups is not None and chosen.sum() < 4):
        what = f"{count} records" + ("" if dataset.groups is None else f" in {int(chosen.sum())} whole groups")
        raise InputError(f"records {records} leaves {what} to audit; give at least 8 records, and 4 groups: a larger N")
    whole = "" if dataset.groups is None else f", {int(chosen.sum()):,} whole groups"
    how = "drawn at random" if ranked is None else "those that rank highest after one training (screening)"
    note = f"{count:,} of {n:,} records are audited, {how}{whole}; "
    if ranked is not None:
        note += "shares and means over them are not those of the data set; "
    if rest is None:
        note += f"the other {n - count:,} are in every training"
        return replace(dataset, audited=audited, notes=(*dataset.notes, note))
    kept = audited | rest
    inside, outside = int(kept.sum()) - count, int((~kept).sum())
    note += f"of the others {inside:,} are in every training and {outside:,} in none, as with the target"
    return replace(dataset, audited=audited, notes=(*dataset.notes, note)).take(np.flatnonzero(kept))
