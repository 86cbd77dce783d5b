"""One training on all records, and the ranking that comes of it; and how well such a ranking does in an audit."""

from dataclasses import dataclass

import numpy as np

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.errors import InputError, one_line
from standout.explain import CHARACTERISTICS, Evidence
from standout.explain.evidence import Side
from standout.explain.ranking import CHEAP, found_by, order_of, ranked_by, suspicion
from standout.explain.trainings import Training
from standout.flows.explaining import Explained
from standout.measure.tail import loss_tnr
from standout.recipes.blame import place_of
from standout.recipes.recipe import Recipe, Trained, trained_by
from standout.shadows.memberships import model_seeds
from standout.shadows.store import as_stored
from standout.signals import log_softmax, rescaled_logit
from standout.threads import one_thread

FNRS = ("0.01", "0.001")
"""Rates at which the tail of the losses is read."""


@dataclass(frozen=True, eq=False)
class Screened:
    """All of `records`, in the order in which they are worked on: suspicion float (N,), rank int (N,) from 1, values
    (N,) of each characteristic, and the names that the ranking goes by."""

    records: Records
    suspicion: np.ndarray
    rank: np.ndarray
    values: dict[str, np.ndarray]
    by: tuple[str, ...]
    accuracy: float


def screened(dataset: Dataset, recipe: Recipe, seed: int) -> Screened:
    """Train one model on all records, those that are to be audited and others, and rank them.

    Records go in order of their ids, so that rows in another order give the same. Raises InputError where the recipe
    fails.
    """
    records = Records.of(dataset)
    own = records.data
    assert own is not None
    n = len(own)
    try:
        with one_thread():
            (trained,) = trained_by(recipe, own, np.ones((1, n), dtype=bool), np.array(model_seeds(seed, 1)), {0})
    except InputError:
        raise
    except (Exception, SystemExit) as e:
        raise InputError(
            f"{recipe.name} failed in the training for screening: {type(e).__name__}: {one_line(e)}{place_of(e)}"
        ) from e
    evidence = evidence_of(records, trained)
    cheap = {name: c.values(evidence) for name, c in CHARACTERISTICS.items() if c.group in CHEAP}
    values = {name: v for name, v in cheap.items() if np.isfinite(v).any()}
    suspected = suspicion(values)
    rank = np.empty(n, dtype=np.int64)
    rank[order_of(suspected)] = np.arange(1, n + 1)
    right = float((trained.logits.argmax(axis=1) == own.y).mean())
    return Screened(records, suspected, rank, values, ranked_by(values), right)


def evidence_of(records: Records, trained: Trained) -> Evidence:
    """What one model that trained on all records tells; of models that did not there is nothing."""
    assert records.y is not None
    n = len(records)
    nothing = np.full(n, np.nan)
    nobody = Side(nothing, nothing, nothing, None, None, None)
    losses = np.logaddexp(0, -rescaled_logit(trained.logits, records.y))
    log_p = None if trained.features is None else as_stored(log_softmax(trained.logits))
    training = Training(np.ones(n, dtype=bool), losses, trained.trace, trained.features, log_p)
    return Evidence(records, nobody, nobody, nothing, trainings=(training,))


def screening(explained: Explained, exposed: np.ndarray, exposure: np.ndarray) -> dict:
    """The block `screening` of a summary: how well a ranking by one training would have found the exposed of an audit.

    Its first models stand for that training, so records are judged by a model trained on a part of them; those that are
    in none of these models are left out. `tail`: the model's risk as its own losses tell it, mean over the first pair.
    """
    cheap = {n: v for n, v in explained.values.items() if CHARACTERISTICS[n].group in CHEAP}
    trainings = explained.evidence.trainings
    judged = np.isfinite(cheap[ranked_by(cheap)[0]])
    cheap = {name: v[judged] for name, v in cheap.items()}
    return {
        "by": list(ranked_by(cheap)),
        **found_by(suspicion(cheap), exposed[judged], exposure[judged]),
        "tail": {f: float(np.mean([loss_tnr(t.losses, t.members, float(f)) for t in trainings[:2]])) for f in FNRS},
    }
