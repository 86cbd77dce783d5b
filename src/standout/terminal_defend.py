"""What a person sees of `defend` in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standout.flows.run import Run
from standout.report.words import aimed_at, number, percent

CHANGED = 0.005
"""Share of queries that are answered with another class, above which a defence of answers is told to do so."""
WIDE = 100
"""Columns of a terminal below which intervals stand under their figures."""


def defended(run: Run) -> None:
    """A line for the control and each defence, the rounds of those that had several, and the recommendation."""
    console = Console(highlight=False)
    found = run.defences
    base, blocks = found["baseline"], found["defences"]
    bounded = any(d["epsilon"] is not None for d in blocks.values())
    narrow = console.width < WIDE
    table = Table(box=None, pad_edge=False, collapse_padding=narrow, header_style="bold")
    table.add_column("defence", min_width=min(max(map(len, blocks), default=0), 18), overflow="fold")
    names = (
        "accuracy",
        "points\nlost",
        "exposure",
        "cut",
        "of the\nrest",
        "newly\nexposed",
        "adaptive\nAUC",
        "epsilon",
    )
    for name in (*(names if bounded else names[:-1]), "time"):
        table.add_column(name, justify="right", overflow="fold")
    end = "\n" if narrow else " "
    own = next(iter(blocks.values())) if blocks else None
    table.add_row(
        "none", percent(base["test_accuracy"]), "", share(own and own["exposed_before"]["exposure"]), "",
        share(own and own["others"]["exposure"]), "", f"{base['adaptive']['auc']:.3f}", *[""] * bounded,
        f"{base['seconds']['train']:.0f} s",
    )  # fmt: skip
    for text, d in blocks.items():
        table.add_row(
            text, percent(d["test_accuracy"]), give_or_take(d["accuracy_cost"], d["accuracy_cost_ci"], 2, end),
            share(d["exposed_before"]["exposure_after"]),
            give_or_take(d["exposed_before"]["cut"], d["exposed_before"]["cut_ci"], 1, end, "%"),
            share(d["others"]["exposure_after"]), f"{d['newly_exposed']['excess']:+d}", f"{d['adaptive']['auc']:.3f}",
            *[number(d["epsilon"], 2) if d["epsilon"] is not None else ""] * bounded, f"{d['seconds']['train']:.0f} s",
        )  # fmt: skip
    console.print(table)
    if aimed := [d for d in blocks.values() if d["targeted"]]:
        console.print(f"aimed at {aimed_at(aimed[0])}")
    for text, d in blocks.items():
        if "rounds" in d:
            console.print(rounds_of(text, d["rounds"]))
        if (d["changed_predictions"] or 0) > CHANGED:
            console.print(Text(f"{text} answers {percent(d['changed_predictions'])} of queries with another class"))
    console.print(Text(found["recommendation"]), soft_wrap=not console.is_terminal)
    console.print(Text(f"report: {run.path / 'report.html'}"), soft_wrap=True)


def rounds_of(text: str, rounds: list[dict]) -> Table:
    """A line for each round: newly exposed at own rates, and at one threshold for all."""
    attack = rounds[0]["one_threshold"]["attack"]["name"]
    table = Table(title=f"{text}, round by round", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in ("round", "aimed at", "accuracy", "exposure", "newly exposed", "at one threshold: loss", attack):
        table.add_column(name, justify="right")
    for r in rounds:
        new = [r["newly_exposed"], r["one_threshold"]["loss"], r["one_threshold"]["attack"]]
        table.add_row(
            str(r["round"]), str(r["aimed"]), percent(r["test_accuracy"]), share(r["exposed_before"]["exposure_after"]),
            *(f"{n['excess']:+d} ({n['excess_ci'][0]:.0f} to {n['excess_ci'][1]:.0f})" for n in new),
        )  # fmt: skip
    return table


def give_or_take(value: float | None, ci: list[float] | None, decimals: int, end: str, unit: str = "") -> str:
    """A share in per cent with half the width of its interval; a dash where there is none."""
    if value is None or ci is None:
        return "-"
    return f"{number(100 * value, decimals)}{unit}{end}\N{PLUS-MINUS SIGN}{number(50 * (ci[1] - ci[0]), decimals)}"


def share(value: float | None) -> str:
    """A mean exposure; a dash where there is no such record."""
    return "-" if value is None else percent(value)
