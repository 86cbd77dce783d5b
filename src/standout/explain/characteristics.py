"""The table of characteristics, and the evidence that they are computed from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from standout.explain import (
    anomaly,
    anonymity,
    difficulty,
    geometry,
    label_quality,
    leverage,
    mechanism,
    neighbours,
    one_training,
    penultimate,
    rarity,
)
from standout.explain.evidence import Evidence


@dataclass(frozen=True)
class Characteristic:
    """One number per record that may explain exposure.

    group: "data" (no model), "out" (models that never saw the record), "mechanism" or "one training".
    high: what a high value means, as a noun phrase. source: where it comes from.
    """

    name: str
    group: str
    values: Callable[[Evidence], np.ndarray]
    high: str
    source: str


CHARACTERISTICS: dict[str, Characteristic] = {
    c.name: c
    for c in (
        Characteristic("centroid_distance", "data", geometry.centroid_distance, "far from the middle of its class",
                       "arXiv 2511.16792"),
        Characteristic("centroid_cosine", "data", geometry.centroid_cosine, "points another way than its class",
                       "arXiv 2511.16792"),
        Characteristic("mahalanobis", "data", geometry.mahalanobis, "far from its class for how classes spread",
                       "Ledoit and Wolf 2004"),
        Characteristic("centroid_margin", "data", geometry.centroid_margin, "nearer to another class than to its own",
                       "arXiv 2511.16792"),
        Characteristic("neighbour_disagreement", "data", neighbours.neighbour_disagreement,
                       "neighbours carry other labels", "Muhlenbach, Lallich, Zighed 2004"),
        Characteristic("own_class_distance", "data", neighbours.own_class_distance,
                       "others of its class are far while other records are near", "Standout"),
        Characteristic("near_duplicates", "data", neighbours.near_duplicates, "has near-copies of its label",
                       "arXiv 2112.03570"),
        Characteristic("isolation", "data", anomaly.isolation, "isolated within its class", "Liu, Ting, Zhou 2008"),
        Characteristic("local_outlier", "data", anomaly.local_outlier, "in a thin place of its class",
                       "Breunig et al. 2000"),
        Characteristic("reconstruction", "data", anomaly.reconstruction, "made of what its class hardly has",
                       "Shyu et al. 2003"),
        Characteristic("class_rarity", "data", rarity.class_rarity, "of a small class", "arXiv 1906.00389"),
        Characteristic("level_rarity", "data", rarity.level_rarity, "rare words", "Standout"),
        Characteristic("combination_rarity", "data", rarity.combination_rarity, "words seldom seen together",
                       "Standout"),
        Characteristic("k_anonymity", "data", anonymity.k_anonymity, "few share what others may know of it",
                       "Sweeney 2002"),
        Characteristic("out_loss", "out", difficulty.out_loss, "hard for models that never saw it", "arXiv 2112.03570"),
        Characteristic("out_error", "out", difficulty.out_error, "answered wrongly by models that never saw it",
                       "arXiv 2112.03570"),
        Characteristic("out_entropy", "out", difficulty.out_entropy, "models that never saw it are unsure",
                       "arXiv 2112.03570"),
        Characteristic("out_margin", "out", difficulty.out_margin, "models that never saw it say another class",
                       "arXiv 2112.03570"),
        Characteristic("out_spread", "out", difficulty.out_spread, "models that never saw it disagree",
                       "arXiv 2112.03570"),
        Characteristic("label_doubt", "out", label_quality.label_doubt, "its label is likely wrong",
                       "Northcutt, Jiang, Chuang 2021 (cleanlab)"),
        Characteristic("feature_centroid_distance", "out", penultimate.feature_centroid_distance,
                       "far from the middle of its class in a net's features", "arXiv 2511.16792"),
        Characteristic("feature_cosine", "out", penultimate.feature_cosine,
                       "points another way than its class in a net's features", "arXiv 2511.16792"),
        Characteristic("feature_mahalanobis", "out", penultimate.feature_mahalanobis,
                       "far from its class for how classes spread in a net's features", "Lee et al. 2018"),
        Characteristic("feature_margin", "out", penultimate.feature_margin,
                       "nearer to another class in a net's features", "arXiv 2511.16792"),
        Characteristic("feature_disagreement", "out", penultimate.feature_disagreement,
                       "neighbours in a net's features carry other labels", "Papernot and McDaniel 2018"),
        Characteristic("divergence", "mechanism", mechanism.divergence, "training on it changes what is answered",
                       "Lin 1991"),
        Characteristic("train_loss", "one training", one_training.train_loss, "not even learned in training",
                       "arXiv 1709.01604"),
        Characteristic("loss_trace_iqr", "one training", one_training.loss_trace_iqr,
                       "its loss moves much from epoch to epoch", "arXiv 2411.05743"),
        Characteristic("epochs_until_learned", "one training", one_training.epochs_until_learned,
                       "learned late", "Baldock, Maennel, Neyshabur 2021"),
        Characteristic("forgetting", "one training", one_training.forgetting, "forgotten again, or never learned",
                       "arXiv 1812.05159"),
        Characteristic("el2n", "one training", one_training.el2n, "answered badly early in training",
                       "arXiv 2107.07075"),
        Characteristic("leverage", "one training", leverage.leverage, "the answer on it hangs on its own label",
                       "after arXiv 2602.15919"),
    )
}  # fmt: skip
"""Later ones: one function and one line here."""
