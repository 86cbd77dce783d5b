"""Two runs on the records that they share."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from standout.flows.comparison.finished import Finished

SAME_LABELS = 0.9
"""Share of shared ids with the same label from which two runs are taken to be of the same records: numbers of rows are
ids of any data set, and two classes agree on half of them by chance."""
MOST_IDS = 20
BY_CHANCE = 0.0056
"""Chance that two independent 95 % intervals of equal width do not meet where nothing differs, for normal estimates:
P(|z| > 2 x 1.96 / sqrt 2)."""


@dataclass(frozen=True, eq=False)
class Pair:
    """a, b: the runs; ids: those in both, in the order of a; relabelled: how many of these have another label;
    compared: whether records are taken to be the same; unlabelled: whether no label speaks for or against that."""

    a: Finished
    b: Finished
    ids: pd.Index
    relabelled: int
    compared: bool
    unlabelled: bool

    @classmethod
    def of(cls, a: Finished, b: Finished) -> "Pair":
        """What two runs share."""
        ids = a.records.index[a.records.index.isin(b.records.index)]
        left, right = a.records.loc[ids, "label"].to_numpy(), b.records.loc[ids, "label"].to_numpy()
        known = (left != "") & (right != "")  # `score` without labels has none
        relabelled = int((left != right)[known].sum())
        unknown = len(ids) > 0 and not known.any()
        same = len(ids) > 0 and relabelled <= (1 - SAME_LABELS) * known.sum()
        return cls(a, b, ids, relabelled, bool(same), bool(unknown))

    def same_setting(self, name: str) -> bool:
        """Whether both runs have the same `fpr`, or `above`."""
        return self.a.summary["exposed"][name] == self.b.summary["exposed"][name]

    def as_dict(self) -> dict[str, Any]:
        """What is said of the pair; None where it cannot be said."""
        said: dict[str, Any] = {
            "a": self.a.name, "b": self.b.name, "common": len(self.ids), "relabelled": self.relabelled,
            "compared": self.compared, "spearman": None, "clearly_higher": None, "exposed": None,
        }  # fmt: skip
        if not self.compared:
            return said
        a, b = self.a.records.loc[self.ids], self.b.records.loc[self.ids]
        if self.same_setting("fpr"):
            said["spearman"] = rank_correlation(a["exposure"], b["exposure"])
            said["clearly_higher"] = {
                "a": int((a["exposure_lo"] > b["exposure_hi"]).sum()),
                "b": int((b["exposure_lo"] > a["exposure_hi"]).sum()),
                "by_chance": BY_CHANCE * len(self.ids),
            }
            if self.same_setting("above"):
                said["exposed"] = overlap(a["exposed"], b["exposed"])
        return said


def all_pairs(runs: Iterable[Finished]) -> list[Pair]:
    """Every two runs, in the order given."""
    return [Pair.of(a, b) for a, b in combinations(runs, 2)]


def rank_correlation(a: pd.Series, b: pd.Series) -> float | None:
    """Spearman's, ties by mid-ranks; None where one side is constant."""
    if a.nunique() < 2 or b.nunique() < 2:
        return None
    value = float(spearmanr(a, b).statistic)
    return value if np.isfinite(value) else None


def overlap(a: pd.Series, b: pd.Series) -> dict[str, Any]:
    """Exposed in both, in one alone (bool series by id): counts, Jaccard (None without any), and some of the ids."""
    left, right = a & ~b, b & ~a
    either = int((a | b).sum())
    return {
        "a": int(a.sum()),
        "b": int(b.sum()),
        "both": int((a & b).sum()),
        "jaccard": int((a & b).sum()) / either if either else None,
        "only_a": {"count": int(left.sum()), "ids": list(a.index[left][:MOST_IDS])},
        "only_b": {"count": int(right.sum()), "ids": list(a.index[right][:MOST_IDS])},
    }
