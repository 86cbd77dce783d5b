"""`score` on given outputs: the figures of `audit` on the same models, whatever is given and in whatever order."""

import inspect
import json
import os
import stat

import jsonschema
import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

import standout
from standout.attacks import ATTACKS
from standout.data.npz import Parts
from standout.flows.given import Given, read_given
from standout.flows.score import score_given, told_by_counts
from standout.measure.roc import Roc
from standout.recipes import recipe_of
from standout.run.schema import summary_schema

from .recipes_for_tests import blobs

pytestmark = pytest.mark.usefixtures("unexplained")

MODELS = {
    "logistic-regression": ("breast-cancer", "logistic-regression", {}),
    "random-forest": ("wine", "random-forest", {"n_estimators": 15}),
}
ENTROPIES = ("entropy", "modified-entropy")


@pytest.fixture(scope="module", params=MODELS)
def audited(request, tmp_path_factory):
    """(audit, its data by id, members (M, N), stored signals (M, 6, N), the models' logits (M, N, C))."""
    source, model, settings = MODELS[request.param]
    data = standout.load(source)
    run = standout.audit(data, model=model, settings=settings, shadows=16, jobs=1, out=tmp_path_factory.mktemp("a"))
    by_id = data.take(data.id_order())
    signals, members = [], []
    for m in range(16):
        with np.load(run.path / "shadows" / f"{m:05d}.npz") as file:
            signals.append(file["signals"])
            members.append(np.unpackbits(file["members"], count=len(data)).astype(bool))
    seeds = json.loads((run.path / "config.json").read_text())["plan"]["seeds"]
    trained = recipe_of(model, settings).train(by_id, np.stack(members), np.array(seeds))
    return run, by_id, np.stack(members), np.stack(signals), np.stack([t.logits for t in trained])


def same_figures(ours: standout.Run, audit: standout.Run, attacks=tuple(ATTACKS), exact_columns=True):
    for block in ("exposed", "causes", "accuracy"):
        assert ours.summary[block] == audit.summary[block], block
    for name in attacks:
        assert ours.summary["attacks"][name] == audit.summary["attacks"][name], name
    theirs = audit.records.set_index("record").loc[ours.records["record"]].reset_index()
    if not exact_columns:  # signals alone tell no probabilities, and what is said of them is worded otherwise
        assert set(theirs.columns) - set(ours.records.columns) == {"label_doubt", "divergence"}
        theirs = theirs[ours.records.columns]
        texts = ["cause", "reason", "action"]
        pd.testing.assert_frame_equal(
            ours.records.drop(columns=texts), theirs.drop(columns=texts), rtol=1e-5, atol=1e-6
        )
    else:
        pd.testing.assert_frame_equal(ours.records, theirs)
    if exact_columns:
        assert ours.summary["characteristics"] == audit.summary["characteristics"]
        assert (ours.path / "figures.json").read_bytes() == (audit.path / "figures.json").read_bytes()


def test_logits_give_every_figure_of_the_audit(audited):
    run, data, members, _, logits = audited
    labels = np.array(data.classes)[data.y]
    ours = standout.score(logits=logits, members=members, labels=labels, ids=data.ids, x=data.x)
    assert ours.summary["warnings"] == run.summary["warnings"]
    same_figures(ours, run)


def test_labels_as_numbers_of_columns_are_the_same_but_for_names(audited):
    _, data, members, _, logits = audited
    numbers = standout.score(logits=logits, members=members, labels=data.y, attacks="lira")
    names = standout.score(logits=logits, members=members, labels=np.array(data.classes)[data.y], attacks="lira")
    assert numbers.summary["attacks"] == names.summary["attacks"]
    pd.testing.assert_frame_equal(numbers.records.drop(columns=["label", "reason"]),
                                  names.records.drop(columns=["label", "reason"]))  # fmt: skip
    assert np.array(data.classes)[numbers.records["label"].astype(int)].tolist() == names.records["label"].tolist()


