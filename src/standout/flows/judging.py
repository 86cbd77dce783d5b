"""defences.json: what each defence does beside the control, and a recommendation that follows from the figures."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.defend.judge import Adaptive, Treated, adaptive, static, threshold
from standout.defend.table import CONTROL, parse
from standout.estimate.estimate import Estimate
from standout.flows.stored import Audit


@dataclass(eq=False)
class Judged:
    """One defence with its models. seconds: that training them took just now; fpr, above: those of the audit;
    inference: seconds that one model takes longer to answer all records."""

    text: str
    treated: Treated
    seconds: float
    fpr: float
    above: float
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


def defences_json(audit: Audit, found: dict[str, Judged], aim: np.ndarray, on: str) -> dict:
    """What defences.json holds. found: the control and each defence; aim: ids of targeted ones; on: how they were
    named."""
    exposed = audit.table["exposed"].to_numpy()
    control = found[CONTROL]
    defences = {
        text: block(audit, judged, control, exposed, aim, on) for text, judged in found.items() if text != CONTROL
    }
    accuracy, ci = control.treated.accuracy
    return {
        "schema": "standout-defences/1",
        "baseline": {
            "test_accuracy": accuracy,
            "test_accuracy_ci": ci,
            "threshold": control.paper,
            "adaptive": told(control.strongest),
            "exposed_count": int(control.estimated.exposed.sum()),
            "seconds": {"train": control.seconds},
        },
        "defences": defences,
        "recommendation": recommendation(defences, accuracy),
    }


def told(found: Adaptive) -> dict:
    """Block of the adaptive attacker."""
    return {**found.figures, "attack": found.attack, "signal": found.signal}


def block(audit: Audit, judged: Judged, control: Judged, exposed: np.ndarray, aim: np.ndarray, on: str) -> dict:
    """Block of one defence. exposed: bool (N,), by the audit: "before" is measured on the control's models."""
    parts = parse(judged.text)
    accuracy, ci = judged.treated.accuracy
    before, after = control.estimated.posterior.exposure, judged.estimated.posterior.exposure
    new, null = judged.estimated.exposed & ~exposed, control.estimated.exposed & ~exposed
    only, gone = int((new & ~null).sum()), int((null & ~new).sum())
    spread = 1.96 * np.sqrt(only + gone)
    mean = lambda values, chosen: float(values[chosen].mean()) if chosen.any() else None  # noqa: E731
    return {
        "name": "+".join(a.defence.name for a in parts),
        "strength": parts[0].strength if len(parts) == 1 else None,
        "kind": parts[0].defence.kind if len({a.defence.kind for a in parts}) == 1 else "mixed",
        "target": on if any(a.defence.targeted for a in parts) else "all",
        "aimed": len(aim) if any(a.defence.targeted for a in parts) else len(exposed),
        "test_accuracy": accuracy,
        "test_accuracy_ci": ci,
        "threshold": judged.paper,
        "static": static(judged.treated, control.treated, judged.fpr, audit.summary["exposed"]["attack"]),
        "adaptive": told(judged.strongest),
        "exposed_before": {
            "count": int(exposed.sum()),
            "exposure": mean(before, exposed),
            "exposure_after": mean(after, exposed),
        },
        "others": {"exposure": mean(before, ~exposed), "exposure_after": mean(after, ~exposed)},
        "newly_exposed": {
            "count": int(new.sum()),
            "null": int(null.sum()),
            "excess": only - gone,
            "excess_ci": [only - gone - spread, only - gone + spread],
        },
        "epsilon": None,
        "changed_predictions": judged.treated.outputs.changed(),
        "seconds": {"train": judged.seconds, "inference": judged.inference},
    }


def recommendation(defences: dict[str, dict], accuracy: float, most: float = 0.005, new: float = 0.05) -> str:
    """A paragraph: the defence that leaves the exposed the least exposure for at most `most` of accuracy, and at most
    `new` times as many newly exposed records as there are exposed ones."""
    known = {text: d for text, d in defences.items() if d["exposed_before"]["exposure_after"] is not None}
    if not known:
        return "The audit reports no exposed record: there is nothing that a defence could be judged by."
    cheap = {text: d for text, d in known.items() if d["test_accuracy"] >= accuracy - most}
    if not cheap:
        return f"No defence here keeps test accuracy within {100 * most:g} points of {accuracy:.1%}."
    fine = {t: d for t, d in cheap.items() if d["newly_exposed"]["excess"] <= new * d["exposed_before"]["count"]}
    chosen = fine or cheap
    best = min(chosen, key=lambda text: chosen[text]["exposed_before"]["exposure_after"])
    own = chosen[best]["exposed_before"]
    if own["exposure_after"] >= 0.8 * own["exposure"]:
        return "No defence here protects the exposed records much at this accuracy."
    return (
        f"{best}: mean exposure of the {own['count']:,} exposed records falls from {own['exposure']:.1%} to "
        f"{own['exposure_after']:.1%}, test accuracy is {chosen[best]['test_accuracy']:.1%} against {accuracy:.1%}; "
        f"{chosen[best]['newly_exposed']['excess']:+d} other records become exposed beyond the control."
    )
