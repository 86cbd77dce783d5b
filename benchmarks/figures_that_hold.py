"""Do attacks rank and exposures hold? Audits of few models against the truth of many others.

    python benchmarks/figures_that_hold.py --dataset digits --truth 384
    python benchmarks/figures_that_hold.py --dataset retail100 --data DIR --truth 1024

Trains truth + audit models once (kept in --cache), takes power at each record's own FPR from the moments of the truth
models as the truth, and judges disjoint audits by it; no model is in both. Then each attack by number of models.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

import standout
from standout.attacks import ATTACKS, leave_pair_out
from standout.attacks.moments import moments_of
from standout.data.dataset import Dataset
from standout.estimate.estimate import estimate
from standout.estimate.own_rate import own_fpr_seen
from standout.estimate.power import power
from standout.estimate.spread import shrunk_spread
from standout.measure.roc import Roc
from standout.recipes import recipe_of
from standout.shadows.memberships import draw_members, model_seeds
from standout.signals import rescaled_logit

SEED = 7


def task(name: str, folder: Path | None):
    """(Dataset in id order, recipe) of a trial."""
    if name == "digits":
        dataset, recipe = standout.load("digits"), recipe_of("mlp")
    else:
        assert folder is not None, f"{name} needs --data DIR"
        with np.load(folder / "retail100.npz") as file:
            x = np.unpackbits(file["X_bits"], axis=1, count=600)[:15000]
            y = file["y"][:15000]
        keep = np.bincount(y, minlength=100)[y] >= 4
        dataset = Dataset(x[keep], y[keep], name=name)
        recipe = recipe_of("mlp", {"hidden": (256, 128), "epochs": 8, "batch_size": 128})
    return dataset.take(dataset.id_order()), recipe


def signals_of(dataset, recipe, models: int, jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """Rescaled logits float32 (models, N) and memberships of newly trained models."""
    members = draw_members(dataset.y, models, seed=SEED)
    seeds = np.array(model_seeds(SEED, models))

    def stack(start: int) -> np.ndarray:
        part = slice(start, min(start + 8, models))
        trained = recipe.train(dataset, members[part], seeds[part])
        return np.stack([rescaled_logit(t.logits, dataset.y) for t in trained]).astype(np.float32)

    parts = Parallel(n_jobs=jobs)(delayed(stack)(start) for start in range(0, models, 8))
    return np.concatenate([np.asarray(p) for p in parts]), members


def judge(signals: np.ndarray, members: np.ndarray, truth: int, sizes: list[int]) -> None:
    """Exposure of disjoint audits against the truth of the first `truth` models."""
    moments = moments_of(signals[:truth], members[:truth])
    inside, outside = moments.inside, moments.outside
    true = power(inside.mean, inside.squares / (inside.count - 1), outside.mean, outside.squares / (outside.count - 1))
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
            begin = time.perf_counter()
            e = estimate(signals[part], members[part])
            seconds = time.perf_counter() - begin
            p, first = e.posterior, np.argsort(-e.posterior.exposure)[:top]
            own = own_fpr_seen(signals[part], members[part], e.exposed, 1e-3, e.tails)
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
    z = (signals - mean) / np.sqrt(np.where(members, *(s.variance for s in sides)))
    return float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(z[0::2], z[1::2])]))


def rank(signals: np.ndarray, members: np.ndarray, sizes: list[int]) -> None:
    """AUC and TPR at 0.1 % of the attacks with references, by number of models."""
    print("models  " + "  ".join(f"{name:>18}" for name in ("rmia", "lira-one-variance", "lira", "moderated")))
    for models in sizes:
        s, m = signals[-models:], members[-models:]
        cells = []
        for name in ("rmia", "lira-one-variance", "lira", "moderated"):
            roc = Roc.of(leave_pair_out(ATTACKS[name], s, m), m)
            cells.append(f"{roc.auc():.4f} / {100 * roc.at(0.001)[1]:5.2f} %")
        print(f"{models:6d}  " + "  ".join(f"{c:>18}" for c in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", choices=["digits", "retail100"], default="digits")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--truth", type=int, default=384)
    parser.add_argument("--sizes", default="16,32,64,128,256")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    sizes = [int(s) for s in asked.sizes.split(",")]
    if asked.cache and asked.cache.exists():
        with np.load(asked.cache) as file:
            signals, members = file["s"], file["m"]
    else:
        signals, members = signals_of(*task(asked.dataset, asked.data), asked.truth + max(sizes), asked.jobs)
        if asked.cache:
            np.savez(asked.cache, s=signals, m=members)
    with threadpool_limits(1):
        judge(signals, members, asked.truth, sizes)
        rank(signals, members, [4, 8, *[s for s in sizes if s <= 128]])


if __name__ == "__main__":
    main()
