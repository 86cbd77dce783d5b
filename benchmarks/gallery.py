"""Real audits for the docs: a report and a picture of each, and a table of their figures.

    python benchmarks/gallery.py [--data DIR] [--out docs/gallery] [--runs runs/gallery] [--only digits,adult]

Digits come with scikit-learn; the others are audited where DIR holds their files. Run folders are kept and used again,
so that a second call trains nothing. OUT/NAME.html is the report, OUT/NAME.webp its first screen, taken by Chromium
without a window; where none is found, that is said and no picture is made.
"""

import argparse
import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import standout

SETS: dict[str, dict[str, Any]] = {
    "digits": {"model": "mlp"},
    "location30": {"model": "mlp"},
    "adult": {"model": "gradient-boosting", "records": 4000},
    "cifar10": {"model": "convnet", "settings": {"epochs": 30, "channels": (16, 32, 64)}, "shadows": 32},
}
ATTACKS = ("loss", "moderated")
"""One threshold for all, and the best that there is."""
SUBSET = {"cifar10": 10_000}
"""Records that are drawn at first, where all would take hours."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WINDOW = (1280, 960)
WIDTH = 640
"""Pixels of a picture: what the docs show."""
MOST_BYTES = 60_000


def audited(name: str, data: str | None, folder: Path) -> standout.Run:
    """The run of one data set, in its folder."""
    dataset = standout.load(name) if name == "digits" else standout.load(name, data=data)
    if name in SUBSET:
        drawn = np.random.default_rng(0).choice(len(dataset), SUBSET[name], replace=False)
        dataset = dataset.take(np.sort(drawn))
    return standout.audit(dataset, out=folder, attacks=ATTACKS, **SETS[name])


def screenshot(page: Path, browser: str) -> bytes:
    """PNG of the first screen of a page."""
    with tempfile.TemporaryDirectory() as scratch:
        shot = Path(scratch) / "shot.png"
        command = [
            browser, "--headless=new", "--hide-scrollbars", "--disable-gpu", f"--window-size={WINDOW[0]},{WINDOW[1]}",
            f"--user-data-dir={scratch}/profile", "--virtual-time-budget=5000", f"--screenshot={shot}",
            *(["--no-sandbox"] if os.geteuid() == 0 else []), page.resolve().as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if not shot.exists():
            raise SystemExit(f"{browser} made no picture of {page}: {done.stderr.strip().splitlines()[-1:]}")
        return shot.read_bytes()


def webp(png: bytes) -> bytes:
    """A picture of WIDTH pixels, of the best quality that stays within MOST_BYTES."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    for quality in range(90, 10, -10):
        packed = io.BytesIO()
        image.save(packed, "WEBP", quality=quality, method=6)
        if packed.tell() <= MOST_BYTES:
            break
    else:
        raise SystemExit(f"a picture of {WIDTH} pixels does not fit into {MOST_BYTES:,} bytes")
    return packed.getvalue()


def row(name: str, s: dict) -> str:
    """One line of the table."""
    accuracy, exposed, attacks = s["accuracy"], s["exposed"], s["attacks"]
    low, high = attacks["loss"]["auc_ci"]
    best = attacks[exposed["attack"]]
    tpr = best["tpr_at_fpr"]["0.001"]
    causes = ", ".join(f"{n:,} {cause}" for cause, n in s["causes"].items() if n)
    cells = (
        f"{name}, {s['model']['name']}",
        f"{s['shadows']['count']}",
        f"{accuracy['gap'] * 100:.1f} ({accuracy['gap_ci'][0] * 100:.1f} to {accuracy['gap_ci'][1] * 100:.1f})",
        f"{attacks['loss']['auc']:.3f} ({low:.3f} to {high:.3f})",
        f"{best['auc']:.3f} ({best['auc_ci'][0]:.3f} to {best['auc_ci'][1]:.3f})",
        "not measurable"
        if tpr is None
        else f"{tpr['tpr'] * 100:.1f} % ({tpr['ci'][0] * 100:.1f} to {tpr['ci'][1] * 100:.1f})",
        f"{exposed['count']:,} of {s['dataset']['records']:,}",
        causes or "-",
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the files of the benchmarks")
    parser.add_argument("--out", type=Path, default=Path("docs/gallery"))
    parser.add_argument("--runs", type=Path, default=Path("runs/gallery"), help="where run folders are kept")
    parser.add_argument("--only", default=",".join(SETS), help="names with commas between")
    asked = parser.parse_args()
    names = asked.only.split(",")
    if unknown := [name for name in names if name not in SETS]:
        parser.error(f"unknown {unknown[0]!r} (known: {', '.join(SETS)})")
    if asked.data is None and names != ["digits"]:
        print(f"without --data DIR only digits, not {', '.join(n for n in names if n != 'digits')}")
        names = [name for name in names if name == "digits"]
    browser = next((found for b in BROWSERS if (found := shutil.which(b))), None)
    if browser is None:
        print(f"no picture is made: none of {', '.join(BROWSERS)} is installed")
    asked.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in names:
        run = audited(name, asked.data, asked.runs / name)
        page = run.report(asked.out / f"{name}.html")
        if browser is not None:
            (asked.out / f"{name}.webp").write_bytes(webp(screenshot(page, browser)))
        rows.append(row(name, run.summary))
    print("| data, model | models | gap, points | AUC, one threshold | AUC | TPR at 0.1 % | exposed | causes |")
    print("|---" * 8 + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
