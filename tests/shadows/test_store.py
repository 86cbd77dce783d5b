"""Files of models: equal bytes for equal content, sums beyond the budget, exact signals back."""

import numpy as np

from standout.recipes.recipe import Trained
from standout.run.folder import RunFolder
from standout.shadows.store import Shadows, StackSums, finished, name_of, write_model
from standout.signals import all_signals, log_softmax


def make(folder, keep, models=4, records=21):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, records)
    members = np.empty((models, records), dtype=bool)
    members[::2] = rng.random((models // 2, records)) < 0.5
    members[1::2] = ~members[::2]
    logits = rng.normal(size=(models, records, 3)) * 3
    folder.shadows.mkdir(parents=True, exist_ok=True)
    sums = StackSums() if keep == "sums" else None
    for m in range(models):
        trained = Trained(logits[m], parameters=7, note="odd" if m else None)
        write_model(folder, m, members[m], trained, labels, keep=keep, sums=sums, last=m == models - 1)
    return labels, members, logits


def test_signals_come_back(tmp_path):
    folder = RunFolder(tmp_path / "a")
    labels, members, logits = make(folder, "log-probabilities")
    stored = Shadows(folder, 4, 21)
    np.testing.assert_array_equal(stored.members, members)
    for row, name in ((0, "rescaled-logit"), (1, "loss"), (5, "correct")):
        truth = np.stack([all_signals(z, labels)[row] for z in logits]).astype(np.float32)
        np.testing.assert_array_equal(stored.signal(name), truth)
    assert stored.parameters() == 7 and stored.notes() == ["odd (3 of 4 models)"] and not stored.rounded()
    assert finished(folder) == {0, 1, 2, 3}


def test_equal_content_is_equal_bytes(tmp_path):
    a, b = RunFolder(tmp_path / "a"), RunFolder(tmp_path / "b")
    make(a, "log-probabilities")
    make(b, "log-probabilities")
    for m in range(4):
        assert (a.path / name_of(m)).read_bytes() == (b.path / name_of(m)).read_bytes()


def test_sums_beyond_the_budget_give_the_same_means(tmp_path):
    full, small = RunFolder(tmp_path / "full"), RunFolder(tmp_path / "small")
    _, members, logits = make(full, "log-probabilities")
    make(small, "sums")
    p = np.exp(np.stack([log_softmax(z) for z in logits]))
    truth = [
        np.stack([p[chosen[:, i], i].mean(axis=0) for i in range(21) if chosen[:, i].any()])
        for chosen in (members, ~members)
    ]
    for folder, tolerance in ((full, 2e-3), (small, 1e-6)):
        means = Shadows(folder, 4, 21).mean_probabilities(3)
        for mean, exact, chosen in zip(means, truth, (members, ~members)):
            np.testing.assert_allclose(mean[chosen.any(axis=0)], exact, atol=tolerance)
    with np.load(small.path / name_of(0)) as file:
        assert "log_probabilities" not in file.files
