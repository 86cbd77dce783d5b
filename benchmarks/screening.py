"""Does one training find the records that an audit exposes?

    python benchmarks/screening.py --data DIR --out DIR [--only digits,location30] [--shadows 64] [--seeds 3]

One audit of each data set is the truth; screenings from other seeds rank its records. Precision of the first 1 %: how
many of them are exposed (mean over seeds; in brackets the exact binomial interval of one head at that mean), beside the
share of all records that are; and how many of the 1 % with the highest exposure are among them. Then what the audit
itself says of a ranking by its first pair, and the risk of the model as its own losses tell it (`measure.tail`), beside
the TPR of LiRA. Runs are kept in --out, and used again.
"""

import argparse
from pathlib import Path

import numpy as np

import standout
from standout.explain.ranking import exact_interval

SETS = {
    "digits": {"model": "mlp"},
    "location30": {"model": "mlp"},
    "retail100": {"model": "mlp", "settings": {"epochs": 8, "batch_size": 128}},
    "letter": {"model": "random-forest"},
    "adult": {"model": "random-forest"},
}
ROWS = {"retail100": 8000, "letter": 3000, "adult": 3000}
"""The first so many rows."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the files of the benchmarks")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--shadows", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="of the audit")
    asked = parser.parse_args()
    for name in asked.only.split(","):
        dataset = standout.load(name) if name == "digits" else standout.load(name, data=asked.data)
        if name in ROWS:
            dataset = dataset.take(np.arange(ROWS[name]))
        run = standout.audit(
            dataset, shadows=asked.shadows, attacks="lira", jobs=1, seed=asked.seed,
            out=asked.out / f"{name}-{asked.seed}", **SETS[name],
        )  # fmt: skip
        exposed, exposure = run.records["exposed"].to_numpy(), run.records["exposure"].to_numpy()
        n, k, first = len(exposed), int(exposed.sum()), max(round(0.01 * len(exposed)), 1)
        top = np.zeros(n, dtype=bool)
        top[np.argsort(-exposure, kind="stable")[:first]] = True
        print(f"{name}, {SETS[name]['model']}: {k:,} of {n:,} exposed ({k / n:.1%}); 1 % are {first}", flush=True)
        heads: dict[str, list[tuple[float, float, float]]] = {}
        for seed in range(asked.seeds):
            found = standout.screen(dataset, seed=100 + seed, **SETS[name])
            own = [c for c in ("loss_trace_iqr", "train_loss", "leverage") if c in found.records]
            by = {"ranking": -found.records["rank"], **{c: found.records[c].fillna(-np.inf) for c in own}}
            for how, values in by.items():
                order = np.argsort(-np.asarray(values, dtype=float), kind="stable")
                heads.setdefault(how, []).append(
                    (exposed[order[:first]].mean(), exposed[order[:k]].mean() if k else np.nan,
                     top[order[:first]].mean())
                )  # fmt: skip
        for how, seen in heads.items():
            precision, found_k, of_top = np.mean(seen, axis=0)
            low, high = exact_interval(round(precision * first), first)
            print(
                f"  {how}: precision at 1 % {precision:.0%} ({low:.0%} to {high:.0%}), found among the first {k}: "
                f"{found_k:.0%}, of the 1 % most exposed {of_top:.0%}",
                flush=True,
            )
        block = run.summary["screening"]
        tpr = {f: cell and cell["tpr"] for f, cell in run.summary["attacks"]["lira"]["tpr_at_fpr"].items()}
        head = block["first_k"]
        print(f"  by the first pair of the audit: {head['found'] if head else '-'} of {k}; AUROC {block['auroc']}")
        print(f"  tail of its losses: {block['tail']}; TPR of LiRA: {tpr}", flush=True)


if __name__ == "__main__":
    main()
