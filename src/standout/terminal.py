"""What a person sees in the terminal: progress, headline, lists."""

import contextlib
import json as to_json
import sys
from collections.abc import Callable, Iterator
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from standout.errors import InputError, did_you_mean, listed

TABLE = 100
"""Columns that a table has: a narrower terminal breaks its lines, and no figure is cut."""


class Rate(ProgressColumn):
    """Models per minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{60 * speed:,.0f} models/min")


@contextlib.contextmanager
def progress_bar(quiet: bool) -> Iterator[tuple[Callable[[int, int], None] | None, Callable[[str], None] | None]]:
    """A bar with rate and time left on a terminal, plain lines elsewhere, nothing when quiet; and what prints a line
    above it."""
    if quiet:
        yield None, None
        return
    console = Console(stderr=True)
    if not console.is_terminal:
        shown = {}  # by total: a bar that goes on over rounds has several

        def line(done: int, total: int) -> None:
            tenth = 10 * done // total
            if tenth < shown.get(total, -1):  # the models of the next defence
                del shown[total]
            if done and tenth > shown.get(total, -1):
                shown[total] = tenth
                print(f"shadow models: {done} of {total}", file=sys.stderr, flush=True)

        yield line, lambda text: print(text, file=sys.stderr, flush=True)
        return
    columns = (TextColumn("shadow models"), BarColumn(), TextColumn("{task.completed} of {task.total}"), Rate(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update, lambda text: bar.console.print(text, highlight=False, markup=False, soft_wrap=True)


def headline(run) -> None:
    """The verdict, the attack table and where the report lies."""
    s = run.summary
    console = Console(highlight=False)
    # a terminal breaks lines between words; a file gets them whole, and so do tables and paths anywhere
    say = partial(console.print, soft_wrap=not console.is_terminal)
    whole = partial(Console(highlight=False, width=max(console.width, TABLE)).print, soft_wrap=True)
    exposed, accuracy = s["exposed"], s["accuracy"]
    data, model = s["dataset"], s["model"]
    classes = "classes not known" if data["classes"] is None else f"{data['classes']} classes"
    models = f"{s['shadows']['count']} shadow models of {_plain(model['name'])}"
    if s["shadows"]["seed"] is None:
        models = f"{s['shadows']['count']} models, {_plain(model['name'])}"
    say(f"[bold]{_plain(data['name'])}[/]: {data['records']:,} records, {classes}; {models}")
    if accuracy["verdict"] is None:
        say("accuracy: not known from signals alone")
    else:
        say(
            f"accuracy {accuracy['train']:.1%} in training, {accuracy['test']:.1%} outside: {accuracy['verdict']} "
            f"(gap {100 * accuracy['gap']:.1f} points, 95 % interval {100 * accuracy['gap_ci'][0]:.1f} to "
            f"{100 * accuracy['gap_ci'][1]:.1f})"
        )
    count, of = exposed["count"], f"of {data['records']:,} records"
    if count:
        found = f"[bold red]{count:,} {of} {'is' if count == 1 else 'are'} exposed[/]"
    else:
        found = f"[bold green]none {of} was found to be exposed[/]"
    say(
        f"{found}: recognised as training data in more than {exposed['above']:.0%} of the trainings that used "
        f"{'it' if count < 2 else 'them'}, at one false alarm in {1 / exposed['fpr']:,.0f}"
    )
    if exposed["detectable"] is not None:
        say(f"[dim]smallest exposure that this many shadows report with 80 % chance: {exposed['detectable']:.0%}[/]")
    else:
        say("[dim]no exposure is sure (80 %) to be reported with so few shadows; ask for more (64 are usual)[/]")
    if (s.get("stable") or {}).get("met"):
        say(f"[dim]stable after {s['shadows']['count']} models: all targets are met (see the report)[/]")
    whole(attack_table(s))
    for rate in [r for r, cell in next(iter(s["attacks"].values()))["tpr_at_fpr"].items() if cell is None]:
        say(f"[dim]TPR at FPR {rate}: not measurable with {data['records']:,} records in these models[/]")
    if "target" in s:
        say(target_line(s["target"]))
    counts = {cause: n for cause, n in s["causes"].items() if n}
    if counts:
        say("causes: " + ", ".join(f"{cause} {n}" for cause, n in counts.items()))
    for line in s["warnings"]:
        say(f"[yellow]note:[/] {_plain(line)}")
    whole(f"report: {_plain(str(run.path / 'report.html'))}")


def forecast(seen, *, json: bool, quiet: bool) -> int:
    """What a dry run found; returns the exit code."""
    from dataclasses import asdict

    if json:
        print(to_json.dumps(asdict(seen), indent=1, ensure_ascii=False))
    if json or quiet:
        return 0
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"[bold]{_plain(seen.name)}[/]: {seen.records:,} records would be audited by {seen.shadows:,} shadow models of "
        f"{_plain(seen.model)}, each trained on about {seen.members_per_model:,}; nothing was trained or written"
    )
    each = f"{seen.seconds_a_model:.2g} s" if seen.seconds_a_model < 10 else span(seen.seconds_a_model)
    cores = "core" if seen.jobs == 1 else "cores"
    console.print(
        f"about {span(seen.seconds)} of training on {seen.jobs} {cores} ({each} a model), and "
        f"{seen.bytes / 1e6:,.0f} MB on disk"
    )
    if seen.smallest is None:
        console.print("so few shadows can report no exposure with 80 % chance; ask for more (64 are usual)")
    else:
        console.print(
            f"smallest exposure that so many shadows report with 80 % chance: about {seen.smallest:.0%} (simulated)"
        )
    for line in seen.warnings:
        console.print(f"[yellow]note:[/] {_plain(line)}")
    return 0


def span(seconds: float) -> str:
    """A length of time as a person says it."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def shard_line(run) -> None:
    """What is there of a shard, and what to do next."""
    _, of = run.shard.split("/")
    print(f"shard {run.shard} is trained, in {run.path}; with all {of}: standout merge RUN RUN ... --out DIR")


