"""What an audit draws of records: the same in another order of rows and anew from what is stored; nothing redacted."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import standout
from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.explain.projection import panels
from standout.flows import ends as module
from standout.flows.ends import ends
from standout.flows.pictured import mapped
from tests.explain.simulated import blobs, evidence_of

pytestmark = pytest.mark.usefixtures("unexplained")

N = 120


def content():
    """(x, y as text, ids): three classes apart, one label in ten false, so that a net learns these by heart."""
    x, y = blobs(N, 3, 8)
    y[::10] = (y[::10] + 1) % 3
    return x, np.array([f"c{c}" for c in y]), np.array([f"person{i:03d}" for i in range(N)])


def audit(folder, order=None, **more):
    order = np.arange(N) if order is None else order
    x, y, ids = (part[order] for part in content())
    settings = {"hidden": 64, "epochs": 80, "batch_size": 16, "lr": 0.01}
    return standout.audit(x, y, ids=ids.tolist(), model="mlp", settings=settings, shadows=16, jobs=1,
                          attacks="moderated", out=folder, **more)  # fmt: skip


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    pytest.importorskip("torch")
    return audit(tmp_path_factory.mktemp("pictured") / "run")


def figures(run):
    return json.loads((run.path / "figures.json").read_text())


def test_an_audit_draws_what_its_nets_never_saw(there):
    found = figures(there)
    assert there.summary["exposed"]["count"] > 0 and there.summary["characteristics"]["feature_margin"]["auroc"]
    assert [p["model"] for p in found["map"]["panels"]] == [0, 1]
    assert sum(p["records"] for p in found["map"]["panels"]) == N, "twins split the records"
    for panel in found["map"]["panels"]:
        n = len(panel["x"])
        assert n == len(panel["y"]) == len(panel["class"]) == panel["records"]
        assert len(panel["marked"]) == panel["exposed"] and set(panel["class"]) <= {0, 1, 2}
    assert found["ends"]["by"] == "feature_centroid_distance"
    assert 'id="where"' in (there.path / "report.html").read_text()
    table = there.records.set_index("record")
    for block in found["ends"]["classes"]:
        own = table[table.label == block["label"]]
        far, near = block["farthest"][0], block["closest"][0]
        assert own.feature_centroid_distance.idxmax() == far["record"]
        assert own.feature_centroid_distance.idxmin() == near["record"]
        assert far["exposure"] == own.exposure[far["record"]] and far["exposed"] == own.exposed[far["record"]]
        assert [c for c, _ in far["cells"]] == [c for c, _ in near["cells"]]
        assert block["exposed"] == own.exposed.sum() and block["records"] == len(own)


def test_rows_in_another_order_give_the_same_map(there, tmp_path):
    other = audit(tmp_path / "other", np.random.default_rng(6).permutation(N))
    assert figures(other) == figures(there)


def explained(run):
    x, y, ids = content()
    return run.explain(x, y, ids=ids.tolist())


def test_explained_again_to_the_same_bytes(there):
    before = {name: (there.path / name).read_bytes() for name in ("figures.json", "report.html", "records.csv")}
    explained(there)
    assert before == {name: (there.path / name).read_bytes() for name in before}


def test_redacted_runs_hold_none_of_it(there, tmp_path):
    hidden = tmp_path / "hidden"
    shutil.copytree(there.path, hidden)
    config = json.loads((hidden / "config.json").read_text())
    config["asked"]["redact"] = True
    (hidden / "config.json").write_text(json.dumps(config))
    run = explained(standout.Run(hidden))
    assert not {"map", "ends", "exposed"} & set(figures(run))
    html = (run.path / "report.html").read_text()
    assert 'id="where"' not in html and "person0" not in html and "t-SNE" not in html


def simulated(n=200, classes=15, exposed=40):
    x, y = blobs(n, classes)
    evidence = evidence_of(x, y)
    rng = np.random.default_rng(1)
    found = np.zeros(n, dtype=bool)
    found[rng.choice(n, exposed, replace=False)] = True
    table = pd.DataFrame({"exposed": found, "exposure": rng.random(n), "centroid_distance": rng.random(n)})
    return evidence, table


def test_ten_classes_have_a_colour_and_twelve_have_ends():
    evidence, table = simulated()
    dataset = evidence.dataset
    block = mapped(dataset, table, panels(evidence, table["exposed"].to_numpy()))["map"]
    assert len(block["labels"]) == 10
    (panel,) = block["panels"]
    names = np.array([*block["labels"], None])[panel["class"]]
    labels = np.array(dataset.classes)[dataset.y]
    kept = [label if label in block["labels"] else None for label in labels]
    assert panel["model"] is None and names.tolist() == kept
    assert panel["marked"] == np.flatnonzero(table.exposed).tolist()
    found = ends(dataset, table, evidence)["ends"]
    assert found["by"] == "centroid_distance" and len(found["classes"]) == module.CLASSES
    counts = [c["exposed"] for c in found["classes"]]
    assert counts == sorted(counts, reverse=True) and counts[-1] > 0
    assert counts == sorted(np.bincount(dataset.y[table.exposed]), reverse=True)[: module.CLASSES]


def test_nothing_exposed_nothing_drawn():
    evidence, table = simulated(exposed=0)
    assert panels(evidence, table["exposed"].to_numpy()) == [] and mapped(evidence.dataset, table, []) == {}
    assert ends(evidence.dataset, table, evidence) == {}


def test_pictures_at_both_ends():
    """No record stands at both ends, one alone in its class at none, and distances that are not known are left out."""
    rng = np.random.default_rng(2)
    y = np.array([0] * 3 + [1] * 12 + [2])
    data = Dataset(rng.random((16, 6, 6)), y.astype(str), ids=[f"r{i:02d}" for i in range(16)])
    records = Records.of(data)
    assert records.data is not None
    evidence = evidence_of(rng.normal(size=(16, 3)), y)
    distance = rng.random(16)
    distance[[4, 15]] = np.nan
    table = pd.DataFrame({"exposed": True, "exposure": 0.5, "feature_centroid_distance": distance}, index=range(16))
    found = ends(records.data, table, evidence)["ends"]["classes"]
    assert [(c["label"], len(c["closest"]), len(c["farthest"])) for c in found] == [("1", 2, 2), ("0", 1, 1)]
    rows = (np.argsort(distance[3:15])[:11] + 3).tolist()
    assert [r["record"] for r in found[0]["closest"]] == [f"r{i:02d}" for i in rows[:2]]
    assert [r["record"] for r in found[0]["farthest"]] == [f"r{i:02d}" for i in rows[::-1][:2]]
    assert all(r["image"].startswith("data:image/png;base64,") for r in found[0]["closest"])
