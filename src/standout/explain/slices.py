"""Exposure by class and by the user's groups."""

import numpy as np

from standout.measure.intervals import interval

FEWEST = 10
"""Records below which a slice gets no mean and no share: its records would be told one by one."""
MOST = 50
"""Groups that are listed at most."""
RESAMPLES, LARGE = 400, 500
Z = 1.959963984540054


def slices(
    exposure: np.ndarray,
    exposed: np.ndarray,
    classes: tuple[np.ndarray, tuple[str, ...]] | None,
    groups: tuple[np.ndarray, np.ndarray] | None,
) -> dict:
    """{"fewest", "classes", "groups"}: mean exposure and exposed records of each slice, highest mean first, those of
    too few records last.

    exposure (N,), exposed bool (N,); classes: codes int (N,) and their names; groups: codes int (N,) and the name of
    each record's, text (N,).
    classes: [{"name", "records", "mean", "mean_ci", "exposed", "share", "share_ci"}], None where not known; mean and
    share with their intervals are None below FEWEST records. groups: {"count", "few", "shown"}: how many there are, of
    fewer than FEWEST records, and the MOST with the highest mean among the others; None without groups.
    mean_ci: 95 % bootstrap interval over the records of the slice, how the mean of as many records like these varies;
    that each exposure is itself an estimate is not in it. share_ci: Wilson's, 95 %.
    """
    told = None
    if classes is not None:
        codes, names = classes
        there = np.unique(codes).tolist()
        told = ranked([one(names[c], exposure[codes == c], exposed[codes == c], c) for c in there])
    return {
        "fewest": FEWEST,
        "classes": told,
        "groups": None if groups is None else _groups(exposure, exposed, *groups),
    }


def one(name: str, exposure: np.ndarray, exposed: np.ndarray, seed: int = 0) -> dict:
    """Figures of the records of one slice. seed: of its resamples."""
    n, k = len(exposure), int(exposed.sum())
    few = n < FEWEST
    return {
        "name": name,
        "records": n,
        "mean": None if few else float(exposure.mean()),
        "mean_ci": None if few else mean_interval(exposure, seed),
        "exposed": k,
        "share": None if few else k / n,
        "share_ci": None if few else wilson(k, n),
    }


def ranked(rows: list[dict]) -> list[dict]:
    """Highest mean first, too few records last; then in the order given."""
    return sorted(rows, key=lambda r: (r["mean"] is None, -(r["mean"] or 0)))


def mean_interval(values: np.ndarray, seed: int = 0) -> list[float]:
    """95 % bootstrap interval of the mean of values (n,): percentiles; beyond LARGE values the normal limit of it."""
    n = len(values)
    if n > LARGE:
        reach = Z * float(values.std()) / n**0.5
        return [float(values.mean()) - reach, float(values.mean()) + reach]
    rng = np.random.default_rng([16, seed])
    return interval(rng.multinomial(n, np.full(n, 1 / n), RESAMPLES) @ values / n)


def wilson(k: int, n: int) -> list[float]:
    """95 % interval of a share, k of n > 0. Source: Wilson 1927."""
    p, square = k / n, Z**2
    centre, reach = p + square / (2 * n), Z * (p * (1 - p) / n + square / (4 * n**2)) ** 0.5
    low, high = ((centre + sign * reach) / (1 + square / n) for sign in (-1, 1))
    return [0.0 if k == 0 else max(low, 0.0), 1.0 if k == n else min(high, 1.0)]


def _groups(exposure: np.ndarray, exposed: np.ndarray, codes: np.ndarray, names: np.ndarray) -> dict:
    _, first, codes, sizes = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    means = np.bincount(codes, exposure) / sizes
    enough = np.flatnonzero(sizes >= FEWEST)
    top = enough[np.argsort(-means[enough], kind="stable")][:MOST]
    rows = {g: codes == g for g in top.tolist()}
    shown = [one(str(names[first[g]]), exposure[r], exposed[r], g) for g, r in rows.items()]
    return {"count": len(sizes), "few": int((sizes < FEWEST).sum()), "shown": ranked(shown)}
