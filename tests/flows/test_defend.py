"""`defend` on a small audit: what it writes, that it goes on from where it was, and what it refuses."""

import json
import shutil

import jsonschema
import numpy as np
import pytest

import standout
from standout.cli import main
from standout.errors import InputError
from standout.flows.defend import defend, epsilon_of
from standout.flows.judging import newly
from standout.run.schema import defences_schema

pytestmark = pytest.mark.usefixtures("unexplained")

AIM = [f"{i}" for i in range(0, 178, 9)]


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    out = tmp_path_factory.mktemp("defend") / "wine"
    settings = {"epochs": 12, "hidden": 24, "batch_size": 32, "lr": 0.01}
    standout.audit(
        standout.load("wine"), shadows=8, settings=settings, attacks="loss,lira", out=out, jobs=1, device="cpu"
    )
    return out


@pytest.fixture(scope="module")
def judged(audited):
    return defend(audited, "remove", "loss-floor:1", "temperature:2", "logit-reweighting", on=AIM, jobs=1)


def test_the_file_holds_what_the_contract_names(judged):
    found = json.loads((judged.path / "defences.json").read_text())
    assert found == judged.defences and found["schema"] == "standout-defences/1"
    assert list(found["defences"]) == ["remove", "loss-floor:1", "temperature:2", "logit-reweighting"]
    assert set(found["baseline"]) >= {"test_accuracy", "test_accuracy_ci", "threshold", "adaptive", "exposed_count"}
    for d in found["defences"].values():
        assert set(d) >= {
            "name", "strength", "kind", "target", "test_accuracy", "test_accuracy_ci", "threshold", "static",
            "adaptive", "exposed_before", "others", "newly_exposed", "epsilon", "seconds",
        }  # fmt: skip
        for who in ("threshold", "static", "adaptive"):
            assert set(d[who]) >= {"auc", "advantage", "tpr_at_fpr"}
    kinds = {text: (d["kind"], d["target"]) for text, d in found["defences"].items()}
    assert kinds == {
        "remove": ("data", "ids"),
        "loss-floor:1": ("training", "ids"),
        "temperature:2": ("output", "all"),
        "logit-reweighting": ("output", "all"),
    }


def test_the_file_fits_its_schema_and_the_schema_is_strict(judged):
    jsonschema.validate(judged.defences, defences_schema())
    for spoil in (
        lambda f: f["defences"]["remove"].pop("accuracy_cost_ci"),
        lambda f: f["defences"]["remove"]["exposed_before"].update(exposure=1.5),
        lambda f: f["baseline"].update(exposed_count=0.5),
    ):
        spoilt = json.loads(json.dumps(judged.defences))
        spoil(spoilt)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoilt, defences_schema())


def test_figures_of_causes_are_parts_of_those_of_the_exposed(judged):
    for d in judged.defences["defences"].values():
        own, parts = d["exposed_before"], d["by_cause"].values()
        assert sum(p["count"] for p in parts) == own["count"]
        if own["count"]:
            for name in ("exposure", "exposure_after"):
                assert sum(p["count"] * p[name] for p in parts) == pytest.approx(own["count"] * own[name])
            assert own["exposure_ci"][0] <= own["exposure"] <= own["exposure_ci"][1]


def test_newly_exposed_are_counted_beyond_the_control():
    """Against McNemar's standard error of the difference."""
    new, null = np.arange(100) < 20, (np.arange(100) >= 15) & (np.arange(100) < 25)
    found = newly(new, null)
    assert (found["count"], found["null"], found["excess"]) == (20, 10, 10)
    assert found["excess_ci"] == pytest.approx([10 - 1.96 * 20**0.5, 10 + 1.96 * 20**0.5])


def test_epsilon_is_what_the_recipe_tells_of_its_members():
    class Bounded:
        def epsilon(self, dataset, members):
            return [m.sum() / 10 for m in members]

    assert epsilon_of(Bounded(), None, np.ones((3, 20), dtype=bool)) == 2.0  # pyright: ignore
    assert epsilon_of(object(), None, np.ones((3, 20), dtype=bool)) is None  # pyright: ignore


