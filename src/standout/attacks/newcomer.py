"""A target that is none of the references: it is judged by all of them. `leave_pair_out` is for those that are."""

import numpy as np

from standout.attacks.attack import Attack, Models, Target


def scores_of_newcomer(attack: Attack, target: np.ndarray, signals: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Scores float64 (N,) of one more model, higher = more likely a member.

    target: its signals (N,); signals (M, N) and members bool (M, N): of the references, which must not hold it.
    """
    references = attack.summarise(Models(signals, members, None))
    newcomer = Target(np.asarray(target, dtype=np.float64), None)
    prepare = attack.learn(references, None) if attack.learn else attack.against
    return prepare(references)(newcomer)
