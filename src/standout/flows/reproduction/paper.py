"""Tables 1, 2 and 3 of "Membership Inference Attacks Beyond Overfitting" (arXiv 2511.16792), as they stand there.

Accuracies, AUC and advantage in per cent, times in seconds on one GPU.
"""

from dataclasses import asdict, dataclass

PAPER = "arXiv 2511.16792"
TITLE = "Membership Inference Attacks Beyond Overfitting (Khalil, Blanco-Justicia, Jebreel, Domingo-Ferrer; 2025)"


@dataclass(frozen=True)
class Row:
    """A row of Table 1 or 2. key: what we call it; seconds: the runtime."""

    key: str
    name: str
    train: float
    test: float
    seconds: float
    auc: float
    advantage: float

    def figures(self) -> dict:
        """By the names of ours, as shares."""
        told = {"train_accuracy": self.train, "test_accuracy": self.test, "auc": self.auc, "advantage": self.advantage}
        return {name: round(value / 100, 6) for name, value in told.items()}


PURCHASE100 = (
    Row("original", "original", 97.76, 87.54, 1201, 57.27, 13.86),
    Row("early-stopping", "early stopping", 96.88, 89.58, 200, 55.07, 10.40),
    Row("l2-5e-4", "L2 5e-4", 94.91, 89.34, 1209, 53.25, 7.26),
    Row("l2-1e-3", "L2 1e-3", 92.63, 88.37, 1205, 52.22, 4.87),
    Row("l2-5e-3", "L2 5e-3", 77.76, 76.16, 1207, 50.92, 1.73),
    Row("l2-dropout-25", "L2 5e-4 + dropout 0.25", 90.02, 87.14, 1489, 51.87, 3.70),
    Row("l2-dropout-50", "L2 5e-4 + dropout 0.50", 86.52, 84.45, 1320, 51.44, 2.46),
    Row("label-smoothing", "label smoothing", 99.15, 88.52, 1699, 59.43, 16.43),
    Row("dp-sgd", "DP-SGD (eps 2.38)", 61.71, 61.21, 3507, 50.36, 0.70),
)
"""Table 1."""
CIFAR10 = (
    Row("original", "original", 99.97, 87.91, 3558, 60.27, 22.07),
    Row("early-stopping", "early stopping", 99.97, 87.93, 2024, 60.21, 21.96),
    Row("l2-5e-4", "L2 5e-4", 99.99, 91.46, 3573, 57.11, 19.13),
    Row("l2-1e-3", "L2 1e-3", 99.95, 89.61, 3564, 58.07, 20.52),
    Row("l2-5e-3", "L2 5e-3", 60.35, 59.71, 3574, 50.06, 0.82),
    Row("l2-dropout-25", "L2 5e-4 + dropout 0.25", 99.85, 91.78, 3616, 56.00, 15.44),
    Row("l2-dropout-50", "L2 5e-4 + dropout 0.50", 91.97, 84.89, 3610, 53.61, 7.52),
    Row("label-smoothing", "label smoothing", 99.99, 86.47, 3539, 67.33, 37.04),
    Row("dp-sgd", "DP-SGD (eps 4.95)", 59.51, 59.55, 7738, 50.00, 0.53),
)
"""Table 2."""
REWEIGHTING = (
    Row("reweighted", "original, after", 99.97, 87.91, 0.462, 55.94, 11.89),
    Row("l2-dropout-25-reweighted", "L2 5e-4 + dropout 0.25, after", 99.85, 91.78, 0.467, 53.76, 7.73),
)
"""Table 3 (CIFAR-10), its rows after logit reweighting, their times being the overhead; those before are of Table 2."""
BEFORE = {"reweighted": "original", "l2-dropout-25-reweighted": "l2-dropout-25"}
"""Which row the figures before are."""
NAMES = {row.key: row.name for row in (*CIFAR10, *REWEIGHTING)} | {
    "dp-sgd": "DP-SGD",
    "dp-sgd-loose": "DP-SGD, looser",
    "reweighted": "original + logit reweighting",
    "l2-dropout-25-reweighted": "L2 5e-4 + dropout 0.25 + logit reweighting",
}
"""What rows are called, whatever the data set."""
TABLES = {"purchase100": (*PURCHASE100,), "cifar10": (*CIFAR10, *REWEIGHTING)}
"""Rows by data set; texas100 is in none."""


def told(dataset: str) -> dict[str, dict]:
    """{key: {"name", "seconds", figures as shares}} of a data set's rows in the paper."""
    return {row.key: {**asdict(row), **row.figures()} for row in TABLES.get(dataset, ())}
