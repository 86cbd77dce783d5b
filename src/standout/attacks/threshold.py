"""Attacks that compare all records with one threshold, without any reference model."""

import numpy as np
from scipy.special import expit, log_expit

from standout.attacks.attack import Attack, Nothing


def _threshold(name: str, sign: float, about: str, source: str) -> Attack:
    return Attack(name, name, lambda models: Nothing(), lambda target, nothing: sign * target.signals, about, source)


loss = _threshold("loss", -1, "low loss means member; one threshold for all", "Yeom et al., arXiv 1709.01604")
confidence = _threshold(
    "confidence", 1, "high probability of the true class means member; one threshold for all", "arXiv 1806.01246"
)
entropy = _threshold(
    "entropy", -1, "low entropy of the answer means member; one threshold for all", "Salem et al., arXiv 1806.01246"
)
modified_entropy = _threshold(
    "modified-entropy", -1, "entropy that knows the true class; one threshold for all",
    "Song and Mittal, arXiv 2003.10595",
)  # fmt: skip


def from_rescaled_logit(name: str, rescaled: np.ndarray) -> np.ndarray:
    """The signal of a threshold attack where only rescaled logits are at hand, with all other classes taken as one.

    Loss and confidence are exact; the entropies are those of (p_y, 1 - p_y), and equal the full ones for two classes.
    """
    log_p, log_q = log_expit(rescaled), log_expit(-rescaled)
    p, q = expit(rescaled), expit(-rescaled)
    return {
        "loss": lambda: -log_p,
        "confidence": lambda: p,
        "entropy": lambda: -p * log_p - q * log_q,
        "modified-entropy": lambda: -2 * q * log_p,
    }[name]()