def test_a_temperature_costs_no_accuracy(judged):
    found = judged.defences
    own = found["defences"]["temperature:2"]
    assert own["test_accuracy"] == found["baseline"]["test_accuracy"]
    assert own["accuracy_cost"] == 0 and own["accuracy_cost_ci"] == [0, 0]


def test_what_can_be_inverted_protects_nobody(judged):
    found = judged.defences
    for text in ("temperature:2", "logit-reweighting"):
        d = found["defences"][text]
        low, high = found["baseline"]["adaptive"]["auc_ci"]
        assert low <= d["adaptive"]["auc"] <= high
        for who in (d["exposed_before"], d["others"]):
            if who["exposure"] is not None:
                assert abs(who["exposure_after"] - who["exposure"]) < 1e-3
    assert found["defences"]["logit-reweighting"]["threshold"]["auc"] != found["baseline"]["threshold"]["auc"]


def test_what_answering_costs_and_changes_is_told_of_defences_of_answers(judged):
    found = judged.defences["defences"]
    for text in ("temperature:2", "logit-reweighting"):
        assert found[text]["changed_predictions"] <= 0.005 and found[text]["seconds"]["inference"] > 0
    assert found["remove"]["changed_predictions"] is None and found["remove"]["seconds"]["inference"] == 0


def test_the_same_again_trains_nothing_and_a_lost_model_is_trained_to_the_same_bytes(judged, audited, tmp_path):
    there = tmp_path / "again"
    shutil.copytree(audited, there)
    files = sorted(there.glob("defences/*/shadows/*.npz"))
    assert len(files) == 5 * 8
    before = {f: f.read_bytes() for f in files}
    files[3].unlink()
    files[20].unlink()
    defend(there, "remove", "loss-floor:1", "temperature:2", "logit-reweighting", on=AIM, jobs=1)
    assert {f: f.read_bytes() for f in files} == before
    again = json.loads((there / "defences.json").read_text())
    found = json.loads((judged.path / "defences.json").read_text())
    for where in (again, found):
        where["baseline"].pop("seconds")
        for d in where["defences"].values():
            d.pop("seconds")
    assert again == found


def test_only_its_owner_reads_what_it_writes(judged, audited):
    names = {p.name for p in audited.iterdir()}
    assert names >= {"config.json", "summary.json", "records.csv", "report.html", "defences.json", "defences"}
    assert all((p.stat().st_mode & 0o77) == 0 for p in audited.rglob("*"))


@pytest.mark.parametrize(
    ("defences", "how", "says"),
    [
        ((), {}, "name a defence"),
        (("los-floor",), {}, "did you mean 'loss-floor'"),
        (("loss-floor",), {"on": "nobody"}, "neither exposed, suspects, suspect-labels, all nor a file"),
        (("loss-floor",), {"on": ["178"]}, "no audited record has the id '178'"),
        (("loss-floor",), {"on": []}, "no id is given"),
        (("remove", "temperature"), {"rounds": 2, "on": AIM}, "temperature is for all"),
        (("remove",), {"rounds": 0, "on": AIM}, "at least 1"),
        (("loss-floor+distillation:0.5+loss-floor",), {"on": AIM}, "loss-floor stands twice"),
        (("distillation+self-distillation",), {"on": AIM}, "two defences of training change the targets"),
        (("loss-floor", "loss-floor:0.5"), {"on": AIM}, "loss-floor and loss-floor:0.5 are the same"),
        (("remove",), {"on": "suspets"}, "did you mean 'suspects'"),
        (("remove",), {"on": 5}, "on must be exposed"),
        (("none",), {}, "none is the control"),
    ],
)
def test_what_cannot_be_is_one_line_and_makes_nothing(audited, defences, how, says):
    before = {p: p.stat().st_mtime_ns for p in audited.rglob("*")}
    with pytest.raises(InputError, match=says):
        defend(audited, *defences, **how, jobs=1)
    assert {p: p.stat().st_mtime_ns for p in audited.rglob("*")} == before


