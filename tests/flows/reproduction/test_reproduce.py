"""A reproduction end to end on small data, gone on with, and what it refuses."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.flows.reproduce import again, reproduce, reproduce_as, subset
from standout.flows.reproduction.scales import SCALES, Scale, chosen

ROWS = {
    "label-smoothing": "label-smoothing:0.1",
    "early-stopping": "early-stopping:0.1",
    "reweighted": "logit-reweighting:0.1",
}
PLAN = Scale(
    "mlp", {"hidden": (16,), "activation": "tanh", "epochs": 6, "lr": 0.02, "dtype": "float32"}, 8, ROWS, subset=240,
    departs=("a test",),
)  # fmt: skip


def places(records=300, columns=30, classes=4):
    """Zeros and ones as of people who visit places or do not, in clusters."""
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    centre = rng.random((classes, columns))
    return Dataset((rng.random((records, columns)) < centre[y]).astype(np.uint8), y, name="location30")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "out"
    return out, reproduce_as(PLAN, chosen(ROWS, None), places(), scale="small", jobs=1, out=out)


def test_it_holds_every_row_with_an_interval(made):
    out, done = made
    assert done.path == out
    found = json.loads((out / "reproduction.json").read_text())
    assert found == done.content
    assert list(found["rows"]) == ["original", *ROWS]
    for row in found["rows"].values():
        for part in row["ours"].values():
            assert part["ci"][0] <= part["value"] <= part["ci"][1]
        assert row["difference"] is None  # a stand-in is not the paper's data
        assert (row["paper"] is None) == (row["name"] == "original + logit reweighting")  # Table 3 is of CIFAR-10
    assert found["rows"]["original"]["change"]["auc"] == {"value": 0.0, "ci": [0.0, 0.0]}
    assert found["rows"]["reweighted"]["changed_predictions"] == 0
    assert found["rows"]["reweighted"]["ours"]["test_accuracy"] == found["rows"]["original"]["ours"]["test_accuracy"]
    assert found["dataset"] | {"notes": 0} == {
        "name": "location30", "records": 240, "in_all": 300, "stands_for": "purchase100", "notes": 0,
    }  # fmt: skip
    assert [c["key"] for c in found["claims"]] == [
        "not-overfitted", "outliers", "label-smoothing", "early-stopping", "compromise", "dp-sgd", "logit-reweighting",
    ]  # fmt: skip
    assert {c["key"] for c in found["claims"] if c["verdict"] == "not tested"} >= {"compromise", "dp-sgd"}


def test_its_figures_are_those_of_the_stored_models(made):
    """The original row by hand from the control's files: accuracy, and AUC by counting pairs."""
    out, done = made
    folder = next(p for p in (out / "audit" / "defences").iterdir() if p.name.startswith("none-"))
    accuracies, aucs = [], []
    for path in sorted((folder / "shadows").glob("*.npz")):
        with np.load(path) as file:
            members = np.unpackbits(file["members"], count=240).astype(bool)
            _, loss, *_, correct = file["signals"].astype(np.float64)
        accuracies.append(correct[~members].mean())
        gap = loss[~members][None, :] - loss[members][:, None]
        aucs.append(((gap > 0) + 0.5 * (gap == 0)).mean())
    ours = done.content["rows"]["original"]["ours"]
    assert ours["test_accuracy"]["value"] == pytest.approx(np.mean(accuracies))
    assert ours["auc"]["value"] == pytest.approx(np.mean(aucs))


def test_pages_say_the_same_and_run_no_code(made):
    out, _ = made
    markdown, page = ((out / f"reproduction.{kind}").read_text() for kind in ("md", "html"))
    assert "<script" not in page and "default-src 'none'" in page
    for text in ("Purchase100", "label smoothing", "not tested", "location30"):
        assert text in markdown and text in page
    assert page.count("<svg") == 2 * 3  # two histograms of three rows; nobody is exposed, so there is no map
    assert "13.86" in markdown and "stands in for Purchase100 and is another data set" in markdown
    for name in ("audit", "reproduction.md", "reproduction.html", "reproduction.json"):
        assert (out / name).stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_it_goes_on_where_half_of_the_models_are_gone(made):
    """Deleted models are trained again, to the same bytes; those that stand are not written."""
    out, done = made
    shadows = sorted((out / "audit").rglob("shadows/*.npz"))
    before = {p: p.read_bytes() for p in shadows}
    for path in shadows[::2]:
        path.unlink()
    times = {p: p.stat().st_mtime_ns for p in shadows[1::2]}
    again = reproduce_as(PLAN, chosen(ROWS, None), places(), scale="small", jobs=1, out=out)
    assert {p: p.read_bytes() for p in shadows} == before
    assert {p: p.stat().st_mtime_ns for p in times} == times
    assert again.content == done.content


