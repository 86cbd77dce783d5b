"""Where convolutional nets look in the pictures that the report shows: one that trained on a record beside one that did
not, and how far they are apart over exposed and over typical records."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.errors import InputError
from standout.explain import gradcam
from standout.explain.maps_apart import both_distances, comparison, crossed
from standout.flows.drawing import as_picture, as_uri, overlaid
from standout.flows.exhibits import chosen
from standout.recipes import Recipe, recipe_of
from standout.shadows.outputs import Outputs
from standout.signals import SIGNALS, log_softmax, rescaled_logit

SHOWN = 24
"""Exposed records whose maps are drawn; so a report of pictures of 96 x 96 stays within some megabytes."""
PIXELS = 2**21
"""Of all pictures that go through the nets, about 200 of 100 x 100 pixels: some seconds a net on one core."""
SLOWER = {"densenet": 40}
"""So many times fewer pictures go through a slower net."""
SMALL = 128 * 128
"""Pixels up to which the ends of classes are looked at, too: up to 48 pictures beside the exposed ones."""
SIDES = ("closest", "farthest")
CLOSE = 0.01
"""By how much of itself, or of 1, a rebuilt net's rescaled logit may differ from the stored one: other processors round
otherwise."""

OURS = {"convnet": "channels", "densenet": "growth"}
"""Nets that can be looked into, and a setting by which ours are told from others of that name."""
ABSENT = (
    "no Grad-CAM of these pictures: it needs the extra cam: pip install 'standout[cam]', then standout explain RUN "
    "adds it"
)
OTHERWISE = (
    "no Grad-CAM of these pictures: the stored nets do not answer here as they did when they were trained; were they "
    "trained by another version of standout?"
)


def with_maps(
    shown: dict, config: dict, records: Records, outputs: Outputs, table: pd.DataFrame
) -> tuple[dict, list[str]]:
    """What `exhibits` gave with `maps` of its pictures and the figures `gradcam`, and lines to tell.

    config: config.json. Rows of table are those of records. As it was where the models are no nets of ours, or no
    picture is shown.
    """
    data, stored = records.data, outputs.kept("weights_safetensors")
    model = config["model"]
    settings = model.get("settings") or {}
    if data is None or OURS.get(model["name"]) not in settings or len(stored) < 4 or not shown.get("exposed"):
        return shown, []
    if not gradcam.installed():
        return shown, [ABSENT]
    pixels = int(np.prod(data.x.shape[1:3]))
    exposed, typical = chosen(data, table)
    exposed = exposed[: max(PIXELS // (SLOWER.get(model["name"], 1) * 3 * pixels), 1)]
    typical = {code: row for code, row in typical.items() if code in data.y[exposed]}
    pairs = alike_ones(data, table, exposed)
    ends = ends_of(shown, data) if pixels <= SMALL else {}
    rows = np.unique([*exposed, *typical.values(), *(i for _, i in pairs), *ends.values()])
    try:
        recipe = recipe_of(model["name"], {k: v for k, v in settings.items() if k != "device"}, "cpu")
        found = looks(recipe, records, stored, rows)
    except InputError:
        return shown, [OTHERWISE]
    if not answer_as_stored(found, outputs, data.y[rows], rows):
        return shown, [OTHERWISE]
    models = sorted(stored)
    members, maps = outputs.members[models][:, rows], np.stack([found[m].maps for m in models])
    unlike, alike = both_distances(maps, members)
    sure = np.stack([np.exp(log_softmax(found[m].logits))[np.arange(len(rows)), data.y[rows]] for m in models])
    place = {int(row): at for at, row in enumerate(rows)}
    low, high = float(data.x.min()), float(data.x.max())

    def of(row: int) -> dict:
        """One record: the maps of the first models that are unlike, and the figures."""
        at = place[row]
        pair = crossed(members[:, at])[0][:1]
        if not pair:
            return {}
        drawn = as_picture(data.x[row], low, high)
        return {
            "maps": {
                **{k: as_uri(overlaid(drawn, maps[m, at])) for k, m in zip(("inside", "outside"), pair[0])},
                "sure": [float(sure[m, at]) for m in pair[0]],
                "apart": float(unlike[at]),
                "alike": None if np.isnan(alike[at]) else float(alike[at]),
            }
        }

    def look(record: str) -> dict:
        """Of a record at an end of its class, where the first model looks that trained on it."""
        at = place[ends[record]]
        inside = np.flatnonzero(members[:, at])
        if not len(inside):
            return {}
        drawn = as_picture(data.x[ends[record]], low, high)
        return {"look": as_uri(overlaid(drawn, maps[inside[0], at]))}

    ones = np.array([[place[e], place[t]] for e, t in pairs], dtype=np.int64).reshape(-1, 2).T
    figures = comparison(*((unlike[side], alike[side]) for side in ones))
    classes = data.classes
    return {
        "exposed": [{**e, **(of(i) if k < SHOWN else {})} for k, (e, i) in enumerate(zip(shown["exposed"], exposed))]
        + shown["exposed"][len(exposed) :],
        "typical": shown["typical"]
        | {classes[code]: {**shown["typical"][classes[code]], **of(i)} for code, i in typical.items()},
        **({"ends": with_looks(shown["ends"], look)} if ends else {}),
        "gradcam": {"places": list(maps.shape[2:]), "drawn": min(len(exposed), SHOWN), **figures},
    }, []


def ends_of(shown: dict, data: Dataset) -> dict[str, int]:
    """Rows by id of the records at the ends of classes."""
    row = {str(name): i for i, name in enumerate(data.ids)}
    classes = (shown.get("ends") or {}).get("classes", [])
    return {r["record"]: row[r["record"]] for c in classes for side in SIDES for r in c[side]}


def with_looks(ends: dict, look: Callable[[str], dict]) -> dict:
    """The block `ends` with what `look` gives of each record."""
    classes = [
        {**c, **{side: [{**r, **look(r["record"])} for r in c[side]] for side in SIDES}} for c in ends["classes"]
    ]
    return {**ends, "classes": classes}


def alike_ones(data: Dataset, table: pd.DataFrame, exposed: list[int]) -> list[tuple[int, int]]:
    """(exposed record, typical record of its class that is not exposed): the first of a class with the one nearest to
    its middle, the second with the next, as far as there are such."""
    distance = np.nan_to_num(table["centroid_distance"].to_numpy(dtype=float), nan=np.inf)
    free = np.flatnonzero(~table["exposed"].to_numpy(dtype=bool))
    free = free[np.argsort(distance[free], kind="stable")]
    queues: dict[int, Iterator[int]] = {
        int(code): iter(free[data.y[free] == code].tolist()) for code in np.unique(data.y[exposed])
    }
    found = ((e, next(queues[int(data.y[e])], None)) for e in exposed)
    return [(e, t) for e, t in found if t is not None]


def looks(
    recipe: Recipe, records: Records, stored: dict[int, np.ndarray], rows: np.ndarray
) -> dict[int, gradcam.Looks]:
    """By model, on these audited records."""
    data, training = records.data, records.training
    assert data is not None and training is not None
    places = np.arange(len(training))[training.asked][rows]
    return {m: gradcam.looks_of(recipe, weights, training, places, data.y[rows]) for m, weights in stored.items()}


def answer_as_stored(found: dict[int, gradcam.Looks], outputs: Outputs, labels: np.ndarray, rows: np.ndarray) -> bool:
    """Whether each rebuilt net gives the rescaled logits that are stored of its model."""
    signals, row = outputs.kept("signals"), SIGNALS.index("rescaled-logit")
    for model, own in found.items():
        there = signals[model][row][rows]
        if (np.abs(rescaled_logit(own.logits, labels) - there) > CLOSE * np.maximum(np.abs(there), 1)).any():
            return False
    return True
