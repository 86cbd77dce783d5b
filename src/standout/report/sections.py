"""A page as sections of paragraphs and tables, told as Markdown and as HTML."""

from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from standout.report import shown

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Table:
    """head: column names; rows: cells as text, the first of each names the row."""

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Section:
    """anchor, title; before: paragraphs; table; pictures (for the page alone); after: paragraphs in small."""

    anchor: str
    title: str
    before: list[str] = field(default_factory=list)
    table: Table | None = None
    pictures: list[Markup] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def as_markdown(title: str, lead: str, sections: list[Section]) -> str:
    """The page as Markdown."""
    out = [f"# {title}", "", lead, ""]
    for section in sections:
        if section.pictures:
            continue
        out += [f"## {section.title}", ""]
        for paragraph in section.before:
            out += [paragraph, ""]
        if section.table:
            head = section.table.head
            out += [row_of(head), row_of(["---"] * len(head)), *map(row_of, section.table.rows), ""]
        for paragraph in section.after:
            out += [paragraph, ""]
    return "\n".join(out)


def row_of(cells: list[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def as_html(title: str, lead: str, facts: dict[str, str], sections: list[Section]) -> str:
    """The page as HTML: one file, no script, no other address."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=shown.printed,
    )  # fmt: skip
    style = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))
    template = environment.get_template("reproduction.html.j2")
    return template.render(title=title, lead=lead, facts=facts, sections=sections, style=style)