def test_probabilities_give_every_figure_of_the_audit(audited):
    """Those of trees are as exact as logits; those of a softmax lose what float64 rounds."""
    run, data, members, _, logits = audited
    trees = run.summary["model"]["name"] == "random-forest"
    given = np.exp(logits) * (logits > -100) if trees else softmax(logits, axis=2)
    labels = np.array(data.classes)[data.y]
    ours = standout.score(probabilities=given, members=members, labels=labels, ids=data.ids, x=data.x)
    if trees:
        assert ours.summary["warnings"][0].startswith("probabilities reach 0 or 1")
        same_figures(ours, run)
    else:
        for name in ("lira", "rmia", "moderated"):
            assert ours.summary["attacks"][name]["auc"] == pytest.approx(run.summary["attacks"][name]["auc"], abs=1e-3)


def test_signals_from_the_files_of_an_audit_give_its_figures(audited):
    """Loss and confidence are taken from float32 signals: the same to their rounding."""
    run, data, members, signals, _ = audited
    labels = np.array(data.classes)[data.y]
    ours = standout.score(signals=signals[:, 0], members=members, labels=labels, ids=data.ids, x=data.x)
    two = len(data.classes) == 2
    learnt = [a for a in ATTACKS if ATTACKS[a].signal == "rescaled-logit"]
    for name in learnt:
        assert ours.summary["attacks"][name] == run.summary["attacks"][name], name
    assert ours.summary["exposed"] == run.summary["exposed"]
    assert list(ours.summary["attacks"]) == [a for a in ATTACKS if two or a not in ENTROPIES]
    for name, block in ours.summary["attacks"].items():
        # confidence of a forest: 1 and nearly 1 are one number in float32, so ties may part
        assert block["auc"] == pytest.approx(run.summary["attacks"][name]["auc"], abs=1e-5), name
    if two:
        assert ours.summary["accuracy"] == run.summary["accuracy"]
        same_figures(ours, run, learnt, exact_columns=False)
    else:
        assert set(ours.summary["accuracy"].values()) == {None}
        assert any("accuracy, memorization and entropies are not known" in w for w in ours.summary["warnings"])
        assert ours.records["memorization"].isna().all()
        both = ["record", "label", "exposure", "doubt", "hits", "false_hits", "exposed", "effect", "centroid_distance"]
        theirs = run.records.set_index("record").loc[ours.records["record"]].reset_index()
        pd.testing.assert_frame_equal(ours.records[both], theirs[both], check_exact=True)
    jsonschema.validate(ours.summary, summary_schema())


