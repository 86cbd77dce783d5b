"""Write report.html from what the run folder holds."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from standout.errors import InputError
from standout.report import meanings, scripts, shown, words
from standout.report.assessment import assessment
from standout.report.ends import looked_at
from standout.report.explorer import explorer_of
from standout.report.kept import read_after, read_explorer
from standout.report.page import Page, page_of
from standout.report.pareto import pareto_of
from standout.report.unmeasured import unmeasured, untried
from standout.report.verdict import one_threshold
from standout.run.folder import RunFolder
from standout.run.tables import read_records

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("report.css", "explore.css", "print.css")


def write_report(folder: RunFolder, *, redact: bool = False, ids: bool = False, to: Path | None = None) -> None:
    """report.html: one file that works offline, asks no other address and runs no script but its own.

    redact: without ids and contents of records, as always where the run was asked so; ids: with ids all the same. to:
    another file, then nothing of the folder changes. Raises InputError where the folder holds no finished audit, for
    ids without redact, and for a file that cannot be written.
    """
    if ids and not redact:
        raise InputError("ids goes with redact: a report that is not redacted shows ids anyway")
    summary = folder.read_json("summary.json")
    if summary is None or not (folder.path / "records.csv").is_file():
        raise InputError(f"{folder.path} holds no finished audit; run standout audit SOURCE --out {folder.path} first")
    config = folder.read_json("config.json") or {}
    asked = config.get("asked")
    redact = redact or bool(isinstance(asked, dict) and asked.get("redact"))
    records, drawn = read_records(folder.path), folder.read_json("figures.json") or {}
    stored, after = read_explorer(folder, len(records)), read_after(folder)
    named = ids or not redact
    explorer = explorer_of(summary, records, drawn, stored, after, ids=named, content=not redact)
    page = replace(page_of(summary, records, drawn, config, redact=redact, ids=ids), explorer=explorer)
    found = folder.read_json("defences.json")  # figures and names of defences: no id
    page = replace(page, defences=found, pareto=pareto_of(found))
    content = render(page).encode("utf-8", "replace")
    own = folder.path / "report.html"
    to = own if to is None else to
    if to.exists() and to.name != own.name and to.resolve().parent == folder.path.resolve():
        raise InputError(f"{to} is a file of the run; give another file")
    RunFolder(to.parent).write(to.name, content)


def render(page: Page) -> str:
    """The page as HTML. Every text is escaped unless this package made it."""
    return environment_of().get_template("report.html.j2").render(page=page, s=page.summary)


@cache
def environment_of() -> Environment:
    """What templates are read by, once, and the functions that they call."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=shown.printed,
    )  # fmt: skip
    for function in (
        words.number, words.count, words.percent, words.rate, words.exactly, words.chance, words.between,
        words.one_in, words.small, words.seconds, words.plural, words.aimed_at, words.known, shown.data, shown.cut,
        looked_at, one_threshold, unmeasured, untried, assessment,
    ):  # fmt: skip
        environment.filters[function.__name__] = environment.globals[function.__name__] = function
    environment.globals.update(
        about_attack=meanings.about_attack,
        about_target=meanings.about_target,
        about_characteristic=meanings.about_characteristic,
        glossary=meanings.GLOSSARY,
        cause_said=meanings.CAUSE_SAID,
        style=Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)),
        scripts=scripts,
    )
    return environment
