"""Which figures this run could not measure: every null of the summary, in words, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from standout.attacks import ATTACKS
from standout.report.words import exactly

NOT_ASKED = frozenset(
    ("stable", "stable/would_need", "policy", "slices/classes", "slices/groups", "target/likeness", "shadows/seed")
)
"""Null where nothing was asked for, or there is nothing of the kind."""

FEW = "too few records in models that did not train on them"
SIGNALS = "signals alone do not tell"
MEMBERS = "on what the target trained was not given"
RULES: tuple[tuple[str, str, str], ...] = (
    ("accuracy/*", "accuracy, and whether the model overfits", SIGNALS),
    ("dataset/*", "number of classes and kind of the data", SIGNALS),
    ("model/*", "parameters of the model, and records for each", "the model does not tell"),
    ("attacks/*/tpr_at_fpr/@", "TPR at an FPR of @", FEW),
    ("attacks/*/tpr_at_fpr_target_calibrated/@", "TPR at an FPR of @", FEW),
    ("attacks/*/shadow_calibrated/@", "TPR at an FPR of @, with a threshold from other models", FEW),
    ("attacks/*/precision_at_prior/@", "precision where @ were used", "the attack flags nothing at that rate"),
    ("attacks/*/precision_at_prior_ci/@", "interval of the precision where @ were used", "too few models, or no flag"),
    ("attacks/*/auc_ci", "interval of the AUC", "too few models"),
    ("attacks/*/epsilon_lower_bound", "a lower bound on the epsilon of differential privacy",
     "no bound is known that holds for trainings which share their records"),
    ("attacks/*/*", "other figures of attacks", "too few models or records"),
    ("attacks/*", "figures", "it was not run"),
    ("attacks", "all attacks", "none was run"),
    ("characteristics", "characteristics", "none is stored"),
    ("exposed/detectable", "the smallest exposure that is reported with 80% chance", "too few shadow models"),
    ("exposed/own_fpr_seen/*", "the false-alarm rate seen over the exposed", "no exposed record, or too few trials"),
    ("exposed/own_fpr_seen", "the false-alarm rates seen", "too few shadow models"),
    ("exposed/stability/*", "how many of its records another audit would find", "too few models or exposed records"),
    ("exposed/stability", "how many of its records another audit would find", "too few models or exposed records"),
    ("characteristics/*/*", "how well some characteristics tell the exposed from others",
     "no exposed record, or no value to compare"),
    ("screening/*", "how well one training ranks the exposed", "no exposed record"),
    ("screening", "how well one training ranks the exposed", "no ranking was possible"),
    ("target/precision_at_prior*/@", "what a flag is worth where @ were used", "nothing was flagged in the shadows"),
    ("target/*", "how right the flags of the target are", MEMBERS),
    ("explained", "how much all characteristics together explain", "too few records or characteristics"),
    ("explained/*", "some parts of what all characteristics explain together", "too few exposed records"),
    ("paper", "the paper’s own measure", "it needs the records and models that answer for them"),
    ("paper/*", "some parts of the paper’s own measure", "it flags too few records to compare"),
    ("slices/*", "mean exposure and share of small classes or groups", "too few records in them"),
    ("stable/*", "some steps of the rounds", "not enough models at that time"),
)  # fmt: skip
"""(path, what it is, why it is missing). `*`: anything, a last one also whatever lies below; `@`: a rate."""


@dataclass
class Missing:
    """A figure that this run could not measure. rates: at which, as chosen; of: of which attacks, if not of all."""

    what: str
    why: str
    rates: list[str] = field(default_factory=list)
    of: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """What it is, with its rates."""
        text = self.what.replace("@", ", ".join(self.rates))
        return text[:1].upper() + text[1:]


def unmeasured(summary: dict) -> list[Missing]:
    """Each figure that is null, once, in the order of the summary; a null that no rule knows is named by its place."""
    found: dict[tuple[str, str], Missing] = {}
    missing = list(nulls(summary))
    for path in missing:
        if "/".join(path) in NOT_ASKED or path[0] == "policy" or figure_of(path) in missing:
            continue
        what, why = next((rule[1:] for rule in RULES if fits(rule[0], path)), ("/".join(path), "not stored"))
        one = found.setdefault((what, why), Missing(what, why))
        if "@" in what and share(path[-1]) not in one.rates:
            one.rates.append(share(path[-1]))
        if path[0] == "attacks" and len(path) > 1 and path[1] not in one.of:
            one.of.append(path[1])
    for one in found.values():
        if set(one.of) >= {name for name, block in (summary.get("attacks") or {}).items() if block}:
            one.of.clear()
    return list(found.values())


def figure_of(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Place of the figure that an interval of a name of its own goes with; None for what is none."""
    inner = tuple(part.removesuffix("_ci") for part in path)
    return None if inner == path else inner


def nulls(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Places of null in a block, and in those below."""
    if value is None:
        yield path
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nulls(inner, (*path, str(key)))


def fits(where: str, path: tuple[str, ...]) -> bool:
    """Whether the path of a rule is that of this place."""
    parts = where.split("/")
    if len(path) < len(parts) or (len(path) > len(parts) and parts[-1] != "*"):
        return False
    return all(
        part == "@" or (key.startswith(part[:-1]) if part.endswith("*") else part == key)
        for part, key in zip(parts, path)
    )


def share(key: str) -> str:
    """A rate that is a key of the summary, as chosen."""
    try:
        return exactly(float(key))
    except ValueError:
        return key


def untried(summary: dict) -> list[str]:
    """Attacks of this version that the run did not try."""
    return [name for name in ATTACKS if not (summary.get("attacks") or {}).get(name)]
