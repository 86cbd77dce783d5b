"""Who is a member of which shadow model. Pair j (models 2j and 2j+1) depends on the seed and j alone, so a longer
audit begins with the pairs of a shorter one."""

import numpy as np

from standout.errors import InputError


def draw_members(
    labels: np.ndarray, shadows: int, *, seed: int = 0, fraction: float = 0.5, groups: np.ndarray | None = None
) -> np.ndarray:
    """Memberships bool (shadows, N) in complementary pairs.

    labels: int (N,). Records are joined to random couples of one class (groups: of like size), and a fair coin sends
    one of each couple to either twin, so twins differ by at most one record and have the same class shares. With a
    `fraction` other than one half, twins are disjoint below it and together cover all records above it.
    """
    n = len(labels)
    units = np.arange(n) if groups is None else groups
    count = int(units.max()) + 1
    sizes = np.bincount(units, minlength=count)
    sort_key = labels if groups is None else -sizes
    members = np.zeros((shadows, n), dtype=bool)
    for j in range(shadows // 2):
        rng = np.random.default_rng(np.random.SeedSequence([seed, 0, j]))
        order = rng.permutation(count)
        order = order[np.argsort(sort_key[order], kind="stable")]
        if fraction == 0.5:
            first = np.zeros(count, dtype=bool)
            coins = rng.integers(0, 2, size=(count + 1) // 2)
            first[order[(np.arange(0, count, 2) + coins)[: count // 2]]] = True
            if count % 2 and coins[-1]:
                first[order[-1]] = True
            second = ~first
        else:
            first, second = _shares(sizes, fraction, rng)
        members[2 * j], members[2 * j + 1] = first[units], second[units]
    return members


def _shares(sizes: np.ndarray, fraction: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of units that hold about a `fraction` of the records: the two ends of one random sequence."""
    sequence = rng.permutation(len(sizes))
    most = fraction * sizes.sum() + 0.5
    sets = []
    for way in (sequence, sequence[::-1]):
        chosen = np.zeros(len(sizes), dtype=bool)
        chosen[way[np.cumsum(sizes[way]) <= most]] = True
        sets.append(chosen)
    return sets[0], sets[1]


def check_members(members: np.ndarray, ids: np.ndarray) -> None:
    """Raises InputError where a record would have no IN or no OUT model left once any one pair is taken out."""
    inside = members.sum(axis=0, dtype=np.int64)
    pairs = members[0::2].astype(np.int8) + members[1::2]
    for count, worst, side in (
        (inside, pairs.max(axis=0), "in"),
        (len(members) - inside, 2 - pairs.min(axis=0), "out of"),
    ):
        short = count - worst < 1
        if short.any():
            share = min(members.mean(), 1 - members.mean())
            enough = f"about {_enough(members.shape[1], share):,}" if share else "more"
            raise InputError(
                f"with {len(members)} shadows record {str(ids[np.argmax(short)])!r} is {side} too few of them to judge "
                f"the others; ask for {enough} shadows or a fraction nearer one half"
            )


def _enough(records: int, share: float) -> int:
    """Models with which `check_members` passes in 19 of 20 draws, where each holds (or lacks) this share of records:
    twins are disjoint in it, so a pair serves a record with probability 2 * share, and it takes two such pairs."""
    hit = 2 * share
    pairs = 2
    while records * (1 - hit) ** (pairs - 1) * (1 - hit + pairs * hit) > 0.05:
        pairs += max(1, pairs // 16)
    return 2 * pairs


def model_seeds(seed: int, shadows: int) -> list[int]:
    """One training seed a model, each from (seed, number of the model) alone."""
    return [int(np.random.SeedSequence([seed, 1, m]).generate_state(1)[0]) for m in range(shadows)]
