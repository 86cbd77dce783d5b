"""Maps and ends of classes on the page of a reproduction."""

import base64
import io

from PIL import Image

from standout.report.reproduction_pictures import ends, maps
from standout.report.sections import as_html, as_markdown

PANEL = {
    "model": 2, "records": 40, "exposed": 3, "x": [0.0, 0.5, 1.0, 0.2], "y": [0.0, 1.0, 0.5, 0.4],
    "class": [0, 1, -1, 0], "marked": [1, 2], "vulnerable": [0], "vulnerable_in_all": 5,
}  # fmt: skip


def test_whom_the_paper_marks_and_who_is_exposed_are_drawn_on_one_map():
    found = {"map": {"labels": ["<b>", "cat"], "panels": [PANEL]}}
    (section,) = maps(found)
    theirs, ours = map(str, section.pictures)
    assert (
        theirs.count("<circle") == 1 and "<title>vulnerable by the paper&#39;s threshold, labelled &lt;b&gt;" in theirs
    )
    assert ours.count("<circle") == 2 and ours.count("<title>exposed at its own false-alarm rate") == 2
    assert "vulnerable by the paper&#39;s threshold, 1 of 5." in theirs and "false-alarm rate, 2 of 3." in ours
    assert "model 2" in section.before[0] and "model 3" in section.before[0]
    assert "4 of 40 records are shown" in section.after[0]
    assert "<b>" not in theirs + ours
    assert maps({"map": None}) == []


def pixel():
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_ends_are_shown_with_where_a_net_looks():
    record = {"record": "<i>", "exposed": True, "exposure": 0.5, "image": pixel()}
    own = {"label": "cat", "records": 9, "exposed": 1, "closest": [record], "farthest": [{**record, "look": pixel()}]}
    (section,) = ends({"ends": {"by": "centroid_distance", "classes": [own]}})
    page = as_html("title", "lead", {}, [section])
    assert page.count("<img") == 3 and "where a net trained with it looks" in page and "<i>" not in page
    assert "Grad-CAM" in section.before[0] and "Drawn in reproduction.html" in as_markdown("title", "lead", [section])
    assert ends({"ends": None}) == []
