"""`--policy`, `--fail-over`, `--redact` and `--dry-run`."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import standout
from standout.cli import main
from standout.flows.dry_run import Forecast, dry_run, seconds_a_model, smallest
from standout.flows.policy import Policy
from standout.report.page import QUOTED
from standout.terminal import forecast

pytestmark = pytest.mark.usefixtures("unexplained")


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in arguments])
        seen = capsys.readouterr()
        return end.value.code, seen.out, seen.err

    return run


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    """A table with a few labels that only memory explains, with ids and cells that are found again in any text."""
    rng = np.random.default_rng(0)
    n = 120
    x = rng.normal(size=(n, 3))
    y = (x[:, 0] > 0).astype(int)
    y[:6] = 1 - y[:6]
    x[:6, 0] = np.sign(x[:6, 0]) * 2.5
    frame = pd.DataFrame(x.round(6) + 1e-7, columns=["alpha", "beta", "gamma"])
    frame["town"] = [f"Zedville{i % 7}" for i in range(n)]
    frame["person"] = [f"patient-{i:04d}-qq" for i in range(n)]
    frame["sick"] = np.array(["no", "yes"])[y]
    path = tmp_path_factory.mktemp("leaky") / "people.csv"
    frame.to_csv(path, index=False)
    return path, frame


AUDIT = ("--label", "sick", "--id", "person", "--model", "knn", "--set", "n_neighbors=1", "--shadows", 16, "--jobs", 1)


def test_fail_over_and_policy_decide_the_exit_code(command, leaky):
    path, _ = leaky
    code, out, err = command("audit", path, *AUDIT, "--out", "run", "--fail-over", 0, "--json")
    count = json.loads(out)["exposed"]["count"]
    assert code == 1 and count > 0, err
    assert command("audit", path, *AUDIT, "--out", "run", "--fail-over", count, "--quiet") == (0, "", "")
    said = [command("audit", path, *AUDIT, "--out", "run", "--fail-over", most) for most in (0, count)]
    assert said[0][1].endswith(f"exit code 1: {count} records are exposed, and 0 are accepted\n")
    assert "exit code" not in said[1][1]
    text = 'fpr = 0.001\nexposure = 0.1\ncount = {}\nreveals = "that a <b>person</b> is ill"\n'
    for accepted, ends, met in ((0, 1, "it is not met"), (count, 0, "it is met")):
        Path("policy.toml").write_text(text.format(accepted))
        code, out, err = command("audit", path, *AUDIT, "--out", "run", "--policy", "policy.toml", "--json")
        assert code == ends, err
        policy = json.loads(out)["policy"]
        assert policy == {"file": "policy.toml", "fpr": 0.001, "exposure": 0.1, "count": accepted,
                          "reveals": "that a <b>person</b> is ill", "met": ends == 0}  # fmt: skip
        page = Path("run/report.html").read_text()
        assert met in page and "that a &lt;b&gt;person&lt;/b&gt; is ill" in page
    assert (
        command("audit", path, *AUDIT, "--out", "run", "--policy", "policy.toml", "--fail-over", 0, "--quiet")[0] == 1
    )


def test_a_policy_sets_the_rates(command, leaky):
    path, _ = leaky
    Path("p.toml").write_text("fpr = 0.01\nexposure = 0.3\n")
    code, out, _ = command("audit", path, *AUDIT, "--out", "run", "--policy", "p.toml", "--json")
    summary = json.loads(out)
    assert code == 0 and (summary["exposed"]["fpr"], summary["exposed"]["above"]) == (0.01, 0.3)
    assert summary["policy"]["met"] is None
    assert json.loads(Path("run/config.json").read_text())["asked"]["policy"]["exposure"] == 0.3
    code, _, err = command("audit", path, *AUDIT, "--out", "two", "--policy", "p.toml", "--fpr", 0.05)
    assert code == 2 and "sets fpr to 0.01, and fpr asks for 0.05" in err and not Path("two").exists()


@pytest.mark.parametrize(("text", "says"), [
    ("fpr = ", "is no TOML"), ("", "says nothing"), ("cuont = 3", "unknown key 'cuont'; did you mean 'count'?"),
    ("count = -1", "0 or more"), ("count = 1.5", "whole number"), ("count = true", "whole number"),
    ("reveals = 3", "must be a text"), ("fpr = 0.9", "fpr"), ("exposure = 2", "exposed-above"), ("[fpr]\na = 1", "fpr"),
    ('fpr = "x"', "must be a number"), ("count = inf", "whole number"), ("count = nan", "whole number"),
    ("fpr = nan", "must be a number"), ("count = 1e999", "whole number"),
])  # fmt: skip
def test_a_policy_that_is_none(command, text, says):
    Path("p.toml").write_text(text)
    code, out, err = command("audit", "wine", "--policy", "p.toml")
    assert (code, out, err.count("\n")) == (2, "", 1) and says in err, err
    assert not Path("runs").exists()


@pytest.mark.parametrize("path", [5, b"p.toml", ["p.toml"], "a\0b", "", "."])
def test_a_path_that_cannot_be_one(path):
    with pytest.raises(standout.InputError, match=r"policy .*(must be the path|cannot be read)"):
        standout.audit(standout.load("wine"), policy=path)


def test_a_policy_that_is_not_there(command):
    assert command("audit", "wine", "--policy", "no.toml")[2].startswith("standout: policy 'no.toml' cannot be read")
    Path("p.toml").write_bytes(b"\xef\xbb\xbfcount = 3\r\n")
    assert Policy.read("p.toml") == Policy("p.toml", count=3), "as an editor on Windows saves it"


def test_a_redacted_report_holds_no_id_and_no_cell(command, leaky):
    path, frame = leaky
    target = {"probabilities": np.full((120, 2), 0.5), "members": np.arange(120) % 2}
    np.savez("t.npz", **target)
    line = ("audit", path, *AUDIT, "--target", "t.npz", "--fpr", 0.01)
    assert command(*line, "--redact", "--out", "run", "--quiet")[0] == 0
    assert command(*line, "--out", "open", "--quiet")[0] == 0
    numbers = frame[["alpha", "beta", "gamma"]].to_numpy().ravel()
    texts = [*frame["person"], *frame["town"].unique(), *numbers.astype(str)]
    shown = {name: Path(name, "report.html").read_text() for name in ("run", "open")}
    assert any(t in shown["open"] for t in texts), "else this test could not fail"
    assert [t for t in texts if t in shown["run"]] == []
    assert [t for t in texts if t in Path("run/figures.json").read_text()] == []
    rounded = {f"{v:.4g}" for v in numbers}
    seen = {name: rounded & set(re.findall(r"-?\d+\.\d{3,}", text)) for name, text in shown.items()}
    assert len(seen["run"]) < 3 < len(seen["open"]), "a figure of the audit may be equal to a cell by chance"
    assert "Redacted." in shown["run"] and "Redacted." not in shown["open"]
    assert command("report", "run", "--quiet")[0] == 0
    assert Path("run/report.html").read_text() == shown["run"], "once redacted, always redacted"
    assert command("report", "open", "--redact", "--quiet")[0] == 0
    assert [t for t in texts if t in Path("open/report.html").read_text()] == []
    for file in Path("run").rglob("*"):
        assert file.stat().st_mode & 0o777 == (0o700 if file.is_dir() else 0o600), file


def test_a_redacted_report_of_pictures_names_no_file(command):
    """Ids are paths there, and notes tell of some: of copies, damaged ones, and those in folders below a class."""
    rng = np.random.default_rng(0)
    for kind in ("sick", "well"):
        for i in range(12):
            folder = Path("photos", kind, *["below"] * (i < 3))
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 255, (6, 6), dtype=np.uint8)).save(folder / f"anna-{kind}{i}.png")
    Path("photos/sick/anna's.png").write_bytes(Path("photos/sick/anna-sick7.png").read_bytes())
    Path("photos/well/anna-bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Path("photos/anna-out.png").write_bytes(Path("photos/sick/anna-sick8.png").read_bytes())
    line = ("audit", "photos", "--model", "knn", "--set", "n_neighbors=1", "--shadows", 8, "--jobs", 1, "--redact")
    assert command(*line, "--out", "run", "--quiet")[0] == 0
    noted = json.loads(Path("run/summary.json").read_text())["warnings"]
    assert sum("anna" in w for w in noted) == 4, "else this test could not fail"
    page = Path("run/report.html").read_text()
    assert "byte-equal copies" in page and "anna" not in page


def test_a_redacted_report_tells_no_cell_of_odd_columns(command):
    rng = np.random.default_rng(0)
    day = [f"{rng.integers(1, 12):02d}/{rng.integers(1, 12):02d}/1975" for _ in range(60)]
    wage = [f'"{v // 1000},{v % 1000:03d},000"' for v in rng.integers(1000, 99000, 60)]
    rows = "".join(f"{d},{w},{'ab'[i % 2]}\n" for i, (d, w) in enumerate(zip(day, wage)))
    Path("t.csv").write_text("born,wage,y\n" + rows)
    line = ("audit", "t.csv", "--label", "y", "--model", "knn", "--shadows", 4, "--jobs", 1, "--redact")
    assert command(*line, "--out", "run", "--quiet")[0] == 0
    noted = " ".join(json.loads(Path("run/summary.json").read_text())["warnings"])
    told = re.findall(r"\d\d/\d\d/1975|\d+,\d{3},000|\d{4,}000\b", noted)
    assert len(told) == 3, "a date, a number with its separators, and without"
    page = Path("run/report.html").read_text()
    assert "thousands separators taken off in: wage" in page
    assert [t for t in told if t in page] == []


@pytest.mark.parametrize("text", ["it's me", 'said "x"', """both ' and " of them""", "back\\", "plain", "two\nlines"])
def test_what_a_note_quotes_is_hidden_whatever_its_quotes(text):
    hidden = QUOTED.sub("*", f"the target's note of {text!r} and the others' of {text!r}, told")
    assert hidden == "the target's note of * and the others' of *, told"


