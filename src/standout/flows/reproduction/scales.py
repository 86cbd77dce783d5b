"""How the paper's rows are trained here: data set by scale, and in what that departs from the paper."""

from dataclasses import dataclass, replace

from standout.errors import InputError, did_you_mean, listed
from standout.flows.reproduction.paper import BEFORE

LAYERS = (1024, 512, 256, 128)
"""The paper's perceptron, with tanh: 1,317,348 parameters at 600 columns and 100 classes."""
PERCEPTRON = {"hidden": LAYERS, "activation": "tanh", "optimizer": "adam"}
NARROW = (8, 16, 32, 64)
"""Channels of the small net that stands for DenseNet where there is no GPU."""
STRENGTHS = ("l2-1e-3", "l2-5e-3", "l2-dropout-50")
"""Rows that change a strength alone."""
BESIDES = (*STRENGTHS, "dp-sgd-loose")
"""And the costly one that stands in no table of the paper."""
STANDS = {"location30": "purchase100", "retail100": "purchase100"}
"""Stand-ins, and what they stand for; `texas100` is itself and stands in no table of the paper."""

ALL = "all"
Rows = dict[str, str]
"""{key of a row: defence, as `standout defend` takes it}, without the original."""


@dataclass(frozen=True)
class Scale:
    """One data set at one scale. subset: so many records, drawn at random, stand for the data set, None for all;
    audited: the share of the records of which each model sees one half, all others being in every training: with a
    third, models train on five sixths, as those of the paper's 50,000 and 10,000 photographs do; departs: in what this
    is not the paper, a line each; waits: keys of rows that are trained only where they are asked for."""

    model: str
    settings: dict
    shadows: int
    rows: Rows
    subset: int | None = None
    audited: float = 1.0
    departs: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()


def rows_of(smoothing: str, by_noise: Rows, shorter: str = "") -> Rows:
    """All rows of a table. smoothing: strength; by_noise: the rows of DP-SGD; shorter: what regularised rows have
    besides, such as `+epochs:100`."""
    both = f"weight-decay:0.0005+dropout:0.25{shorter}"
    return {
        "early-stopping": "early-stopping:0.1",
        "l2-5e-4": f"weight-decay:0.0005{shorter}",
        "l2-1e-3": f"weight-decay:0.001{shorter}",
        "l2-5e-3": f"weight-decay:0.005{shorter}",
        "l2-dropout-25": both,
        "l2-dropout-50": f"weight-decay:0.0005+dropout:0.5{shorter}",
        "label-smoothing": f"label-smoothing:{smoothing}",
        **by_noise,
        "reweighted": "logit-reweighting:0.1",
        "l2-dropout-25-reweighted": f"{both}+logit-reweighting:0.1",
    }


def private(training: str, tight: float, loose: float) -> Rows:
    """The rows of DP-SGD by epsilon, with a training of their own."""
    return {"dp-sgd": f"{training}+dp-sgd:{tight}", "dp-sgd-loose": f"{training}+dp-sgd:{loose}"}