def test_the_command(audited, capsys, tmp_path):
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(AIM) + "\n")
    with pytest.raises(SystemExit) as e:
        main(["defend", str(audited), "--defence", "remove", "--on", str(ids), "--jobs", "1", "--rounds", "2"])
    out = capsys.readouterr().out
    assert e.value.code == 0 and "remove" in out and "none" in out and "round by round" in out
    found = json.loads((audited / "defences.json").read_text())
    jsonschema.validate(found, defences_schema())
    first = found["defences"]["remove"]["rounds"][0]
    assert first["aimed"] == len(AIM) and first["test_accuracy"] == found["defences"]["remove"]["test_accuracy"]
    assert "Round by round: <code>remove</code>" in (audited / "report.html").read_text()
    with pytest.raises(SystemExit) as e:
        main(["defend", str(audited), "--defence", "remov", "--on", str(ids)])
    assert e.value.code == 2 and "did you mean 'remove'" in capsys.readouterr().err


def test_removed_records_look_like_non_members(judged, audited):
    """Of a record that no model trains on, IN and OUT models are one population."""
    config = next(p for p in audited.glob("defences/remove-*"))
    signals, members = [], []
    for file in sorted((config / "shadows").glob("*.npz")):
        with np.load(file) as model:
            signals.append(model["signals"][0])
            members.append(np.unpackbits(model["members"])[:178].astype(bool))
    aimed = np.isin(np.sort(standout.Run(audited).records["record"].to_numpy().astype(str)), AIM)
    s, m = np.array(signals), np.array(members)
    gaps = np.array([s[m[:, i], i].mean() - s[~m[:, i], i].mean() for i in range(178)])
    spread = s.std(axis=0)
    assert abs((gaps / spread)[aimed].mean()) < 3 / np.sqrt(aimed.sum() * 2)


def test_the_run_of_an_audit_knows_its_data_and_model_and_a_changed_audit_forgets_its_defences(tmp_path):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    data = standout.load("wine")
    x, y, model = data.x.to_numpy(), data.y, make_pipeline(LogisticRegression(max_iter=20))
    how = {"model": model, "attacks": "loss", "jobs": 1}
    run = standout.audit(x, y, shadows=4, out=tmp_path / "run", **how)
    judged = run.defend("remove", on=["0", "3"], jobs=1)
    jsonschema.validate(judged.defences, defences_schema())
    assert judged.defences["defences"]["remove"]["aimed"] == 2
    assert list(judged.defend("label-only", jobs=1).defences["defences"]) == ["label-only"]  # aimed at nobody
    with pytest.raises(InputError, match=r"give it to Run.defend\(model=...\)"):
        standout.Run(run.path).defend("remove", x=x, y=y, on=["0"])
    with pytest.raises(InputError, match="had their data from Python"):
        standout.Run(run.path).defend("remove", on=["0"])
    standout.audit(x, y, shadows=4, out=run.path, **how)
    assert (run.path / "defences.json").exists()
    standout.audit(x, y, shadows=6, out=run.path, **how)
    assert not (run.path / "defences.json").exists() and "Newly exposed" not in (run.path / "report.html").read_text()


def test_a_key_of_ones_own_and_a_folder_that_goes_with_its_run():
    data = standout.load("wine")
    means = {"x": data.x.to_numpy()}

    def fit(x, y, *, seed):
        share = np.bincount(y, minlength=3) / len(y)
        return lambda x: np.tile(share, (len(x), 1)) if means else None

    run = standout.audit(data.x.to_numpy(), data.y, model=fit, key="mine", shadows=4, attacks="loss", jobs=1)
    run = run.defend("remove", on=["0"], jobs=1)  # nobody else holds the first one
    assert list(run.defences["defences"]) == ["remove"]


def test_the_package_has_the_function_not_the_folder_of_that_name():
    import standout.defend.table  # puts its folder into the package

    assert standout.defend is defend


def test_a_folder_that_cannot_be_written_is_one_line(audited, tmp_path):
    there = tmp_path / "there"
    shutil.copytree(audited, there, ignore=shutil.ignore_patterns("defences"))
    (there / "defences").write_text("in the way")
    with pytest.raises(InputError, match="defences cannot be written"):
        defend(there, "remove", on=AIM, jobs=1)