def test_a_dry_run_trains_and_writes_nothing(command, leaky):
    path, _ = leaky
    code, out, err = command("audit", path, *AUDIT, "--dry-run")
    assert code == 0, err
    assert "120 records would be audited by 16 shadow models of knn" in out and "with 80 % chance" in out
    assert " of training on 1 core (" in out
    code, out, _ = command("audit", path, *AUDIT, "--dry-run", "--json")
    seen = json.loads(out)
    assert seen["shadows"] == 16 and seen["members_per_model"] == 60 and seen["jobs"] == 1
    assert 0 < seen["seconds_a_model"] < 5 and seen["seconds"] == pytest.approx(16 * seen["seconds_a_model"])
    assert not list(Path().iterdir())
    assert command("audit", path, *AUDIT, "--dry-run", "--shadows", 5)[0] == 2


@pytest.mark.parametrize(("seconds", "says"), [(0.274, "0.27 s"), (9.44, "9.4 s"), (114.2, "2 min"), (7200, "2.0 h")])
def test_the_time_of_a_model_is_said_as_people_say_it(capsys, seconds, says):
    seen = Forecast("d", "m", 100, 16, 50, 2, seconds, 8 * seconds, 10**6, None, 1e-3, 0.1, ())
    forecast(seen, json=False, quiet=False)
    assert f" of training on 2 cores ({says} a model), and 1 MB on disk" in capsys.readouterr().out


