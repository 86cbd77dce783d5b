"""Figures of one target, of vulnerable beside exposed records, and of who selects the epoch, on made-up models."""

import numpy as np
import pytest

from standout.flows.reproduction.beside import crossed, selection
from standout.flows.reproduction.drawn import histogram
from standout.flows.reproduction.mapped import mapped
from standout.flows.reproduction.rows import Targets, advantage_apart, by_chance, kept


def halves(models, records, seed=0):
    rng = np.random.default_rng(seed)
    first = [rng.permutation(records) < records // 2 for _ in range(models // 2)]
    return np.array([m for f in first for m in (f, ~f)])


def test_each_model_is_attacked_by_its_own_threshold():
    """Four members with losses 0, 1, 2, 3 and four others with 2, 3, 4, 5: AUC and advantage by hand."""
    members = np.array([[True] * 4 + [False] * 4] * 4)
    loss = np.array([[0, 1, 2, 3, 2, 3, 4, 5], [10, 11, 12, 13, 12, 13, 14, 15]] * 2, dtype=float)
    correct = np.array([[1, 1, 1, 0, 1, 0, 0, 0]] * 4, dtype=float)
    own = Targets.of(correct, loss, members)
    assert own.auc.tolist() == [(4 + 4 + 3.5 + 2.5) / 16] * 4
    assert own.advantage.tolist() == [0.5] * 4
    assert (own.train_accuracy.tolist(), own.test_accuracy.tolist()) == ([0.75] * 4, [0.25] * 4)
    assert own.beside(own)["auc"] == {"value": 0.0, "ci": [0.0, 0.0]}
    assert own.beside(own)["advantage_kept"] == {"value": 1.0, "ci": [1.0, 1.0]}


def test_what_is_kept_is_a_ratio_of_means():
    found = kept(np.array([0.2, 0.2, 0.4, 0.4]), np.array([0.1, 0.1, 0.3, 0.3]))
    assert found is not None and found["value"] == pytest.approx(2 / 3)
    assert found["ci"] == pytest.approx([0.5, 0.75])
    assert kept(np.zeros(4), np.ones(4)) is None


def test_advantage_by_chance_is_that_of_models_without_a_leak():
    members = halves(200, 400)
    loss = np.random.default_rng(1).normal(size=members.shape)
    seen = Targets.of(np.ones_like(loss), loss, members).advantage.mean()
    assert by_chance(members) == pytest.approx(seen, rel=0.12)  # the limit lies a little above at 200 records


def test_a_threshold_of_other_models_is_flattered_by_nothing():
    """Without a leak it shows none; where every model has the same one, it shows it whole."""
    members = halves(200, 400)
    noise = np.random.default_rng(1).normal(size=members.shape)
    null = advantage_apart(noise, members)
    assert abs(null.mean()) < 4 * null.std() / len(null) ** 0.5
    leak = np.where(members, 1.0, 0.0) + (noise > 1.5)
    exact = advantage_apart(leak, members)
    assert exact.mean() == pytest.approx((1 - (noise > 1.5)[~members].mean()), abs=0.01)


def test_vulnerable_and_exposed_are_counted_where_they_meet():
    """Non-members below 0; of the members, records 0 to 4 lie above, of which 0 and 1 are exposed, as is record 5."""
    members = np.array([[True] * 100 + [False] * 100] * 2)
    signals = np.tile(-np.arange(1, 201.0), (2, 1))
    signals[:, 5:100] = -500
    signals[:, :5] = 10
    exposed = np.zeros(200, dtype=bool)
    exposed[[0, 1, 5, 150]] = True
    found = crossed(signals, members, exposed)
    assert found["0.005"] is None  # of 100 non-members none can lie above
    block = found["0.01"]
    assert {k: block[k]["value"] for k in ("vulnerable", "exposed", "both", "missed")} == {
        "vulnerable": 5, "exposed": 3, "both": 2, "missed": 1,
    }  # fmt: skip
    assert (block["vulnerable_exposed"], block["exposed_missed"]) == (2 / 5, 1 / 3)
    assert block["vulnerable_out"] is None and block["exposed_out"] is None
    nobody = crossed(signals, members, np.zeros(200, dtype=bool))["0.01"]
    assert nobody["exposed_missed"] is None and nobody["vulnerable_exposed"] == 0


def test_how_far_out_they_lie_is_counted_over_pairs_of_members():
    rng = np.random.default_rng(3)
    members, distance = halves(4, 400), rng.random(400).round(1)
    signals, exposed = rng.normal(size=members.shape), rng.random(400) < 0.1
    found = crossed(signals, members, exposed, distance)["0.01"]
    areas: dict[str, list[float]] = {"vulnerable_out": [], "exposed_out": []}
    for z, inside in zip(signals, members):
        bound = np.quantile(z[~inside], 0.99)
        for name, own in (("vulnerable_out", z > bound), ("exposed_out", exposed)):
            these, others = distance[inside & own], distance[inside & ~own]
            won = [float(a > b) + 0.5 * float(a == b) for a in these for b in others]
            areas[name].append(sum(won) / len(won))
    for name, own in areas.items():
        assert found[name]["value"] == pytest.approx(np.mean(own))
    assert found["by_chance"] == pytest.approx(2)
    assert crossed(signals, members, np.zeros(400, dtype=bool), distance)["0.01"]["exposed_out"] is None
    unknown = np.where(np.arange(400) < 40, np.nan, distance)
    known = crossed(signals[:, 40:], members[:, 40:], exposed[40:], distance[40:])["0.01"]["exposed_out"]
    assert crossed(signals, members, exposed, unknown)["0.01"]["exposed_out"] == known


def test_the_map_marks_whom_the_twin_gives_away(tmp_path):
    """Two panels of two records each; rows of the table in the opposite order to those of the models."""
    rng = np.random.default_rng(4)
    members, place = halves(2, 400), np.arange(400)[::-1]
    signals = rng.normal(size=members.shape)
    marked = [np.flatnonzero(m & (z > np.quantile(z[~m], 0.99))) for z, m in zip(signals, members)]
    spared = [np.flatnonzero(m & (z < 0)) for z, m in zip(signals, members)]
    shown = [[spared[1][0], marked[1][0]], [marked[0][0], spared[0][0]]]  # net 0 never saw what net 1 trained on
    rows = np.array([place[i] for panel in shown for i in panel])
    np.savez(tmp_path / "explorer.npz", map_row=rows, map_panel=np.array([0, 0, 1, 1]))
    drawn = {"labels": ["a"], "panels": [{"model": 0, "marked": [0]}, {"model": 1, "marked": []}]}
    found = mapped(tmp_path, drawn, place, signals, members)
    assert found is not None
    assert [p["vulnerable"] for p in found["panels"]] == [[1], [0]]
    assert [p["vulnerable_in_all"] for p in found["panels"]] == [len(marked[1]), len(marked[0])]
    assert found["labels"] == ["a"] and found["panels"][0]["marked"] == [0]
    raw = {"labels": [], "panels": [{"model": None}]}
    for less in (None, raw):
        assert mapped(tmp_path, less, place, signals, members) is None
    few = halves(2, 100)
    assert mapped(tmp_path, drawn, place, signals[:, :100], few) is None


def test_selecting_on_the_judged_rows_flatters_them():
    """Every epoch is equally good but for noise: accuracy is higher on the rows that selected the epoch."""
    rng = np.random.default_rng(0)
    members = halves(2, 200)
    traces = {}
    for m in range(2):
        losses = rng.normal(1, 1, (16, 200))
        traces[m] = np.arange(1, 17), losses, losses < 1
    found = selection(traces, members)
    assert found is not None and found["models"] == 2
    assert found["same"]["test_accuracy"] > found["apart"]["test_accuracy"] + 0.02
    assert found["same"]["auc"] < found["apart"]["auc"] - 0.02  # others look more like members there
    assert found["apart"]["test_accuracy"] == pytest.approx(found["last"]["test_accuracy"], abs=0.08)
    assert selection(traces, members) == found
    assert selection({}, members) is None


def test_where_one_epoch_is_best_both_select_it():
    members = halves(2, 100)
    losses = np.ones((3, 100)) * [[3.0], [1.0], [2.0]]
    found = selection({0: (np.array([2, 4, 6]), losses, losses < 2)}, members)
    assert found is not None and found["epoch"] == 4
    assert found["same"] == found["apart"] == {"auc": 0.5, "test_accuracy": 1.0}
    assert found["last"]["test_accuracy"] == 0


def test_histograms_are_shares_of_each_side():
    values = np.arange(200.0).reshape(2, 100)
    members = values % 4 < 1
    found = histogram(values, members)
    assert sum(found["members"]) == pytest.approx(1) and sum(found["others"]) == pytest.approx(1)
    assert len(found["edges"]) == len(found["members"]) + 1
    assert histogram(np.zeros((2, 5)), np.eye(2, 5, dtype=bool))["members"][0] == 1
