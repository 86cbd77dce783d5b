"""defences.json: what each defence does beside the control, and a recommendation that follows from the figures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from standout.defend.judge import Adaptive, Treated, adaptive, static, threshold
from standout.defend.paired import Mean, Seen, cost, cut, recognised, seen, spread_of
from standout.defend.table import CONTROL, parse
from standout.estimate.estimate import Estimate
from standout.explain.causes import CAUSES
from standout.flows.recommending import recommended
from standout.flows.stored import Audit


@dataclass(eq=False)
class Judged:
    """One defence with its models. seconds: that training them took just now; fpr, above: those of the audit; epsilon:
    of its models, where it bounds that; inference: seconds that one model takes longer to answer all records."""

    text: str
    treated: Treated
    seconds: float
    fpr: float
    above: float
    epsilon: float | None = None
    inference: float = 0.0

    @cached_property
    def paper(self) -> dict:
        """Figures of the paper's attack."""
        return threshold(self.treated, self.fpr)

    @cached_property
    def strongest(self) -> Adaptive:
        """Figures of the adaptive attacker."""
        return adaptive(self.treated, self.fpr)

    @cached_property
    def estimated(self) -> Estimate:
        """Exposure under it."""
        return self.treated.estimated(self.fpr, self.above)

    @cached_property
    def recognised(self) -> np.ndarray:
        """Which of its models recognise each record, bool (M, N)."""
        found, own = self.estimated, self.treated
        return recognised(own.attacked, own.members, self.fpr, found.tails, found.fit.noise_factor)

    def exposure(self, chosen: np.ndarray) -> Mean:
        """Mean exposure of the records chosen, bool (N,), one of them at least."""
        found = self.estimated.posterior
        spread = spread_of(self.recognised, self.treated.members, chosen)
        return Mean.of(found.exposure[chosen], found.variance[chosen], spread)

    def seen(self, chosen: np.ndarray) -> Seen:
        """Recognitions of the records chosen, bool (N,)."""
        return Seen.of(self.recognised, self.treated.members, chosen)


def defences_json(
    audit: Audit,
    found: dict[str, Judged],
    aim: np.ndarray,
    on: str,
    rounds: Callable[[str], list[dict]] | None = None,
) -> dict:
    """What defences.json holds. found: the control and each defence; aim: ids of targeted ones; on: how they were
    named; rounds: gives the blocks of all rounds of a defence, where it had several."""
    exposed = audit.table["exposed"].to_numpy()
    control = found[CONTROL]
    defences = {
        text: block(audit, judged, control, exposed, aim, on) for text, judged in found.items() if text != CONTROL
    }
    if rounds:
        for text, own in defences.items():
            own["rounds"] = rounds(text)
    accuracy, ci = control.treated.accuracy
    baseline = {
        "test_accuracy": accuracy,
        "test_accuracy_ci": ci,
        "threshold": control.paper,
        "adaptive": told(control.strongest),
        "exposed_count": int(control.estimated.exposed.sum()),
        "seconds": {"train": control.seconds},
    }
    advice = recommended(baseline, defences)
    return {
        "schema": "standout-defences/1",
        "baseline": baseline,
        "defences": defences,
        "recommendation": advice.text,
        "recommended": advice.name,
        "by_cause": advice.by_cause,
    }


def exposures(audit: Audit, found: dict[str, Judged]) -> pd.DataFrame:
    """defences.csv: of each record of the audit, in the user's order, its exposure under the control and under each
    defence."""
    order = np.argsort(audit.records.place, kind="stable")
    columns = {text: judged.estimated.posterior.exposure[order] for text, judged in found.items()}
    return pd.DataFrame({"record": audit.records.ids[order], **columns})


def told(found: Adaptive) -> dict:
    """Block of the adaptive attacker."""
    return {**found.figures, "attack": found.attack, "signal": found.signal}


def block(audit: Audit, judged: Judged, control: Judged, exposed: np.ndarray, aim: np.ndarray, on: str) -> dict:
    """Block of one defence. exposed: bool (N,), by the audit: "before" is measured on the control's models."""
    parts = parse(judged.text)
    accuracy, ci = judged.treated.accuracy
    costs, costs_ci = cost(control.treated.accuracies, judged.treated.accuracies)
    targeted = any(a.defence.targeted for a in parts)
    causes = audit.table["cause"].to_numpy()
    return {
        "name": "+".join(a.defence.name for a in parts),
        "strength": parts[0].strength if len(parts) == 1 else None,
        "kind": parts[0].defence.kind if len({a.defence.kind for a in parts}) == 1 else "mixed",
        "target": on if targeted else "all",
        "targeted": targeted,
        "aimed": len(aim) if targeted else len(exposed),
        "test_accuracy": accuracy,
        "test_accuracy_ci": ci,
        "accuracy_cost": costs,
        "accuracy_cost_ci": costs_ci,
        "threshold": judged.paper,
        "static": static(judged.treated, control.treated, judged.fpr, audit.summary["exposed"]["attack"]),
        "adaptive": told(judged.strongest),
        "exposed_before": {"count": int(exposed.sum()), **before_and_after(control, judged, exposed)},
        "others": before_and_after(control, judged, ~exposed),
        "by_cause": {
            cause: {"count": int(who.sum()), **before_and_after(control, judged, who)}
            for cause in CAUSES
            if (who := exposed & (causes == cause)).any()
        },
        "newly_exposed": newly(judged.estimated.exposed & ~exposed, control.estimated.exposed & ~exposed),
        "epsilon": judged.epsilon,
        "changed_predictions": judged.treated.outputs.changed(),
        "seconds": {"train": judged.seconds, "inference": judged.inference},
    }


def before_and_after(control: Judged, judged: Judged, chosen: np.ndarray) -> dict:
    """Exposure of the records chosen, bool (N,), under the control and a defence; None where there are none."""
    if not chosen.any():
        return dict.fromkeys(
            ("exposure", "exposure_ci", "exposure_after", "exposure_after_ci", "cut", "cut_ci", "seen")
        )
    before, after = control.exposure(chosen), judged.exposure(chosen)
    share, ci = cut(before, after)
    return {
        "exposure": before.value,
        "exposure_ci": before.interval(),
        "exposure_after": after.value,
        "exposure_after_ci": after.interval(),
        "cut": share,
        "cut_ci": ci,
        "seen": seen(control.seen(chosen), judged.seen(chosen)),
    }


def newly(new: np.ndarray, null: np.ndarray) -> dict:
    """How many records are exposed anew, bool (N,) under a defence and under the control. The interval of their
    difference is that of a McNemar test: records that both report say nothing."""
    only, gone = int((new & ~null).sum()), int((null & ~new).sum())
    spread = 1.96 * np.sqrt(only + gone)
    return {
        "count": int(new.sum()),
        "null": int(null.sum()),
        "excess": only - gone,
        "excess_ci": [only - gone - spread, only - gone + spread],
    }