HELD_OUT = (
    "early stopping selects its epoch on a tenth of each model's own members, which it does not train on and which "
    "count as members; never on non-members"
)
SMOOTHED = "the paper names label smoothing of 0.1 and 0.03 without saying everywhere which: {} here"
PURCHASE = rows_of("0.03", private("epochs:100+batch-size:256", 2.38, 50), "+epochs:100")
SPENT = "rows of DP-SGD have the epsilon that the paper states, by Opacus' accountant; the noise follows from it"
TUNED = (
    "rows of DP-SGD have epochs, batches and a rate of their own, tried on one net each: with those of the others they "
    "learn little"
)
FEW = rows_of("0.03", private("epochs:12+batch-size:512+learning-rate:0.008", 2.38, 200))
"""Of data sets of some thousand records."""
MANY = rows_of("0.03", private("epochs:3+batch-size:1024+learning-rate:0.01", 2.38, 50))
"""Of some ten thousand."""
QUICK = rows_of("0.1", private("epochs:8+batch-size:256+learning-rate:0.01", 4.95, 50))
PICTURES = rows_of("0.1", {"dp-sgd": "dp-sgd:4.95", "dp-sgd-loose": "dp-sgd:50"})
NO_TEXAS = "the paper has no Texas100; rows and perceptron are those of Purchase100"
BINARY = Scale(
    "mlp", {**PERCEPTRON, "lr": 5e-4, "batch_size": 32, "epochs": 200}, 16, PURCHASE, audited=0.4,
    departs=(
        HELD_OUT, SMOOTHED.format("0.03"), SPENT, "three fifths of the records are in every training and not attacked",
    ),
)  # fmt: skip
SHORT = (HELD_OUT, SMOOTHED.format("0.03"), TUNED)
BRISK = {**PERCEPTRON, "lr": 3e-3, "batch_size": 256, "epochs": 4}
BRIEF = (
    HELD_OUT, SMOOTHED.format("0.03"), TUNED,
    "20,000 records, three tenths of them audited, the others in every training",
    "4 epochs in place of 200 (and of 100 for regularised rows), in steps of 256 and at a rate of 3e-3",
)  # fmt: skip
"""Of Purchase100 and what stands for it."""
SCALES: dict[str, dict[str, Scale]] = {
    "cifar10": {
        "paper": Scale(
            "densenet", {}, 16, PICTURES, audited=1 / 3,
            departs=(
                HELD_OUT, SMOOTHED.format("0.1"), SPENT, "under DP-SGD group norm stands for batch norm",
                "two thirds of the photographs are in every training and not attacked",
                "Grad-CAM is taken at the last norm, which sees all channels, not at the last convolution",
            ),
        ),
        "small": Scale(
            "convnet", {"channels": NARROW, "lr": 4e-3, "batch_size": 64, "epochs": 10}, 8, QUICK, subset=3_000,
            waits=BESIDES,
            departs=(
                HELD_OUT, SMOOTHED.format("0.1"), TUNED,
                "3,000 photographs in place of 60,000, half of them in each training",
                "a convolutional net of 25,178 parameters and 10 epochs of Adam in place of DenseNet-BC 100-12",
            ),
        ),
    },
    "purchase100": {
        "paper": BINARY,
        "small": Scale("mlp", BRISK, 16, MANY, subset=20_000, audited=0.3, departs=BRIEF, waits=BESIDES),
    },
    "texas100": {
        "paper": replace(BINARY, departs=(*BINARY.departs, NO_TEXAS)),
        "small": Scale(
            "mlp", {**PERCEPTRON, "lr": 1e-3, "batch_size": 64, "epochs": 6}, 8, FEW, subset=3_000, waits=STRENGTHS,
            departs=(
                *SHORT, "3,000 records in place of 67,330", "6 epochs, in steps of 64 and at a rate of 1e-3",
                NO_TEXAS,
            ),
        ),
    },
    "location30": {
        "paper": BINARY,
        "small": Scale(
            "mlp", {**PERCEPTRON, "lr": 1e-3, "batch_size": 64, "epochs": 10}, 16, FEW, waits=STRENGTHS,
            departs=(
                *SHORT,
                "10 epochs in place of 200 (and of 100 for regularised rows), in steps of 64 and at a rate of 1e-3",
                "half of the records in each training",
            ),
        ),
    },
    "retail100": {
        "paper": BINARY,
        "small": Scale("mlp", BRISK, 16, MANY, subset=20_000, audited=0.3, departs=BRIEF, waits=BESIDES),
    },
}  # fmt: skip


def scale_of(dataset: str, scale: str) -> Scale:
    """Raises InputError for a data set or a scale that is not there."""
    if dataset not in SCALES:
        raise InputError(f"no rows for data set {dataset!r}{did_you_mean(dataset, SCALES)} (known: {listed(SCALES)})")
    if scale not in SCALES[dataset]:
        raise InputError(f"--scale must be small or paper, not {scale!r}")
    return SCALES[dataset][scale]


def chosen(rows: Rows, asked: list[str] | None, waits: tuple[str, ...] = ()) -> Rows:
    """Those of the rows that are asked for by key, in the order of the table; where none is, all but those that wait;
    with "all", all. A reweighted row brings the row that it changes. Raises InputError for one that is not there."""
    if not asked:
        return {key: text for key, text in rows.items() if key not in waits}
    for key in asked:
        if key not in (ALL, "original", *rows):
            raise InputError(
                f"no row {key!r}{did_you_mean(key, rows)} (known: {ALL}, original, {listed(rows, len(rows))})"
            )
    if ALL in asked:
        return rows
    wanted = {*asked, *(BEFORE[key] for key in asked if key in BEFORE)}
    return {key: text for key, text in rows.items() if key in wanted}
