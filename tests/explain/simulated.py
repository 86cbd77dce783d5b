"""A small evidence with labels, features and made-up answers, for tests."""

import numpy as np

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.explain.evidence import Evidence, Side


def evidence_of(x, y, p_in=None, p_out=None, seed: int = 0) -> Evidence:
    """Records in the given order. x: (N, D) or a DataFrame; y: int (N,); p_in, p_out: probabilities (N, C), drawn at
    random unless given."""
    y = np.asarray(y)
    rng = np.random.default_rng(seed)
    classes = len(np.unique(y))
    ids = [f"{i:05d}" for i in range(len(y))]
    dataset = Dataset(x, [f"{c:03d}" for c in y], ids=ids)
    sides = []
    for p in (p_in, p_out):
        p = rng.dirichlet(np.ones(classes), len(y)) if p is None else p
        own = p[np.arange(len(y)), dataset.y]
        others = np.maximum(1 - own, 1e-12)
        sides.append(
            Side(
                losses=-np.log(own),
                signals=np.log(own / others),
                spread=rng.random(len(y)),
                entropies=-(p * np.log(p)).sum(axis=1),
                errors=(p.argmax(axis=1) != dataset.y).astype(float),
                probabilities=p,
            )
        )
    return Evidence(Records.of(dataset), *sides, effect=sides[0].signals - sides[1].signals)


def blobs(n: int = 90, classes: int = 3, columns: int = 4, seed: int = 1, apart: float = 4.0):
    """(x float (N, D), y int (N,)) of classes around corners."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    return rng.normal(size=(n, columns)) + apart * rng.normal(size=(classes, columns))[y], y
