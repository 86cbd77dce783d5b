"""Defences of answers: nothing is trained otherwise, what a model answers is changed."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.defend.alike import looks_aimed
from standout.defend.around import Around
from standout.defend.inversion import share_of, unweighted
from standout.recipes.recipe import Trained
from standout.signals import log_softmax


class OutputDefence(Around):
    """Answers of a trained model, changed by `answers`, for queries that are `chosen`; with them goes what `inverted`
    makes of them again."""

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        own, labels = members[:, dataset.asked], dataset.y[dataset.asked]
        for k, model in enumerate(super().train(dataset, members, seeds, treatment)):
            before = model.logits.astype(np.float64)
            chosen = self.chosen(dataset, members[k])[:, None]
            z = self.answers(before, labels, own[k])
            recovered = self.inverted(z, before, labels, own[k])
            if recovered is not None:
                recovered = np.where(chosen, recovered, before)
                if model.recovered is not None:
                    recovered = model.recovered  # from answers that are recovered, the same follows once more
            said = before.argmax(axis=1) if model.said is None else model.said
            yield replace(model, logits=np.where(chosen, z, before), said=said, recovered=recovered)

    def respond(self, dataset: Dataset, logits: np.ndarray, members: np.ndarray) -> np.ndarray:
        """What one model publishes, float64 (A, C), of its logits (A, C) on the records of `dataset` that it is asked
        about; members: bool (N,) of all records."""
        z = self.answers(logits, dataset.y[dataset.asked], members[dataset.asked])
        return np.where(self.chosen(dataset, members)[:, None], z, logits)

    def chosen(self, dataset: Dataset, members: np.ndarray) -> np.ndarray:
        """Which queries are answered otherwise, bool (A,); members bool (N,) of the model."""
        return np.ones(len(dataset.y[dataset.asked]), dtype=bool)

    def answers(self, logits: np.ndarray, labels: np.ndarray, members: np.ndarray) -> np.ndarray:
        """Logits float64 (N, C) as published, from those of one model; labels int (N,), members bool (N,) of it."""
        raise NotImplementedError

    def inverted(
        self, published: np.ndarray, logits: np.ndarray, labels: np.ndarray, members: np.ndarray
    ) -> np.ndarray | None:
        """Logits float64 (N, C) that an attacker who knows the defence solves for, from the published ones (N, C); None
        where he cannot. logits: the true ones, for no other use than to choose among several solutions, where a
        subclass says how an attacker could."""
        return None


class LogitReweighting(OutputDefence):
    """s z + (1 - s) mu_c for a query with logits z and predicted class c, where mu_c is the mean of the logits of the
    training records of class c and s = w cos(z, mu_c); w: the strength. Source: arXiv 2511.16792, its defence.

    The attacker knows w and mu_c, with which a query whose cosine is 0 is answered. Of the two solutions (`shares`) he
    has the right one: z is continuous in the query, so he follows it from a query where there is no doubt.
    """

    def answers(self, logits, labels, members):
        return reweighted(logits, class_means(logits, labels, members), self.strength)

    def inverted(self, published, logits, labels, members):
        if self.strength == 0:
            return None
        mu = class_means(logits, labels, members)[logits.argmax(axis=1)]
        return unweighted(published, mu, self.strength, share_of(logits, mu, self.strength))


class AimedReweighting(LogitReweighting):
    """Logit reweighting for queries that look like the aimed members (`looks_aimed`), all others are answered as they
    are. The attacker knows which those are, and inverts them."""

    def chosen(self, dataset, members):
        x = matrix_of(dataset).base
        seen = looks_aimed(x, dataset.y, members, self.aimed(dataset) & members)
        return seen[dataset.asked]


def class_means(logits: np.ndarray, labels: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Mean logits (C, C) of the training records of each class; of all of them for a class without any."""
    means = np.tile(logits[members].mean(axis=0), (logits.shape[1], 1))
    for c in np.unique(labels[members]):
        means[c] = logits[members & (labels == c)].mean(axis=0)
    return means


def reweighted(logits: np.ndarray, means: np.ndarray, weight: float) -> np.ndarray:
    """Logits (N, C) drawn to the mean (C, C) of their predicted class, as `LogitReweighting` says."""
    mu = means[logits.argmax(axis=1)]
    s = share_of(logits, mu, weight)[:, None]
    return s * logits + (1 - s) * mu


class Temperature(OutputDefence):
    """Logits divided by a temperature, the strength: softer answers, in the same order."""

    sees_answers_alone = True

    def answers(self, logits, labels, members):
        return logits / self.strength

    def inverted(self, published, logits, labels, members):
        return published * self.strength


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
