"""How rare the class and the words of a record are."""

from itertools import combinations

import numpy as np
import pandas as pd

from standout.data.columns import as_texts, is_number
from standout.data.encode import LEVELS
from standout.explain.evidence import Evidence

PAIRS = 100
"""Pairs of columns that are looked at, at most."""


def class_rarity(evidence: Evidence) -> np.ndarray:
    """Surprise float64 (N,), in bits, of the class of each record: -log2 of its share. High: of a small class."""
    labels = evidence.dataset.y
    return -np.log2(np.bincount(labels)[labels] / len(labels))


def level_rarity(evidence: Evidence) -> np.ndarray:
    """Mean surprise float64 (N,), in bits, of the words in the text columns of each record; NaN without such columns.
    High: rare words."""
    columns = _words(evidence)
    if not columns:
        return np.full(len(evidence.dataset), np.nan)
    return np.mean([_surprise(codes) for codes in columns], axis=0)


def combination_rarity(evidence: Evidence) -> np.ndarray:
    """How much rarer the rarest pair of words of a record is than its words are apart, float64 (N,), in bits; NaN
    with fewer than two text columns. High: words that are seldom seen together."""
    columns = _words(evidence)
    if len(columns) < 2:
        return np.full(len(evidence.dataset), np.nan)
    alone = [_surprise(codes) for codes in columns]
    out = np.full(len(evidence.dataset), -np.inf)
    for a, b in list(combinations(range(len(columns)), 2))[:PAIRS]:
        together = _surprise(columns[a] * (int(columns[b].max()) + 1) + columns[b])
        out = np.maximum(out, together - alone[a] - alone[b])
    return out


def _words(evidence: Evidence) -> list[np.ndarray]:
    """Codes int64 (N,) of each text column of a table with 2 to LEVELS words: of more, everybody is rare."""
    x = evidence.dataset.x
    if not isinstance(x, pd.DataFrame):
        return []
    found = []
    for place in range(x.shape[1]):
        column = x.iloc[:, place]
        if is_number(column):
            continue
        codes = pd.factorize(np.array(["" if v is None else v for v in as_texts(column)], dtype=object))[0]
        if 1 < codes.max() + 1 <= LEVELS:
            found.append(codes.astype(np.int64))
    return found


def _surprise(codes: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return -np.log2(counts[places] / len(codes))
