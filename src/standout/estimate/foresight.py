"""What an audit with more models would report, from the posterior of this one."""

import numpy as np

from standout.estimate.discovery import missed, reported
from standout.estimate.estimate import Estimate
from standout.estimate.posterior import posterior
from standout.estimate.replay import plausible_effects, replay

TIMES = 3


def missed_with(estimated: Estimate, share: float, *, fpr: float, above: float) -> float:
    """`missed` as an audit with `share` times the models would show it, the mean of simulated ones; 0 where nobody is
    expected to be exposed.

    Effects are drawn from the posterior, evidence on them from that many models; every share meets the same draws, so
    that two of them differ by the models alone. From fewer than 32 models it is a guess, rather too bright: the prior
    learnt from so few has gaps, and records that lie near the bound in truth lie clear of it in the simulation.
    """
    fitted = estimated.fit
    weights = fitted.prior.at(fitted.covariate)
    rows = np.arange(len(weights))
    out = []
    for seed in range(TIMES):
        rng = np.random.default_rng([13, seed])
        evidence = replay(fitted, rows, plausible_effects(fitted, weights, rng), share, rng)
        doubt = posterior(evidence, weights, fpr=fpr, above=above, tails=estimated.tails).doubt
        out.append(missed(doubt, reported(doubt)) or 0.0)
    return float(np.mean(out))
