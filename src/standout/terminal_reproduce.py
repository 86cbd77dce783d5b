"""What a person sees of a reproduction in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standout.report.reproduction import data_line, headline, value

MARKS = {
    "holds": "green",
    "holds in part": "yellow",
    "does not hold here": "red",
    "not sure here": "yellow",
    "not tested": "dim",
}


def reproduced(done) -> None:
    """The claims, the paper's table beside ours, and where the page lies."""
    console, found = Console(highlight=False, soft_wrap=True), done.content
    console.print(Text(data_line(found)))
    for line in found["departs"]:
        console.print(Text(f"not as in the paper: {line}", style="dim"))
    table = Table(box=None, pad_edge=False, header_style="bold")
    compared = found["dataset"]["stands_for"] or found["dataset"]["name"]
    for name in ("row", f"{compared} in the paper: advantage", "ours", "test accuracy", "AUC"):
        table.add_column(name, justify="left" if name == "row" else "right")
    for row in found["rows"].values():
        paper = "-" if row["paper"] is None else f"{100 * row['paper']['advantage']:.2f}"
        table.add_row(row["name"], paper, *(value(row["ours"][k]) for k in ("advantage", "test_accuracy", "auc")))
    console.print(table)
    console.print(Text(f"{headline(found)}:"))
    for claim in found["claims"]:
        console.print(
            Text.assemble(
                (claim["verdict"], MARKS[claim["verdict"]]), f": {claim['text']}. {claim['figure'] or claim['why']}"
            )
        )
    console.print(Text(f"page: {done.path / 'reproduction.html'}"))
