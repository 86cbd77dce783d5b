"""Does a whole audit of a million records fit a laptop? Time and peak memory of `standout audit`, all its processes.

    python benchmarks/bench_million.py                 # 1,000,000 records x 20 columns, 16 models, two recipes
    python benchmarks/bench_million.py --growth        # how time and memory grow with records, models and jobs
    python benchmarks/bench_million.py --quick         # the same on a small scale, to see that it runs

Synthetic records of two classes in float32, some labels flipped, so that there is something to find. Nothing is left
out of the audit: all attacks, exposure, characteristics, tables and report. The last columns are the audit's own clock.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from measured import Measured, measure

LIMIT = 6 * 2**30
"""Bytes that all processes of the audit may hold together."""
RECIPES = {
    "logistic-regression": ["--model", "logistic-regression"],
    "mlp": ["--model", "mlp", *(w for s in ("hidden=32", "epochs=1", "batch_size=4096") for w in ("--set", s))],
}
STAGES = ("shadows", "attacks", "explain", "report")


def write_records(path: Path, records: int, columns: int = 20) -> None:
    """An .npz with x float32 (records, columns) and y int (records,)."""
    rng = np.random.default_rng(16)
    y = rng.integers(0, 2, records)
    x = rng.standard_normal((records, columns), dtype=np.float32)
    x += np.where(y, 0.5, -0.5)[:, None] * rng.normal(size=columns).astype(np.float32)
    flipped = rng.random(records) < 0.02
    np.savez(path, x=x, y=np.where(flipped, 1 - y, y))


def audit(records: int, models: int, jobs: int, recipe: str) -> tuple[Measured, dict]:
    """What an audit took, and its summary."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "records.npz"), Path(folder, "run")
        write_records(source, records)
        command = [sys.executable, "-m", "standout", "audit", source, *RECIPES[recipe], "--shadows", str(models)]
        seen = measure([*command, "--jobs", str(jobs), "--out", out, "--quiet"], timeout=7200)
        return seen, json.loads(Path(out, "summary.json").read_text(encoding="utf-8"))


def row(records: int, models: int, jobs: int, recipe: str) -> bool:
    """Print a row of the table; returns whether it kept the limit."""
    seen, summary = audit(records, models, jobs, recipe)
    stages = " | ".join(f"{summary['seconds'][stage]:.1f}" for stage in STAGES)
    print(
        f"| {recipe} | {records:,} | {models} | {jobs} | {seen.seconds:.1f} | {seen.peak / 2**30:.2f} | {stages} | "
        f"{summary['exposed']['count']} |",
        flush=True,
    )
    return seen.peak < LIMIT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--recipe", choices=RECIPES, action="append", help="default: all of them")
    parser.add_argument("--growth", action="store_true", help="tables of growth in place of the million")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    recipes, jobs = asked.recipe or list(RECIPES), asked.jobs
    rows = [(20_000 if asked.quick else asked.records, asked.models, jobs, recipe) for recipe in recipes]
    if asked.growth:
        small, sizes, counts = 10_000, (10_000, 30_000, 100_000), (16, 64, 256)
        if asked.quick:
            small, sizes, counts = 2_000, (2_000, 6_000), (16, 32)
        rows = []
        for recipe in recipes:
            rows += [(records, asked.models, jobs, recipe) for records in sizes]
            rows += [(small, models, jobs, recipe) for models in counts if models != asked.models]
            rows += [(max(sizes), asked.models, other, recipe) for other in (1, 2) if other != jobs]
    stages = " | ".join(f"{stage} s" for stage in STAGES)
    print(f"| recipe | records | models | jobs | whole s | peak GiB | {stages} | exposed |\n|{'---|' * 11}", flush=True)
    kept = [row(*one) for one in rows]
    if asked.growth or asked.quick:
        return 0
    print(f"\nlimit {LIMIT / 2**30:.0f} GiB: {'kept' if all(kept) else 'NOT KEPT'}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
