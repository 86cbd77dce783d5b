"""What a person sees of `compare` in the terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standout.report.shown import plain

FEWEST = 40
"""Narrower terminals are written to as if they had so many columns."""
UNLIMITED = 10_000
IDS = 6


def compared(result) -> None:
    """Figures with a column per run, in as many tables as the terminal needs; then each pair, and notes."""
    console = Console(highlight=False, soft_wrap=True)
    width = max(console.width, FEWEST) if console.is_terminal else UNLIMITED
    console.width = width  # a pipe has none, and would be written to as if it were a narrow terminal
    columns = [cells(row) for row in result.runs]
    for group in fitting(columns, width):
        console.print(side_by_side(group))
        console.print()
    for pair in result.pairs:
        for line in of_pair(pair):
            console.print(line)
    for line in result.warnings:
        console.print(Text.assemble(("note: ", "yellow"), plain(line)))


def cells(row: dict[str, Any]) -> dict[str, str]:
    """What is shown of a run, as text; a dash where it does not know."""
    low, high = row["auc_lo"], row["auc_hi"]
    return {
        "run": plain(row["run"]),
        "data": plain(row["data"]),
        "model": plain(row["model"]),
        "records": f"{row['records']:,}",
        "shadow models": f"{row['shadows']:,}",
        "test accuracy": shown(row["accuracy_test"], ".1%"),
        "gap to training": "-" if row["accuracy_gap"] is None else f"{100 * row['accuracy_gap']:.1f} points",
        "verdict": row["verdict"] or "-",
        "attack": row["attack"],
        "AUC": f"{row['auc']:.3f} ({low:.3f} to {high:.3f})",
        "TPR at FPR 0.1 %": "not measurable"
        if row["tpr"] is None
        else f"{row['tpr']:.2%} ({row['tpr_lo']:.2%} to {row['tpr_hi']:.2%})",
        "exposed records": f"{row['exposed']:,} ({row['share']:.2%})",
        "detectable": shown(row["detectable"], ".0%"),
        "causes": "\n".join(f"{cause} {n}" for cause, n in row["causes"].items()) or "-",
        "seconds": f"{row['seconds']:.1f}",
    }


def shown(value: float | None, form: str) -> str:
    """A number, or a dash."""
    return "-" if value is None else f"{value:{form}}"


def fitting(columns: list[dict[str, str]], width: int) -> list[list[dict[str, str]]]:
    """Runs in groups that stand side by side within `width`, at least one each."""
    names = max(len(name) for name in columns[0])
    groups, used = [[]], names
    for column in columns:
        need = 2 + max(len(line) for text in column.values() for line in text.splitlines())
        if groups[-1] and used + need > width:
            groups.append([])
            used = names
        groups[-1].append(column)
        used += need
    return groups


def side_by_side(columns: list[dict[str, str]]) -> Table:
    """Figures down, runs across."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, min_width=max(len(name) for name in columns[0]), style="dim")
    for _ in columns:
        table.add_column(overflow="fold")
    for name in columns[0]:
        style = "bold" if name == "run" else ""
        table.add_row(name, *(Text(c[name], style=style) for c in columns))
    return table


def of_pair(pair: dict[str, Any]) -> list[Text]:
    """Two runs on the records that they share."""
    a, b = plain(pair["a"]), plain(pair["b"])
    if not pair["compared"]:
        return [Text.assemble((f"{a} / {b}", "bold"), ": records are not compared")]
    head = f": {pair['common']:,} records in common"
    if pair["spearman"] is not None:
        head += f"; exposures rank alike at {pair['spearman']:.2f} (Spearman)"
    lines = [Text.assemble((f"{a} / {b}", "bold"), head)]
    exposed, higher = pair["exposed"], pair["clearly_higher"]
    if exposed is not None:
        alike = "" if exposed["jaccard"] is None else f" (Jaccard {exposed['jaccard']:.2f})"
        lines.append(
            Text(f"  exposed: {exposed['a']:,} and {exposed['b']:,}, of these {exposed['both']:,} in both{alike}")
        )
        for name, side in ((a, exposed["only_a"]), (b, exposed["only_b"])):
            if side["count"]:
                ids = ", ".join(plain(str(i)) for i in side["ids"][:IDS])
                more = f", ... ({side['count']:,} in all)" if side["count"] > IDS else ""
                lines.append(Text(f"  exposed in {name} alone: {ids}{more}"))
    if higher is not None:
        lines.append(
            Text(
                f"  exposure clearly higher in {a}: {higher['a']:,}, in {b}: {higher['b']:,} (about "
                f"{higher['by_chance']:.0f} of {pair['common']:,} by chance alone)"
            )
        )
    return lines
