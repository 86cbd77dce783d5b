"""Runs side by side: every number against brute force over the files of the runs."""

import json
import re
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, rankdata

import standout
from standout.flows.comparison.pairs import BY_CHANCE, MOST_IDS
from standout.flows.run import Run
from standout.terminal_compare import cells, compared, fitting

pytestmark = pytest.mark.usefixtures("unexplained")


def signals(seed: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """16 models on 200 records; the first 30 leak."""
    rng = np.random.default_rng(seed)
    members = np.empty((16, 200), dtype=bool)
    members[0::2] = rng.random((8, 200)) < 0.5
    members[1::2] = ~members[0::2]
    return rng.normal(2, 1, (16, 200)) + strength * members * (np.arange(200) < 30), members


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Path]:
    """Finished runs: strong and weak leaks on the same records, and on 150 of them."""
    folder, labels = tmp_path_factory.mktemp("runs"), np.arange(200) % 3
    for name, seed, strength, rows in (("strong", 1, 9, 200), ("weak", 2, 5, 200), ("part", 3, 9, 150)):
        s, m = signals(seed, strength)
        standout.score(signals=s[:, :rows], members=m[:, :rows], labels=labels[:rows], out=folder / name, name="toy")
    return {p.name: p for p in folder.iterdir()}


def changed(run: Path, to: Path, summary=None, records=None) -> Path:
    """A copy of a run, its summary or records changed in place by a function."""
    shutil.copytree(run, to)
    content = json.loads((to / "summary.json").read_text())
    content["key"] = to.name
    if summary:
        summary(content)
    (to / "summary.json").write_text(json.dumps(content))
    if records:
        table = pd.read_csv(to / "records.csv", dtype={"record": str, "label": str})
        records(table).to_csv(to / "records.csv", index=False)
    return to


def setting(*path, value):
    """A change of one entry."""

    def change(content):
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


def rows(run: Path) -> dict[str, dict]:
    return {r["record"]: r for r in Run(run).records.to_dict("records")}


def test_pairs_by_brute_force(runs):
    three = [runs["strong"], runs["weak"], runs["part"]]
    found = standout.compare(*three)
    assert [(p["a"], p["b"]) for p in found.pairs] == list(combinations(["strong", "weak", "part"], 2))
    for pair, (left, right) in zip(found.pairs, combinations(three, 2)):
        a, b = rows(left), rows(right)
        common = [i for i in a if i in b]
        assert pair["common"] == len(common)
        ranks = [rankdata([side[i]["exposure"] for i in common]) for side in (a, b)]
        assert pair["spearman"] == pytest.approx(np.corrcoef(*ranks)[0, 1], abs=1e-12)
        x, y = ({i for i in common if side[i]["exposed"]} for side in (a, b))
        said = pair["exposed"]
        assert (said["a"], said["b"], said["both"]) == (len(x), len(y), len(x & y))
        assert said["jaccard"] == len(x & y) / len(x | y)
        assert said["only_a"] == {"count": len(x - y), "ids": [i for i in common if i in x - y][:MOST_IDS]}
        assert said["only_b"] == {"count": len(y - x), "ids": [i for i in common if i in y - x][:MOST_IDS]}
        higher = pair["clearly_higher"]
        assert higher["a"] == sum(a[i]["exposure_lo"] > b[i]["exposure_hi"] for i in common)
        assert higher["b"] == sum(b[i]["exposure_lo"] > a[i]["exposure_hi"] for i in common)
    assert found.pairs[0]["exposed"]["only_a"]["count"] > 0
    assert found.pairs[0]["clearly_higher"]["a"] > 0


def test_what_chance_alone_sets_apart():
    """Of two independent normal estimates with 95 % intervals of equal width."""
    assert pytest.approx(2 * norm.sf(2 * norm.isf(0.025) / np.sqrt(2)), abs=5e-5) == BY_CHANCE


