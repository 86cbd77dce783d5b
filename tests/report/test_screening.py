"""The line that says whether one training would have been enough."""

from tests.report.reading import read, spoken

HEAD = {"records": 18, "found": 12, "precision": 2 / 3, "precision_ci": [0.41, 0.87], "recall": 2 / 3,
        "recall_ci": [0.41, 0.87]}  # fmt: skip
BLOCK = {
    "by": ["loss_trace_iqr", "el2n"], "records": 1797, "base_rate": 0.01, "auroc": 0.98, "ci": [0.97, 0.99],
    "first_percent": {**HEAD, "found": 1}, "first_k": HEAD, "tail": {"0.01": 0.1},
}  # fmt: skip


def test_what_one_training_finds(page):
    said = " ".join(spoken(read(page(summary={"screening": BLOCK}))).split())
    assert "Ranking by one training finds 12 of 18 exposed among its first 18 records" in said
    assert "41% to 87%" in said and "a random choice finds 1.0%" in said
    assert "one in a hundred, 1 is exposed. Its AUROC is 0.98" in said
    assert "by loss trace iqr and el2n in one of" in said


def test_nothing_is_said_where_nothing_is_exposed_or_stored(page):
    none = {**BLOCK, "auroc": None, "ci": None, "first_percent": None, "first_k": None}
    for block in (none, None, {}):
        assert "Ranking by one training" not in page(summary={"screening": block})


def test_names_are_escaped(page):
    assert "<b>x" not in page(summary={"screening": {**BLOCK, "by": ["<b>x"]}})
