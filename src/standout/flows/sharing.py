"""One training, several answers: defences of answers whose models are those of another defence in the same command, or
of the control, are not trained again. What they publish of each model is stored while it is there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from standout.data.dataset import Dataset
from standout.defend.around import Around
from standout.defend.table import CONTROL, defended, parse
from standout.recipes.recipe import Recipe, Trained


def bare(text: str) -> str:
    """What is left of a defence without its answers: what its models are trained under."""
    parts = [] if text == CONTROL else zip(text.split("+"), parse(text), strict=True)
    return "+".join(part.strip() for part, asked in parts if asked.defence.kind != "output") or CONTROL


def followers(asked: Sequence[str]) -> dict[str, list[str]]:
    """{whose training is shared: who publishes other answers of the same models}, of the defences asked for."""
    out: dict[str, list[str]] = {}
    for text in asked:
        base = bare(text)
        if base != text and base in asked:
            out.setdefault(base, []).append(text)
    return out


class Given(Around):
    """A recipe whose one model is there already."""

    def __init__(self, inner: Recipe, model: Trained):
        super().__init__(inner, np.empty(0, dtype=str))
        self.model = model

    def train(self, dataset, members, seeds, treatment=None):
        yield self.model


@dataclass(frozen=True, eq=False)
class Answers:
    """What a defence publishes of a model that its bare training, by `recipe`, made."""

    recipe: Recipe
    text: str
    aim: np.ndarray

    def __call__(self, model: Trained, dataset: Dataset, members: np.ndarray, seed: int) -> Trained:
        """members: bool (N,) of the model. A defended model is never traced, so neither is this."""
        answers = "+".join(p for p, a in zip(self.text.split("+"), parse(self.text)) if a.defence.kind == "output")
        own = defended(Given(self.recipe, replace(model, trace=None)), answers, self.aim)
        return next(iter(own.train(dataset, members[None], np.array([seed]))))
