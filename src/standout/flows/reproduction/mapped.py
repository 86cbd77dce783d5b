"""The map of the records, as the report draws it, with those whom the paper calls vulnerable."""

from pathlib import Path

import numpy as np

from standout.defend.one_threshold import vulnerable
from standout.flows.exploring import FILE

RATE = 0.01


def mapped(audit: Path, drawn: dict | None, place: np.ndarray, signals: np.ndarray, members: np.ndarray) -> dict | None:
    """The block `map` of an audit's figures.json, its panels with `vulnerable`, places among those shown, and
    `vulnerable_in_all`, how many: the records that the paper's threshold at 1 % FPR marks in one target model. That is
    the twin of the panel's net: it trained on the records of the panel, none of which the net saw. None where there is
    no map of what nets make of records, or a threshold at 1 % cannot be set.

    audit: its folder; place: int (N,), of each record in the order of the others, its place in records.csv; signals:
    rescaled logits float (M, N) of the audit's own nets, not of a control; members: bool (M, N).
    Source: arXiv 2511.16792, its maps of the features with the vulnerable records marked.
    """
    if not drawn or (~members).sum(axis=1).min() * RATE < 1 or any(p["model"] is None for p in drawn["panels"]):
        return None
    with np.load(audit / FILE, allow_pickle=False) as kept:
        rows, panel = np.argsort(place, kind="stable")[kept["map_row"]], kept["map_panel"]
    found = vulnerable(signals, members, RATE)
    panels = []
    for k, block in enumerate(drawn["panels"]):
        own = found[block["model"] ^ 1]
        shown = np.flatnonzero(own[rows[panel == k]]).tolist()
        panels.append({**block, "vulnerable": shown, "vulnerable_in_all": int(own.sum())})
    return {**drawn, "panels": panels}
