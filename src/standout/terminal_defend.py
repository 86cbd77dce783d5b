"""What a person sees of `defend` in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standout.flows.run import Run
from standout.report.words import percent

CHANGED = 0.005
"""Share of queries that are answered with another class, above which a defence of answers is told to do so."""


def defended(run: Run) -> None:
    """A line for the control and each defence, and the recommendation."""
    console = Console(highlight=False)
    found = run.defences
    base = found["baseline"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("defence", no_wrap=True, overflow="fold")
    for name in (
        "accuracy",
        "exposure",
        "of the rest",
        "newly exposed",
        "adaptive AUC",
        "training",
    ):
        table.add_column(name, justify="right")
    own = next(iter(found["defences"].values()))
    table.add_row(
        "none", percent(base["test_accuracy"]), share(own["exposed_before"]["exposure"]),
        share(own["others"]["exposure"]), "", f"{base['adaptive']['auc']:.3f}", f"{base['seconds']['train']:.0f} s",
    )  # fmt: skip
    for text, d in found["defences"].items():
        table.add_row(
            text, percent(d["test_accuracy"]), share(d["exposed_before"]["exposure_after"]),
            share(d["others"]["exposure_after"]), f"{d['newly_exposed']['excess']:+d}", f"{d['adaptive']['auc']:.3f}",
            f"{d['seconds']['train']:.0f} s",
        )  # fmt: skip
    console.print(table)
    for text, d in found["defences"].items():
        if (d["changed_predictions"] or 0) > CHANGED:
            console.print(Text(f"{text} answers {percent(d['changed_predictions'])} of queries with another class"))
    console.print(Text(found["recommendation"]))
    console.print(Text(f"report: {run.path / 'report.html'}"))


def share(value: float | None) -> str:
    """A mean exposure; a dash where there is no such record."""
    return "-" if value is None else percent(value)
