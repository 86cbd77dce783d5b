"""The page: what it says, in what order, and that it stands alone."""

import re
from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest

from standout.errors import InputError
from standout.report.build import write_report
from standout.run.folder import RunFolder
from tests.report.conftest import ATTACK, SUMMARY, picture, table
from tests.report.reading import SOURCES, read, spoken

NULLS = {
    "nothing measurable": {
        "attacks": {
            "loss": {**ATTACK, "auc_ci": None, "tpr_at_fpr": {"0.01": None, "0.001": None, "0.0001": None}},
            "lira": {**ATTACK, "precision_at_prior": {"0.5": None, "0.1": None, "0.01": None}, "achieved_fpr": 0.0},
        }
    },
    "checks": {"exposed": {"detectable": None, "own_fpr_seen": {"all": 0.001, "exposed": None, "ci": None}}},
    "no checks": {"exposed": {"detectable": None, "own_fpr_seen": None, "stability": None, "attack": None}},
    "no stability": {"exposed": {"stability": {"jaccard": None, "limit": None, "models": None}}},
    "parameters": {"model": {"parameters": None, "records_per_parameter": None}},
    "characteristics": {"characteristics": {"out_loss": {"auroc": None, "ci": None, "spearman": 0.0}, "x": {}}},
    "gap": {"accuracy": {"gap_ci": None}},
    "no attack, no characteristic": {"attacks": None, "characteristics": None},
    "no time": {"seconds": None},
    "warnings": {"warnings": ["FPR 0.001 is not measurable: hits are counted at 0.01"]},
}


@pytest.mark.parametrize("exposed", [0, 1, 4])
@pytest.mark.parametrize("case", NULLS)
def test_nulls_are_said_in_words(page, case, exposed):
    said = spoken(read(page(summary=NULLS[case], exposed=exposed)))
    assert not re.search(r"\b(NaN|nan|None|null|inf|Infinity|Undefined|undefined)\b", said)
    assert not re.search(r"(^|\D)-\d", said.replace("0-9", "")), "a true minus sign stands before negative figures"


def test_figures_and_config_may_be_missing(page):
    said = spoken(read(page(figures=None, config=None)))
    assert "content is not stored" in said and "curves are not stored" in said and "given in Python" in said


def test_records_in_every_training_are_no_part_of_the_random_share(page):
    said = spoken(read(page(summary={"shadows": {"members_per_model": 27, "in_all": 7}})))
    assert "50% of the records (20 of 40) and on 7 more that are in every training." in said
    assert "50% of the records (20 of 40). They come" in spoken(read(page()))


def test_a_redacted_report_does_not_say_that_the_model_came_from_python(page, tmp_path):
    page()
    write_report(RunFolder(next(tmp_path.rglob("summary.json")).parent), redact=True)
    said = spoken(read(next(tmp_path.rglob("report.html")).read_text()))
    assert "given in Python" not in said
    assert "The command names the data, so it is not shown here." in said


def test_a_gap_in_the_table_is_no_nan(page):
    records = table([f"r{i}" for i in range(40)], 4)
    records.loc[:1, ["exposure_lo", "exposure_hi", "out_loss"]] = np.nan
    assert not re.search(r"\bnan\b", spoken(read(page(records=records))), re.I)