def test_table_and_records_are_those_of_the_runs(runs):
    found = standout.compare(runs["strong"], str(runs["part"]), Run(runs["weak"]))
    assert list(found.table["run"]) == ["strong", "part", "weak"]
    for row in found.table.to_dict("records"):
        s = Run(runs[row["run"]]).summary
        main = s["attacks"][s["exposed"]["attack"]]
        assert (row["data"], row["model"], row["records"]) == ("toy", "given signals", s["dataset"]["records"])
        assert (row["shadows"], row["exposed"], row["share"]) == (16, s["exposed"]["count"], s["exposed"]["share"])
        assert [row["auc"], row["auc_lo"], row["auc_hi"]] == [main["auc"], *main["auc_ci"]]
        assert row["seconds"] == s["seconds"]["total"]
        assert row["causes"] == ", ".join(f"{c} {n}" for c, n in s["causes"].items() if n)
    assert list(found.records["record"]) == [str(i) for i in range(150)]
    for name in ("strong", "part", "weak"):
        own = Run(runs[name]).records.set_index("record").loc[found.records["record"]]
        np.testing.assert_array_equal(found.records[f"exposure {name}"], own["exposure"])
        np.testing.assert_array_equal(found.records[f"exposed {name}"], own["exposed"])
    assert "50 are in strong alone, 0 in part alone" in " ".join(found.warnings)


def test_as_dict_is_strict_json(runs):
    said = standout.compare(*runs.values()).as_dict()
    again = json.loads(json.dumps(said, allow_nan=False))
    assert again == said and again["schema"] == "standout-compare/1" and len(again["runs"]) == 3


def test_tpr_that_is_measurable(runs, tmp_path):
    cell = {"tpr": 0.25, "ci": [0.125, 0.5]}
    change = setting("attacks", "moderated", "tpr_at_fpr", "0.001", value=cell)
    a = changed(runs["strong"], tmp_path / "a", change)
    found = standout.compare(a, runs["weak"])
    assert list(found.table.loc[0, ["tpr", "tpr_lo", "tpr_hi"]]) == [0.25, 0.125, 0.5]
    assert found.runs[1]["tpr"] is None


def test_runs_of_the_order_given_do_not_matter_to_a_record(runs, tmp_path):
    turned = changed(runs["weak"], tmp_path / "turned", records=lambda t: t[::-1])
    straight, other = standout.compare(runs["strong"], runs["weak"]), standout.compare(runs["strong"], turned)
    keep = ("common", "spearman", "clearly_higher", "exposed")
    assert [straight.pairs[0][k] for k in keep] == [other.pairs[0][k] for k in keep]


CAUTIONS = {
    "fpr": (("exposed", "fpr", 0.01), "not the same fpr (strong 0.001, other 0.01): exposures and exposed"),
    "above": (("exposed", "above", 0.2), "not the same exposed_above (strong 0.1, other 0.2): exposed counts are not"),
    "shadows": (("shadows", "count", 64), "not the same shadows (strong 16, other 64)"),
    "fraction": (("shadows", "fraction", 0.8), "not the same fraction"),
    "version": (("standout", "9.9"), "not the same standout (strong 0.1.0, other 9.9)"),
    "attack": (("exposed", "attack", "lira"), "not the same attack (strong moderated, other lira)"),
}


@pytest.mark.parametrize("case", CAUTIONS)
def test_cautions(runs, tmp_path, case):
    (*path, value), words = CAUTIONS[case]
    found = standout.compare(runs["strong"], changed(runs["weak"], tmp_path / "other", setting(*path, value=value)))
    assert words in " ".join(found.warnings)
    assert (found.pairs[0]["clearly_higher"] is None) == (case == "fpr")
    assert (found.pairs[0]["exposed"] is None) == (case in ("fpr", "above"))
    assert words not in " ".join(standout.compare(runs["strong"], runs["weak"]).warnings)


def test_other_data_are_not_compared(runs, tmp_path):
    other = changed(
        runs["weak"],
        tmp_path / "labels",
        records=lambda t: t.assign(label=t["label"].map({"0": "1", "1": "0", "2": "2"})),
    )
    found = standout.compare(runs["strong"], other)
    n = sum(i % 3 < 2 for i in range(200))
    assert f"share 200 ids, and {n} of these have another label: different data" in " ".join(found.warnings)
    assert not found.pairs[0]["compared"] and found.pairs[0]["exposed"] is None and not len(found.records)
    ids = changed(runs["weak"], tmp_path / "ids", records=lambda t: t.assign(record="x" + t["record"]))
    assert "share no record id" in " ".join(standout.compare(runs["strong"], ids).warnings)


def test_a_few_labels_that_were_mended(runs, tmp_path):
    mended = changed(
        runs["weak"], tmp_path / "mended", records=lambda t: t.assign(label=["9"] * 5 + list(t["label"][5:]))
    )
    found = standout.compare(runs["strong"], mended)
    assert "5 of 200 shared records have another label" in " ".join(found.warnings)
    assert found.pairs[0]["relabelled"] == 5 and found.pairs[0]["exposed"] is not None


