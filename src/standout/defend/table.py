"""The table of defences, and how what a user writes becomes a defended recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from standout.defend import data, output, private, stopping, training, whole
from standout.errors import InputError, did_you_mean, listed
from standout.recipes.recipe import Recipe

CONTROL = "none"


@dataclass(frozen=True)
class Defence:
    """One defence: (recipe, ids aimed at, strength) -> the defended recipe.

    kind: "output", "training" or "data"; targeted: aimed at some records, else at all; strength: default, None where it
    has none; between: bounds of the strength, whole: it is a whole number; about: what it does, as a line.
    """

    name: str
    kind: str
    targeted: bool
    of: Callable[..., Recipe]
    about: str
    source: str
    strength: float | None = None
    between: tuple[float, float] = (0.0, float("inf"))
    whole: bool = False

    @property
    def turn(self) -> int:
        """When it acts: settings, other trainings of all records, aimed data, aimed training, answers."""
        if self.kind == "output":
            return 4
        if self.targeted:
            return 2 if self.kind == "data" else 3
        return int(isinstance(self.of, type))


DEFENCES: dict[str, Defence] = {
    d.name: d
    for d in (
        Defence("logit-reweighting", "output", False, output.LogitReweighting,
                "answers drawn to the mean answer of the predicted class", "arXiv 2511.16792", 0.1, (0, 1)),
        Defence("aimed-reweighting", "output", True, output.AimedReweighting,
                "logit reweighting of queries that look like aimed records", "arXiv 2511.16792, aimed", 0.1, (0, 1)),
        Defence("temperature", "output", False, output.Temperature, "softer answers", "arXiv 1610.05820", 5.0,
                (1e-3, 1e6)),
        Defence("rounding", "output", False, output.Rounding, "answers rounded to so many decimals",
                "arXiv 1610.05820", 2, (0, 12), True),
        Defence("label-only", "output", False, output.LabelOnly, "the predicted class alone", "arXiv 1610.05820"),
        Defence("weight-decay", "training", False, partial(training.with_setting, key="weight_decay"),
                "weights are drawn to zero", "arXiv 2511.16792", 5e-4),
        Defence("dropout", "training", False, partial(training.with_setting, key="dropout"),
                "units are left out at random while training", "arXiv 2511.16792", 0.25, (0, 0.999)),
        Defence("label-smoothing", "training", False, partial(training.with_setting, key="label_smoothing"),
                "labels of all records softened", "arXiv 2511.16792", 0.1, (0, 0.999)),
        Defence("epochs", "training", False, partial(training.with_setting, key="epochs"),
                "so many epochs of training, beside another defence or alone", "arXiv 2511.16792", 10, (1, 1e6), True),
        Defence("batch-size", "training", False, partial(training.with_setting, key="batch_size"),
                "so many records in a step, beside dp-sgd above all", "arXiv 2511.16792", 256, (1, 1e6), True),
        Defence("learning-rate", "training", False, partial(training.with_setting, key="lr"),
                "so large steps, beside dp-sgd above all", "arXiv 2511.16792", 2e-3, (1e-6, 10)),
        Defence("early-stopping", "training", False, stopping.EarlyStopping,
                "weights of the epoch best on members held out: their share, no longer that of the epochs",
                "arXiv 2511.16792", 0.1, (0.01, 0.3)),
        Defence("dp-sgd", "training", False, private.DpSgd,
                "gradients clipped and noise added, to an epsilon (extra: dp)", "arXiv 1607.00133", 8.0, (1e-3, 1e6)),
        Defence("relaxloss", "training", False, whole.RelaxLoss,
                "the mean loss is kept near a target, in nats", "arXiv 2207.05801", 0.5, (0, 100)),
        Defence("mixup", "training", False, whole.Mixup,
                "records are mixed in pairs, labels with them", "arXiv 1710.09412", 0.2, (1e-3, 1e3)),
        Defence("loss-floor", "training", True, training.LossFloor,
                "aimed records are learned no better than others let them be guessed", "Standout", 0.5, (0, 10)),
        Defence("distillation", "training", True, training.Distillation,
                "labels of aimed records replaced by a teacher's answers", "arXiv 2110.08324", 1.0, (0, 1)),
        Defence("self-distillation", "training", True, training.SelfDistillation,
                "aimed records come late, labelled by the net's own answers", "Standout", 0.5, (0, 1)),
        Defence("down-weighting", "training", True, training.DownWeighting, "aimed records count less",
                "Standout", 0.1, (0, 1)),
        Defence("clipping", "training", True, training.Clipping,
                "gradients of aimed records by their logits (at most 2 ** .5 long) are capped", "Standout",
                0.1, (0, 2**0.5)),
        Defence("aimed-smoothing", "training", True, training.AimedSmoothing, "labels of aimed records softened",
                "Standout", 0.5, (0, 0.999)),
        Defence("remove", "data", True, data.Remove, "aimed records are not trained on", "arXiv 2206.10469"),
        Defence("relabel", "data", True, data.Relabel, "aimed records get the label that others let one guess",
                "arXiv 1911.00068"),
        Defence("microaggregate", "data", True, data.Microaggregate,
                "aimed records replaced by the mean of so many of their class", "doi 10.1109/69.979982", 3,
                (2, 1000), True),
        Defence("mixture", "data", True, data.Mixture, "aimed records replaced by a mixture of so many near them",
                "Standout", 3, (1, 1000), True),
        Defence("add-more", "data", True, data.AddMore, "so many records like each aimed one are added",
                "arXiv 1106.1813", 3, (1, 100), True),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One part of what a user writes: NAME or NAME:STRENGTH."""

    defence: Defence
    strength: float | None


