"""Traces in the files of a run: the first pair's alone, the same bytes in any stack, and read back as they were."""

import numpy as np
import pytest

import standout
from standout.data.records import Records
from standout.explain.trainings import trainings_of
from standout.flows.stored import members_again
from standout.recipes import recipe_of
from standout.recipes.recipe import trained_by
from standout.run.folder import RunFolder
from standout.shadows.store import TRACED, Shadows, read_arrays

pytest.importorskip("torch")


def test_stored_and_read_again(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    dataset = standout.Dataset(rng.normal(size=(90, 4)) + y[:, None], y)
    settings = {"epochs": 3, "hidden": 8, "stack": 3}
    run = standout.audit(dataset, settings=settings, shadows=6, jobs=1, attacks="loss", out=tmp_path / "a")
    names = ("trace_epochs", "trace_losses", "trace_right", "trace_early")
    stored = [read_arrays(tmp_path / "a" / "shadows" / f"{m:05d}.npz", names) for m in range(6)]
    assert [len(s) for s in stored] == [4] * TRACED + [0] * (6 - TRACED)
    config = RunFolder(run.path).read_json("config.json")
    assert config is not None
    records = Records.of(dataset)
    assert records.training is not None
    members, seeds = members_again(config, records, 6), config["plan"]["seeds"]
    outputs = Shadows(RunFolder(run.path), config["key"], seeds, members)
    recipe = recipe_of("mlp", {**settings, "dtype": config["plan"]["dtype"]})
    for m, training in enumerate(trainings_of(outputs, outputs.signal("rescaled-logit"))[:TRACED]):
        (model,) = trained_by(recipe, records.training, members[m : m + 1], np.array(seeds[m : m + 1]), {0})
        assert training.trace is not None and model.trace is not None
        for name in ("epochs", "losses", "right", "early"):
            assert np.array_equal(getattr(training.trace, name), getattr(model.trace, name)), name
        assert np.allclose(training.losses, training.trace.losses[-1], rtol=2e-3, atol=1e-6)
        assert np.array_equal(training.members, members[m])
    assert np.isfinite(run.records["loss_trace_iqr"]).all() and np.isfinite(run.records["leverage"]).all()
    assert run.summary["screening"]["by"][0] == "loss_trace_iqr"
