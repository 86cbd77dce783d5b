"""Which attack ranks best? AUC and TPR at 0.1 % FPR by number of shadow models, the same models for every attack.

    python benchmarks/attacks_compared.py --dataset digits
    python benchmarks/attacks_compared.py --dataset retail100 --data DIR

The last columns: `moderated` over the best of the others, with the 90 % interval of that ratio from a bootstrap over
pairs in which all attacks are judged on the same resamples.
"""

import argparse
from pathlib import Path

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.measure.intervals import Curves
from standout.measure.roc import Roc
from trials import DATASETS, characteristics_of, smoothed, task, trained

FPR = 0.001
OTHERS = ("rmia", "lira-offline", "lira-one-variance", "lira")


def compare(signals: np.ndarray, members: np.ndarray, features: np.ndarray | None) -> str:
    """A row of the table."""
    figures, draws = {}, {}
    for name in (*OTHERS, "moderated"):
        scores = leave_pair_out(ATTACKS[name], signals, members, characteristics=features)
        roc = Roc.of(scores, members)
        curves = Curves.of(scores, members, roc)
        figures[name] = np.array([roc.auc(), roc.at(FPR)[1]])
        draws[name] = np.stack([curves.auc(), curves.at(FPR)[0]])
    cells = [f"{auc:.4f} / {100 * tpr:5.2f} %" for auc, tpr in figures.values()]
    for which in (0, 1):
        best = max(OTHERS, key=lambda name: figures[name][which])
        ratio = figures["moderated"][which] / figures[best][which]
        low, high = np.quantile(draws["moderated"][which] / np.maximum(draws[best][which], 1e-9), [0.05, 0.95])
        cells.append(f"{ratio:.3f} ({low:.3f} to {high:.3f})")
    return " | ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", choices=DATASETS, default="digits")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sizes", default="4,8,16,32,64,128")
    parser.add_argument("--characteristics", action="store_true", help="hand the prior what the data alone says")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    sizes = [int(s) for s in asked.sizes.split(",")]
    signals, members = trained(asked.dataset, asked.data, max(sizes), asked.cache, asked.jobs)
    features = characteristics_of(task(asked.dataset, asked.data)[0]) if asked.characteristics else None
    names = (*OTHERS, "moderated", "ratio of AUC (90 %)", "ratio of TPR (90 %)")
    print(f"| models | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}")
    for models in sizes:
        s, m = signals[-models:], members[-models:]
        print(f"| {models} | {compare(smoothed(s, m), m, features)} |", flush=True)


if __name__ == "__main__":
    main()
