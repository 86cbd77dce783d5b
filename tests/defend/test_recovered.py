"""From answers to what an attacker who knows the defence makes of them: stored, read, and judged."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from standout.defend import judge
from standout.defend.answering import answering_seconds
from standout.defend.discriminant import discriminants
from standout.defend.judge import Treated, adaptive, every_signal, half_of
from standout.defend.output import LabelOnly, LogitReweighting, Rounding, Temperature
from standout.recipes.recipe import Trained
from standout.run.folder import RunFolder
from standout.shadows.store import Shadows, StackSums, write_model
from standout.signals import rescaled_logit

RECORDS = np.r_[20:140]
NOBODY = np.empty(0, dtype=str)


class Given:
    """A recipe whose models answer what is given, logits (M, N, C)."""

    name, supports = "given", frozenset()

    def __init__(self, logits):
        self.logits = logits

    def train(self, dataset, members, seeds):
        yield from (Trained(z) for z in self.logits)


def given(logits) -> Any:
    return Given(logits)


def data_of(labels) -> Any:
    classes = np.arange(labels.max() + 1)
    return SimpleNamespace(y=labels, asked=slice(None), classes=classes, trained_on=lambda members: members)


def stored(folder, logits, labels, members, defend=None, sums=False):
    """(Shadows of models that answer logits (M, N, C), under a defence where one is given, the defended recipe)."""
    recipe = given(logits)
    defended = recipe if defend is None else defend(recipe)
    data = data_of(labels)
    there = RunFolder(folder)
    (folder / "shadows").mkdir(parents=True)
    keep = StackSums() if sums else None
    for m, trained in enumerate(defended.train(data, members, np.arange(len(members)))):
        if keep is not None:
            keep.add(trained, members[m], m)
        write_model(there, m, members[m], trained, labels, key="k", seed=m, sums=keep)
    return Shadows(there, "k", list(range(len(members))), members), defended


@pytest.fixture(scope="module")
def few(golden):
    z, labels = golden["logits"][:, RECORDS].astype(np.float64), golden["labels"][RECORDS]
    return z, labels, np.ascontiguousarray(golden["memberships"][:, RECORDS].astype(bool))


def test_recovered_answers_are_stored_beside_those_published(few, tmp_path):
    z, labels, members = few
    outputs, _ = stored(tmp_path / "r", z, labels, members, lambda r: LogitReweighting(r, NOBODY, 0.1))
    plain, _ = stored(tmp_path / "p", z, labels, members)
    recovered = outputs.recovered()
    assert recovered is not None and plain.recovered() is None and plain.changed() is None
    for name in ("rescaled-logit", "loss", "entropy"):
        np.testing.assert_allclose(recovered.signal(name), plain.signal(name), rtol=1e-5, atol=1e-6)
        assert np.abs(outputs.signal(name) - plain.signal(name)).max() > 1e-3
    ours, theirs = recovered.margins(labels), plain.margins(labels)
    assert ours is not None and theirs is not None
    np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=1e-6)
    published = LogitReweighting(given(z), NOBODY, 0.1).answers(z[0], labels, members[0])
    np.testing.assert_allclose(outputs.signal("rescaled-logit")[0], rescaled_logit(published, labels), rtol=1e-6)


def test_who_inverts_is_as_strong_as_without_the_defence(few, tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "STRONG", ("lira-one-variance",))
    z, labels, members = few[0][:16, ::2], few[1][::2], few[2][:16, ::2]
    plain = Treated(stored(tmp_path / "p", z, labels, members)[0], labels)
    defended = Treated(
        stored(tmp_path / "r", z, labels, members, lambda r: LogitReweighting(r, NOBODY, 0.1))[0], labels
    )
    hidden = Treated(stored(tmp_path / "l", z, labels, members, lambda r: LabelOnly(r, NOBODY))[0], labels)
    control, found, left = (adaptive(t, 0.01) for t in (plain, defended, hidden))
    low, high = control.figures["auc_ci"]
    assert low <= found.figures["auc"] <= high
    assert left.figures["auc"] < low  # the figure can fall
    names = [name for name, _ in every_signal(defended)]
    assert "inverted rescaled-logit" in names and "inverted discriminant" in names and len(names) == 5
    assert not any(name.startswith("inverted") for name, _ in every_signal(hidden))


@pytest.mark.parametrize(
    ("layers", "can"),
    [
        ([(Temperature, 3.0), (LogitReweighting, 0.1)], True),
        ([(LogitReweighting, 0.1), (Temperature, 3.0)], True),
        ([(LogitReweighting, 0.1), (Rounding, 3)], False),
    ],
)
def test_defences_of_answers_one_after_another(few, layers, can, tmp_path):
    z, labels, members = few

    def defend(recipe):
        for kind, strength in layers:
            recipe = kind(recipe, NOBODY, strength)
        return recipe

    outputs, _ = stored(tmp_path / "o", z[:4], labels, members[:4], defend)
    recovered = outputs.recovered()
    assert (recovered is not None) == can
    if recovered is not None:
        ours = recovered.signal("rescaled-logit")
        np.testing.assert_allclose(ours, [rescaled_logit(a, labels) for a in z[:4]], rtol=1e-5, atol=1e-6)


def test_changed_classes_are_counted(few, tmp_path):
    z, labels, members = few

    class Turned(Temperature):
        """Every third answer is another class."""

        def answers(self, logits, labels, members):
            out = logits.copy()
            out[::3] = -out[::3]
            return out

    changed = [stored(tmp_path / k.__name__, z[:4], labels, members[:4], lambda r, k=k: k(r, NOBODY, 3.0))[0].changed()
               for k in (Turned, Rounding, LabelOnly)]  # fmt: skip
    other = [(a[::3].argmin(axis=1) != a[::3].argmax(axis=1)).sum() for a in z[:4]]
    assert changed == [sum(other) / (4 * len(RECORDS)), 0.0, 0.0]


def test_seconds_are_those_of_answers(few, tmp_path):
    z, labels, members = few

    class Counted(Temperature):
        calls = 0

        def answers(self, logits, labels, members):
            Counted.calls += 1
            return super().answers(logits, labels, members)

    for sums in (False, True):
        outputs, recipe = stored(
            tmp_path / str(sums), z[:4], labels, members[:4], lambda r: Counted(r, NOBODY, 2.0), sums
        )
        before = Counted.calls
        assert answering_seconds(recipe, outputs, data_of(labels)) > 0 and Counted.calls == before + 3
    assert answering_seconds(given(z), outputs, data_of(labels)) == 0.0


def test_a_shift_between_other_classes_is_seen_by_the_discriminant_alone(tmp_path):
    """Members shift probability from one wrong class to another: the true class tells nothing."""
    rng = np.random.default_rng(0)
    models, records = 16, 90
    labels = np.repeat([0, 1, 2], records // 3)
    half = rng.random((models // 2, records)) < 0.5
    members = np.stack([half, ~half], axis=1).reshape(models, records)
    p = rng.dirichlet([4, 4, 4, 4], size=(models, records))
    rows = np.arange(records)
    a, b = (labels + 1) % 4, (labels + 2) % 4
    rest = p[:, rows, a] + p[:, rows, b]
    part = 1 / (1 + np.exp(-(rng.normal(size=rest.shape) + 1.5 * members)))
    p[:, rows, a], p[:, rows, b] = part * rest, (1 - part) * rest
    outputs, _ = stored(tmp_path / "d", np.log(p), labels, members)
    found = discriminants(outputs, labels, half_of(members))
    assert found is not None
    signal = np.where(half_of(members)[:, None], *found)
    auc = lambda s: (s[members][:, None] > s[~members][None]).mean()  # noqa: E731
    # the difference of two normals 1.5 apart, each of spread 1
    assert abs(auc(signal) - 0.856) < 0.03
    assert abs(auc(outputs.signal("rescaled-logit")) - 0.5) < 0.04


def test_no_model_is_judged_by_a_direction_that_it_or_its_twin_gave(few, tmp_path):
    z, labels, members = (few[0][:8], few[1], few[2][:8])
    turned = members.copy()
    turned[[2, 3]] = turned[[3, 2]]
    one, other = (
        discriminants(stored(tmp_path / str(k), z, labels, m)[0], labels, half_of(m))
        for k, m in enumerate((members, turned))
    )
    assert one is not None and other is not None
    np.testing.assert_array_equal(one[1], other[1])  # judges pairs 1 and 3, of which models 2 and 3 are one
    assert (one[0] != other[0]).any()


def test_without_log_probabilities_there_is_no_discriminant(few, tmp_path):
    z, labels, members = few
    outputs, _ = stored(
        tmp_path / "s", z[:4], labels, members[:4], lambda r: LogitReweighting(r, NOBODY, 0.1), sums=True
    )
    assert discriminants(outputs, labels, half_of(members[:4])) is None
    recovered = outputs.recovered()
    assert recovered is not None and recovered.margins(labels) is None
    np.testing.assert_allclose(
        recovered.signal("rescaled-logit")[0], rescaled_logit(z[0], labels), rtol=1e-5, atol=1e-6
    )
