"""Maps of an audit's pictures: of the right models, to the same bytes again, and what is told where there are none."""

import base64
import importlib.util
import io
import json
import shutil
from itertools import product

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")
pytest.importorskip("captum")

import safetensors.numpy

import standout
from standout.explain.gradcam import looks_of
from standout.flows.drawing import as_picture, as_uri, overlaid
from standout.flows.seen_by_nets import ABSENT, OTHERWISE
from standout.recipes import recipe_of
from standout.report.build import write_report
from standout.run.folder import RunFolder
from standout.run.tables import write_records

pytestmark = pytest.mark.usefixtures("unexplained")

FALSE = ("r04", "r11")
"""Records with a label that is wrong and pixels of their own: each model learns them by heart."""
FILES = ("records.csv", "figures.json", "report.html")
SETTINGS = {"epochs": 15, "lr": 0.03, "batch_size": 8, "channels": (8, 8)}
RECIPE = recipe_of("convnet", SETTINGS, "cpu")


def pictures():
    rng = np.random.default_rng(0)
    y = np.arange(48) % 2
    x = rng.normal(size=(48, 5, 6, 3)).astype(np.float32) * 0.6
    x[y == 0, :, :3] += 1.5
    x[y == 1, :, 3:] += 1.5
    for row in (4, 11):
        y[row] = 1 - y[row]
        x[row] += 2 * rng.normal(size=x[row].shape)
    return x, np.array(["left", "right"])[y], np.array([f"r{i:02d}" for i in range(48)])


def audited(out, order=slice(None)):
    x, y, ids = pictures()
    return standout.audit(
        x[order], y[order], ids=ids[order], model="convnet", settings=SETTINGS, shadows=16, jobs=1, device="cpu",
        out=out,
    )  # fmt: skip


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    out = tmp_path_factory.mktemp("seen") / "run"
    assert set(audited(out).exposed["record"]) == set(FALSE)
    return out


@pytest.fixture
def again(there, tmp_path):
    shutil.copytree(there, tmp_path / "run")
    return tmp_path / "run"


def explained(folder):
    x, y, ids = pictures()
    return standout.Run(folder).explain(x, y, ids=ids)


def figures(folder):
    return json.loads((folder / "figures.json").read_text())


def stored(folder, model):
    with np.load(folder / f"shadows/{model:05d}.npz") as file:
        return np.unpackbits(file["members"])[:48].astype(bool), file["weights_safetensors"]


def test_maps_of_a_model_with_and_of_one_without(there):
    x, y, ids = pictures()
    data = standout.Dataset(x, y, ids=ids)
    members, weights = zip(*(stored(there, m) for m in range(4)))
    found = figures(there)
    for shown in found["exposed"]:
        row = int(shown["record"][1:])
        looks = [looks_of(RECIPE, w, data, np.array([row]), data.y[[row]]) for w in weights]
        inside, outside = next(
            (i, j) if members[i][row] else (j, i)
            for i, j in product((0, 1), (2, 3)) if members[i][row] != members[j][row]
        )  # fmt: skip
        drawn = as_picture(x[row], float(x.min()), float(x.max()))
        maps = shown["maps"]
        assert maps["inside"] == as_uri(overlaid(drawn, looks[inside].maps[0]))
        assert maps["outside"] == as_uri(overlaid(drawn, looks[outside].maps[0]))
        for m, sure in zip((inside, outside), maps["sure"]):
            z = looks[m].logits[0].astype(float)
            assert sure == pytest.approx(np.exp(z[data.y[row]]) / np.exp(z).sum(), abs=1e-6)
        assert maps["sure"][0] > maps["sure"][1], "learnt by heart with it, unknown without it"
        assert 0 <= maps["apart"] <= 1
    block = found["gradcam"]
    assert block["places"] == [5, 6] and block["drawn"] == 2
    assert block["exposed"]["records"] == block["typical"]["records"] == 2
    assert block["exposed"]["apart"] == pytest.approx(np.mean([e["maps"]["apart"] for e in found["exposed"]]))
    assert set(found["typical"]) == {"left", "right"} and all("maps" in t for t in found["typical"].values())


def test_the_ends_of_classes_are_looked_at_by_a_model_that_trained_on_them(there):
    x, y, ids = pictures()
    data = standout.Dataset(x, y, ids=ids)
    members, weights = zip(*(stored(there, m) for m in range(4)))
    report, classes = (there / "report.html").read_text(), figures(there)["ends"]["classes"]
    assert {c["label"] for c in classes} == {"left", "right"}
    for end in (r for c in classes for side in ("closest", "farthest") for r in c[side]):
        row = int(end["record"][1:])
        first = next(m for m in range(4) if members[m][row])
        look = looks_of(RECIPE, weights[first], data, np.array([row]), data.y[[row]])
        assert end["look"] == as_uri(overlaid(as_picture(x[row], float(x.min()), float(x.max())), look.maps[0]))
        assert end["look"] in report


