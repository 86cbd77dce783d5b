"""All attacks of a run on all its models, and what they leave for later stages."""

from dataclasses import dataclass, field

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.attacks.smoothing import Smoothing, choose_smoothing, smoothed_scores
from standout.errors import listed
from standout.flows.options import Options
from standout.measure.figures import attack_figures, counting_fpr, rate
from standout.measure.intervals import Curves
from standout.measure.roc import Roc
from standout.shadows.outputs import Outputs
from standout.signals import smooth

BAND = 24
"""Rates at which the interval of a curve is drawn."""


@dataclass(eq=False)
class Attacked:
    """What the attacks found.

    signal: rescaled logits (M, N), smoothed where `smoothing` says so. figures, drawn: block of the summary and points
    of the ROC curve of each attack. counted_at: the false-positive rate of counts; threshold: the main (last) attack's
    score at it; flags: bool (M, N), which scores reach it.
    """

    signal: np.ndarray
    smoothing: Smoothing | None
    counted_at: float
    threshold: float
    flags: np.ndarray
    figures: dict[str, dict] = field(default_factory=dict)
    drawn: dict[str, dict] = field(default_factory=dict)


def attack_all(outputs: Outputs, options: Options, warnings: list[str]) -> Attacked:
    """Run the attacks of the options; appends to warnings what a reader must know."""
    members = outputs.members
    models, records = members.shape
    signal = outputs.signal("rescaled-logit")
    assert signal is not None
    smoothing = choose_smoothing(signal, members) if outputs.rounded() else None
    if smoothing:
        shown = listed(sorted({rate(a) if a else "0" for a in smoothing.amounts}))
        warnings.append(f"probabilities reach 0 or 1: smoothed by {shown}, chosen on the references of each model")
    count_at = counting_fpr(options.fpr, int((~members).sum()), records)
    if count_at != options.fpr:
        warnings.append(
            f"FPR {rate(options.fpr)} is not measurable with {records} records and {models} models: "
            f"hits and precision are counted at {rate(count_at)}; exposure keeps {rate(options.fpr)}"
        )
    out = Attacked(signal, smoothing, count_at, np.inf, np.zeros(members.shape, dtype=bool))
    for name in options.attacks:
        scores = scores_of(name, outputs, signal, smoothing)
        out.figures[name], curve, resampled = attack_figures(scores, members, options.fpr)
        out.drawn[name] = outline_of(curve, resampled, records)
        out.threshold = curve.at(count_at)[0]
        out.flags = scores >= out.threshold
        del scores, curve, resampled  # some arrays of all scores: the next attack makes its own
    if smoothing:
        out.signal = smooth(signal, smoothing.overall).astype(np.float32)
    return out


def scores_of(name: str, outputs: Outputs, rescaled: np.ndarray, smoothing: Smoothing | None) -> np.ndarray:
    """Leave-pair-out scores (M, N) of one attack."""
    attack = ATTACKS[name]
    if attack.signal != "rescaled-logit":
        own = outputs.signal(attack.signal)
        assert own is not None
        return leave_pair_out(attack, own, outputs.members)
    if smoothing:
        return smoothed_scores(attack, rescaled, outputs.members, smoothing)
    return leave_pair_out(attack, rescaled, outputs.members)


def outline_of(curve: Roc, resampled: Curves, records: int) -> dict:
    """Points of a ROC curve for drawing, and its 95 % band at rates that the data support."""
    fpr, tpr = curve.outline()
    first = max(10 / curve.negatives, 1 / records)
    at = np.geomspace(first, 1, BAND) if first < 1 else np.ones(1)
    low, high = resampled.band(at)
    return {
        "fpr": [float(f) for f in fpr],
        "tpr": [float(t) for t in tpr],
        "non_members": curve.negatives,
        "band": {"fpr": at.tolist(), "lo": low.tolist(), "hi": high.tolist()},
    }