def test_records_without_labels(tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        s, m = signals(seed, 5)
        standout.score(signals=s, members=m, out=tmp_path / name)
    assert "taken from their ids alone" in " ".join(standout.compare(tmp_path / "a", tmp_path / "b").warnings)


def test_no_exposed_records_have_no_jaccard(runs, tmp_path):
    none = [changed(runs[n], tmp_path / n, records=lambda t: t.assign(exposed=False)) for n in ("strong", "weak")]
    assert standout.compare(*none).pairs[0]["exposed"]["jaccard"] is None
    flat = changed(runs["weak"], tmp_path / "flat", records=lambda t: t.assign(exposure=0.5))
    assert standout.compare(runs["strong"], flat).pairs[0]["spearman"] is None


def test_same_names_and_the_same_audit_twice(runs, tmp_path):
    copy = tmp_path / "copy" / "strong"
    shutil.copytree(runs["strong"], copy)
    found = standout.compare(runs["strong"], copy)
    assert list(found.table["run"]) == [f"{runs['strong'].parent.name}/strong", "copy/strong"]
    assert "are the same audit (same key), in two folders" in " ".join(found.warnings)


def refused(*paths) -> str:
    with pytest.raises(standout.InputError) as refusal:
        standout.compare(*paths)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_refused(runs, tmp_path):
    strong = runs["strong"]
    assert "0 runs given" in refused()
    assert "1 run given" in refused(strong)
    assert "is given twice" in refused(strong, strong.parent / "." / "strong")
    assert "holds no finished audit" in refused(strong, tmp_path / "nothing")
    assert "must be the path of a folder" in refused(strong, 7)
    shard = tmp_path / "shard"
    shard.mkdir()
    (shard / "config.json").write_text(json.dumps({"asked": {"shard": "1/4"}}))
    assert "holds shard 1/4 of an audit" in refused(strong, shard)
    assert "not 'standout/1'" in refused(strong, changed(strong, tmp_path / "v", setting("schema", value="standout/7")))
    assert "is not what standout wrote" in refused(strong, changed(strong, tmp_path / "s", lambda s: s.pop("accuracy")))
    lost = changed(strong, tmp_path / "lost")
    (lost / "records.csv").unlink()
    assert "records.csv is missing" in refused(strong, lost)
    lost.joinpath("records.csv").write_text("record,label\n")
    assert "records.csv is not what standout wrote" in refused(strong, lost)
    lost.joinpath("records.csv").write_text("")
    assert "records.csv is not what standout wrote" in refused(strong, lost)
    twice = changed(strong, tmp_path / "twice", records=lambda t: pd.concat([t, t[:1]]))
    assert "names record '0' twice" in refused(strong, twice)


def test_printed_when_piped(runs, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    long = "long" * 30
    other = changed(runs["weak"], tmp_path / "other", setting("model", "name", value=long))
    compared(standout.compare(*runs.values(), other))
    assert long in capsys.readouterr().out
    compared(standout.compare(*runs.values()))
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert [w for w in lines[0].split() if w != "run"] == list(runs)
    assert "\x1b" not in text
    assert any(line.split()[:2] == ["shadow", "models"] and line.count("16") == 3 for line in lines)
    assert sum(" / " in line and "records in common" in line for line in lines) == 3
    assert any(line.startswith("note: ") for line in lines)


def test_printed_in_a_narrow_terminal(runs, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    result = standout.compare(*runs.values())
    compared(result)
    text = capsys.readouterr().out
    tables = re.sub(r"\x1b\[[0-9;]*m", "", text).split(" / ")[0]
    plain = tables.splitlines()[:-1]
    assert max(len(line.rstrip()) for line in plain) <= 60
    groups = fitting([cells(r) for r in result.runs], 60)
    assert [c["run"] for g in groups for c in g] == list(runs) and len(groups) > 1


def test_hostile_names_are_shown_as_text(runs, tmp_path, capsys):
    other = changed(runs["weak"], tmp_path / "[red]x\x1b[31m", setting("dataset", "name", value="[bold]\x07"))
    compared(standout.compare(runs["strong"], other))
    text = capsys.readouterr().out
    assert "[red]x" in text and "[bold]" in text and "\x1b" not in text and "\x07" not in text
