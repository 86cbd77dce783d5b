"""How much of logit reweighting weaker attackers undo: one who walks to no query, and one who must estimate the means.

Run: python benchmarks/bench_inversion.py RUN [MODELS], RUN: an audit of a built-in data set. Leave-pair-out AUC and TPR
at 0.1 % of `moderated` on rescaled logits, from MODELS models (default 16) trained anew.
"""

import sys

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.defend.inversion import share_of, shares
from standout.defend.judge import figures
from standout.defend.output import class_means, reweighted
from standout.flows.defend import recipe_again
from standout.flows.stored import Audit
from standout.signals import rescaled_logit

WEIGHT = 0.1


def guessed(published: np.ndarray, mu: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(logits by the largest share that fits the class that is said, that share, how many fit) of published (N, C)."""
    found = shares(published, mu, WEIGHT)
    with np.errstate(invalid="ignore"):
        z = mu[:, None] + (published - mu)[:, None] / found[:, :, None]
    fits = ~np.isnan(found) & (z.argmax(axis=2) == published.argmax(axis=1)[:, None])
    s = np.where(fits, found, -np.inf).max(axis=1)
    s = np.where(s > 0, s, 0.9 * WEIGHT)
    return mu + (published - mu) / s[:, None], s, fits.sum(axis=1)


def estimated(published: np.ndarray) -> np.ndarray:
    """Class means (C, C) from answers alone: those for which recovered logits of each class that is said have the mean
    that they were recovered with."""
    said = published.argmax(axis=1)
    classes = published.shape[1]
    means = np.stack([np.median(published[said == c], axis=0) for c in range(classes)])
    for _ in range(10):
        weight = 1 / guessed(published, means[said])[1][:, None]
        means = np.stack([(published * weight)[said == c].sum(0) / weight[said == c].sum() for c in range(classes)])
    return means


def main(run: str, models: int) -> None:
    audit = Audit.of(run, None, None, None, None, None, "give a built-in data set")
    data, members = audit.records.training, audit.members[:models]
    assert data is not None
    exposed, labels = audit.table["exposed"].to_numpy(), data.y[data.asked]
    seeds = np.arange(models)
    signals: dict[str, list[np.ndarray]] = {name: [] for name in ("published", "true", "no walk", "no walk, no means")}
    doubt, right = [], []
    for k, trained in enumerate(recipe_again(audit, None).train(data, data.trained_on(members), seeds)):
        z = trained.logits.astype(np.float64)
        means = class_means(z, labels, members[k])
        answer, mu = reweighted(z, means, WEIGHT), means[z.argmax(axis=1)]
        passive, s, fit = guessed(answer, mu)
        doubt.append(fit > 1)
        right.append(np.abs(s - share_of(z, mu, WEIGHT)) < 1e-6)
        without = guessed(answer, estimated(answer)[answer.argmax(axis=1)])[0]
        for name, values in zip(signals, (answer, z, passive, without)):
            signals[name].append(rescaled_logit(values, labels))
    for name, values in signals.items():
        scores = leave_pair_out(ATTACKS["moderated"], np.array(values, dtype=np.float32), members)
        found = figures(scores, members, 1e-3)
        print(f"{name:20s} AUC {found['auc']:.3f}  TPR at 0.1 % {found['tpr_at_fpr']['0.001']['tpr']:.2%}")
    for who, chosen in (("all", np.ones_like(exposed)), ("exposed", exposed)):
        print(
            f"{who}: several solutions fit {np.array(doubt)[:, chosen].mean():.1%} of answers, the largest share is "
            f"right for {np.array(right)[:, chosen].mean():.1%}"
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 16)
