"""Run folders whose reports the browser opens: small, of every kind, made by the real stages."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import standout
from standout.data.dataset import Dataset
from standout.report.build import write_report
from standout.run.folder import RunFolder

NETS = {"hidden": 64, "epochs": 60, "batch_size": 16, "lr": 0.01, "stack": 16}
ATTACKS = "loss,moderated"
WORK = ["private", "state", "self employed", "none"]
PLACES = ["Nord", "Süd", "Île-de-France", "Łódź", "東京", "Ost"]


def wrong(labels: np.ndarray, every: int = 12) -> np.ndarray:
    """Labels of which one in `every` is another class: what a net learns by heart, and so gives away."""
    names = np.unique(labels)
    code = np.searchsorted(names, labels)
    code[::every] = (code[::every] + 1) % len(names)
    return names[code]


def pictures() -> Dataset:
    """160 digits of four classes, one label in twelve false."""
    data = standout.load("digits")
    few = np.flatnonzero(data.y < 4)[:160]
    return Dataset(data.x[few], wrong(data.y[few]), ids=few.tolist(), name="digits", kind="image")


def digits(out: Path) -> None:
    """Pictures with 16 nets, labels falsified here and there."""
    standout.audit(pictures(), settings=NETS, shadows=16, attacks=ATTACKS, jobs=1, out=out)


def table(n: int = 240, seed: int = 5) -> tuple[pd.DataFrame, np.ndarray]:
    """People of numbers and words (n, 7), and whether they earn much."""
    rng = np.random.default_rng(seed)
    age, years, hours = rng.integers(18, 80, n), rng.integers(4, 20, n), rng.integers(10, 70, n)
    frame = pd.DataFrame(
        {
            "age": age, "work": rng.choice(WORK, n), "years of school": years, "hours": hours,
            "place": rng.choice(PLACES, n), "gain": rng.exponential(900, n).round(2),
            "married": rng.choice(["yes", "no", "?"], n),
        }
    )  # fmt: skip
    much = age / 20 + years / 3 + hours / 15 + rng.normal(0, 0.7, n) > 9.5
    return frame, np.where(much, ">50K", "<=50K")


def people(out: Path) -> None:
    """A table with words, blanks and leading zeros in ids."""
    frame, label = table()
    standout.audit(
        frame, wrong(label), ids=[f"{i:05d}" for i in range(len(frame))], name="people", settings=NETS, shadows=16,
        attacks=ATTACKS, jobs=1, out=out,
    )  # fmt: skip


def quiet(out: Path) -> None:
    """Nobody is exposed: classes of noise around their middle, and a linear model."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 150)
    x = rng.normal(size=(150, 4)) + 3 * y[:, None]
    standout.audit(x, y, model=LogisticRegression(C=0.01), name="noise", shadows=8, attacks=ATTACKS, jobs=1, out=out)


def signals(n: int, models: int = 32, exposed: int = 20, seed: int = 11) -> tuple[np.ndarray, np.ndarray]:
    """Signals (models, n) of which those of the first `exposed` records tell their membership, and memberships."""
    rng = np.random.default_rng(seed)
    members = np.empty((models, n), dtype=bool)
    members[::2] = rng.random((models // 2, n)) < 0.5
    members[1::2] = ~members[::2]
    effect = np.where(np.arange(n) < exposed, 6.0, 0.2)
    return rng.normal(size=(models, n)) + effect * members, members


def scored(out: Path) -> None:
    """Signals alone: no data, no labels, no accuracy."""
    given, members = signals(200)
    standout.score(signals=given, members=members, name="somebody's models", out=out)


def defended(out: Path, audit: Path) -> None:
    """The audit of pictures with two defences."""
    shutil.copytree(audit, out)
    data = pictures()
    standout.Run(out).defend("remove", "label-smoothing:0.2", x=data.x, y=data.y, ids=data.ids.tolist(), jobs=1)


def redacted(out: Path, audit: Path) -> None:
    """The same audit, for others."""
    shutil.copytree(audit, out)
    write_report(RunFolder(out), redact=True)


HOSTILE = [
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    "<!--<script>window.hacked=3</script>",
    '"><img src=x onerror="window.hacked=4">',
    "'-alert(1)-'",
    "</style></title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}${window.hacked=5}",
    '=HYPERLINK("http://example.org/?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\u05e9\u05dc\u05d5\u05dd \u202egnp.exe",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "x" * 10_000,
    "<b>" * 3_000,
    "Z̸̧͇̼a̴͉̋l̷͔̓g̵̱͝o" * 50,
    "javascript:alert(1)",
    "__proto__",
    "constructor",
    "'already quoted",
    "a,b;c\td\"e'f",
    "\u2028line\u2029",
]
"""Texts that would like to be more than text."""


def hostile(out: Path) -> None:
    """Ids, labels, columns, cells and names that are code, formulas, reversed or endless."""
    n = 200
    frame, label = table(n)
    frame["work"] = np.resize(np.array([t[:400] for t in HOSTILE], dtype=object), n)
    frame["place"] = np.resize(np.array(HOSTILE[::-1], dtype=object), n)
    frame.columns = [HOSTILE[0], HOSTILE[1], HOSTILE[7], "hours", HOSTILE[3], HOSTILE[11], HOSTILE[17]]
    names = np.array([HOSTILE[2], HOSTILE[8], HOSTILE[13][:300], HOSTILE[17], HOSTILE[12]])
    y = np.where(label == ">50K", 0, np.arange(n) % 5)
    ids = [*HOSTILE, *(f"r{i}" for i in range(n - len(HOSTILE)))]
    given, members = signals(n, exposed=len(HOSTILE) + 8)
    standout.score(signals=given, members=members, labels=names[y], ids=ids, x=frame, name=HOSTILE[1], out=out)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    summary["model"]["name"] = HOSTILE[0]
    summary["warnings"].append(HOSTILE[3])
    (out / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    write_report(RunFolder(out))


KINDS: dict[str, tuple[Callable[..., None], str | None]] = {
    "digits": (digits, None),
    "people": (people, None),
    "quiet": (quiet, None),
    "scored": (scored, None),
    "hostile": (hostile, None),
    "defended": (defended, "digits"),
    "redacted": (redacted, "digits"),
    "redacted people": (redacted, "people"),
}
"""Of each kind of report: what makes it, and of which other it is made."""