def test_time_is_carried_on_to_the_whole():
    """A recipe whose time grows with its records: within a factor of two of what it takes."""
    import time

    from standout.recipes import recipe_of

    def fit(x, y, *, seed, sample_weight=None):
        time.sleep(len(x) * 2e-4)
        return lambda z: np.tile([0.0, 1.0], (len(z), 1))

    data = standout.Dataset(np.random.default_rng(0).normal(size=(4000, 2)), np.arange(4000) % 2)
    assert 0.2 < seconds_a_model(recipe_of(fit), data, 2000) < 0.8


def test_a_part_too_small_for_the_model_is_no_reason_to_refuse():
    """50 neighbours are more than the first timed training has members; what the audit would refuse stays refused."""
    assert dry_run(standout.load("digits"), model="knn", settings={"n_neighbors": 50}, shadows=4).seconds > 0
    with pytest.raises(standout.InputError, match="failed in a timed training"):
        dry_run(standout.load("wine"), model="knn", settings={"n_neighbors": 150}, shadows=4)


def test_disk_is_what_the_run_takes(tmp_path):
    data = standout.load("digits")
    asked = {"model": "logistic-regression", "settings": {"max_iter": 20}, "shadows": 4, "jobs": 1}
    seen = dry_run(data, **asked)
    run = standout.audit(data, **asked, out=tmp_path / "run")
    there = sum(p.stat().st_size for p in (run.path / "shadows").iterdir())
    assert there == pytest.approx(seen.bytes, rel=0.05)


def test_more_shadows_report_smaller_exposures():
    found = [smallest(models, 1000, 1e-3, 0.1) for models in (16, 64, 256)]
    assert all(found[i] is not None for i in (1, 2)) and found[2] < found[1]
    assert found[0] is None or found[0] > found[1]


def test_a_policy_is_a_file():
    with pytest.raises(standout.InputError, match=r"^policy must be the path of a TOML file, not a dict$"):
        Policy.read({"fpr": 0.01})  # pyright: ignore[reportArgumentType]