def test_stored_outputs_are_those_of_the_stored_weights(there):
    x, y, ids = pictures()
    data = standout.Dataset(x, y, ids=ids)
    for model in range(4):
        with np.load(there / f"shadows/{model:05d}.npz") as file:
            log_p, weights = file["log_probabilities"], file["weights_safetensors"]
        z = looks_of(RECIPE, weights, data, np.arange(48), data.y).logits.astype(np.float64)
        z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(log_p, z, rtol=1e-3, atol=1e-3)


def test_the_report_shows_them(there):
    report, found = (there / "report.html").read_text(), figures(there)
    for shown in (*found["exposed"], *found["typical"].values()):
        for side in ("inside", "outside"):
            image = Image.open(io.BytesIO(base64.b64decode(shown["maps"][side].split(",")[1])))
            assert image.size == (6, 5) and shown["maps"][side] in report


def test_the_same_bytes_again(there, again):
    (again / "report.html").unlink()
    drawn = figures(again)
    (again / "figures.json").write_text(json.dumps({k: drawn[k] for k in ("counted_at", "roc")}))
    explained(again)
    for name in FILES:
        assert (again / name).read_bytes() == (there / name).read_bytes(), name


def test_the_order_of_rows_does_not_matter(there, again):
    audited(again, np.random.default_rng(3).permutation(48))
    assert figures(again) == figures(there)


def test_without_captum_one_line(there, again, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "captum" else find(name, *a))
    for _ in range(2):
        run = explained(again)
        assert run.summary["warnings"].count(ABSENT) == 1
        assert "gradcam" not in figures(again) and "maps" not in json.dumps(figures(again))
        assert (again / "report.html").read_text().count("standout[cam]") == 1
        assert "Grad-CAM on the" not in (again / "report.html").read_text()
    monkeypatch.undo()
    assert ABSENT not in explained(again).summary["warnings"]
    for name in FILES:
        assert (again / name).read_bytes() == (there / name).read_bytes(), name


def test_nothing_in_a_redacted_run(again):
    write_report(RunFolder(again), redact=True)
    assert "data:image/" not in (again / "report.html").read_text()
    config = json.loads((again / "config.json").read_text())
    config["asked"]["redact"] = True
    (again / "config.json").write_text(json.dumps(config))
    run = explained(again)
    assert set(figures(again)) == {"counted_at", "roc"} and ABSENT not in run.summary["warnings"]
    assert not any(word in (again / "report.html").read_text() for word in ("data:image/", "Grad-CAM on the", *FALSE))


def test_nets_that_answer_otherwise_are_not_shown(again):
    path = again / "shadows/00001.npz"
    with np.load(path) as file:
        arrays = dict(file)
    weights = safetensors.numpy.load(arrays["weights_safetensors"].tobytes())
    weights["layers.2.bias"] = weights["layers.2.bias"] + np.array([1, 0], dtype=np.float32)
    arrays["weights_safetensors"] = np.frombuffer(safetensors.numpy.save(weights), dtype=np.uint8)
    np.savez(path, **arrays)
    run = explained(again)
    assert run.summary["warnings"].count(OTHERWISE) == 1 and "gradcam" not in figures(again)


def test_where_others_are_in_every_training(tmp_path):
    """Their scale and places are those of all records: the rebuilt nets answer as stored, or there were no maps."""
    x, y, ids = pictures()
    settings = {"epochs": 1, "channels": (3, 4)}
    run = standout.audit(
        x, y, ids=ids, model="convnet", settings=settings, shadows=4, records=30, jobs=1, out=tmp_path / "run"
    )
    table = run.records
    write_records(RunFolder(run.path), table.assign(exposed=np.arange(30) % 7 == 0))
    again = explained(run.path)
    found = figures(run.path)
    assert not again.summary["warnings"] or OTHERWISE not in again.summary["warnings"]
    assert found["gradcam"]["exposed"]["records"] == 5 and all("maps" in e for e in found["exposed"])


def test_other_models_are_left_alone(tmp_path, monkeypatch):
    """No line on captum where there would be no Grad-CAM with it."""
    monkeypatch.setattr("standout.explain.gradcam.installed", lambda: False)
    x, y, ids = pictures()
    run = standout.audit(
        x, y, ids=ids, model="mlp", settings={"epochs": 1, "hidden": 4}, shadows=4, jobs=1, out=tmp_path / "run"
    )
    assert not any("Grad-CAM" in line for line in run.summary["warnings"])


def test_a_map_of_nothing_leaves_the_picture_grey():
    array = np.linspace(0, 1, 30).reshape(5, 6)
    plain = np.asarray(overlaid(as_picture(array, 0, 1), np.zeros((2, 3), dtype=np.float32)))
    assert (plain == plain[:, :, :1]).all() and plain.std() > 0
    heat = np.zeros((5, 6), dtype=np.float32)
    heat[1, 2] = 0.3
    warm = np.asarray(overlaid(as_picture(array, 0, 1), heat)).astype(int)
    at = np.unravel_index((warm[:, :, 0] - warm[:, :, 2]).argmax(), (5, 6))
    assert at == (1, 2) and (warm[0, 0] == plain[0, 0]).all()