def target_line(target: dict) -> str:
    """What was found of a target model."""
    line = (
        f"target: {target['flagged']:,} records flagged as its training data, at one false alarm in "
        f"{1 / target['flagged_at']:,.0f} for each"
    )
    if target["members"] is None:
        return line
    figures = [f"{name} {target[key]:{form}}" for name, key, form in (
        ("AUC", "auc", ".3f"), ("TPR", "tpr", ".2%"), ("FPR", "fpr", ".2%"), ("precision", "precision", ".1%"),
    ) if target[key] is not None]  # fmt: skip
    return f"{line}; {', '.join(figures)}"


def attack_table(summary: dict) -> Table:
    """AUC and TPR of each attack; rates that cannot be measured have no column."""
    table = Table(box=None, pad_edge=False)
    rates = [r for r, cell in next(iter(summary["attacks"].values()))["tpr_at_fpr"].items() if cell is not None]
    for heading in ("AUC", "95 % interval", *(f"TPR at FPR {r}" for r in rates)):
        if not table.columns:
            table.add_column("attack", no_wrap=True)
        table.add_column(heading, justify="right", no_wrap=True)
    for name, a in summary["attacks"].items():
        low, high = a["auc_ci"]
        cells = [f"{a['tpr_at_fpr'][r]['tpr']:.2%}" for r in rates]
        table.add_row(name, f"{a['auc']:.3f}", f"{low:.3f} to {high:.3f}", *cells)
    return table


MARKS = {True: "[green]passed[/]", False: "[bold red]FAILED[/]", None: "[dim]skipped[/]"}


def checked(check, seconds: float) -> None:
    """One check of the installation, as soon as it is done."""
    line = f"{MARKS[check.passed]}  [bold]{_plain(check.name)}[/]: {_plain(check.line)} [dim]({seconds:.1f} s)[/]"
    Console(highlight=False, soft_wrap=True).print(line)


def checks_in_all(said: dict) -> None:
    """The last line of a selfcheck."""
    marks = [check["passed"] for check in said["checks"]]
    failed, passed, skipped = marks.count(False), marks.count(True), marks.count(None)
    left = f", {skipped} not checked for lack of an extra" if skipped else ""
    verdict = (
        f"[bold red]{failed} of {failed + passed} checks failed[/]"
        if failed
        else f"[bold green]all {passed} checks passed[/]"
    )
    Console(highlight=False, soft_wrap=True).print(
        f"{verdict}{left}; standout {said['standout']}, {said['seconds']:.0f} s"
    )


def _plain(text: str) -> str:
    """Text from data: no markup, no control characters."""
    return "".join(c if c.isprintable() else "�" for c in text).replace("[", "\\[")


def catalogue(what: str) -> list[str]:
    """Lines for `standout list`."""
    from standout.attacks import ATTACKS
    from standout.data.benchmarks import BENCHMARKS
    from standout.data.builtin import BUILTIN
    from standout.defend import DEFENCES
    from standout.explain import CHARACTERISTICS
    from standout.recipes.estimators import ESTIMATORS

    def first_line(thing) -> str:
        return (thing.__doc__ or "").strip().splitlines()[0]

    tables = {
        "datasets": {name: first_line(f) for name, f in {**BUILTIN, **BENCHMARKS}.items()},
        "models": {
            "mlp": "Multi-layer perceptron in torch, trained in stacks (extra: torch).",
            "convnet": "Small convolutional net in torch, on images (extra: torch).",
            "densenet": "DenseNet-BC in torch, on images, as arXiv 2511.16792 trains it (extra: torch).",
            **{name: first_line(f) for name, f in ESTIMATORS.items()},
        },
        "attacks": {name: f"{a.about}; {a.source}" for name, a in ATTACKS.items()},
        "characteristics": {n: f"{c.high}; group: {c.group}; {c.source}" for n, c in CHARACTERISTICS.items()},
        "defences": {
            n: f"{d.about}; {d.kind}, {'aimed at some records' if d.targeted else 'for all records'}"
            f"{'' if d.strength is None else f', strength {d.strength:g}'}; {d.source}"
            for n, d in DEFENCES.items()
        },
    }
    if what not in tables:
        raise InputError(f"cannot list {what!r}{did_you_mean(what, tables)} (there are: {listed(tables)})")
    width = max(len(name) for name in tables[what])
    return [f"{name:<{width}}  {line}" for name, line in tables[what].items()]
