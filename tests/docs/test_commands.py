"""Every command in the docs: run, or at least known to the program that it names.

A fenced block is run as it stands, in a folder of its page's own where earlier blocks of the page left their files.
What takes long or wants what is not here says so behind its language, `no-run: why`, and is parsed: commands, options,
scripts, targets and extras must exist. Cost alone is held down: where a block leaves the number of shadows or the
attacks to their defaults, or asks for more than SHADOWS, the test has SHADOWS and one attack; else nothing is changed.
"""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import standout
from standout.cli import app, main
from tests.docs.reading import COMMANDS, PAGES, ROOT, SHOWN, Block, blocks, spans, words

SHADOWS = 16
RUN = [b for page in PAGES for b in blocks(page) if b.language in (*COMMANDS, "python")]
OWN = {page.name: [b for b in RUN if b.page.endswith(page.name) and b.reason is None] for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_block_says_what_it_is(page):
    """A block without a language would be looked at by nobody."""
    for block in blocks(page):
        assert block.language in (*COMMANDS, "python", *SHOWN), f"{block}: language {block.language!r}"


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> Path:
    """One small audit, which pages that speak of a finished run find as runs/digits."""
    out = tmp_path_factory.mktemp("audited") / "digits"
    x, y = small()
    standout.audit(x, y, model="logistic-regression", shadows=SHADOWS, attacks="moderated", out=out, jobs=1)
    return out


PLANTED = 4


def small(records: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """x float64 (N, 8), y int64 (N,): easy records, and PLANTED ones with a wrong label and a column of their own, by
    which a model can learn each of them by heart."""
    rng = np.random.default_rng(0)
    y = np.arange(records) % 2
    x = np.concatenate([rng.normal(size=(records, 4)) + 3 * np.eye(2, 4)[y], np.zeros((records, PLANTED))], axis=1)
    planted = np.arange(PLANTED)
    x[planted, 4 + planted] = 5
    y[planted] = 1 - y[planted]
    return x, y


def given() -> dict:
    """What blocks take as the reader's own: data, a fitted model, arrays of models."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    x, y = small()
    frame = pd.DataFrame({"age": np.where(np.arange(len(y)) % 9, x[:, 0], np.nan), "town": np.where(y, "A", "B")})
    rng = np.random.default_rng(1)
    m = np.empty((8, len(y)), dtype=bool)
    m[::2] = rng.random((4, len(y))) < 0.5
    m[1::2] = ~m[::2]
    s = rng.normal(2, 1, m.shape) + m * (np.arange(len(y)) < 5) * 6
    mask = m[0]
    own = {"x": x, "y": y, "ids": [f"r{i}" for i in range(len(y))], "frame": frame, "labels": y, "mask": mask}
    own |= {"s": s, "m": m, "t": s[0], "digits": np.repeat(x, 8, axis=1), "np": np, "standout": standout}
    own |= {"recipe": LogisticRegression(), "released": LogisticRegression().fit(x[mask], y[mask])}
    library = (make_pipeline, make_column_transformer, SimpleImputer, OneHotEncoder, StandardScaler)
    return own | {it.__name__: it for it in (*library, RandomForestClassifier, LogisticRegression)}


def lay_out(folder: Path, audited: Path) -> None:
    """Files that commands take as the reader's own."""
    x, y = small()
    table = pd.DataFrame(x, columns=["age", "height", "weight", "pressure", "a", "b", "c", "d"])
    table.insert(0, "patient", [f"P{i:03}" for i in range(len(y))])
    table["hospital"] = np.arange(len(y)) // 4
    table["outcome"] = np.where(y, "ill", "well")
    table.to_csv(folder / "patients.csv", index=False)
    z = np.stack([-x[:, 1], x[:, 1]], axis=1)
    np.savez(folder / "released.npz", logits=z, members=np.arange(len(y)) % 2 == 0)
    (folder / "runs").mkdir()
    (folder / "runs" / "digits").symlink_to(audited)


def cheap(text: str) -> str:
    """The same with no more than SHADOWS shadow models."""
    return re.sub(r"(shadows=|--shadows )\d+", rf"\g<1>{SHADOWS}", text)


def run_python(block: Block, names: dict) -> None:
    text = cheap(block.body)
    if block.file:
        Path(block.file).write_text(block.body)
    exec(compile(text, str(block), "exec"), names)


def run_command(command: str, block: Block, capsys) -> None:
    program, *arguments = words(command)
    assert program == "standout", f"{block}: {command}: give the block `no-run: why`"
    if arguments[0] in ("audit", "defend"):
        arguments += ["--jobs", "1"]
    if arguments[0] == "audit":
        arguments += ["--shadows", str(SHADOWS)] * ("--shadows" not in arguments)
        arguments += ["--attacks", "moderated"] * ("--attacks" not in arguments)
    with pytest.raises(SystemExit) as ended:
        main(words(cheap(" ".join(arguments))))
    said = capsys.readouterr()
    assert ended.value.code in (0, 1 if {"--fail-over", "--policy"} & set(arguments) else 0), f"{block}: {said.err}"
    assert said.out


@pytest.mark.parametrize("page", [name for name, found in OWN.items() if found])
def test_blocks_run(page, tmp_path, monkeypatch, audited, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    fewer = dict(standout.audit.__kwdefaults__, shadows=SHADOWS, attacks="moderated", jobs=1)
    monkeypatch.setattr(standout.audit, "__kwdefaults__", fewer)
    lay_out(tmp_path, audited)
    names = given()
    for block in OWN[page]:
        if block.language == "python":
            run_python(block, names)
        else:
            for command in block.commands:
                run_command(command, block, capsys)


@pytest.fixture(autouse=True)
def tables():
    """What a page adds to the tables of names is gone after it."""
    from standout.attacks import ATTACKS
    from standout.defend.table import DEFENCES
    from standout.explain import CHARACTERISTICS

    before = [(table, dict(table)) for table in (ATTACKS, CHARACTERISTICS, DEFENCES)]
    yield
    for table, names in before:
        table.clear()
        table.update(names)


PARSED = [(str(b), command) for b in RUN if b.language in COMMANDS for command in b.commands]
TOLD = [(str(page.relative_to(ROOT)), command) for page in PAGES for command in spans(page)]


@pytest.mark.parametrize(("where", "command"), [*PARSED, *TOLD])
def test_command_is_known(where, command):
    """The program that it names has the command and every option."""
    program, *arguments = words(command)
    if (ROOT / program).is_file():  # .ci/run
        return
    assert program in KNOWN, f"{program} is a program that this test does not know"
    KNOWN[program](arguments, where in {w for w, _ in PARSED})


def standout_knows(arguments: list[str], whole: bool) -> None:
    if not arguments or arguments[0].startswith("-"):
        return
    command, options = arguments[0], [a.partition("=")[0] for a in arguments if a.startswith("--")]
    if command == "COMMAND":
        return
    collection = app[command].assemble_argument_collection()
    names = {name for argument in collection for name in argument.names} | {"--help", "--version"}
    assert set(options) <= names, set(options) - names
    if whole:  # with values of the right kind, and nothing missing
        app.parse_args(arguments, exit_on_error=False, print_error=False)


def script_knows(arguments: list[str], whole: bool) -> None:
    script, *rest = arguments
    path = ROOT / script
    assert path.is_file(), script
    options = {a.partition("=")[0] for a in rest if a.startswith("-")}
    if options:
        assert options <= options_of(path), options - options_of(path)


def options_of(script: Path) -> set[str]:
    """Options of the parser that a script makes, or that a script beside it makes which it imports: by their text,
    since many import torch before they could say --help."""
    text = script.read_text()
    beside = re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)
    files = [script, *(p for name in beside if (p := script.parent / f"{name}.py").is_file())]
    calls = [c for f in files for c in re.findall(r"add_argument\(([^)]*)", f.read_text())]
    return {option for call in calls for option in re.findall(r"[\"'](-[\w-]+)[\"']", call)}


def make_knows(arguments: list[str], whole: bool) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {a for a in arguments if "=" not in a}
    assert asked <= targets, asked - targets


def pip_knows(arguments: list[str], whole: bool) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert arguments[0] == "install"
    for found in re.findall(r"\[([^\]]*)\]", " ".join(arguments)):
        assert set(found.split(",")) <= set(extras), found


KNOWN = {"standout": standout_knows, "python": script_knows, "sh": script_knows, "make": make_knows, "pip": pip_knows}
