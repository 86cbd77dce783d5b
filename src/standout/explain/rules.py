"""From what is seen of a record to a cause. The bounds were chosen on planted answers (docs/causes.md)."""

import numpy as np

from standout.explain.evidence import Evidence
from standout.explain.places import Places
from standout.explain.rivals import Between, Rivals

FEW = 10
"""Records of a class that models cannot learn it from."""
TOP = 0.9
"""Place, among its class or all records, from which a characteristic marks a record."""
FAR, ALONE_FOR_SURE = 0.95, 0.99
"""Place of the distance to its neighbours, among all records and those of the rival, from which a record is alone, and
from which it is whatever models say."""
ODDS, OWN = 0.35, 0.35
"""Share of its own label, of what OUT models give it and the rival, and among its neighbours, above which the label is
not doubted."""
ORDINARY, DRAWN = -1.6, 0.15
"""`Between.ordinary` and `Between.drawn` below which a record is not what the rival's records are."""
SPLIT = (0.25, 0.7)
"""Odds of a record of which OUT models say one as well as the other, with SURE of both."""
SURE = 0.8
"""Share from which models and neighbours are sure."""
LEANS = 0.85
"""Place, among its class, from which models lean to the rival."""

DIFFICULTY = ("out_loss", "out_margin", "out_error", "label_doubt", "out_entropy", "out_spread")
OTHER_CLASS = ("neighbour_disagreement", "own_class_distance", "centroid_margin", "centroid_cosine")
ALONE = ("centroid_distance", "mahalanobis", "isolation", "local_outlier", "reconstruction", "centroid_cosine")
WORDS = ("level_rarity", "combination_rarity")
NAMED = frozenset((*DIFFICULTY, *OTHER_CLASS, *ALONE, *WORDS, "class_rarity"))
"""All that the rules ask for; others are measured and shown, and do not speak."""


