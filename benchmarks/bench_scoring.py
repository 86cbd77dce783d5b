"""What attacks and exposure cost once models are trained: 50,000 records x 256 models, against a loop over records.

    python benchmarks/bench_scoring.py [--records 50000] [--models 256] [--quick]

Synthetic rescaled logits in float32. Of each step the time for all models as targets (leave-pair-out scores; of
`exposure` the whole estimate), on the cores that this process may use, and the peak of its memory beyond what the data
and the imports take, in a fresh process. The peak holds what the step returns, stated beside it: scores in float64 are
two signal matrices by themselves.

The loop is LiRA as its authors published it (`plot.py` of mi_lira_2021, `generate_ours`): for each record and each
target the mean and deviation of its IN and of its OUT signals, here without the target and its twin, as the attack here
leaves them out, and two log densities of scipy.stats.norm. It is timed on LOOPED record-target pairs on one core and
extrapolated to all pairs: its time is proportional to them. Its scores on these pairs are held against those of `lira`.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

LOOPED = 2_000
STEPS = ("lira", "rmia", "moderated", "exposure")
SECONDS, RATIO, MATRICES = 5.0, 100.0, 2.0
"""Wanted of each step: at most so many seconds, at least so many times the loop, at most so many signal matrices."""


def made(models: int, records: int) -> tuple[np.ndarray, np.ndarray]:
    """signals float32 and members bool (models, records): each pair of twins splits the records, some leak more."""
    rng = np.random.default_rng(256)
    members = np.empty((models, records), dtype=bool)
    for pair in range(models // 2):  # a pair or a model at a time: the peak must be that of the step
        members[2 * pair] = rng.random(records) < 0.5
        members[2 * pair + 1] = ~members[2 * pair]
    signals = rng.standard_normal((models, records), dtype=np.float32)
    level, gap = rng.normal(2, 2, records), np.abs(rng.normal(0.2, 0.2, records))
    for one, who in zip(signals, members):
        one += level + gap * who
    return signals, members


def peak() -> int:
    """Bytes that were ever resident in this process."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def step(name: str, models: int, records: int) -> dict:
    """seconds and extra bytes of one step, after a small one that pays for imports and tables."""
    import standout

    def run(s: np.ndarray, m: np.ndarray):
        return standout.exposure(s, m) if name == "exposure" else standout.attack_scores(name, s, m)

    run(*made(8, 300))
    signals, members = made(models, records)
    before = peak()
    start = time.perf_counter()
    found = run(signals, members)
    seconds = time.perf_counter() - start
    out = {"seconds": seconds, "extra": peak() - before, "returned": returned_bytes(found)}
    return out | (looped(signals, members, found) if name == "lira" else {})


def returned_bytes(found) -> int:
    """Bytes of scores or of a table."""
    return int(found.nbytes if isinstance(found, np.ndarray) else found.memory_usage().sum())


def looped(signals: np.ndarray, members: np.ndarray, scores: np.ndarray) -> dict:
    """Seconds of the loop for one record and target, and how far its scores are from these."""
    from scipy.stats import norm

    rng = np.random.default_rng(1)
    targets, records = rng.integers(0, len(signals), LOOPED), rng.integers(0, signals.shape[1], LOOPED)
    seen = np.empty(LOOPED)
    signals = signals.astype(np.float64)
    start = time.perf_counter()
    for place, (target, record) in enumerate(zip(targets, records)):
        who, value = members[:, record].copy(), signals[:, record]
        others = np.ones(len(value), dtype=bool)
        others[[target, target ^ 1]] = False
        inside, outside = value[who & others], value[~who & others]
        seen[place] = norm.logpdf(value[target], np.mean(inside), np.std(inside)) - norm.logpdf(
            value[target], np.mean(outside), np.std(outside)
        )
    seconds = time.perf_counter() - start
    apart = float(np.abs(seen - scores[targets, records]).max())
    return {"loop": seconds / LOOPED, "apart": apart}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--models", type=int, default=256)
    parser.add_argument("--quick", action="store_true", help="2,000 records x 32 models: only whether it runs")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.quick:
        asked.records, asked.models = 2_000, 32
    if asked.step:
        print(json.dumps(step(asked.step, asked.models, asked.records)))
        return 0
    size = asked.records * asked.models
    print(f"{asked.records:,} records x {asked.models} models, signals {4 * size / 1e6:.0f} MB\n")
    print(f"| | seconds | times the loop | extra peak MB | in signal matrices | returned MB |\n|{'---|' * 6}")
    kept, loop, apart = True, 0.0, 0.0
    for name in STEPS:
        command = [sys.executable, __file__, "--step", name, "--records", str(asked.records)]
        done = subprocess.run([*command, "--models", str(asked.models)], stdout=subprocess.PIPE, check=True)
        took = json.loads(done.stdout)
        if name == "lira":  # the first step
            loop, apart = took["loop"] * size, took["apart"]
        ratio, matrices = loop / took["seconds"], took["extra"] / (4 * size)
        kept &= took["seconds"] < SECONDS and ratio >= RATIO and matrices < MATRICES
        memory = f"{took['extra'] / 1e6:.0f} | {matrices:.2f} | {took['returned'] / 1e6:.0f}"
        print(f"| {name} | {took['seconds']:.1f} | {ratio:.0f} | {memory} |", flush=True)
    print(
        f"| loop (extrapolated from {LOOPED:,} of {size:,}) | {loop:.0f} | 1 | | | |\n\n"
        f"loop and `lira` differ by at most {apart:.1e}; wanted of each: under {SECONDS:.0f} s, {RATIO:.0f} times the "
        f"loop, under {MATRICES:.0f} matrices: {'kept' if kept else 'NOT KEPT'}"
    )
    return 0 if asked.quick or (kept and apart < 1e-6) else 1


if __name__ == "__main__":
    sys.exit(main())
