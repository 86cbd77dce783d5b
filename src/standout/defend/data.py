"""Defences of the data: aimed records are taken out, replaced or joined by others before a model is trained."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.defend.around import Around, teachers
from standout.defend.neighbours import blended, nearest_members
from standout.errors import InputError
from standout.recipes.recipe import Trained


class Remove(Around):
    """Aimed records are left out of every training."""

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        yield from super().train(dataset, members & ~self.aimed(dataset), seeds, treatment)


@dataclass(frozen=True, eq=False)
class Made:
    """S rows that one model trains on besides its members. of: int (S,), the record that each stands for; parts int
    (S, k) and weights float (S, k): what it is made of, see `blended`; labels: its class int (S,). gone: members, int
    (G,), that the model does not train on as they are."""

    of: np.ndarray
    parts: np.ndarray
    weights: np.ndarray
    labels: np.ndarray
    gone: np.ndarray

    def __len__(self) -> int:
        return len(self.of)


class Rewritten(Around):
    """Models train on rows made for each of them, out of its own members. They answer for the records as they are."""

    rows = 1
    """Made of one aimed record at most."""

    def made(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> list[Made]:
        """For each model; members bool (K, N), seeds int (K,)."""
        raise NotImplementedError

    def check(self, dataset: Dataset) -> list[str]:
        within = self.inner
        while isinstance(within, Around):
            if isinstance(within, Rewritten):
                raise InputError("two defences rewrite the aimed records; give one of them")
            within = within.inner
        return super().check(dataset)

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        each = (members & self.aimed(dataset)).sum(axis=1) * self.rows
        for part in within(each, len(dataset)):
            own = None if treatment is None else treatment.of_models(list(range(part.start, part.stop)))
            made = self.made(dataset, members[part], seeds[part])
            more, who = with_made(dataset, members[part], made)
            of = np.concatenate([m.of for m in made])
            own = None if own is None else own.for_made(of, len(dataset))
            yield from super().train(more, who, seeds[part], own)


def within(each: np.ndarray, most: int) -> list[slice]:
    """Models in order, as many together as make at most so many rows, one at least; each: rows of one, int (K,)."""
    parts, start = [], 0
    for stop in range(1, len(each) + 1):
        if stop == len(each) or each[start : stop + 1].sum() > most:
            parts.append(slice(start, stop))
            start = stop
    return parts


def with_made(dataset: Dataset, members: np.ndarray, made: list[Made]) -> tuple[Dataset, np.ndarray]:
    """The data set with made rows behind its records, which no model is asked about, and who trains on what: bool
    (K, N + S), each made row in its own model alone. members: bool (K, N)."""
    of = np.concatenate([m.of for m in made])
    who = members.copy()
    for k, m in enumerate(made):
        who[k, m.gone] = False
    if not len(of):
        return dataset, who
    own = np.repeat(np.arange(len(made)), [len(m) for m in made])
    who = np.concatenate([who, own == np.arange(len(made))[:, None]], axis=1)
    x = [blended(dataset, m.parts, m.weights) for m in made if len(m)]
    if isinstance(dataset.x, pd.DataFrame):
        whole = pd.concat([dataset.x, pd.concat(x).set_axis(dataset.x.index[of])])
    else:
        whole = np.concatenate([dataset.x, *x])
    audited = np.zeros(len(dataset) + len(of), dtype=bool)
    audited[np.arange(len(dataset))[dataset.asked]] = True
    both = lambda a: None if a is None else np.concatenate([a, a[of]])  # noqa: E731
    more = replace(
        dataset, x=whole, y=np.concatenate([dataset.y, *(m.labels for m in made)]), ids=both(dataset.ids),
        groups=both(dataset.groups), group_names=both(dataset.group_names), rows=both(dataset.rows), audited=audited,
        made=len(of),
    )  # fmt: skip
    return more, who


class Relabel(Rewritten):
    """An aimed record has the label that a teacher, trained on the model's members without any aimed record, says. The
    teacher is one more training of the same recipe. Source: as data cleaning after out-of-sample predictions
    (arXiv 1911.00068), with a teacher for each model."""

    def check(self, dataset: Dataset) -> list[str]:
        if self.aimed(dataset).all():
            raise InputError(
                "relabel is aimed at every record, so that none is left to learn labels from; aim at fewer"
            )
        return super().check(dataset)

    def made(self, dataset, members, seeds):
        aimed = self.aimed(dataset)
        places, each = np.flatnonzero(aimed), []
        for own, teacher in zip(members, teachers(self.inner, dataset, members, aimed, seeds)):
            said = teacher.logits[aimed[dataset.asked]].argmax(axis=1)
            each.append(relabelled(places[own[places]], said[own[places]], dataset.y))
        return each


def relabelled(of: np.ndarray, said: np.ndarray, y: np.ndarray) -> Made:
    """Rows like the records `of`, int (T,), where the label said, int (T,), differs from theirs."""
    other = of[said != y[of]]
    return Made(other, other[:, None], np.ones((len(other), 1)), said[said != y[of]], other)


class AmongMembers(Rewritten):
    """Made of an aimed member and the members of its class that are nearest to it."""

    def neighbours(self) -> int:
        """How many."""
        return int(self.strength)

    def made(self, dataset, members, seeds):
        matrix, aimed, image = matrix_of(dataset), self.aimed(dataset), dataset.kind == "image"
        each = []
        for own, seed in zip(members, seeds):
            draw = np.random.default_rng([int(seed), 11])
            of = np.flatnonzero(own & aimed)
            near = nearest_members(matrix, dataset.y, own, of, self.neighbours(), draw, image)
            each.append(self.of_one(of, near, dataset.y, draw))
        return each

    def of_one(self, of: np.ndarray, near: list[np.ndarray], y: np.ndarray, draw: np.random.Generator) -> Made:
        """For one model: places int (T,) of aimed members, and those near each, nearest first, none where a record is
        the only member of its class; y: class codes of all."""
        raise NotImplementedError


def table_of(near: list[np.ndarray], weights: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Lists of different lengths as arrays (S, k), filled up with the first at no weight."""
    width = max((len(n) for n in near), default=1)
    parts = np.array([np.pad(n, (0, width - len(n)), constant_values=n[0]) for n in near], dtype=np.int64)
    shares = np.array([np.pad(w, (0, width - len(w))) for w in weights], dtype=np.float64)
    return parts.reshape(-1, width), shares.reshape(-1, width)


