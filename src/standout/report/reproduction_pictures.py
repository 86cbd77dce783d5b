"""The pictures of a reproduction: maps of the records, the ends of classes, histograms."""

import numpy as np
from markupsafe import Markup

from standout.report.build import environment_of
from standout.report.ends import ends_of, looked_at
from standout.report.histogram import histogram
from standout.report.map import draw
from standout.report.sections import Section
from standout.report.words import count, plural

MARKS = {
    "vulnerable": ("vulnerable by the paper's threshold", "vulnerable_in_all"),
    "marked": ("exposed at its own false-alarm rate", "exposed"),
}
"""Places of a panel that are marked, what they are, and how many there are of all its records."""


def maps(found: dict) -> list[Section]:
    """The first panel of the map twice: whom the paper marks, and who is exposed. Nothing where there is no map."""
    if not found["map"]:
        return []
    names, panel = [str(n) for n in found["map"]["labels"]], found["map"]["panels"][0]
    at, classes = np.column_stack([panel["x"], panel["y"]]), np.asarray(panel["class"], dtype=int)
    figures = []
    for key, (what, total) in MARKS.items():
        marked = np.zeros(len(at), dtype=bool)
        marked[np.asarray(panel[key], dtype=int)] = True
        told = f"Large and rimmed: {what}, {count(int(marked.sum()))} of {count(panel[total])}."
        label = f"Map (t-SNE) of records. {told}"
        drawing = draw(at, classes, marked, names, label, what)
        figures.append(Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(drawing, told))
    return [
        Section(
            "maps", "Where both lie",
            [
                f"What model {panel['model']} makes of records that it never saw: its penultimate features, drawn in "
                f"the plane (t-SNE), in the colours of {plural(len(names), 'class', 'classes')}, the others grey. Its "
                f"twin, model {panel['model'] ^ 1}, trained on all of them: vulnerable are those that the paper's "
                "threshold at 1% FPR marks in the twin."
            ],
            pictures=figures,
            after=[
                f"{count(len(at))} of {plural(panel['records'], 'record')} are shown: the exposed as far as there is "
                "room, the others drawn at random."
            ],
        )
    ]  # fmt: skip


def ends(found: dict) -> list[Section]:
    """The closest and the farthest records of classes. Nothing where nobody is exposed."""
    by, classes = ends_of(found["ends"])
    if not classes:
        return []
    under = (
        " The second picture of a record is where a net that trained on it looks (Grad-CAM)."
        if looked_at(classes)
        else ""
    )
    drawn = environment_of().get_template("ends.html.j2").module.classes_of(classes)  # pyright: ignore[reportAttributeAccessIssue]
    return [
        Section(
            "ends", "Closest to the middle of their class, and farthest from it",
            [f"By {by.replace('_', ' ')}, for the classes with most exposed records.{under}"], pictures=[drawn],
        )
    ]  # fmt: skip


def histograms(found: dict) -> Section:
    """Of rescaled logits and losses."""
    drawn = [
        histogram(block[signal], f"{found['rows'][key]['name']}: {signal.replace('-', ' ')}")
        for key, block in found["drawn"].items() for signal in ("rescaled-logit", "loss")
    ]  # fmt: skip
    return Section(
        "histograms", "Logits and losses of members and of others", pictures=drawn,
        after=[
            "Filled: members; outlined: others. Shares over all models; what lies outside is counted in the outermost "
            "bars."
        ],
    )  # fmt: skip
