"""Attacks by name, and `attack_scores`, which runs one on stored signals."""

import numpy as np

from standout.attacks import lira as _lira
from standout.attacks import threshold as _threshold
from standout.attacks.attack import Attack
from standout.attacks.leave_pair_out import leave_pair_out
from standout.attacks.moderated import moderated as _moderated
from standout.attacks.rmia import rmia as _rmia
from standout.errors import InputError, did_you_mean, listed
from standout.signals import check_signals

__all__ = ["ATTACKS", "Attack", "attack_named", "attack_scores", "leave_pair_out"]

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for attack in (
        _threshold.loss,
        _threshold.confidence,
        _threshold.entropy,
        _threshold.modified_entropy,
        _rmia,
        _lira.lira_offline,
        _lira.lira_one_variance,
        _lira.lira,
        _moderated,
    )
}
"""In the order in which an audit runs them; the last one that ran leads the figures."""


def attack_named(name: str) -> Attack:
    """The attack of this name, or an InputError with the nearest one."""
    if name not in ATTACKS:
        raise InputError(f"unknown attack {name!r}{did_you_mean(name, ATTACKS)} (known: {listed(ATTACKS)})")
    return ATTACKS[name]


def attack_scores(
    name: str, signals: np.ndarray, members: np.ndarray, population: np.ndarray | None = None
) -> np.ndarray:
    """Leave-pair-out scores float64 (M, N) of an attack, higher = more likely a member.

    signals: rescaled logits (M, N), models 2j and 2j + 1 twins; members: bool (M, N); population: rescaled logits
    (M, Z) of records that no model trained on (used by `rmia`; default: the audited records themselves). The
    entropies are taken with all other classes as one, since rescaled logits tell no more.
    Raises InputError for unknown names, other shapes, values that are not finite, and fewer than 4 models.
    """
    attack = attack_named(name)
    s, m = check_signals(signals, members)
    z = None
    if population is not None:
        z = np.asarray(population, dtype=np.float64)
        if z.ndim != 2 or len(z) != len(s) or not z.shape[1] or not np.isfinite(z).all():
            raise InputError(f"population must be finite rescaled logits ({len(s)}, records); it is {z.shape}")
    if attack.signal != "rescaled-logit":
        s = _threshold.from_rescaled_logit(attack.signal, s)
    return leave_pair_out(attack, s, m, z)
