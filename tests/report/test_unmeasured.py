"""Every figure that is null in the summary is said not to be measurable, in words."""

from copy import deepcopy

from standout.report.unmeasured import NOT_ASKED, nulls, unmeasured, untried
from tests.report.conftest import ATTACK, SUMMARY
from tests.report.reading import read


def said(**blocks) -> list[str]:
    return [f"{m.said} {m.of}: {m.why}" for m in unmeasured({**deepcopy(SUMMARY), **blocks})]


def test_rates_stand_together_and_attacks_are_named_where_not_all():
    lines = said(attacks={
        "loss": {**ATTACK, "precision_at_prior": {"0.5": None, "0.1": None, "0.01": None}},
        "lira": {**ATTACK, "precision_at_prior_ci": {"0.5": [0.9, 1.0], "0.1": [0.8, 1.0], "0.01": [0.1, 0.2]}},
    })  # fmt: skip
    assert "TPR at an FPR of 0.01% []: too few records in models that did not train on them" in lines
    assert "Precision where 50%, 10%, 1% were used ['loss']: the attack flags nothing at that rate" in lines
    assert not any("nterval of the precision" in line for line in lines), (
        "there is no interval where there is no figure"
    )
    assert len(lines) == len(set(lines))


def test_all_figures_missing_are_all_named():
    """Whatever is null has a line of its own words, and none is named by its place in the file."""
    empty = deepcopy(SUMMARY)
    for block in ("accuracy", "characteristics", "exposed"):
        for key, value in empty[block].items():
            if isinstance(value, dict):
                empty[block][key] = dict.fromkeys(value)
            elif key not in ("attack", "fpr", "above", "count", "share"):
                empty[block][key] = None
    empty |= {"screening": None, "explained": None, "paper": {"rates": {"0.01": None}}, "stable": None, "policy": None}
    empty["slices"] = {"fewest": 30, "classes": [{"name": "a", "mean": None}], "groups": None}
    empty["target"] = dict.fromkeys(("auc", "tpr", "fpr", "precision", "likeness", "members"))
    found = unmeasured(empty)
    assert not [m.what for m in found if "/" in m.what or m.why == "not stored"]
    text = " ".join(m.said for m in found)
    for word in ("Accuracy", "80% chance", "false-alarm rate", "another audit", "characteristics tell", "one training",
                 "together explain", "paper", "small classes", "target"):  # fmt: skip
        assert word in text


def test_what_no_rule_knows_is_named_by_its_place_and_what_was_not_asked_is_not():
    assert "Novel/figure []: not stored" in said(novel={"figure": None})
    assert not unmeasured({"stable": None, "policy": {"count": None}, "slices": {"classes": None, "groups": None}})
    assert {"/".join(p) for p in nulls({"stable": None, "policy": None})} <= NOT_ASKED


def test_the_page_lists_them_and_the_attacks_not_tried(page):
    root = read(page(summary={"attacks": {"lira": ATTACK, "loss": None}}))
    assert "TPR at an FPR of 0.01%: too few records in models that did not train on them (1,280)." in [
        li.text for li in root.all("ul", "missing")[0].all("li")
    ]
    assert "What the attacks not tried would find: loss, confidence, entropy" in root.text
    assert untried({"attacks": {}})[0] == "loss" and "lira" not in untried({"attacks": {"lira": ATTACK}})
