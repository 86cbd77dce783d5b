"""The paragraph of advice: made figures in, and what must follow from them out."""

import numpy as np
import pytest

from standout.flows import recommending
from standout.flows.recommending import at_accuracy, beats, curve, recommended

BASE = {"test_accuracy": 0.9, "adaptive": {"auc": 0.6, "auc_ci": [0.59, 0.61]}}


def defence(name, cost, after, *, ci=0.0005, excess=0, auc=0.58, targeted=True, by_cause=None):
    """A block with an exposure of 60 % before, of 40 records."""

    def found(share, count=40):
        cut = 1 - share / 0.6
        return {
            "count": count, "exposure": 0.6, "exposure_after": share, "exposure_after_ci": [share - 0.01, share + 0.01],
            "cut": cut, "cut_ci": [cut - 0.05, cut + 0.05], "seen": {"before": 0.5, "after": share},
        }  # fmt: skip

    causes = {"suspect label": after, "outlier": after, **(by_cause or {})}
    return {
        "name": name, "targeted": targeted, "test_accuracy": 0.9 - cost, "accuracy_cost": cost,
        "accuracy_cost_ci": [cost - ci, cost + ci], "exposed_before": found(after),
        "by_cause": {cause: found(share, 20) for cause, share in causes.items()},
        "newly_exposed": {"excess": excess}, "adaptive": {"auc": auc, "auc_ci": [auc - 0.01, auc + 0.01]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("defences", "chosen", "says"),
    [
        ({"a": defence("a", 0.001, 0.2), "b": defence("b", 0.001, 0.1)}, "b", "from 60.0% to 10.0%"),
        ({"a": defence("a", 0.001, 0.2), "b": defence("b", 0.02, 0.1)}, "a", "b leaves less, 10.0%, but costs 2.00"),
        ({"a": defence("a", 0, 0.2), "b": defence("b", 0.0018, 0.1)}, "a", "b leaves less, 10.0%, but may cost 0.23"),
        ({"b": defence("b", 0.0018, 0.1)}, "b", "more than 0.20 cannot be ruled out"),
        ({"a": defence("a", 0, 0.2), "b": defence("b", 0, 0.1, excess=3)}, "a", "but exposes 3 other records"),
        ({"b": defence("b", 0, 0.1, excess=3)}, "b", "3 other records become exposed beyond the control: aim at these"),
        ({"a": defence("a", 0, 0.2), "b": defence("b", 0, 0.1, auc=0.7)}, "a", "to an attacker who knows it"),
        ({"b": defence("b", -0.01, 0.1)}, "b", "It gains 1.00 (0.95 to 1.05) points"),
        ({"b": defence("b", 0.02, 0.1)}, None, "for at most 0.20 points"),
        ({"b": defence("b", 0.0, 0.58)}, None, "No defence here protects the exposed records."),
    ],
)  # fmt: skip
def test_the_choice_follows_from_the_figures(defences, chosen, says):
    advice = recommended(BASE, defences)
    assert advice.name == chosen and says in advice.text


@pytest.mark.parametrize(("excess", "left"), [(0, "none"), (-2, "none"), (1, "1")])
def test_rounds_that_were_trained_are_told_not_asked_for(excess, left):
    peeled = [{"round": n, "aimed": 40 + 3 * n, "newly_exposed": {"excess": excess}} for n in (1, 2)]
    text = recommended(BASE, {"b": {**defence("b", 0, 0.1, excess=3), "rounds": peeled}}).text
    assert f"beyond the control; in round 2, aimed at 46 records, {left} of the rest." in text
    assert "--rounds" not in text


def test_without_an_exposed_record_nothing_can_be_judged():
    block = defence("a", 0, 0.1)
    block["exposed_before"]["exposure_after"], block["by_cause"] = None, {}
    assert "no exposed record" in recommended(BASE, {"a": block}).text


def test_each_cause_gets_the_aimed_defence_that_did_best_for_it_and_suspect_labels_are_checked():
    defences = {
        "a": defence("a", 0, 0.1, by_cause={"outlier": 0.3, "rare": 0.01}),
        "b": defence("b", 0, 0.2, by_cause={"outlier": 0.02, "rare": 0.4}),
        "global": defence("global", 0, 0.01, targeted=False, by_cause={"rare": 0.0}),
        "dear": defence("dear", 0.1, 0.0, by_cause={"rare": 0.0}),
    }
    found = recommended(BASE, defences).by_cause
    assert {cause: (f["action"], f["defence"]) for cause, f in found.items()} == {
        "suspect label": ("check", None), "outlier": ("defend", "b"), "rare": ("defend", "a"),
    }  # fmt: skip
    assert found["outlier"]["exposure_after"] == 0.02 and "check these labels" in found["suspect label"]["text"]
    only = recommended(BASE, {"global": defences["global"] | {"by_cause": {"rare": defences["a"]["by_cause"]["rare"]}}})
    assert only.by_cause["rare"]["action"] == "none"


def test_the_dp_curve_is_the_lower_hull_of_its_points_and_the_control():
    rng = np.random.default_rng(0)
    for _ in range(20):
        points = {f"dp-sgd:{i}": defence("dp-sgd", c, e) for i, (c, e) in enumerate(rng.uniform(0, 0.5, (6, 2)))}
        corners = curve(BASE, points)
        all_points = [
            (0.9, 0.6),
            *((d["test_accuracy"], d["exposed_before"]["exposure_after"]) for d in points.values()),
        ]
        for accuracy in np.linspace(min(x for x, _ in all_points), 0.9, 15):
            # brute force: the least of all mixtures of two points that are as accurate or more
            mixtures = [
                w * ya + (1 - w) * yb
                for xa, ya in all_points
                for xb, yb in all_points
                for w in [*np.linspace(0, 1, 3), *([(accuracy - xb) / (xa - xb)] if xa != xb else [])]
                if 0 <= w <= 1 and w * xa + (1 - w) * xb >= accuracy - 1e-12
            ]
            assert at_accuracy(corners, accuracy) == pytest.approx(min(mixtures), abs=1e-9)
        assert at_accuracy(corners, 0.95) is None


def test_a_defence_stands_beside_dp_sgd_of_like_accuracy():
    dp = {"dp-sgd:1": defence("dp-sgd", 0.1, 0.0), "dp-sgd:9": defence("dp-sgd", 0.05, 0.01)}
    good = {"a": defence("a", 0.001, 0.2), **dp}
    assert beats(good["a"], curve(BASE, good))  # the line leaves 59 % there
    assert "DP-SGD leaves 58.8% at like accuracy" in recommended(BASE, good).text
    strong = {"a": defence("a", 0.001, 0.3), "dp-sgd:1": defence("dp-sgd", 0.0015, 0.05, ci=0.0001)}
    advice = recommended(BASE, strong)  # at .899 the line leaves 23 %
    assert advice.name == "dp-sgd:1" and "No defence here beats DP-SGD at like accuracy." in advice.text
    better = strong | {"a": defence("a", 0.001, 0.2)}
    assert "No defence here beats" not in recommended(BASE, better).text
    unsure = {"a": defence("a", 0.001, 0.3), "dp-sgd:1": defence("dp-sgd", 0.0025, 0.05, ci=0.0001)}
    advice = recommended(BASE, unsure)  # 38 %
    assert advice.name == "a" and "DP-SGD leaves 38.0% at like accuracy" in advice.text
    close = unsure | {"a": defence("a", 0.001, 0.375)}
    assert "No defence here beats DP-SGD at like accuracy: DP-SGD leaves 38.0%" in recommended(BASE, close).text


def test_whoever_has_not_trained_dp_sgd_is_told_where_there_is_one(monkeypatch):
    monkeypatch.setitem(recommending.DEFENCES, "dp-sgd", recommending.DEFENCES.get("dp-sgd"))
    assert "give --defence dp-sgd" in recommended(BASE, {"a": defence("a", 0, 0.2)}).text
