"""Write report.html from what the run folder holds."""

from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from standout.errors import InputError
from standout.report import meanings, scripts, shown, words
from standout.report.explorer import explorer_of, read_explorer
from standout.report.page import Page, page_of
from standout.report.pareto import pareto_of
from standout.run.folder import RunFolder
from standout.run.tables import read_records, read_table

TEMPLATES = Path(__file__).parent / "templates"


def write_report(folder: RunFolder, *, redact: bool = False) -> None:
    """report.html: one file that works offline, asks no other address and runs no script but its own.

    redact: without ids and contents of records, as always where the run was asked so. Raises InputError where the
    folder holds no finished audit.
    """
    summary = folder.read_json("summary.json")
    if summary is None or not (folder.path / "records.csv").is_file():
        raise InputError(f"{folder.path} holds no finished audit; run standout audit SOURCE --out {folder.path} first")
    config = folder.read_json("config.json") or {}
    asked = config.get("asked")
    redact = redact or bool(isinstance(asked, dict) and asked.get("redact"))
    records, drawn = read_records(folder.path), folder.read_json("figures.json") or {}
    after = read_table(folder.path / "defences.csv") if (folder.path / "defences.csv").is_file() else None
    explorer = explorer_of(summary, records, drawn, read_explorer(folder), after, ids=not redact, content=not redact)
    page = replace(page_of(summary, records, drawn, config, redact=redact), explorer=explorer)
    found = folder.read_json("defences.json")  # figures and names of defences: no id
    page = replace(page, defences=found, pareto=pareto_of(found))
    folder.write("report.html", render(page).encode("utf-8", "replace"))


def render(page: Page) -> str:
    """The page as HTML. Every text is escaped unless this package made it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=shown.printed,
    )  # fmt: skip
    for function in (
        words.number, words.count, words.percent, words.rate, words.exactly, words.chance, words.between,
        words.one_in, words.small, words.seconds, words.plural, words.aimed_at, words.known, shown.data, shown.cut,
    ):  # fmt: skip
        environment.filters[function.__name__] = environment.globals[function.__name__] = function
    environment.globals.update(
        about_attack=meanings.about_attack,
        about_target=meanings.about_target,
        about_characteristic=meanings.about_characteristic,
        glossary=meanings.GLOSSARY,
        style=Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "explore.css"))),
        scripts=scripts,
    )
    return environment.get_template("report.html.j2").render(page=page, s=page.summary)
