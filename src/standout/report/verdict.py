"""What the verdict says of an attacker with one threshold for all records: its figures, and when they are small."""

from dataclasses import dataclass
from typing import Any

from standout.report.words import known

ONE_THRESHOLD = ("loss", "confidence", "entropy", "modified-entropy")
MOST_AUC, MOST_TPR, AT = 0.55, 0.02, "0.01"
"""`Next to nothing`, as the glossary says it: upper ends of the intervals of AUC, and of TPR at this FPR."""


@dataclass(frozen=True)
class OneThreshold:
    """The strongest such attack that was run: its name, its block of the summary, and whether it learns little.

    tpr: its cell at an FPR of 1 %, None where that is not measurable; little: both intervals end below the bounds.
    """

    name: str
    block: dict[str, Any]
    tpr: dict[str, Any] | None
    little: bool

    @property
    def picks(self) -> float:
        """Of a hundred pairs, one record used and one not, in how many it points to the right one."""
        return 100 * self.block["auc"]


def one_threshold(summary: dict) -> OneThreshold | None:
    """None where no such attack was run, or none has an AUC."""
    blocks = summary.get("attacks") or {}
    run = [(name, blocks[name]) for name in ONE_THRESHOLD if known((blocks.get(name) or {}).get("auc"))]
    if not run:
        return None
    name, block = max(run, key=lambda pair: pair[1]["auc"])
    cell = (block.get("tpr_at_fpr") or {}).get(AT)
    cell = cell if cell and known(cell.get("tpr")) else None
    return OneThreshold(name, block, cell, all(little(each) for _, each in run))


def little(block: dict[str, Any]) -> bool:
    """Whether both bounds hold for an attack; a figure that is missing holds none."""
    cell = (block.get("tpr_at_fpr") or {}).get(AT) or {}
    return below(block.get("auc_ci"), MOST_AUC) and below(cell.get("ci"), MOST_TPR)


def below(interval: Any, bound: float) -> bool:
    """Whether an interval is known and ends at the bound or below."""
    return bool(interval) and known(interval[1]) and interval[1] <= bound
