"""Records whose cause is known, planted in clean data: false labels, noise, blends, rare classes, copies."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from standout.data.columns import is_number
from standout.data.dataset import Dataset

NAMED = {"flip": "suspect label", "noise": "outlier", "blend": "between classes", "rare": "rare"}
"""The cause that each plant is to be given. Copies have none: they are to be less exposed than what they copy."""
SHARES = {"flip": 0.03, "noise": 0.015, "blend": 0.015, "twin noise": 0.0075, "twin": 0.015}
RARE = 5
"""Records of a planted rare class."""
COMMON = 20
"""Records that a class has at least which plants are drawn from."""


@dataclass(frozen=True, eq=False)
class Planted:
    """The data set and what was planted in each of its records, text (N,): "" for clean ones, else `flip` (a false
    label), `noise` (columns drawn apart over their whole range, label kept), `blend` (half a record of another class,
    label kept), `rare` (of a class of five), `twin noise` and `twin` (noise and clean records with an exact copy)."""

    data: Dataset
    what: np.ndarray


def plant(clean: Dataset, seed: int, shares: dict[str, float] | None = None) -> Planted:
    """The same data with disjoint plants. shares: of each kind among the records, default SHARES; rare ones always.

    Half of the data's usual class size bounds where a class may be cut down: two-class tables get new classes only.
    """
    rng = np.random.default_rng(seed)
    shares = SHARES if shares is None else shares
    names = [*clean.classes]
    x, y, what = clean.x.copy(), clean.y.copy(), np.full(len(clean), "", dtype=object)
    if isinstance(x, pd.DataFrame):
        x = x.astype({c: float for c in x.columns if is_number(x[c])})
    elif x.dtype.kind != "f":
        x = x.astype(np.float32)
    sizes = np.bincount(y, minlength=len(names))
    common = np.flatnonzero(sizes >= COMMON)
    gone = np.zeros(len(clean), dtype=bool)

    spare = sorted(common[sizes[common] < len(clean) / 5].tolist())
    if len(common) > 4 and spare:  # a class cut down to a few
        cut = int(rng.choice(spare))
        rows = rng.permutation(np.flatnonzero(y == cut))
        what[rows[:RARE]] = "rare"
        gone[rows[RARE:]] = True
        common = common[common != cut]
    for source in rng.choice(common, 2, replace=False).tolist():  # new classes, each a neighbourhood of an old one
        rows = np.flatnonzero((y == source) & (what == "") & ~gone)
        around = _nearest_of(x, rows, int(rng.integers(len(rows))))
        y[around], what[around] = len(names), "rare"
        names.append(f"{names[source]} new")

    free = rng.permutation(np.flatnonzero((what == "") & ~gone & np.isin(y, common)))
    for kind, share in shares.items():
        count = round(share * len(clean))
        rows, free = free[:count], free[count:]
        what[rows] = kind
        if kind == "flip":
            y[rows] = [rng.choice(common[common != own]) for own in y[rows]]
        elif kind.endswith("noise"):
            x = _with_noise(x, rows, rng)
        elif kind == "blend":
            partners = [rng.choice(free[y[free] != own]) for own in y[rows]]
            x = _with_blends(x, rows, np.array(partners, dtype=int), rng)
    keep = np.flatnonzero(~gone)
    keep = np.concatenate([keep, np.flatnonzero(np.char.startswith(what.astype(str), "twin"))])  # the copies
    rows = rng.permutation(keep)
    new = x.iloc[rows].reset_index(drop=True) if isinstance(x, pd.DataFrame) else x[rows]
    made = Dataset(new, np.array(names)[y[rows]], name=clean.name, kind=clean.kind)
    return Planted(made, what[rows])


def _nearest_of(x, rows: np.ndarray, first: int) -> np.ndarray:
    """RARE of the rows, nearest to the first-th of them."""
    part = x.iloc[rows].select_dtypes("number").to_numpy() if isinstance(x, pd.DataFrame) else x[rows]
    part = np.nan_to_num(part.reshape(len(rows), -1).astype(np.float64))
    spread = part.std(axis=0)
    away = ((part - part[first]) / np.where(spread > 0, spread, 1)) ** 2
    return rows[np.argsort(away.sum(axis=1), kind="stable")[:RARE]]


def _with_noise(x, rows: np.ndarray, rng: np.random.Generator):
    """The records with these rows drawn anew: each column for itself, over its whole range; words alike likely."""
    if not isinstance(x, pd.DataFrame):
        flat = x.reshape(len(x), -1)
        low, high = flat.min(axis=0), flat.max(axis=0)
        drawn = rng.uniform(low, high, (len(rows), flat.shape[1]))
        if np.array_equal(flat[:200], np.round(flat[:200])):  # whole numbers
            drawn = np.floor(rng.uniform(low, high + 1, drawn.shape))
        x[rows] = drawn.reshape(x[rows].shape)
        return x
    for place, column in enumerate(x.columns):
        values = x[column]
        if is_number(values):
            seen = values.dropna().to_numpy(dtype=float)
            if not len(seen):
                continue
            drawn = rng.uniform(seen.min(), seen.max(), len(rows))
            x.iloc[rows, place] = np.round(drawn) if np.array_equal(seen, np.round(seen)) else drawn
        else:
            words = np.array(sorted(set(values.dropna())), dtype=object)
            x.iloc[rows, place] = rng.choice(words, len(rows)) if len(words) else values.iloc[rows].to_numpy()
    return x


def _with_blends(x, rows: np.ndarray, partners: np.ndarray, rng: np.random.Generator):
    """The records with these rows moved half the way to their partners; of two words either."""
    if not isinstance(x, pd.DataFrame):
        x[rows] = (x[rows] + x[partners]) / 2
        return x
    for place, column in enumerate(x.columns):
        own, other = x[column].iloc[rows], x[column].iloc[partners]
        if is_number(own):
            a, b = own.to_numpy(dtype=float), other.to_numpy(dtype=float)
            x.iloc[rows, place] = np.where(np.isnan(a), b, np.where(np.isnan(b), a, (a + b) / 2))
        else:
            x.iloc[rows, place] = np.where(rng.random(len(rows)) < 0.5, own.to_numpy(), other.to_numpy())
    return x
