"""Results of ML Privacy Meter 2.

`privacytrustlab/ml_privacy_meter` (get_signals.py, models/utils.py, audit.py, main.py): a log folder with
`models/memberships.npy` bool (M, N), models 2j and 2j + 1 on complementary halves; `signals/rmia_signals.npy` or
`signals/loss_signals.npy` float32 (n, M), the probability of the true class by every model for the n audited records
(all N, or a random part of them that the folder does not name); `*_signals_pop.npy`, the same of a population;
`*_ramia_signals.npy`, of points in ranges around the records; and `report/exp/attack_result_I.npz` with fpr, tpr, auc,
one_tenth_fpr, zero_fpr, scores and memberships of one target.
"""

import numpy as np

from standout.data.npz import archive, member
from standout.data.peers.found import Found, as_members, imported, log_odds, refuse, refuse_one_target
from standout.data.peers.look import Look, read_npy
from standout.errors import InputError

TOOL = "ML Privacy Meter"
RESULT = frozenset({"fpr", "tpr", "auc", "scores", "memberships"})
SIGNALS = ("rmia_signals.npy", "loss_signals.npy")
MEND = "give the log folder, with signals/ and models/memberships.npy"


def recognise(look: Look) -> Found | None:
    """Signals of all models of a log folder; a result of one target is refused."""
    if look.arrays >= RESULT:
        with archive(look.path, "numpy.savez") as file:
            scores, members = (member(file, n, look.path) for n in ("scores", "memberships"))
        refuse_one_target(look.name, f"a result of {TOOL}", scores, members, MEND)
    if look.path.suffix == ".npy" and look.name.removesuffix(".npy").removesuffix("_pop").endswith("_signals"):
        refuse(look.name, f"an array of signals of {TOOL} and says not who was trained on", MEND)
    if any(n.startswith("attack_result_") and n.endswith(".npz") for n in look.folder):
        refuse(look.name, f"a report of {TOOL}, with scores of its targets and outputs of no other model", MEND)
    signals = look.inside("signals").folder
    known = [n for n in SIGNALS if n in signals]
    if not known and not any(n.endswith("_signals.npy") for n in signals):
        return None
    if not known:
        raise InputError(
            f"{look.name} holds signals of {TOOL} of ranges around records (RaMIA), not of records: run its MIA"
        )
    return of_log(look, known[0])


def of_log(look: Look, name: str) -> Found:
    """Signals and memberships of a log folder."""
    if "memberships.npy" not in look.inside("models").folder:
        raise InputError(f"{look.name}/models/memberships.npy is missing: who was trained on is not known")
    members = as_members(read_npy(look.path / "models" / "memberships.npy"), "models/memberships.npy")
    p = read_npy(look.path / "signals" / name)
    if p.ndim != 2 or members.ndim != 2 or p.shape[1] > members.shape[0]:
        raise InputError(
            f"signals/{name} has shape {p.shape} and models/memberships.npy {members.shape}; they must be (records, "
            "models) and (models, records)"
        )
    if p.shape[0] != members.shape[1]:
        raise InputError(
            f"signals/{name} is of {p.shape[0]} of {members.shape[1]} records, and the folder does not say which: set "
            "audit.data_size to all of them"
        )
    if not (np.isfinite(p).all() and p.min() >= 0 and p.max() <= 1):
        raise InputError(
            f"signals/{name} must be probabilities of the true class, 0 to 1; it goes from {p.min()} to {p.max()}"
        )
    notes = [f"read as a log folder of {TOOL}: probabilities of the true class, taken as rescaled logits"]
    if p.shape[1] < members.shape[0]:
        notes.append(f"{p.shape[1]} of {members.shape[0]} models have signals")
    if p.dtype.itemsize <= 4:
        notes.append("these are stored in few digits near 1: rescaled logits beyond about 16 are not told apart")
    if any(n.endswith("_signals_pop.npy") for n in look.inside("signals").folder):
        notes.append("signals of the population are not used")
    return imported(look.name, log_odds(p.T), members[: p.shape[1]], notes=tuple(notes))
