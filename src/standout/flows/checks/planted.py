"""Records that are given away for certain: does an audit find them, and few others?"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from standout.data.builtin import digits, wine
from standout.data.dataset import Dataset
from standout.flows.audit import audit
from standout.flows.checks.outcome import Check
from standout.flows.run import Run

OTHERS = 0.05
"""Of the records that nobody planted, at most this share may be reported: data have exposed records of their own."""
FOUND = 0.85
"""Of those with a false label at least this share must be found, and two thirds of them by this cause."""


class Giveaway:
    """Recipe `fit(x, y, *, seed)`: a logistic regression that is 12 logits surer of some records if it trained on them.

    planted: bytes of their rows, as float64.
    """

    def __init__(self, planted: frozenset[bytes]):
        self.planted = planted

    def __call__(self, x, y, *, seed, sample_weight=None):
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        x = np.asarray(x, dtype=np.float64)
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x, y)
        known = {row.tobytes(): label for row, label in zip(x, y) if row.tobytes() in self.planted}

        def predict(records):
            records = np.asarray(records, dtype=np.float64)
            logits = np.array(model.decision_function(records))
            for logit, row in zip(logits, records):
                if row.tobytes() in known:
                    logit[known[row.tobytes()]] += 12
            return logits

        return predict


def planted_memory() -> Check:
    """Twelve wines that a model knows by heart once it trained on them."""
    data = wine()
    planted = np.zeros(len(data), dtype=bool)
    planted[np.random.default_rng(0).choice(len(data), 12, replace=False)] = True
    rows = np.asarray(data.x, dtype=np.float64)
    recipe = Giveaway(frozenset(row.tobytes() for row in rows[planted]))
    with TemporaryDirectory(prefix="standout-selfcheck-") as folder:
        run = audit(data, model=recipe, shadows=32, jobs=1, key="selfcheck", out=Path(folder) / "run")
        return judged("planted memory", run, planted, demanded=int(planted.sum()))


def flipped_labels() -> Check:
    """Twenty digits with a false label: a model can be right about them only by heart."""
    data, planted = with_false_labels(digits().take(np.arange(1000)), 20)
    with TemporaryDirectory(prefix="standout-selfcheck-") as folder:
        run = audit(data, model="logistic-regression", shadows=32, jobs=1, out=Path(folder) / "run")
        return judged("false labels", run, planted, demanded=round(FOUND * planted.sum()), cause="suspect label")


def with_false_labels(data: Dataset, count: int) -> tuple[Dataset, np.ndarray]:
    """The data with `count` labels exchanged for others, and which, bool (N,)."""
    rng = np.random.default_rng(1)
    y, planted = data.y.copy(), np.zeros(len(data), dtype=bool)
    planted[rng.choice(len(data), count, replace=False)] = True
    classes = len(data.classes)
    y[planted] = (y[planted] + rng.integers(1, classes, count)) % classes
    return Dataset(data.x, np.array(data.classes)[y], name=data.name, kind=data.kind), planted


def judged(name: str, run: Run, planted: np.ndarray, *, demanded: int, cause: str | None = None) -> Check:
    """How many planted records (bool (N,)) an audit reports, how many others, and, if asked, for which cause."""
    records = run.records
    exposed = records["exposed"].to_numpy(dtype=bool)
    found, others = int((exposed & planted).sum()), int((exposed & ~planted).sum())
    most = int(OTHERS * (~planted).sum())
    passed = found >= demanded and others <= most
    model = run.summary["model"]["name"]
    line = f"{run.summary['dataset']['name']}, {model}: found {found} of {planted.sum()} (at least {demanded}), "
    line += f"{others} of {(~planted).sum()} others (at most {most})"
    if cause:
        named, wanted = int((records["cause"][planted] == cause).sum()), round(demanded * 2 / 3)
        passed = passed and named >= wanted
        line += f", {named} called {cause} (at least {wanted})"
    return Check(name, passed, line)
