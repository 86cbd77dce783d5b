"""Is there an aimed defence that silences the exposed at no cost? Data set by data set, beside a control.

    python benchmarks/aimed.py --data DIR [--only digits,letter,fashion-mnist] [--rounds 2] [--dp dp-sgd:50] [--out DIR]

One audit of each data set, of at most 10,000 records drawn once, with settings that keep the gap of accuracy below ten
points; then aimed defences in rounds, each aimed at those, too, whom the one before exposed. With --dp defences for
all records are trained beside them. With --out the runs are kept, and used again.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

import standout

SETS = {
    "digits": {},
    "letter": {"epochs": 20, "batch_size": 64},
    "fashion-mnist": {"epochs": 8, "batch_size": 128},
    "retail100": {"epochs": 6, "batch_size": 128},
}
MOST = 10_000
DEFENCES = ("self-distillation+down-weighting:0.3", "self-distillation", "remove")


def line(name: str, number: object, d: dict) -> str:
    """A row of the table: one defence, or one round of it."""
    own, new = d["exposed_before"], d["newly_exposed"]
    low, high = d["accuracy_cost_ci"]
    cells = (
        f"`{name}`",
        str(number),
        f"{d.get('aimed', '')}",
        f"{100 * d['accuracy_cost']:.2f} ({100 * low:.2f} to {100 * high:.2f})",
        f"{100 * own['exposure']:.1f}",
        f"{100 * own['exposure_after']:.2f}",
        f"{100 * own['cut']:.1f} ({100 * own['cut_ci'][0]:.1f} to {100 * own['cut_ci'][1]:.1f})",
        f"{100 * d['others']['exposure']:.2f}, {100 * d['others']['exposure_after']:.2f}",
        f"{new['excess']:+d} ({new['excess_ci'][0]:.0f} to {new['excess_ci'][1]:.0f})",
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the files of the benchmarks")
    parser.add_argument("--only", default="digits,letter,fashion-mnist")
    parser.add_argument("--defences", default=",".join(DEFENCES))
    parser.add_argument("--dp", default="", help="defences for all records, with commas between")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--shadows", type=int, default=64)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only.split(","):
            dataset = standout.load(name) if name == "digits" else standout.load(name, data=asked.data)
            if len(dataset) > MOST:
                drawn = np.random.default_rng(0).choice(len(dataset), MOST, replace=False)
                dataset = dataset.take(np.sort(drawn))
            run = standout.audit(
                dataset, model="mlp", settings=SETS[name], shadows=asked.shadows, attacks="moderated",
                out=(asked.out or Path(folder)) / name,
            )  # fmt: skip
            accuracy, exposed = run.summary["accuracy"], run.summary["exposed"]["count"]
            print(
                f"\n{name}: {exposed:,} of {len(dataset):,} exposed; accuracy {accuracy['train']:.1%} on members, "
                f"{accuracy['test']:.1%} on others\n\n| defence | round | aimed at | accuracy lost, points | exposure "
                "before | after | cut, % | of the rest, before and after | newly exposed |\n|---" + "|---" * 8 + "|",
                flush=True,
            )
            if not exposed:
                continue
            for text in asked.defences.split(","):
                told = run.defend(text, rounds=asked.rounds).defences["defences"]
                for d in next(iter(told.values()))["rounds"]:
                    print(line(text, d["round"], d), flush=True)
            if asked.dp:
                for text, d in run.defend(*asked.dp.split(",")).defences["defences"].items():
                    print(line(text, "", d | {"aimed": "all"}), flush=True)


if __name__ == "__main__":
    main()
