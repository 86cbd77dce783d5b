"""Defences of answers: nothing is trained otherwise, what a model answers is changed."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from standout.defend.around import Around
from standout.recipes.recipe import Trained
from standout.signals import log_softmax


class OutputDefence(Around):
    """Answers of a trained model, changed by `answers`."""

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        own = members[:, dataset.asked]
        for k, model in enumerate(super().train(dataset, members, seeds, treatment)):
            z = self.answers(model.logits.astype(np.float64), dataset.y[dataset.asked], own[k])
            yield replace(model, logits=z)

    def answers(self, logits: np.ndarray, labels: np.ndarray, members: np.ndarray) -> np.ndarray:
        """Logits float64 (N, C) as published, from those of one model; labels int (N,), members bool (N,) of it."""
        raise NotImplementedError


class LogitReweighting(OutputDefence):
    """s z + (1 - s) mu_c for a query with logits z and predicted class c, where mu_c is the mean of the logits of the
    training records of class c and s = w cos(z, mu_c); w: the strength. Source: arXiv 2511.16792, its defence."""

    def answers(self, logits, labels, members):
        means = class_means(logits, labels, members)
        return reweighted(logits, means, self.strength)


def class_means(logits: np.ndarray, labels: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Mean logits (C, C) of the training records of each class; of all of them for a class without any."""
    means = np.tile(logits[members].mean(axis=0), (logits.shape[1], 1))
    for c in np.unique(labels[members]):
        means[c] = logits[members & (labels == c)].mean(axis=0)
    return means


def reweighted(logits: np.ndarray, means: np.ndarray, weight: float) -> np.ndarray:
    """Logits (N, C) drawn to the mean (C, C) of their predicted class, as `LogitReweighting` says."""
    mu = means[logits.argmax(axis=1)]
    lengths = np.linalg.norm(logits, axis=1) * np.linalg.norm(mu, axis=1)
    s = weight * np.divide((logits * mu).sum(axis=1), lengths, out=np.zeros(len(logits)), where=lengths > 0)
    return s[:, None] * logits + (1 - s[:, None]) * mu


class Temperature(OutputDefence):
    """Logits divided by a temperature, the strength: softer answers, in the same order."""

    sees_answers_alone = True

    def answers(self, logits, labels, members):
        return logits / self.strength


class Rounding(OutputDefence):
    """Probabilities rounded to so many decimals, the strength; those that round to 0 share half a last digit."""

    sees_answers_alone = True

    def answers(self, logits, labels, members):
        digits = int(self.strength)
        p = np.round(np.exp(log_softmax(logits)), digits)
        return np.log(np.maximum(p, 0.5 * 10.0**-digits / logits.shape[1]))


class LabelOnly(OutputDefence):
    """The predicted class alone: all other classes are one to an attacker."""

    sees_answers_alone = True

    def answers(self, logits, labels, members):
        out = np.zeros_like(logits)
        out[np.arange(len(logits)), logits.argmax(axis=1)] = SAYS
        return out


SAYS = 10.0
"""Logit that stands for the class that is said; all others are 0."""
