"""Which characteristics tell exposed records from others? AUROC of each, data set by data set.

    python benchmarks/characteristics.py --data DIR [--shadows 64] [--only digits,location30] [--model mlp] [--out DIR]

One audit of each data set; what stands in its summary is printed, beside how many are exposed, the causes, and what
explaining took. `within` is the same chance among records of one class. With --out the runs are kept, and used again.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

import standout

SETS = {
    "digits": {"model": "mlp"},
    "location30": {"model": "mlp"},
    "retail100": {"model": "mlp", "settings": {"epochs": 8, "batch_size": 128}},
    "letter": {"model": "random-forest", "records": 4000},
    "adult": {"model": "gradient-boosting", "records": 4000},
    "cifar10": {"model": "convnet", "settings": {"epochs": 30, "channels": (16, 32, 64)}, "shadows": 32},
}
SUBSET = {"cifar10": 10_000}
"""Records that are drawn at first, where all would take hours."""


def cell(strength: dict | None) -> str:
    """AUROC with its interval, and within classes."""
    if not strength or strength["auroc"] is None:
        return "-"
    low, high = strength["ci"]
    within = strength["within"]
    return f"{strength['auroc']:.2f} ({low:.2f} to {high:.2f}), {within:.2f}" if within is not None else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the files of the benchmarks")
    parser.add_argument("--shadows", type=int, default=64)
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--model", help="in place of that of each data set, as it comes")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only.split(","):
            dataset = standout.load(name) if name == "digits" else standout.load(name, data=asked.data)
            if name in SUBSET:
                drawn = np.random.default_rng(0).choice(len(dataset), SUBSET[name], replace=False)
                dataset = dataset.take(np.sort(drawn))
            how = {"shadows": asked.shadows, **({"model": asked.model} if asked.model else SETS[name])}
            run = standout.audit(dataset, attacks="moderated", out=(asked.out or Path(folder)) / name, **how)
            found[name] = run.summary
    print("| characteristic | " + " | ".join(found) + " |\n|---" + "|---" * len(found) + "|")
    for name in sorted({n for s in found.values() for n in s["characteristics"]}):
        print(f"| `{name}` | " + " | ".join(cell(s["characteristics"].get(name)) for s in found.values()) + " |")
    for name, s in found.items():
        causes = ", ".join(f"{cause} {n}" for cause, n in s["causes"].items() if n)
        exposed, took = s["exposed"], s["seconds"]
        print(
            f"- {name}: {exposed['count']:,} of {s['dataset']['records']:,} exposed; {causes or 'no cause'}; "
            f"explained in {took['explain']:.1f} s, shadows {took['shadows']:.0f} s"
        )


if __name__ == "__main__":
    main()
