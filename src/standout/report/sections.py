"""A page as sections of paragraphs and tables, told as Markdown and as HTML."""

from dataclasses import dataclass, field

from markupsafe import Markup

from standout.report.build import environment_of


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
        out += [f"## {section.title}", ""]
        for paragraph in section.before:
            out += [paragraph, ""]
        if section.pictures:
            out += ["Drawn in reproduction.html.", ""]
            continue
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
    template = environment_of().get_template("reproduction.html.j2")
    return template.render(title=title, lead=lead, facts=facts, sections=sections)