class Microaggregate(AmongMembers):
    """An aimed record is replaced by the mean of itself and its k - 1 nearest members of the same class, k the
    strength; where they vote, equal shares go to another's value. The only member of a class is left out. Source:
    microaggregation (Domingo-Ferrer and Mateo-Sanz 2002), for the aimed alone."""

    def neighbours(self) -> int:
        return int(self.strength) - 1

    def of_one(self, of, near, y, draw):
        kept = np.array([len(n) > 0 for n in near], dtype=bool)
        own = of[kept]
        those = [np.append(n, i) for n, i in zip((n for n in near if len(n)), own)]
        parts, weights = table_of(those, [np.full(len(t), 1 / len(t)) for t in those])
        return Made(own, parts, weights, y[own], of)


class Mixture(AmongMembers):
    """An aimed record is replaced by a random mixture of its k nearest members of the same class, k the strength,
    itself not among them; shares are uniform over all mixtures (Dirichlet). The only member of a class is left out.
    Source: Standout."""

    def of_one(self, of, near, y, draw):
        kept = np.array([len(n) > 0 for n in near], dtype=bool)
        those = [n for n in near if len(n)]
        parts, weights = table_of(those, [draw.dirichlet(np.ones(len(n))) for n in those])
        return Made(of[kept], parts, weights, y[of[kept]], of)


class AddMore(AmongMembers):
    """To each aimed member so many records, the strength, are added that lie at random places between it and one of its
    NEAR nearest members of the same class; none where it is the only one. Source: SMOTE (arXiv 1106.1813), there to
    balance classes."""

    NEAR = 5

    def __init__(self, inner, aim, strength=0.0):
        super().__init__(inner, aim, strength)
        self.rows = int(strength)

    def neighbours(self) -> int:
        return self.NEAR

    def of_one(self, of, near, y, draw):
        own = np.repeat(of[[len(n) > 0 for n in near]], self.rows) if len(of) else of
        others = [draw.choice(n, self.rows) for n in near if len(n)]
        other = np.concatenate(others) if others else np.empty(0, dtype=np.int64)
        share = draw.random(len(own))
        return Made(own, np.stack([own, other], axis=1), np.stack([1 - share, share], axis=1), y[own], of[:0])