def simulated(models=16, records=200, seed=0, classes=3, leak=4.0):
    """members bool (M, N) in pairs, logits float32 (M, N, C), labels (N,): the first 20 records leak."""
    rng = np.random.default_rng(seed)
    members = np.empty((models, records), dtype=bool)
    members[::2] = rng.random((models // 2, records)) < 0.5
    members[1::2] = ~members[::2]
    labels = rng.integers(0, classes, records)
    logits = rng.normal(size=(models, records, classes))
    rows = np.arange(records)
    logits[:, rows, labels] += 2 + members * np.where(rows < 20, leak, 0.1)
    return members, logits.astype(np.float32), labels


def signals_of(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Rescaled logits (M, N) from their definition, in float64."""
    p = softmax(logits.astype(np.float64), axis=2)[:, np.arange(len(labels)), labels]
    return np.log(p) - np.log1p(-p)


def figures(run: standout.Run) -> dict:
    return {k: v for k, v in run.summary.items() if k != "seconds"}


def test_rows_in_another_order_give_the_same_key_and_figures(tmp_path):
    members, logits, labels = simulated()
    ids = np.array([f"{i:03d}" for i in range(200)])
    order = np.random.default_rng(1).permutation(200)
    one = standout.score(logits=logits, members=members, labels=labels, ids=ids, target_logits=logits[0])
    other = standout.score(logits=logits[:, order], members=members[:, order], labels=labels[order], ids=ids[order],
                           target_logits=logits[0][order])  # fmt: skip
    assert figures(one) == figures(other)
    assert other.records["record"].tolist() == ids[order].tolist()
    pd.testing.assert_frame_equal(other.records.set_index("record").loc[ids].reset_index(), one.records)


def test_the_same_input_gives_the_same_bytes_and_a_folder_only_takes_its_own(tmp_path):
    members, logits, labels = simulated()
    out = tmp_path / "run"
    given = {"logits": logits, "members": members, "labels": labels}
    standout.score(**given, out=out)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    assert {"config.json", "summary.json", "records.csv", "report.html", "figures.json"} <= set(before)
    assert "shadows" not in before
    assert all(stat.S_IMODE(os.stat(p).st_mode) == 0o600 for p in out.iterdir())
    standout.score(**given, out=out)
    for name, raw in before.items():
        if name not in ("summary.json", "report.html"):  # these say how long it took
            assert (out / name).read_bytes() == raw, name
    again = {p.name: p.read_bytes() for p in out.iterdir()}
    for change, words in (
        ({"logits": logits + 1e-3}, "data differs"),
        ({"members": ~members}, "data differs"),
        ({"fpr": 0.01}, "fpr: 0.001 there, 0.01 here"),
        ({"attacks": "lira"}, "attacks differs"),
        ({"target_logits": logits[0]}, "data differs"),
    ):
        with pytest.raises(standout.InputError, match=words):
            standout.score(**{**given, **change}, out=out)
    x, y = blobs(60)
    with pytest.raises(standout.InputError, match="standout score there, standout audit here"):
        standout.audit(x, y, model="logistic-regression", shadows=4, jobs=1, out=out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == again
    config = json.loads(again["config.json"])
    assert config["schema"] == "standout-config/1" and config["asked"]["command"] == "score"
    assert config["key"] == json.loads(again["summary.json"])["key"]


def test_a_folder_of_an_audit_is_refused(tmp_path):
    x, y = blobs(60)
    standout.audit(x, y, model="logistic-regression", shadows=4, jobs=1, out=tmp_path / "a")
    members, logits, labels = simulated()
    with pytest.raises(standout.InputError, match="standout audit there, standout score here"):
        standout.score(logits=logits, members=members, labels=labels, out=tmp_path / "a")


def test_a_file_is_read_model_by_model_and_says_the_same(tmp_path):
    members, logits, labels = simulated()
    arrays = {"logits": logits, "members": members.astype(np.uint8), "labels": labels}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    np.savez(tmp_path / "b.npz", **{**arrays, "logits": np.asfortranarray(logits)})
    assert isinstance(read_given(tmp_path / "a.npz").logits, Parts)
    assert isinstance(read_given(tmp_path / "b.npz").logits, np.ndarray)
    direct = standout.score(**arrays)
    for name in ("a", "b"):
        given = read_given(tmp_path / f"{name}.npz")
        run = score_given(given, fpr=1e-3, exposed_above=0.1, attacks=None, name="data", out=None, origin=())
        assert figures(run) == figures(direct)


def test_records_without_a_label_are_left_out():
    members, logits, labels = simulated()
    some = labels.astype(object)
    some[[3, 30]] = None
    x = np.random.default_rng(0).normal(size=(200, 3))
    run = standout.score(logits=logits, members=members, labels=some, x=x)
    kept = np.delete(np.arange(200), [3, 30])
    direct = standout.score(logits=logits[:, kept], members=members[:, kept], labels=labels[kept], ids=kept, x=x[kept])
    assert run.summary["warnings"][0] == "2 of 200 records have no label and are left out"
    pd.testing.assert_frame_equal(run.records, direct.records)


SIGNALS_TELL = ["out_loss", "out_entropy", "out_margin", "out_spread", "train_loss"]


def test_signals_alone_without_labels():
    members, logits, labels = simulated(models=32, leak=8.0)
    run = standout.score(signals=signals_of(logits, labels), members=members)
    assert len(run.exposed) > 10 and (run.exposed["record"].astype(int) < 20).mean() > 0.9
    assert run.summary["dataset"]["classes"] is None and run.summary["dataset"]["kind"] is None
    assert (run.records["label"] == "").all() and list(run.summary["characteristics"]) == SIGNALS_TELL
    assert set(run.exposed["cause"]) <= {"hard", "unexplained"}
    assert run.exposed["reason"].str.contains("models that never saw it give its label").all()
    jsonschema.validate(run.summary, summary_schema())
    page = (run.path / "report.html").read_text()
    assert "not known from signals alone" in page and "not available%" not in page


def test_without_data_a_rare_class_is_still_a_cause():
    members, logits, labels = simulated(models=32, leak=8.0, classes=3)
    names = np.array(["x", "y", "z"])[labels]
    names[:4] = "w"
    logits[:, np.arange(20), labels[:20]] -= 3  # those that leak are hard, so that out_loss may speak
    run = standout.score(signals=signals_of(logits, labels), members=members, labels=names)
    found = run.exposed.set_index("label")
    assert (found.loc["w", "cause"] == "rare").all()
    assert found.loc["w", "reason"].str.startswith("one of only 4 records labelled w; models").all()
    assert set(found.drop("w")["cause"]) <= {"hard", "unexplained"}
    assert any(w.startswith("no data (x) are given") for w in run.summary["warnings"])


def test_entropies_of_signals_are_taken_where_they_are_asked_for():
    members, logits, labels = simulated()
    run = standout.score(signals=signals_of(logits, labels), members=members, attacks="entropy,lira")
    assert list(run.summary["attacks"]) == ["entropy", "lira"]
    assert any("as those of (p_y, 1 - p_y)" in w for w in run.summary["warnings"])


def test_memberships_need_not_be_complementary():
    """Independent coins: some pairs do not split a record, some records have few models on a side."""
    _, logits, labels = simulated(models=8)
    members = np.random.default_rng(5).random((8, 200)) < 0.5
    members[0], members[1] = members[0] & ~members.all(axis=0), members[1] | ~members.any(axis=0)
    run = standout.score(logits=logits, members=members, labels=labels)
    numbers = run.records.select_dtypes("number").drop(columns=["precision", "train_loss"])  # none where not flagged
    assert np.isfinite(numbers.to_numpy()).all()
    in_first = members[:4].any(axis=0)[run.records["record"].astype(int)]
    np.testing.assert_array_equal(np.isfinite(run.records["train_loss"]), in_first)
    assert not any("by that count alone" in w for w in run.summary["warnings"])


def test_counts_that_betray_memberships_are_told():
    """Half of the models for each record, not within pairs: a member has fewer other models that saw it."""
    _, logits, labels = simulated()
    ranks = np.argsort(np.argsort(np.random.default_rng(2).random((16, 200)), axis=0), axis=0)
    members = ranks < 8
    others = np.array([[members[[m for m in range(16) if m // 2 != t // 2], i].sum() for i in range(200)]
                       for t in range(16)])  # fmt: skip
    assert told_by_counts(members) == Roc.of(-others, members).auc() > 0.8
    run = standout.score(logits=logits, members=members, labels=labels)
    assert any("by that count alone" in w for w in run.summary["warnings"])


def test_torch_tensors_are_arrays():
    torch = pytest.importorskip("torch")
    members, logits, labels = simulated()
    one = standout.score(logits=torch.tensor(logits, requires_grad=True), members=torch.tensor(members),
                         labels=torch.tensor(labels))  # fmt: skip
    assert figures(one) == figures(standout.score(logits=logits, members=members, labels=labels))


def test_names_of_given_arrays_are_those_of_score():
    assert set(Given.__dataclass_fields__) <= set(inspect.signature(standout.score).parameters)
    for name in Given.__dataclass_fields__:
        assert name in (standout.score.__doc__ or ""), name