def parse(text: str) -> list[Asked]:
    """`NAME[:STRENGTH][+NAME[:STRENGTH]]`, in the order in which they act. Raises InputError that names the part."""
    parts = []
    for part in str(text).split("+"):
        name, colon, given = part.strip().partition(":")
        if name == CONTROL:
            raise InputError(f"{CONTROL} is the control, which is trained beside every defence; leave it out")
        if name not in DEFENCES:
            raise InputError(
                f"unknown defence {name!r}{did_you_mean(name, DEFENCES)} (known: {listed(DEFENCES, len(DEFENCES))})"
            )
        defence, strength = DEFENCES[name], DEFENCES[name].strength
        if colon:
            if strength is None:
                raise InputError(f"defence {name} has no strength; give {name} alone")
            try:
                strength = float(given)
            except ValueError:
                raise InputError(f"defence {part.strip()!r}: the strength must be a number") from None
        if strength is not None and not defence.between[0] <= strength <= defence.between[1]:
            low, high = defence.between
            raise InputError(f"defence {name}: the strength must lie between {low:g} and {high:g}, not {strength:g}")
        if strength is not None and defence.whole and strength != int(strength):
            raise InputError(f"defence {name}: the strength must be a whole number, not {strength:g}")
        if any(a.defence is defence for a in parts):
            raise InputError(f"defence {name} stands twice in {str(text)!r}; give one of them")
        parts.append(Asked(defence, strength))
    return parts


def defended(recipe: Recipe, text: str, aim: np.ndarray) -> Recipe:
    """A recipe under the defences of `text`; aim: ids, text (T,).

    Whatever their place in the text, settings act first, then what trains all records in another way, then what is
    aimed at some, and answers are changed last. Of what is aimed at records, how training treats them is found on the
    data as they are, which are changed then.
    """
    parts = sorted(parse(text), key=lambda a: a.defence.turn)
    for part in parts:
        recipe = part.defence.of(recipe, aim if part.defence.targeted else np.empty(0, dtype=str), part.strength or 0.0)
    return recipe
