"""What a defence of answers costs whenever a model answers."""

import time

import numpy as np

from standout.data.dataset import Dataset
from standout.defend.around import Around
from standout.defend.output import OutputDefence
from standout.recipes.recipe import Recipe
from standout.shadows.store import Shadows

TIMES = 3


def answering_seconds(recipe: Recipe, outputs: Shadows, dataset: Dataset) -> float:
    """Seconds that answers to all records take one model longer than without defences of answers, the median of TIMES:
    measured here on what the first model answered, in this process; 0 where a recipe has no such defence.

    dataset: what the models were trained on. Where models keep sums alone, the time is that of noise of the same shape.
    """
    layers = []
    while isinstance(recipe, Around):
        if isinstance(recipe, OutputDefence):
            layers.append(recipe)
        recipe = recipe.inner
    if not layers:
        return 0.0
    logits = outputs.log_probabilities(0)
    if logits is None:
        logits = np.random.default_rng(0).normal(size=(outputs.records, len(dataset.classes)))
    members = dataset.trained_on(outputs.members[:1])[0]
    seconds = []
    for _ in range(TIMES):
        z, start = logits.astype(np.float64), time.perf_counter()
        for layer in reversed(layers):
            z = layer.respond(dataset, z, members)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))
