"""Facts for an impact assessment: sources that are sure, figures of the run with intervals, no conclusion."""

import re
from datetime import date

from standout.report.assessment import assessment
from tests.report.conftest import SUMMARY
from tests.report.reading import Element, read


def section(root: Element) -> Element:
    return next(s for s in root.all("section") if s.attributes["id"] == "assessment")


def test_each_source_says_what_it_states_and_how_that_is_known():
    facts = assessment()
    assert date.fromisoformat(facts["checked"]).year >= 2026
    for row in [*facts["sources"], *facts["tags"].values()]:
        assert row["source"] and row["known"] and row["link"].startswith("https://")
        assert not re.search("anonym|complian", " ".join(map(str, row.values())), re.I)
    for row in facts["sources"]:
        assert row["states"].endswith(".") and row["here"].endswith(".")
    assert set(facts["tags"]) == {"NISTAML.033", "AML.T0024.000"}


def test_article_15_is_not_said_to_name_membership_inference():
    row = next(r for r in assessment()["sources"] if r["key"] == "ai-act")
    assert "membership" not in row["states"].lower()
    assert row["here"].startswith("The article does not name membership inference.")


def test_the_four_questions_with_the_figures_of_the_run(page):
    rows = [
        [c.text for c in tr.all() if c.tag in ("th", "td")] for tr in section(read(page())).all("tbody")[0].all("tr")
    ]
    assert [r[0][:3] for r in rows] == ["(a)", "(b)", "(c)", "(d)"] and all(r[1] and r[2] for r in rows)
    assert (
        "40 records in 2 classes of digits; the model mlp of 50,826 parameters, 0.018 training records for each"
        in rows[0][1]
    )
    assert (
        "4 of 40 records (10.0%) in more than 10%" in rows[2][1] and "0.615 (95% interval 0.612 to 0.618)" in rows[2][1]
    )
    assert "The highest: 99.0% (95% interval 79% to over 99.9%)." in rows[2][1]
    assert "No defence was tried" in rows[3][1]


def test_a_ratio_that_is_not_known_is_not_printed(page):
    said = section(read(page(summary={"model": {"parameters": None, "records_per_parameter": None}}))).text
    assert "parameter" not in said and "the model mlp; trained on 50% of them" in said


def test_tags_are_those_of_the_summary(page):
    assert SUMMARY["taxonomy"] == ["NISTAML.033"]
    said = section(read(page())).text
    assert "NISTAML.033" in said and "AML.T0024.000" not in said
    assert "AML.T0024.000" in section(read(page(summary={"taxonomy": ["AML.T0024.000", "other"]}))).text


def test_what_the_owner_stated_is_text(page):
    policy = {"file": "p.toml", "count": 0, "met": False, "reveals": "<script>alert(1)</script>"}
    root = read(page(summary={"policy": policy}))
    assert "being in these data reveals <script>alert(1)</script>" in section(root).text
    assert not section(root).all("script")
