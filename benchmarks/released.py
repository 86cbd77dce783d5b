"""Does a verdict on a released model keep its word? False alarms and precision of flags on models of known members.

    python benchmarks/released.py --data DIR [--targets 12] [--shadows 64] [--only digits]

Each target is one more model of the recipe, trained on a random half of the records, saved as the .npz that
`standout audit --target` takes, and judged by the shadows of an audit that never saw it. Rates are pooled over targets,
with a 95 % interval by a bootstrap over targets. `promised` is what the audit says of the flags at a prior, the mean
over targets of `precision_at_prior`. The null row draws each target's members anew after training: nothing of them can
be known, so members are flagged as often as others.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

import standout
from standout.measure.precision import precision
from standout.recipes import recipe_of

SETS = {
    "digits": ("digits", None, {"epochs": 30}),
    "retail100": ("retail100", 15000, {"hidden": (256, 128), "epochs": 8, "batch_size": 128}),
}
PRIORS = (0.5, 0.1, 0.01)


def records_of(name: str, data: str | None, most: int | None) -> standout.Dataset:
    """The data set, the first `most` records of it, classes of four or more."""
    dataset = standout.load(name, data=data) if name == "retail100" else standout.load(name)
    if most is None:
        return dataset
    rows = np.arange(min(most, len(dataset)))
    common = np.bincount(dataset.y[rows], minlength=len(dataset.classes)) >= 4
    rows = rows[common[dataset.y[rows]]]
    return standout.Dataset(
        dataset.x[rows], np.array(dataset.classes)[dataset.y[rows]], ids=dataset.ids[rows], name=name
    )


def rates(counts: np.ndarray) -> tuple[float, float, np.ndarray]:
    """(TPR, FPR, their draws (R, 2)) from counts (targets, 4): hits, members, false hits, others."""
    drawn = np.random.default_rng(0).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), 2000) @ counts
    hits, members, false, others = counts.sum(axis=0)
    return hits / members, false / others, np.stack([drawn[:, 0] / drawn[:, 1], drawn[:, 2] / drawn[:, 3]], axis=1)


def judge(name: str, asked: argparse.Namespace, folder: Path) -> None:
    """Print the rows of one data set."""
    source, most, settings = SETS[name]
    dataset = records_of(source, asked.data, most)
    recipe = recipe_of("mlp", settings)
    rng = np.random.default_rng(77)
    members = np.array([rng.permutation(len(dataset)) < len(dataset) // 2 for _ in range(asked.targets)])
    trained = recipe.train(dataset, members, 10_000 + np.arange(asked.targets))
    counts, null, promised = [], [], []
    for model, mask in zip(trained, members):
        np.savez(folder / "target.npz", logits=model.logits, members=mask)
        run = standout.audit(
            dataset, model="mlp", settings=settings, shadows=asked.shadows, attacks="moderated",
            target=folder / "target.npz", out=folder / name,
        )  # fmt: skip
        flagged = run.records["flagged"].to_numpy()
        drawn = rng.permutation(mask)
        counts.append([(flagged & mask).sum(), mask.sum(), (flagged & ~mask).sum(), (~mask).sum()])
        null.append([(flagged & drawn).sum(), drawn.sum(), (flagged & ~drawn).sum(), (~drawn).sum()])
        block = run.summary["target"]
        promised.append([block["precision_at_prior"][f"{p:g}"] for p in PRIORS])
        alike = "" if not any(f["differs"] for f in block["likeness"].values()) else ", said to differ"
        print(f"  {name}: AUC {block['auc']:.3f}, flagged {block['flagged']}{alike}", file=sys.stderr, flush=True)
    for what, rows in (("targets", counts), ("null", null)):
        tpr, fpr, draws = rates(np.array(rows, dtype=float))
        low, high = np.quantile(draws[:, 1], [0.025, 0.975])
        cells = [f"{name}, {what}", f"{tpr:.3%}", f"{fpr:.3%} ({low:.3%} to {high:.3%})"]
        for k, prior in enumerate(PRIORS):
            own = prior * draws[:, 0] / (prior * draws[:, 0] + (1 - prior) * draws[:, 1])
            a, b = np.nanquantile(own, [0.025, 0.975])
            said = f"; promised {np.mean([p[k] for p in promised]):.3f}" if what == "targets" else ""
            cells.append(f"{precision(tpr, fpr, prior) or 0:.3f} ({a:.3f} to {b:.3f}){said}")
        print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with retail100.npz")
    parser.add_argument("--targets", type=int, default=12)
    parser.add_argument("--shadows", type=int, default=64)
    parser.add_argument("--only", choices=[*SETS])
    asked = parser.parse_args()
    print("| data | members flagged | others flagged | precision at prior 0.5 | at 0.1 | at 0.01 |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in [asked.only] if asked.only else SETS:
            judge(name, asked, Path(folder))


if __name__ == "__main__":
    main()
