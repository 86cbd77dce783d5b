"""`records`: a random part is audited, the rest is in every training."""

import json
from dataclasses import replace

import numpy as np
import pytest

import standout
from standout.data.sample import sample
from standout.recipes import recipe_of
from standout.shadows.plan import planned
from standout.signals import rescaled_logit


def data_of(n=200, groups=None):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    return standout.Dataset(rng.normal(size=(n, 4)) + y[:, None], y, ids=[f"r{i:03d}" for i in range(n)], groups=groups)


def test_the_rest_is_in_every_training_and_only_the_sample_is_judged(tmp_path):
    data = data_of()
    sizes = []

    def fit(x, y, *, seed, sample_weight=None):
        sizes.append(len(x))
        rows = {row.tobytes() for row in x}

        def predict(z):
            assert len(z) == 60, "models are asked about audited records alone"
            return np.stack([np.zeros(len(z)), [2.0 * (r.tobytes() in rows) for r in z]], axis=1)

        return predict

    run = standout.audit(data, model=fit, shadows=8, records=60, jobs=1, key="k", out=tmp_path / "run")
    assert sizes == [170] * 8
    shadows = run.summary["shadows"]
    assert (shadows["members_per_model"], shadows["in_all"]) == (170, 140)
    assert run.summary["dataset"]["records"] == len(run.records) == 60
    chosen = sample(data, 60, 0).audited
    assert run.records["record"].tolist() == data.ids[chosen].tolist(), "rows in the user's order"
    for path in sorted((tmp_path / "run" / "shadows").glob("*.npz")):
        with np.load(path) as file:
            members = np.unpackbits(file["members"], count=60).astype(bool)
            rescaled = file["signals"][0] * np.where(data.y[chosen] == 1, 1, -1)
            assert members.sum() == 30 and (rescaled == 2 * members).all(), "whom the model saw is what its file says"


def test_rows_in_another_order_are_sampled_alike():
    data, order = data_of(), np.random.default_rng(1).permutation(200)
    one, two = sample(data, 50, 3), sample(data.take(order), 50, 3)
    assert set(one.ids[one.audited]) == set(two.ids[two.audited])
    assert set(one.ids[one.audited]) != set(sample(data, 50, 4).ids[sample(data, 50, 4).audited])
    counts = np.zeros(200)
    for seed in range(300):
        counts += sample(data, 50, seed).audited
    assert abs(counts - 75).max() < 5 * np.sqrt(300 * 0.25 * 0.75), "each record as often as any"


def test_groups_stay_whole():
    groups = np.arange(200) // 7
    few = sample(data_of(groups=groups), 50, 0)
    assert 43 <= few.audited.sum() <= 50
    for g in range(groups.max() + 1):
        assert len(set(few.audited[groups == g])) == 1
    own = few.audited_only()
    assert own.groups.max() + 1 == len(np.unique(groups[few.audited]))


@pytest.mark.parametrize("records", [None, 60])
def test_groups_in_another_order_are_the_same_data(records):
    """Rows anew in another order, as a table that was sorted otherwise has them, some of them without a group."""
    data, rng = data_of(), np.random.default_rng(5)
    groups = rng.integers(0, 40, 200).astype(object)
    groups[::50] = None
    asked = {"model": "knn", "shadows": 6, "jobs": 1, "attacks": "loss", "records": records}
    runs = []
    for order in (np.arange(200), rng.permutation(200)):
        run = standout.audit(data.x[order], data.y[order], ids=data.ids[order], groups=list(groups[order]), **asked)
        runs.append((run.summary["key"], run.records.sort_values("record", ignore_index=True)))
    assert runs[0][0] == runs[1][0]
    assert runs[0][1].equals(runs[1][1])


def test_more_than_there_are_is_all_with_a_line():
    assert sample(data_of(), 200, 0).audited is None
    all_of_them = sample(data_of(), 500, 0)
    assert all_of_them.audited is None and "500 records were asked for and there are 200" in all_of_them.notes[-1]


@pytest.mark.parametrize(("records", "groups", "says"), [
    (5, None, "at least 8"), (30, np.arange(200) // 50, "leaves 0 records in 0 whole groups"),
])  # fmt: skip
def test_too_few_are_refused(records, groups, says):
    with pytest.raises(standout.InputError, match=says):
        standout.audit(data_of(groups=groups), model="logistic-regression", shadows=4, records=records)


@pytest.mark.parametrize("model", ["mlp", "random-forest"])
def test_named_models_answer_for_the_sample_alone(model, tmp_path):
    """The same members, with the whole set audited by hand: the answers on the sample are the same."""
    data = data_of()
    settings = {"epochs": 2} if model == "mlp" else {"n_estimators": 5}
    run = standout.audit(data, model=model, settings=settings, shadows=4, records=60, jobs=1, out=tmp_path / "run")
    few = sample(data, 60, 0)
    recipe = recipe_of(model, settings)
    whole = few.take(few.id_order())
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    members = []
    for m in range(4):
        with np.load(tmp_path / "run" / "shadows" / f"{m:05d}.npz") as file:
            members.append(np.unpackbits(file["members"], count=60).astype(bool))
    full = whole.trained_on(np.array(members))
    recipe = planned(recipe, config["plan"])
    answers = recipe.train(replace(whole, audited=None), full, np.array(config["plan"]["seeds"][:4]))
    for m, trained in enumerate(answers):
        with np.load(tmp_path / "run" / "shadows" / f"{m:05d}.npz") as file:
            ours = rescaled_logit(trained.logits, whole.y)[whole.audited]
            np.testing.assert_allclose(file["signals"][0], ours, rtol=1e-5, atol=1e-5)
    assert len(run.records) == 60