def test_it_stands_alone(page):
    root = read(page())
    for element in root.all():
        assert element.tag not in ("iframe", "object", "embed", "form", "base")
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            if name in ("href", "src", "srcset", "xlink:href", "action", "data", "poster"):
                law = element.tag == "a" and value in SOURCES
                assert not law or element.attributes["rel"] == "noopener noreferrer"
                assert value.startswith(("#", "data:image/png;base64,")) or value == "data:," or law
    html = page()
    for source in SOURCES:
        html = html.replace(source, "")
    assert "http:" not in html and "https:" not in html and "@import" not in html and "url(" not in html
    policy = next(m for m in root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy.attributes["content"]


def test_links_lead_somewhere_and_ids_are_unique(page):
    root = read(page())
    ids = [e.attributes["id"] for e in root.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = [a.attributes["href"] for a in root.all("a") if a.attributes["href"] not in SOURCES]
    assert targets and {t[1:] for t in targets} <= set(ids)
    for element in root.all():
        assert element.attributes.get("aria-labelledby", ids[0]) in ids


def test_headings_order_and_landmarks(page):
    root = read(page())
    levels = [int(e.tag[1]) for e in root.all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert root.all("html")[0].attributes["lang"] == "en"
    assert root.all("main") and root.all("nav") and root.all("a", "skip")
    sections = [s.attributes["id"] for s in root.all("section")]
    assert sections == [
        "verdict", "next", "assumed", "exposed", "explore", "causes", "attacks", "distribution", "characteristics",
        "measured", "limits", "assessment", "glossary",
    ]  # fmt: skip


def test_drawings_have_sentences_and_tables_can_be_scrolled_by_keyboard(page):
    root = read(page())
    for drawing in root.all("svg"):
        hidden = drawing.attributes.get("aria-hidden") == "true"
        assert hidden or (drawing.attributes["role"] == "img" and len(drawing.attributes["aria-label"]) > 20)
    assert {s.attributes.get("tabindex") for s in root.all("div", "scroll")} == {"0"}
    assert all("alt" in i.attributes for i in root.all("img"))


def test_the_verdict_can_be_quoted(page):
    quote = read(page()).all("blockquote")[0].text
    assert "does not overfit" in quote and "gap of 2.7 points (95% interval 2.6 to 2.8)" in quote
    assert "AUC of 0.523 (95% interval 0.521 to 0.525)" in quote
    assert "Yet 4 of 40 records (10.0%) are given away" in quote
    assert "one false alarm in a thousand for this record recognises it in 99.0% of the trainings that used it" in quote


def test_one_record_is_singular(page):
    said = spoken(read(page(exposed=1)))
    assert "1 of 40 records is given away" in said and "1 records" not in said


@pytest.mark.parametrize("verdict, word", [("mildly overfitted", "overfits mildly"), ("overfitted", "overfits")])
def test_an_overfitted_model_is_said_to_be(page, verdict, word):
    quote = read(page(summary={"accuracy": {"verdict": verdict}})).all("blockquote")[0].text
    assert word in quote and "And 4 of 40" in quote and "Yet" not in quote


@pytest.mark.parametrize("exposed", [0, 4])
def test_it_promises_nothing(page, exposed):
    """Laws are named where their questions are answered, and nowhere is anything concluded from them."""
    root = read(page(exposed=exposed))
    said = spoken(root).lower()
    for word in (r"safe\b", "anonym", "complian", "lawful", "low risk", "high risk"):
        assert not re.search(word, said)
    for section in root.all("section"):
        if section.attributes["id"] != "assessment":
            assert not re.search(r"gdpr|ai act|regulation", section.text.lower())


def test_without_exposed_records_it_says_what_it_could_have_found(page):
    summary = {"causes": dict.fromkeys(SUMMARY["causes"], 0)}
    root = read(page(exposed=0, summary=summary))
    assert root.all("h1")[0].text == "No record of 40 was found to be given away"
    assert "exposure of 22.5% or more in four of five cases" in root.all("blockquote")[0].text
    assert not root.all("li", "card")
    blind = read(page(exposed=0, summary={**summary, "exposed": {"detectable": None}}))
    assert "could have reported no record with confidence" in blind.all("p", "lead")[0].text


def test_actions_carry_counts(page):
    actions = [li.text for li in read(page()).all("ol", "actions")[0].all("li")]
    assert actions == [
        "2 Check the label suspect label",
        "1 Check the label between classes",
        "1 Check the label outlier",
    ]


def test_sixty_cards_and_the_rest_in_a_line(page):
    ids = [f"r{i}" for i in range(90)]
    root = read(page(ids=ids, exposed=75))
    cards = root.all("li", "card")
    assert len(cards) == 60
    assert [c.all("h3")[0].text for c in cards] == [f"Record r{i}" for i in range(60)]
    assert "15 more stand in records.csv" in root.all("p", "more")[0].text


def test_what_is_not_measurable_is_named(page):
    root = read(page())
    cells = [td.text for td in root.all("table", "attacks")[0].all("td")]
    assert "not measurable" in cells and "3.6% [3.2% to 3.9%]" in cells
    assert "97% [97% to 98%]" in cells and "27%" in cells, "precision with its interval, and without where it has none"
    assert "TPR at FPR 0.01%: not measurable with 1,280 non-members" in root.text


def test_thresholds_from_other_models_have_a_table_of_their_own(page):
    """Only at rates that some attack has, with the false-alarm rate that comes of it; nothing where none is stored."""
    table = read(page()).all("table", "calibrated")[0]
    assert [th.text for th in table.all("th") if "FPR" in th.text] == ["Aimed at FPR 1%", "FPR"]
    assert [td.text for td in table.all("td")] == ["7.3%", "1.0%"] * 2
    older = {k: v for k, v in ATTACK.items() if k not in ("shadow_calibrated", "precision_at_prior_ci")}
    assert not read(page(summary={"attacks": {"lira": older, "loss": None}})).all("table", "calibrated")
    mixed = {"lira": older, "loss": ATTACK}
    cells = [td.text for td in read(page(summary={"attacks": mixed})).all("table", "calibrated")[0].all("td")]
    assert sorted(cells) == sorted(["7.3%", "1.0%", "–", "–"])


def test_a_picture_stands_beside_its_own_id(page):
    ids = [f"r{i}" for i in range(40)]
    order = [3, 1, 0, 2]
    figures = {"exposed": [{"record": ids[i], "image": picture(i)} for i in order], "typical": {"a": {}}, "roc": {}}
    for card in read(page(figures=figures)).all("li", "card"):
        i = ids.index(card.all("h3")[0].text.removeprefix("Record "))
        images = [image.attributes["src"] for image in card.all("img")]
        assert images == [picture(i)]


def test_an_id_that_stands_twice_gets_no_picture(page):
    figures = {"exposed": [{"record": "r0", "image": picture(0)}, {"record": "r0", "image": picture(1)}]}
    assert not read(page(figures=figures)).all("img")
    records = table(["same", "same", *[f"r{i}" for i in range(38)]], 4)
    assert not read(page(records=records, figures={"exposed": [{"record": "same", "image": picture(0)}]})).all("img")


def test_cells_stand_beside_those_of_a_typical_record(page):
    figures = {
        "exposed": [{"record": "r0", "cells": [["height", "2.1"], ["town", "Ghent"]]}],
        "typical": {"a": {"cells": [["height", "1.7"], ["weight", "70"]]}},
    }
    rows = read(page(figures=figures)).all("li", "card")[0].all("tbody")[0].all("tr")
    assert [[c.text for c in r.all() if c.tag in ("th", "td")] for r in rows] == [
        ["height", "2.1", "1.7"], ["town", "Ghent", "·"],
    ]  # fmt: skip


UNKNOWN = {
    "accuracy": dict.fromkeys(("train", "test", "gap", "gap_ci", "verdict")),
    "dataset": {"kind": None, "classes": None},
    "model": {"name": "given signals", "parameters": None, "records_per_parameter": None},
    "shadows": {"seed": None},
}
SCORED = {"asked": {"command": "score", "source": ["my signals.npz"], "fpr": 0.001, "exposed_above": 0.1}}


def test_what_signals_alone_do_not_tell_is_said(page):
    records = table([f"r{i}" for i in range(40)], 4).assign(label="", memorization=np.nan)
    root = read(page(summary=UNKNOWN, config=SCORED, records=records))
    tiles = [li.text for li in root.all("ul", "tiles")[0].all("li")]
    assert tiles[0] == "Right answers– not known from signals alone" and len(tiles) == 3
    assert "is not known from signals alone. An attacker" in root.all("blockquote")[0].text
    assert "Nothing was trained here: 64 models of somebody’s own" in root.text
    assert "standout score 'my signals.npz' --fpr 0.001" in root.all("pre")[0].text
    assert "not available" not in root.text and "None" not in root.text and "seed" not in root.text
    assert "(blank)" not in root.text


def test_outputs_given_in_python_have_no_command(page):
    config = {"asked": {"command": "score", "source": []}}
    assert "The same call of standout.score" in read(page(summary=UNKNOWN, config=config)).text


TARGET = {"attack": "lira", "flagged_at": 0.001, "flagged": 3, "expected": {"tpr": 0.1, "fpr": 0.001},
          "precision_at_prior": {"0.5": 0.99, "0.1": 0.917, "0.01": 0.503},
          "precision_at_prior_ci": {"0.5": [0.98, 0.995], "0.1": [0.9, 0.93], "0.01": None}, "likeness": None,
          "members": 20, "auc": 0.7125, "tpr": 0.15, "fpr": 0.0, "precision": 1.0}  # fmt: skip


@pytest.mark.parametrize("known", [True, False])
def test_a_target_model_has_a_section(page, known):
    n = np.arange(40)
    member = n < 20 if known else np.nan
    records = table([f"r{i}" for i in n], 4).assign(member=member, score=n - 50.5, p_value=1e-7, flagged=n % 19 == 1)
    block = TARGET if known else {**TARGET, **dict.fromkeys(("members", "auc", "tpr", "fpr", "precision"))}
    root = read(page(summary={"target": block}, records=records))
    section = next(s for s in root.all("section") if s.attributes["id"] == "target")
    assert "3 of 40 records are flagged as its training data" in section.text
    rows = [[c.text for c in r.all() if c.tag in ("th", "td")] for r in section.all("tbody")[1].all("tr")]
    assert [r[0] for r in rows] == ["r39", "r20", "r1"], "the highest score first"
    assert rows[2] == ["r1", "a", "−49.50", "1.0e-07", "yes" if known else "not known"]
    figures = [r.all("td")[0].text for r in section.all("tbody")[0].all("tr")]
    assert figures == (["0.713", "15.0%", "0%", "100%"] if known else ["not available"] * 4)
    assert "99.0% (98.0% to 99.5%) of the flags are true where 50% were" in section.text
    assert "50.3% of the flags are true where 1% were" in section.text
    assert ("nobody can tell here how right that is" in section.text) != known
    assert "#target" in [a.attributes["href"] for a in root.all("a")]


def test_size(page):
    ids = [f"r{i}" for i in range(1797)]
    assert len(page(ids=ids, exposed=60)) < 1_500_000


def test_an_unfinished_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="no finished audit"):
        write_report(RunFolder(tmp_path))


def test_a_redacted_page_hides_ids_in_notes(page):
    from standout.report.page import page_of

    notes = ["record r7 and 'town x' are odd, as is r12.", "8 models: r99 is no id here"]
    content = {**deepcopy(SUMMARY), "warnings": notes}
    rows = table([f"r{i}" for i in range(40)], 4)
    hidden = page_of(content, rows, None, None, redact=True).warnings
    assert hidden == ["record … and '…' are odd, as is ….", "8 models: r99 is no id here"]
    assert page_of(content, rows, None, None).warnings == notes
