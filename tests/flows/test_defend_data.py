"""`defend` by data on a small audit: resumed to the same bytes, refused in one line, aimed by screening."""

import shutil

import numpy as np
import pytest

import standout
from standout.errors import InputError
from standout.flows.aiming import aim_of
from standout.flows.defend import defend
from standout.flows.stored import Audit

pytestmark = pytest.mark.usefixtures("unexplained")

AIM = [f"{i}" for i in range(0, 178, 9)]
DATA = ("relabel", "add-more:2")


@pytest.fixture(scope="module")
def nets(tmp_path_factory):
    out = tmp_path_factory.mktemp("data") / "wine"
    settings = {"epochs": 8, "hidden": 16, "batch_size": 32, "lr": 0.01}
    standout.audit(
        standout.load("wine"), shadows=8, settings=settings, attacks="loss,lira", out=out, jobs=1, device="cpu"
    )
    return out


@pytest.fixture(scope="module")
def judged(nets):
    return defend(nets, *DATA, on=AIM, jobs=1)


def test_each_is_judged_and_a_lost_model_is_trained_to_the_same_bytes(judged, nets, tmp_path):
    assert {d["kind"] for d in judged.defences["defences"].values()} == {"data"}
    assert [d["strength"] for d in judged.defences["defences"].values()] == [None, 2]
    there = tmp_path / "again"
    shutil.copytree(nets, there)
    files = sorted(there.glob("defences/*/shadows/*.npz"))
    before = {f: f.read_bytes() for f in files}
    assert len(files) == 3 * 8
    for f in files[::5]:
        f.unlink()
    defend(there, *DATA, on=AIM, jobs=1)
    assert {f: f.read_bytes() for f in files} == before


def test_no_data_defence_changes_who_is_a_member(judged, nets):
    each = [[np.load(f)["members"] for f in sorted(d.glob("shadows/*.npz"))] for d in sorted(nets.glob("defences/*"))]
    assert len(each) == 3
    np.testing.assert_array_equal(each[0], each[1])
    np.testing.assert_array_equal(each[0], each[2])


def test_suspects_come_from_the_screening_of_an_audit(nets):
    audit = Audit.of(nets, None, None, None, None, None, "")
    aim, table = aim_of(audit, "suspects"), audit.table
    assert len(aim) == max(2, audit.summary["exposed"]["count"])  # 1 % of 178
    place = table[["loss_trace_iqr", "el2n", "centroid_margin"]].rank().mean(axis=1)
    assert set(aim) == set(table["record"][place.sort_values(ascending=False, kind="stable").index[: len(aim)]])


@pytest.mark.parametrize(
    ("text", "on", "says"),
    [
        ("mixture+microaggregate", AIM, "two defences rewrite the aimed records"),
        ("relabel", "all", "none is left to learn labels from"),
        ("microaggregate:1", AIM, "between 2 and 1000"),
        ("remove", "suspect-labels", "no record with a suspect label"),
    ],
)
def test_what_cannot_be_is_one_line_and_makes_nothing(judged, nets, text, on, says):
    before = {p: p.stat().st_mtime_ns for p in nets.rglob("*")}
    with pytest.raises(InputError, match=says) as e:
        defend(nets, "remove", text, on=on, jobs=1)
    assert "\n" not in str(e.value) and {p: p.stat().st_mtime_ns for p in nets.rglob("*")} == before
