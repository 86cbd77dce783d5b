"""What the report's words mean: causes, characteristics, attacks, glossary."""

from standout.attacks import ATTACKS
from standout.explain import CHARACTERISTICS

CAUSES = {
    "suspect label": "Neighbours, and models that never saw the record, agree on another label. "
    "The model can only fit it by memorising it.",
    "between classes": "The record lies among records of other classes. The label may be right, "
    "but little around it says so.",
    "outlier": "The record lies far from the rest of its class. Few others teach the model the same.",
    "rare": "Its class has few records, so each of them weighs much.",
    "hard": "Models that never saw the record do worse on it than on nearly all of its class, "
    "and nothing simpler was found.",
    "unexplained": "None of the characteristics that tell exposed from other records here marks this one. "
    "That is an answer, too.",
}

CAUSE_SAID = {
    "suspect label": "a suspect label",
    "between classes": "a place between classes",
    "outlier": "a place far from the rest of its class",
    "rare": "a rare class",
    "hard": "hard for models that never saw it",
    "unexplained": "no cause found",
}
"""The same within a sentence."""

TARGETS = {
    "false_discoveries": ("Wrong among the reported", "Expected share of the reported records that are not exposed."),
    "missed": (
        "Exposed but not reported",
        "Expected share of the exposed. Those near the bound stay uncertain.",
    ),
    "auc": ("AUC of the main attack", "Half the width of its 95% interval."),
    "tpr": ("TPR of the main attack", "Half the width of its 95% interval; the target goes with the rate itself."),
    "gap": ("Gap in accuracy", "Half the width of its 95% interval."),
    "detectable": ("Smallest exposure found", "An exposure of this size would be reported with 80% chance."),
}
"""What --until-stable asks for: a name and how to read it."""

GROUPS = {
    "data": "data alone",
    "out": "models that never saw it",
    "mechanism": "models with it against models without it",
    "one training": "a single training",
}

GLOSSARY = {
    "Record": "One row or image of the training data, under the id that it has in your table.",
    "Shadow model": "A model trained by the same recipe on a random part of the records. Those that saw a record and "
    "those that did not show what its presence changes.",
    "Exposure": "Of one record: how often an attacker recognises it in models that trained on it, when the attacker "
    "may be wrong about this very record at a fixed small rate. A chance over trainings, with an interval.",
    "False-alarm rate (FPR)": "How often an attacker claims that a record was used when it was not.",
    "Hits": "In how many of the shadow models that trained on the record the main attack flags it, at one threshold "
    "for all records.",
    "False hits": "The same count among the shadow models that did not train on it.",
    "TPR": "True-positive rate: the share of uses of records that an attack flags, over all records together.",
    "AUC": "The chance that an attack ranks a record that was used above one that was not. 0.5 is guessing.",
    "Precision": "Of the records that an attack flags, the share that was used. It depends on how many were to begin "
    "with: the prior. In records.csv, column precision: of the accusations of this one record, the share that is true "
    "if it is as often in training as not; empty where it is never accused.",
    "Next to nothing": "Said of an attacker with one threshold for all records where the 95% intervals of both its "
    "figures end low: that of the AUC at 0.55 at most, and that of the TPR at an FPR of 1%, where measurable, at 2%.",
    "AUROC of a characteristic": "The chance that it is higher for an exposed record than for another one. "
    "0.5: it explains nothing here.",
}


def about_attack(name: str) -> str:
    """One line on an attack; empty for names that this version does not know."""
    return ATTACKS[name].about if name in ATTACKS else ""


def about_target(name: str) -> tuple[str, str]:
    """(what a target is about, how to read it); the bare name for those that this version does not know."""
    return TARGETS.get(name, (name, ""))


def about_characteristic(name: str) -> tuple[str, str]:
    """(what a high value means, what it is taken from); empty for names that this version does not know."""
    if name not in CHARACTERISTICS:
        return "", ""
    known = CHARACTERISTICS[name]
    return known.high, GROUPS.get(known.group, known.group)
