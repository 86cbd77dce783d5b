"""Files of models: equal bytes for equal content, sums beyond the budget, exact signals back, none of another audit."""

import numpy as np
import pytest

from standout.errors import InputError
from standout.every_signal import all_signals
from standout.recipes.recipe import Trained
from standout.run.folder import RunFolder
from standout.shadows import store
from standout.shadows.store import Shadows, StackSums, finished, in_units, name_of, write_model
from standout.signals import log_softmax

KEY = "k" * 64


def make(folder, stacks, keep, models=16, records=21, key=KEY):
    """Models of random outputs in stacks of this size, each with itself as seed."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, records)
    members = np.empty((models, records), dtype=bool)
    members[::2] = rng.random((models // 2, records)) < 0.5
    members[1::2] = ~members[::2]
    logits = rng.normal(size=(models, records, 3)) * 3
    folder.shadows.mkdir(parents=True, exist_ok=True)
    for start in range(0, models, stacks):
        sums = StackSums() if keep == "sums" else None
        stop = min(start + stacks, models)
        for m in range(start, stop):
            trained = Trained(logits[m], parameters=7, note="odd" if m else None)
            if sums:
                sums.add(trained, members[m], m)
            write_model(folder, m, members[m], trained, labels, key=key, seed=m, sums=sums, last=m == stop - 1)
    return labels, members, logits


def test_signals_come_back(tmp_path):
    folder = RunFolder(tmp_path / "a")
    labels, members, logits = make(folder, 4, "log-probabilities", models=4)
    stored = Shadows(folder, KEY, [0, 1, 2, 3], members)
    for row, name in ((0, "rescaled-logit"), (1, "loss"), (5, "correct")):
        truth = np.stack([all_signals(z, labels)[row] for z in logits]).astype(np.float32)
        np.testing.assert_array_equal(stored.signal(name), truth)
    assert stored.parameters() == 7 and stored.notes() == ["odd (3 of 4 models)"] and not stored.rounded()


def test_finished_counts_models_of_the_plan_and_no_other_file(tmp_path):
    folder = RunFolder(tmp_path / "a")
    _, members, _ = make(folder, 4, "log-probabilities", models=6)
    (folder.path / name_of(2)).unlink()
    for name in ("7.npz", "²².npz", "notes.npz"):
        (folder.shadows / name).write_bytes(b"")
    assert finished(folder, KEY, list(range(6)), members) == {0, 1, 3, 4, 5}
    assert finished(folder, KEY, list(range(4)), members[:4]) == {0, 1, 3}


@pytest.mark.parametrize("change", ["key", "seed", "members", "records"])
def test_a_file_of_another_audit_is_named(tmp_path, change):
    folder = RunFolder(tmp_path / "a")
    _, members, _ = make(folder, 4, "log-probabilities", models=4)
    key, seeds = ("x" * 64 if change == "key" else KEY), [0, 1, 2, 3]
    if change == "seed":
        seeds[1] = 9
    if change == "members":
        members[1, 5] ^= True
    if change == "records":
        members = members[:, :-8]
    says = "00000.npz" if change in ("key", "records") else "00001.npz"
    for read in (finished, Shadows):
        with pytest.raises(InputError, match=rf"{says} (is of another audit|was trained on other).*; delete it"):
            read(folder, key, seeds, members)


def test_equal_content_is_equal_bytes(tmp_path):
    a, b = RunFolder(tmp_path / "a"), RunFolder(tmp_path / "b")
    for keep in ("log-probabilities", "sums"):
        make(a, 4, keep)
        make(b, 4, keep)
        for m in range(16):
            assert (a.path / name_of(m)).read_bytes() == (b.path / name_of(m)).read_bytes()


@pytest.mark.parametrize("keep", ["log-probabilities", "sums"])
@pytest.mark.parametrize("stacks", [1, 3, 8, 16])
@pytest.mark.parametrize("count", [4, 6, 12, 16])
def test_means_are_of_any_first_models(tmp_path, keep, stacks, count):
    folder = RunFolder(tmp_path / "a")
    _, members, logits = make(folder, stacks, keep)
    members = members[:count]
    p = np.exp(np.stack([log_softmax(z) for z in logits[:count]]))
    means = Shadows(folder, KEY, list(range(count)), members).mean_probabilities(3)
    for mean, chosen in zip(means, (members, ~members)):
        total = (p * chosen[:, :, None]).sum(axis=0)
        exact = total / np.maximum(chosen.sum(axis=0), 1)[:, None]
        np.testing.assert_allclose(mean, exact, atol=2e-3)
        assert (mean[chosen.any(axis=0)].sum(axis=1) > 0.99).all()


def test_sums_take_no_more_than_log_probabilities(tmp_path):
    sizes = {}
    for keep in ("log-probabilities", "sums"):
        folder = RunFolder(tmp_path / keep)
        make(folder, 8, keep, records=5000)
        sizes[keep] = sum(p.stat().st_size for p in folder.shadows.iterdir())
        with np.load(folder.path / name_of(0)) as file:
            assert ("log_probabilities" in file.files) == (keep == "log-probabilities")
    assert sizes["sums"] < 1.01 * sizes["log-probabilities"]


def test_units_are_right_on_average_and_never_one_off():
    p = np.random.default_rng(1).dirichlet(np.full(40, 0.05), size=30)
    units = np.stack([in_units(p, seed) for seed in range(4000)])
    drawn = units / store.STEPS
    assert (units.sum(axis=2) == store.STEPS).all() and (np.abs(drawn - p) < 1 / store.STEPS).all()
    error = np.abs(drawn.mean(axis=0) - p)
    assert error.max() < 6 * 0.5 / store.STEPS / np.sqrt(4000), "a share far below one unit is kept, too"


@pytest.mark.parametrize("count", [4, 12, 16])
def test_sums_are_the_same_whatever_the_stacks(tmp_path, monkeypatch, count):
    monkeypatch.setattr(store, "MOST", 6)  # sums of a longer stack begin anew
    means = []
    for stacks in (1, 3, 4, 8, 16):
        folder = RunFolder(tmp_path / str(stacks))
        _, members, _ = make(folder, stacks, "sums")
        means.append(Shadows(folder, KEY, list(range(count)), members[:count]).mean_probabilities(3))
    for other in means[1:]:
        np.testing.assert_array_equal(other, means[0])


@pytest.mark.parametrize("keep", ["log-probabilities", "sums"])
def test_margins_are_the_label_against_the_best_other(tmp_path, keep):
    folder = RunFolder(tmp_path)
    labels, members, logits = make(folder, 4, keep, models=4)
    found = Shadows(folder, KEY, list(range(4)), members[:4]).margins(labels)
    if keep == "sums":
        assert found is None
        return
    wanted = [
        [z[y] - max(v for c, v in enumerate(z) if c != y) for z, y in zip(logits[m], labels, strict=True)]
        for m in range(4)
    ]
    np.testing.assert_allclose(found, wanted, atol=0.02)