class Judge:
    """Rules of one audit. values: of each characteristic, float (N,); speaks: names of those that may speak."""

    def __init__(self, evidence: Evidence, values: dict[str, np.ndarray], speaks: set[str]):
        self.evidence, self.values, self.speaks = evidence, values, speaks
        records = evidence.records
        self.y, self.names = records.y, records.classes
        self.places = Places(values, records.y)
        if records.data is not None and evidence.near.distances.shape[1]:
            self.away = Places({"": evidence.near.distances[:, -1]}, records.y)
            self.rivals = Rivals(evidence)
        else:
            self.away = self.rivals = None

    def judge(self, i: int) -> tuple[str, str]:
        """(cause, reason) of record i. What needs data, labels or probabilities is asked only where they are known."""
        say = self._answer(i)
        if self.y is None:
            if hard := self._marked(i, DIFFICULTY):
                return "hard", f"{self._in_words(i, hard)}; {say}"
            return "unexplained", f"{say}; no label and no data were given to look for more"
        own = int(self.y[i])
        label = f"labelled {self.names[own]}"
        alike = int(self.places.sizes[own])
        if alike <= FEW and self._marked(i, (*DIFFICULTY, "class_rarity"), 0.5):
            return "rare", f"one of only {alike} records {label}; {say}"
        if self.rivals is not None:
            found = self._from_data(i, own, label, say)
            if found is not None:
                return found
        if rare := self._marked(i, WORDS):
            return "rare", f"{label}; {self._in_words(i, rare)}; {say}"
        if hard := self._marked(i, DIFFICULTY):
            return "hard", f"{label}; {self._in_words(i, hard)}; {say}"
        if self.evidence.records.data is None:
            return "unexplained", f"{label}; {say}; no data were given to look for more"
        return "unexplained", f"{label}; {say}; no characteristic that separates the exposed records here marks it"

    def _from_data(self, i: int, own: int, label: str, say: str) -> tuple[str, str] | None:
        """What neighbours, models and distances say together; None where nothing in the data marks the record."""
        assert self.y is not None and self.away is not None
        rival = self._rival(i, own)
        if rival is None:
            return None
        around = self.y[self.evidence.neighbours[i]]
        share_own, share_rival = float((around == own).mean()), float((around == rival).mean())
        near = self._near(around, rival if share_rival else own)
        far = min(self.away.among("", i, None), self.away.among("", i, rival))
        alone = f"{label}; its nearest records are farther off than those of {far:.0%} of all; {say}"
        p = self.evidence.outside.probabilities
        if p is None or self.rivals is None:
            if far >= FAR and self._speak(ALONE):
                return "outlier", alone
            if share_own < SURE and self._speak(OTHER_CLASS):
                return "between classes", f"{label}; {near}; {say}"
            return self._unusual(i, label, say)

        between = self.rivals.between(i, rival)
        toward = f"{max(between.way, 0):.0%} of the way from the middle of {self.names[own]} to {self.names[rival]}"
        pointing = near if share_rival >= 0.3 else toward
        contradicted = share_own <= OWN and self._contradicted(i, between)
        suspect = contradicted and between.ordinary > ORDINARY and between.drawn > DRAWN
        certain = share_rival >= 0.5 and p[i, rival] >= SURE
        both = SPLIT[0] < between.odds < SPLIT[1] and p[i, own] + p[i, rival] >= SURE and between.among >= TOP
        if far < ALONE_FOR_SURE and suspect and certain:
            return "suspect label", f"{label}; {near}; {say}"
        if far < ALONE_FOR_SURE and both and self._speak(DIFFICULTY):
            shares = f"{self.names[own]} {p[i, own]:.0%} and {self.names[rival]} {p[i, rival]:.0%}"
            return "between classes", f"{label}; models that never saw it give {shares}; {pointing}"
        if far >= FAR and self._speak(ALONE):
            return "outlier", alone
        if suspect:
            return "suspect label", f"{label}; {pointing}; {say}"
        if self._leans(between, share_own) and self._speak((*OTHER_CLASS, *DIFFICULTY)):
            return "between classes", f"{label}; {pointing}; {say}"
        if contradicted and share_rival >= 0.5:
            return "suspect label", f"{label}; {near}; {say}"
        return self._unusual(i, label, say)

    def _unusual(self, i: int, label: str, say: str) -> tuple[str, str] | None:
        """An outlier by two detectors that speak."""
        alone = self._marked(i, ALONE, FAR)
        return ("outlier", f"{label}; {self._in_words(i, alone)}; {say}") if len(alone) >= 2 else None

    def _contradicted(self, i: int, between: Between) -> bool:
        """Whether models and data speak against the label of the record."""
        return bool(between.odds <= ODDS and self._marked(i, DIFFICULTY) and self._marked(i, OTHER_CLASS, 0.75))

    def _leans(self, between: Between, share_own: float) -> bool:
        """Whether models lean to the rival as they do in few of its class, and the data do too."""
        return between.among >= LEANS and (share_own < SURE or between.way >= 0.3 or between.odds <= SPLIT[1])

    def _rival(self, i: int, own: int) -> int | None:
        """The other class that OUT models like best; of its neighbours, where these are not known. None without one."""
        assert self.y is not None
        p = self.evidence.outside.probabilities
        around = self.y[self.evidence.neighbours[i]]
        weights = np.bincount(around, minlength=len(self.names)).astype(float) if p is None else p[i].astype(float)
        weights = np.where(self.places.sizes_of(len(self.names)) > 0, weights, -1)
        weights[own] = -1
        return None if weights.max() < 0 else int(weights.argmax())

    def _near(self, around: np.ndarray, label: int) -> str:
        return f"{int((around == label).sum())} of its {len(around)} nearest neighbours are {self.names[label]}"

    def _speak(self, names: tuple[str, ...]) -> bool:
        return any(name in self.speaks for name in names)

    def _marked(self, i: int, names: tuple[str, ...], top: float = TOP) -> list[str]:
        """Those of the characteristics that speak and by which record i is high in its class or among all."""
        return [name for name in names if name in self.speaks and max(self._place(name, i)) >= top]

    def _place(self, name: str, i: int) -> tuple[float, float]:
        own = None if self.y is None else int(self.y[i])
        return self.places.among(name, i, own), self.places.among(name, i, None)

    def _in_words(self, i: int, names: list[str]) -> str:
        """The characteristic that marks a record most, and how."""
        from standout.explain.characteristics import CHARACTERISTICS

        name = max(names, key=lambda n: max(self._place(n, i)))
        within, overall = self._place(name, i)
        if self.y is not None and within >= overall:
            return f"{CHARACTERISTICS[name].high}, more than {within:.0%} of class {self.names[int(self.y[i])]}"
        return f"{CHARACTERISTICS[name].high}, more than {overall:.0%} of all records"

    def _answer(self, i: int) -> str:
        """What models that never saw record i say; where only signals are known, of its own label."""
        p = self.evidence.outside.probabilities
        if p is None:
            loss = float(self.evidence.outside.losses[i])
            return f"models that never saw it give its label {np.exp(-loss):.0%} (geometric mean)"
        favourite = int(p[i].argmax())
        return f"models that never saw it say {self.names[favourite]} with {p[i, favourite]:.0%}"
