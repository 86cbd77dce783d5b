"""Risk of a whole model from its own losses, without another model: "The Tail Tells All"."""

import numpy as np


def loss_tnr(losses: np.ndarray, members: np.ndarray, fnr: float) -> float:
    """Share in [0, 1] of a model's non-members that lie in the tail that its members have left.

    losses: (N,), members: bool (N,), of one model. The tail is above the loss that a share of at most `fnr` of the
    members exceeds. The source takes it as an estimate of the TPR of the strongest attack at an FPR of the same size:
    what is missing in the members' tail was moved out of it by training.
    Source: the true negative rate of the loss attack at a low false negative rate, arXiv 2510.19773.
    """
    inside = np.sort(losses[members])[::-1]
    edge = inside[min(int(fnr * len(inside) + 1e-9), len(inside) - 1)]
    return float((losses[~members] > edge).mean())