def test_a_subset_does_not_depend_on_the_order_of_rows():
    data = places()
    other = data.take(np.random.default_rng(1).permutation(len(data)))
    assert set(subset(data, 100, 0).ids) == set(subset(other, 100, 0).ids)
    assert set(subset(data, 100, 0).ids) != set(subset(data, 100, 1).ids)
    assert subset(data, 1000, 0) is data


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"dataset": "mnist"}, "no rows for data set 'mnist'"),
        ({"dataset": "cifar"}, "did you mean 'cifar10'"),
        ({"scale": "tiny"}, "--scale must be small or paper"),
        ({"rows": ["l2"]}, "no row 'l2'"),
        ({"data": None}, "needs --data DIR"),
        ({"data": "/nowhere"}, "no folder '/nowhere'"),
    ],
)
def test_what_cannot_be_is_one_line_and_makes_nothing(tmp_path, how, says):
    asked = {"dataset": "location30", "data": tmp_path, **how}
    out = tmp_path / "out"
    with pytest.raises(InputError, match=says):
        reproduce(asked.pop("dataset"), asked.pop("data"), out=out, **asked)
    assert not out.exists()


def test_wrong_numbers_and_foreign_folders_make_nothing(tmp_path):
    out = tmp_path / "out"
    for wrong in ({"shadows": 5}, {"seed": -1}, {"jobs": 0}):
        with pytest.raises(InputError):
            reproduce_as(PLAN, {}, places(), scale="small", out=out, **wrong)
        assert not out.exists()
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match=r"mine\.txt"):
        reproduce_as(PLAN, {}, places(), scale="small", out=out)
    assert [p.name for p in out.iterdir()] == ["mine.txt"]


def test_a_row_that_the_model_cannot_train_is_refused_before_anything_is_trained(tmp_path):
    plan = Scale("mlp", PLAN.settings, 4, {"l2-dropout-25": "mixup+relaxloss+dropout:0.25"})
    with pytest.raises(InputError):
        reproduce_as(plan, plan.rows, places(), scale="small", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_is_told_as_it_was_given():
    assert again("location30", "small", None, 0, None).endswith("--dataset location30 --scale small")
    assert again("location30", "small", 8, 3, "a b").endswith("--shadows 8 --seed 3 --out 'a b'")


def test_a_reweighted_row_brings_the_row_that_it_changes():
    rows = SCALES["cifar10"]["paper"].rows
    assert list(chosen(rows, ["l2-dropout-25-reweighted"])) == ["l2-dropout-25", "l2-dropout-25-reweighted"]
    assert chosen(rows, ["original"]) == {}
    assert chosen(rows, None) == chosen(rows, ["dp-sgd", "all"], ("dp-sgd",)) == rows
    assert chosen(rows, None, ("dp-sgd",)) == {key: text for key, text in rows.items() if key != "dp-sgd"}


def test_the_original_alone_with_some_records_in_every_training(tmp_path):
    """As at the scale of the paper: half of the records audited, the others in all models; no row besides."""
    plan = Scale(PLAN.model, PLAN.settings, 4, ROWS, audited=0.5)
    done = reproduce_as(plan, {}, places(200), scale="paper", jobs=1, out=tmp_path / "out").content
    assert done["dataset"]["records"] == 100 and done["shadows"]["members_per_model"] == 150
    assert list(done["rows"]) == ["original"]
    assert [r["row"] for r in done["left_out"]] == list(ROWS)
    assert not (tmp_path / "out" / "audit" / "defences.json").exists()
    assert "Not on this page: label smoothing, early stopping" in (tmp_path / "out" / "reproduction.md").read_text()
