"""Models that cannot tell who trained them: every attack must guess, and no record may be reported."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from standout.data.builtin import breast_cancer, digits
from standout.data.dataset import Dataset
from standout.flows.audit import audit
from standout.flows.checks.outcome import Check

DEVIATIONS = 5
"""An AUC may lie this many standard deviations from one half: those of as many independent scores."""


class Noise:
    """Logits drawn from the seed alone."""

    def __init__(self, classes: int):
        self.classes = classes

    def __call__(self, x, y, *, seed, sample_weight=None):
        return lambda records: 3 * np.random.default_rng(seed).normal(size=(len(records), self.classes))


class Elsewhere:
    """The same model whatever it is handed: fitted on other records (N, F)."""

    def __init__(self, x: np.ndarray, y: np.ndarray):
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self.model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x, y)

    def __call__(self, x, y, *, seed, sample_weight=None):
        return lambda records: self.model.predict_proba(np.asarray(records, dtype=np.float64))


class Shuffled:
    """The nearest neighbour with labels shuffled anew for each model: what it learns by heart is chance.

    A member gets its own shuffled label, any other record its neighbour's: both are draws from the same labels.
    """

    def __call__(self, x, y, *, seed, sample_weight=None):
        from sklearn.neighbors import KNeighborsClassifier

        labels = np.random.default_rng(seed).permutation(y)
        model = KNeighborsClassifier(1).fit(np.asarray(x, dtype=np.float64), labels)
        return lambda records: model.predict_proba(np.asarray(records, dtype=np.float64))


def null_noise() -> Check:
    """Answers of pure noise."""
    data = digits()
    return nothing_found("null: noise", data, Noise(len(data.classes)))


def null_elsewhere() -> Check:
    """Answers of one model fitted on other records."""
    data = breast_cancer()
    here = np.random.default_rng(2).random(len(data)) < 0.5
    other = data.take(np.flatnonzero(~here))
    recipe = Elsewhere(np.asarray(other.x, dtype=np.float64), other.y)
    return nothing_found("null: a model of other records", data.take(np.flatnonzero(here)), recipe)


def null_shuffled() -> Check:
    """Answers of a model that knows false labels by heart."""
    return nothing_found("null: shuffled labels", breast_cancer(), Shuffled())


def nothing_found(name: str, data: Dataset, recipe) -> Check:
    """An audit whose every AUC must lie near one half, and which must report nobody."""
    with TemporaryDirectory(prefix="standout-selfcheck-") as folder:
        run = audit(data, model=recipe, shadows=16, jobs=1, key="selfcheck", out=Path(folder) / "run")
        summary = run.summary
    off = {attack: abs(block["auc"] - 0.5) for attack, block in summary["attacks"].items()}
    worst = max(off, key=lambda attack: off[attack])
    bound = DEVIATIONS / float(
        np.sqrt(3 * summary["shadows"]["count"] * len(data))
    )  # Mann-Whitney, halves of equal size
    exposed = summary["exposed"]["count"]
    line = f"{summary['dataset']['name']}: {exposed} exposed (0 demanded); of {len(off)} attacks {worst} has the AUC "
    line += f"farthest from .5, by {off[worst]:.4f} (at most {bound:.4f})"
    return Check(name, exposed == 0 and off[worst] <= bound, line)
