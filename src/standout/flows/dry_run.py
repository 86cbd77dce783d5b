"""What an audit would take, and what it could find: nothing is trained for it and nothing is written."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from standout.cores import cores
from standout.data.dataset import FEWEST, Dataset
from standout.errors import InputError, one_line
from standout.estimate.detectable import detectable
from standout.estimate.estimate import estimate
from standout.flows.choosing import records_of
from standout.flows.preparing import Asked, Job, dataset_of, new_plan
from standout.flows.rounds import Rounds
from standout.recipes import Recipe
from standout.shadows.memberships import check_members, draw_members
from standout.shadows.plan import extend_plan
from standout.signals import SIGNALS

ENOUGH = 1.0
"""Seconds after which timed trainings stop growing."""
LEAST = 64
"""Records of the first timed training, at least."""
STEEPEST = 3.0
"""Time is taken to grow with records by no more than their number to this power."""
SIMULATED, AUDITS = 800, 3
"""Records of a simulated audit at most, and how many audits."""
EFFECT = 0.6
"""Mean effect of membership in it, in deviations: some records in a hundred are then exposed."""


@dataclass(frozen=True)
class Forecast:
    """seconds: of all trainings side by side, about; seconds_a_model: of one core; bytes: in the run folder, without
    weights; smallest: the least exposure that would be reported with 80 % chance, None where none would."""

    name: str
    model: str
    records: int
    shadows: int
    members_per_model: int
    jobs: int
    seconds_a_model: float
    seconds: float
    bytes: int
    smallest: float | None
    fpr: float
    exposed_above: float
    warnings: tuple[str, ...]


def dry_run(
    x, y=None, *, ids: Sequence | None = None, groups: Sequence | None = None, name: str | None = None, **asked
) -> Forecast:
    """What `audit` with the same arguments would train, how long about, and how small an exposure it could report.

    A few models are trained on small shares of the records to time them, and thrown away. Raises InputError for all
    that `audit` would refuse.
    """
    wanted, dataset = Asked(**asked), dataset_of(x, y, ids, groups, name)
    wanted.options()  # refuses what does not go together
    if wanted.records_from == "screen":  # as many random ones: only their number counts here
        wanted = replace(wanted, records_from="random", records=records_of(wanted.records, len(dataset)))
    job = Job.of(dataset, wanted)
    options, count = job.options, job.options.budget
    check_members(job.memberships(options.shadows), job.records.ids)
    first = Rounds(options).ends(job.recipe.stack_size(job.data))[0]
    plan, _ = new_plan(job, first)
    plan = extend_plan(plan, job.data, first, options.seed)
    jobs = min(options.jobs or cores(), max(len(plan["stacks"]), 1))
    each = seconds_a_model(job.recipe, job.data, job.size)
    n, classes = len(job.records), len(job.data.classes)
    kept = sum(stop - start for (start, stop), keep in zip(plan["stacks"], plan["keep"]) if keep != "sums")
    size = first * (len(SIGNALS) * 4 * n + n // 8) + kept * 2 * n * classes
    return Forecast(
        job.records.name, job.recipe.name, n, count, job.size, jobs, each, each * count / jobs, size,
        smallest(count, n, options.fpr, options.exposed_above), options.fpr, options.exposed_above,
        tuple(job.warnings),
    )  # fmt: skip


def seconds_a_model(recipe: Recipe, data: Dataset, size: int) -> float:
    """What one model takes on `size` records, answers on all audited ones among it: a pair of models is timed on
    growing shares of the records, then carried on by how the time grew."""
    rng = np.random.default_rng(0)
    audited = np.ones(len(data), dtype=bool) if data.audited is None else data.audited
    sides = [rng.permutation(np.flatnonzero(side)) for side in (audited, ~audited)]
    seen: list[tuple[float, float]] = []
    share = min(LEAST / len(data), 1.0)
    while True:
        rows = [side[: max(int(share * len(side)), min(FEWEST, len(side)))] for side in sides]
        part = data.take(np.sort(np.concatenate(rows)))
        members = part.trained_on(draw_members(part.y[part.asked], 2))
        start = time.perf_counter()
        try:
            for _ in recipe.train(part, members, np.array([0, 1])):
                pass
        except InputError:
            raise
        except Exception as e:
            if share < 1:  # 50 neighbours of 32 members: more records may do
                share = min(2 * share, 1.0)
                continue
            raise InputError(f"{recipe.name} failed in a timed training: {type(e).__name__}: {one_line(e)}") from e
        seen.append((float(members.sum(axis=1).mean()), (time.perf_counter() - start) / 2))
        if share >= 1 or (seen[-1][1] > ENOUGH and len(seen) > 1):
            break
        share = min(2 * share, 1.0)
    (at, last), (before, earlier) = seen[-1], seen[-2] if len(seen) > 1 else seen[-1]
    power = np.log(last / max(earlier, 1e-9)) / np.log(at / before) if at > before else 1.0
    return float(last * (size / at) ** float(np.clip(power, 0.0, STEEPEST)))


def smallest(models: int, records: int, fpr: float, above: float) -> float | None:
    """The least exposure that an audit of so many models would report with 80 % chance: the median of some simulated
    ones, of normal signals and effects that fall off exponentially, on at most SIMULATED records."""
    n, found = min(max(records, 50), SIMULATED), []
    for audit in range(AUDITS):
        rng = np.random.default_rng(audit)
        members = draw_members(np.zeros(n, dtype=np.int64), models, seed=audit)
        signals = rng.standard_normal((models, n)) + members * rng.exponential(EFFECT, n)
        seen = detectable(estimate(signals.astype(np.float32), members, fpr=fpr, above=above), fpr=fpr, above=above)
        found.append(np.inf if seen is None else seen)
    middle = float(np.median(found))
    return middle if np.isfinite(middle) else None
