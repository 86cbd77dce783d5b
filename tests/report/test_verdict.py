"""What can be quoted, what an attacker with one threshold learns, and what was assumed."""

import pytest

from standout.report.verdict import one_threshold
from tests.report.conftest import ATTACK, table
from tests.report.reading import read


def attack(auc: float, high: float, tpr: float | None = 0.011) -> dict:
    cell = None if tpr is None else {"tpr": tpr, "ci": [tpr - 0.002, tpr + 0.002]}
    return {"auc": auc, "auc_ci": [auc - 0.01, high], "tpr_at_fpr": {"0.01": cell}}


@pytest.mark.parametrize(
    "block, little",
    [
        (attack(0.52, 0.53), True),
        (attack(0.52, 0.53, None), False),
        (attack(0.54, 0.551), False),
        (attack(0.52, 0.53, 0.019), False),
        ({**attack(0.5, 0.5), "auc_ci": None}, False),
    ],
)
def test_little_is_said_where_intervals_end_low(block, little):
    found = one_threshold({"attacks": {"loss": block, "lira": attack(0.99, 1.0)}})
    assert found is not None and (found.name, found.little) == ("loss", little)


def test_the_strongest_of_one_threshold_speaks():
    found = one_threshold({"attacks": {"loss": attack(0.51, 0.52), "entropy": attack(0.6, 0.61)}})
    assert found is not None and found.name == "entropy" and found.picks == pytest.approx(60)
    found = one_threshold({"attacks": {"loss": attack(0.52, 0.53), "entropy": attack(0.51, 0.52, 0.2)}})
    assert found is not None and found.name == "loss" and not found.little, "another learns more at few false alarms"
    assert one_threshold({"attacks": {"lira": attack(0.6, 0.7)}}) is None
    assert one_threshold({"attacks": None}) is None


def test_one_threshold_in_words(page):
    loss = {**ATTACK, **attack(0.523, 0.525)}
    said = read(page(summary={"attacks": {"loss": loss, "lira": ATTACK}})).all("blockquote")[0].text
    assert "learns next to nothing: it tells those used from the others with an AUC of 0.523 (95% interval" in said
    assert "picks the right one in 52 of 100 cases; a coin does in 50" in said
    assert "At one false alarm in a hundred it finds 1.1% of the uses (95% interval 0.90% to 1.3%)" in said
    much = read(page()).all("blockquote")[0].text  # finds 7 % of the uses at a rate of 1 %
    assert "next to nothing" not in much and "learns this much: it tells" in much
    without = read(page(summary={"attacks": {"loss": None}})).all("blockquote")[0].text
    assert "one threshold" not in without


def test_the_most_exposed_are_named_with_odds_and_causes_with_counts(page):
    quote = read(page()).all("blockquote")[0]
    records = table([f"r{i}" for i in range(40)], 4)
    assert "The most exposed is record r0" in quote.text
    second = records.loc[1, "exposure"]
    assert f"Next come record r1 in {second:.0%} ({0.8 * second:.0%} to over 99.9%) and record r2 in" in quote.text
    assert (
        "a suspect label (2), a place far from the rest of its class (1) and a place between classes (1)" in quote.text
    )
    assert {"#measured", "#attacks", "#exposed", "#causes", "#distribution"} == {
        a.attributes["href"] for a in quote.all("a")
    }


def test_one_and_two_exposed_records_read_well(page):
    assert "Next" not in read(page(exposed=1)).all("blockquote")[0].text
    assert "Next comes record r1 in" in read(page(exposed=2)).all("blockquote")[0].text


def test_no_cause_is_an_answer(page):
    records = table([f"r{i}" for i in range(40)], 4).assign(cause="unexplained")
    causes = {"suspect label": 0, "outlier": 0, "between classes": 0, "unexplained": 4}
    said = read(page(summary={"causes": causes}, records=records)).all("blockquote")[0].text
    assert "Why, the audit did not find." in said


def test_a_target_is_part_of_the_verdict(page):
    block = {"attack": "lira", "flagged_at": 0.001, "flagged": 3, "expected": {"tpr": 0.1, "fpr": 0.001},
             "precision_at_prior": {}, "precision_at_prior_ci": {}, "likeness": None, "members": 20,
             "auc": 0.7, "tpr": 0.1, "fpr": 0.0, "precision": 0.75}  # fmt: skip
    said = read(page(summary={"target": block})).all("blockquote")[0].text
    assert "the other models flag 3 of 40 records as its training data, at one false alarm in a thousand" in said
    assert "75.0% of these flags are true." in said
    unknown = {**block, **dict.fromkeys(("members", "auc", "tpr", "fpr", "precision"))}
    root = read(page(summary={"target": unknown}))
    assert "how many of these flags are true is not known" in root.all("blockquote")[0].text
    assert "one target model" in root.all("dl", "assumed")[0].text


def test_questions_of_page_one_are_answered(page):
    for exposed in (0, 4):
        root = read(page(exposed=exposed))
        asked = [dt.text for dt in root.all("dl", "answers")[0].all("dt")]
        assert asked[:4] == [
            "Is a high number bad?", "Per record, or overall?", "What do I do next?", "Can I quote this?",
        ]  # fmt: skip


def test_what_was_assumed(page):
    rows = {row.all("dt")[0].text: row.all("dd")[0].text for row in read(page()).all("dl", "assumed")[0].all("div")}
    assert "has 62 models of the same recipe" in rows["The attacker"]
    assert rows["False alarms"].startswith("0.1% for each record") and "above 10%" in rows["False alarms"]
    assert "50%, 10%, 1% of the records used" in rows["Prior"]
    assert rows["Model"] == (
        "mlp, 50,826 parameters: a way of training, in 64 shadow models of 20 records each, not one released model"
    )
    assert rows["Versions"] == "standout 0.1.0, numpy 2.4.6, python 3.11"
    assert rows["Key"].startswith("d80bae151e9f8993")
