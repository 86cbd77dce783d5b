"""Do exposures hold? Audits of few models against the truth of many others.

    python benchmarks/figures_that_hold.py --dataset digits --truth 384
    python benchmarks/figures_that_hold.py --dataset retail100 --data DIR --truth 1024

Trains truth + audit models once (kept in --cache), takes power at each record's own FPR from the moments of the truth
models as the truth, and judges disjoint audits by it; no model is in both.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from standout.estimate.estimate import estimate
from standout.estimate.own_rate import own_fpr_seen
from standout.estimate.power import power
from standout.estimate.spread import shrunk_spread
from standout.moments import moments_of
from trials import DATASETS, characteristics_of, smoothed, task, trained


def judge(signals, members, truth: int, sizes: list[int], features: np.ndarray | None) -> None:
    """Exposure of disjoint audits against the truth of the first `truth` models."""
    moments = moments_of(smoothed(signals[:truth], members[:truth]), members[:truth])
    inside, outside = moments.inside, moments.outside
    variance_in, variance_out = (np.maximum(s.squares / (s.count - 1), 1e-9) for s in (inside, outside))
    true = power(inside.mean, variance_in, outside.mean, variance_out)
    top = max(len(true) // 100, 1)
    best = set(np.argsort(-true)[:top].tolist())
    print(f"{len(true)} records, {(true > 0.1).sum()} truly above 10 %")
    pairing = np.median(shrunk_spread(moments).pairing)
    print(
        f"twins: correlation {twin_correlation(signals[:truth], members[:truth]):.2f}, a gap varies {pairing:.2f} times"
    )
    print("models audits  found  claimed/true  reported  truly <= 10 %  cover  own FPR: all exposed  seconds")
    for models in sizes:
        rows = []
        for start in range(truth, min(truth + 4 * models, len(signals)) - models + 1, models):
            part = slice(start, start + models)
            s, m = smoothed(signals[part], members[part]), members[part]
            begin = time.perf_counter()
            e = estimate(s, m, characteristics=features)
            seconds = time.perf_counter() - begin
            p, first = e.posterior, np.argsort(-e.posterior.exposure)[:top]
            own = own_fpr_seen(s, m, e.exposed, 1e-3, e.tails, e.fit.noise_factor)
            rows.append(
                (len(best & set(first.tolist())) / top, p.exposure[first].sum(), true[first].sum(), e.exposed.sum(),
                 (true[e.exposed] <= 0.1).sum(), ((p.low <= true) & (true <= p.high)).mean(), own["all"],
                 own["exposed"] or 0.0, seconds)
            )  # fmt: skip
        if rows:
            r = np.array(rows, dtype=float)
            print(
                f"{models:6d} {len(r):6d} {r[:, 0].mean():6.2f} {r[:, 1].sum() / r[:, 2].sum():13.2f} "
                f"{r[:, 3].mean():9.1f} {100 * r[:, 4].sum() / max(r[:, 3].sum(), 1):12.1f} % {r[:, 5].mean():6.2f} "
                f"{r[:, 6].mean():13.4f} {r[:, 7].mean():7.4f} {r[:, 8].mean():8.1f}",
                flush=True,
            )


def twin_correlation(signals: np.ndarray, members: np.ndarray) -> float:
    """Mean correlation over pairs of the two twins' deviations from each record's own IN or OUT mean."""
    moments = moments_of(signals, members)
    sides = moments.inside, moments.outside
    mean = np.where(members, *(s.mean for s in sides))
    z = (signals - mean) / np.sqrt(np.maximum(np.where(members, *(s.variance for s in sides)), 1e-9))
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(z[0::2], z[1::2])]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", choices=DATASETS, default="digits")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--truth", type=int, default=384)
    parser.add_argument("--sizes", default="16,32,64,128,256")
    parser.add_argument("--characteristics", action="store_true", help="hand the prior what the data alone says")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    sizes = [int(s) for s in asked.sizes.split(",")]
    models = asked.truth + max(sizes)
    signals, members = trained(asked.dataset, asked.data, models, asked.cache, asked.jobs)
    features = characteristics_of(task(asked.dataset, asked.data)[0]) if asked.characteristics else None
    with threadpool_limits(1):
        judge(signals, members, asked.truth, sizes, features)


if __name__ == "__main__":
    main()
