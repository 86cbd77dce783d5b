"""A large table as people have them: time and peak memory of a whole audit of a sample, all its processes.

    python benchmarks/bench_table.py [--rows 100000] [--records 5000] [--shadows 16] [--quick]

The table has 20 mixed columns in a European spelling (`;`, decimal commas, gaps, dates, words, free text, an id with
leading zeros) and several rows per patient. `standout audit T --label outcome --id id --group patient --model
random-forest --records 5000 --shadows 16`; the rest of the rows is in every training.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from measured import measure

TOWNS = [f"Town {i}" for i in range(30)]


def write_table(path: Path, rows: int) -> None:
    """The table, with an outcome that some columns tell in part."""
    rng = np.random.default_rng(12)
    numbers = rng.normal(size=(rows, 8))
    outcome = np.array(["home", "ward", "intensive care"])[np.digitize(numbers[:, :3].sum(axis=1), [-1.5, 1.5])]
    days = pd.to_timedelta(rng.integers(0, 2000, rows), unit="D")
    frame = pd.DataFrame({
        "id": [f"{i:08d}" for i in range(rows)],
        "patient": rng.integers(0, rows // 3, rows),
        "outcome": np.where(rng.random(rows) < 0.05, rng.permutation(outcome), outcome),
        "admitted": (pd.Timestamp("2020-01-01") + days).strftime("%d.%m.%Y"),
        "town": rng.choice(TOWNS, rows),
        "smoker": rng.choice(["yes", "no", "", "?"], rows, p=[0.3, 0.5, 0.1, 0.1]),
        "ward": rng.choice(list("ABCDEFGH"), rows),
        "notes": [f"seen by doctor {v}" for v in rng.integers(0, 5000, rows)],
        "constant": "1",
        "visits": rng.integers(0, 40, rows),
        "age": rng.integers(0, 100, rows),
        **{f"lab {k}": np.round(numbers[:, k], 4) for k in range(8)},
        "empty": "",
    })  # fmt: skip
    frame.loc[rng.random(rows) < 0.1, "lab 7"] = np.nan
    frame.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--shadows", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="5,000 rows and 500 records, to see that it runs")
    asked = parser.parse_args()
    rows, records = (5000, 500) if asked.quick else (asked.rows, asked.records)
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder, "patients.csv"), Path(folder, "run")
        write_table(table, rows)
        seen = measure(
            [
                sys.executable, "-m", "standout", "audit", table, "--label", "outcome", "--id", "id",
                "--group", "patient", "--model", "random-forest",
                "--records", str(records), "--shadows", str(asked.shadows),
                "--out", out, "--quiet",
            ],
            timeout=3600,
        )  # fmt: skip
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        took = summary["seconds"]
        print("| rows | MB | audited | shadows | seconds | of which training | peak memory, GiB | exposed |")
        print("|---|---|---|---|---|---|---|---|")
        print(
            f"| {rows:,} | {table.stat().st_size / 1e6:.0f} | {summary['dataset']['records']:,} | {asked.shadows} | "
            f"{seen.seconds:.0f} | {took['shadows']:.0f} | {seen.peak / 2**30:.2f} | {summary['exposed']['count']} |"
        )
        for line in summary["warnings"]:
            print(f"- {line}")


if __name__ == "__main__":
    main()
