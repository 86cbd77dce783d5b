"""Rounds of `--until-stable`: the same audit with ever more shadows, until its targets are met or its budget ends.

A round is decided by the figures of its first models alone, whatever else is stored, so that a run which was killed
ends as one that never was. Looking after each round does not bend what is reported: doubt is a posterior, and the
targets ask how wide intervals are, not where they lie.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import ceil, lcm

import numpy as np

from standout.attacks.smoothing import choose_smoothing
from standout.estimate.estimate import Estimate, estimate
from standout.flows.attacking import scores_of
from standout.flows.options import Options
from standout.flows.targets import FAR, Target, targets_of, would_need
from standout.measure.overfitting import accuracy_and_gap
from standout.shadows.store import Shadows
from standout.signals import smooth

GROWTH = 1.5
LAST = 1.25
"""A last round that adds less than this is not worth its look: the round before goes to the budget."""


def round_ends(first: int, most: int, stack: int) -> list[int]:
    """How many models each round has: whole stacks, so that they are those of any longer audit, up to the budget."""
    unit = lcm(stack, 2)
    ends = [min(ceil(first / unit) * unit, most)]
    while ends[-1] < most:
        end = ceil(GROWTH * ends[-1] / unit) * unit
        ends.append(end if end * LAST <= most else most)
    return ends


@dataclass(frozen=True, eq=False)
class Round:
    """What the first `models` of an audit say of its targets."""

    models: int
    estimated: Estimate
    targets: dict[str, Target]

    @property
    def met(self) -> bool:
        """Whether all targets are met."""
        return all(t.met for t in self.targets.values())

    @property
    def reported(self) -> int:
        """How many records are reported."""
        return int(self.estimated.exposed.sum())

    def block(self) -> dict:
        """The round in summary.json."""
        return {
            "models": self.models,
            "reported": self.reported,
            "expected_exposed": float((1 - self.estimated.posterior.doubt).sum()),
            "seen": {name: t.seen for name, t in self.targets.items()},
            "unmet": [name for name, t in self.targets.items() if not t.met],
        }


def judge(shadows: Shadows, options: Options) -> Round:
    """The targets on these models, and nothing that they do not need: one attack, the estimate, what is detectable."""
    members, signal = shadows.members, shadows.signal("rescaled-logit")
    smoothing = choose_smoothing(signal, members) if shadows.rounded() else None
    scores = scores_of(options.attacks[-1], shadows, signal, smoothing)
    if smoothing:
        signal = smooth(signal, smoothing.overall).astype(np.float32)
    fpr, above = options.fpr, options.exposed_above
    estimated = estimate(signal, members, fpr=fpr, above=above)
    gap_ci = accuracy_and_gap(shadows.signal("correct"), members)["gap_ci"]
    return Round(len(members), estimated, targets_of(estimated, scores, members, gap_ci, fpr=fpr, above=above))


class Rounds:
    """The rounds of one audit so far. An audit that does not ask for them has one, and nothing is judged.

    note: called with a line on each round. seconds: spent on judging.
    """

    def __init__(self, options: Options, note: Callable[[str], None] | None = None):
        self.options, self.note = options, note
        self.done: list[Round] = []
        self.seconds = 0.0

    def ends(self, stack: int) -> list[int]:
        """How many models each round has, for stacks of so many."""
        options = self.options
        return round_ends(options.shadows, options.budget, stack) if options.until_stable else [options.shadows]

    def enough(self, shadows: Shadows) -> bool:
        """Whether these models meet all targets, or targets are not asked for."""
        if not self.options.until_stable:
            return True
        start = time.perf_counter()
        seen = judge(shadows, self.options)
        self.done.append(seen)
        self.seconds += time.perf_counter() - start
        if self.note:
            self.note(line_of(seen, self.options.budget))
        return seen.met

    def block(self) -> dict | None:
        """`stable` of summary.json."""
        if not self.done:
            return None
        last, options = self.done[-1], self.options
        need, rates = None, {"fpr": options.fpr, "above": options.exposed_above}
        if not last.met:
            need = would_need(last.targets, last.estimated, last.models, options.budget, **rates)
        return {
            "met": last.met,
            "targets": {name: asdict(t) for name, t in last.targets.items()},
            "rounds": [r.block() for r in self.done],
            "would_need": need,
        }

    def warnings(self, block: dict | None) -> list[str]:
        """The line that an audit owes where its budget ended first. block: that of this object."""
        if block is None or block["met"]:
            return []
        last, need, far = self.done[-1], block["would_need"], FAR * self.options.budget
        then = f"about {need:,} models would do" if need else f"not even {far:,} models would do"
        return [f"not stable after {last.models} models: {', '.join(shortfalls(last.targets))}; {then}"]


def line_of(seen: Round, budget: int) -> str:
    """A round in one line: `64 models: 21 reported, detectable .71 (target .5): more`."""
    then = "stable" if seen.met else "more" if seen.models < budget else "the budget ends"
    return ", ".join([f"{seen.models} models: {seen.reported} reported", *shortfalls(seen.targets)]) + f": {then}"


def shortfalls(targets: dict[str, Target]) -> list[str]:
    """Targets that are not met, with what was seen."""
    return [SHORT[name](t) for name, t in targets.items() if not t.met]


def told(t: Target) -> str:
    """`.62 (target .5)`: with as many digits, two at least, as tell the two apart."""
    aim = _figure(t.target, 2)
    seen = "none" if t.seen is None else next((f for f in (_figure(t.seen, d) for d in range(2, 9)) if f != aim), aim)
    return f"{seen} (target {aim})"


def _figure(value: float, digits: int) -> str:
    return f"{value:.{digits}g}".removeprefix("0") or "0"


SHORT = {
    "false_discoveries": lambda t: f"false among the reported {told(t)}",
    "missed": lambda t: f"missed of the exposed {told(t)}",
    "auc": lambda t: f"AUC known to +-{told(t)}",
    "tpr": lambda t: f"TPR known to +-{told(t)}",
    "gap": lambda t: f"gap known to +-{told(t)}",
    "detectable": lambda t: f"detectable {told(t)}",
}
"""How a target that is not met is told."""
