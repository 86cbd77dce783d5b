"""What a person sees of a screening."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from standout.report.shown import plain as cleaned

FIRST = 10
"""Records that are printed."""


def plain(text: str) -> str:
    """Text from data: no markup, no control characters."""
    return escape(cleaned(text))


def first_records(found) -> None:
    """The records that rank highest, and where the list lies."""
    s = found.summary
    console = Console(highlight=False, soft_wrap=True)
    by = [name.replace("_", " ") for name in s["ranked_by"]]
    console.print(
        f"[bold]{plain(s['dataset']['name'])}[/]: {s['dataset']['records']:,} records ranked after one training of "
        f"{plain(s['model']['name'])}, by {' and '.join(by)}"
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("rank", "record", "label", *by):
        table.add_column(heading, justify="left" if heading in ("record", "label") else "right")
    for row in found.first(FIRST).to_dict("records"):
        own = (f"{row[name]:.3g}" for name in s["ranked_by"])
        table.add_row(str(row["rank"]), plain(row["record"]), plain(row["label"]), *own)
    console.print(table)
    console.print("[dim]a ranking, not a measurement: audit --records-from screen says how exposed they are[/]")
    for line in s["warnings"]:
        console.print(f"[yellow]note:[/] {plain(line)}")
    console.print(f"all records: {plain(str(found.path / 'screen.csv'))}")
