"""Whom defences are aimed at: the head of the screening against a loop of its own, and what is refused."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from standout.errors import InputError
from standout.flows.aiming import aim_of

pytestmark = pytest.mark.usefixtures("unexplained")


def audit(
    exposed=3, screening=True, records=500, unranked=50, columns=("loss_trace_iqr", "el2n", "centroid_margin")
) -> Any:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({name: rng.random(records) for name in columns})
    table["out_loss"] = rng.random(records)  # told by shadow models: no screening goes by it
    table["exposed"] = np.arange(records) < exposed
    table["cause"] = np.where(np.arange(records) % 100 == 7, "suspect label", "")
    gone = rng.choice(records, unranked, replace=False)
    table.loc[gone, list(columns)] = np.nan
    return SimpleNamespace(
        table=table, records=SimpleNamespace(ids=np.array([f"r{i:03}" for i in range(records)])),
        summary={"screening": {"by": list(columns)} if screening else None}, folder=SimpleNamespace(path="runs/x"),
    )  # fmt: skip


def head_by_hand(table, names, size):
    """Records by the mean of their places in each column, counted one by one."""
    columns = [table[name].tolist() for name in names]
    known = [i for i in range(len(table)) if not np.isnan(columns[0][i])]
    places = {i: sum(sum(c[j] < c[i] for j in known) for c in columns) for i in known}  # no two values are equal
    return {f"r{i:03}" for i in sorted(known, key=lambda i: (-places[i], i))[:size]}


@pytest.mark.parametrize(("exposed", "size"), [(0, 4), (3, 4), (12, 12)])
def test_suspects_are_the_head_of_the_screening(exposed, size):
    found = audit(exposed, unranked=100)  # 1 % of the 400 that are ranked
    aim = aim_of(found, "suspects")
    assert set(aim) == head_by_hand(found.table, ["loss_trace_iqr", "el2n", "centroid_margin"], size)
    assert aim.tolist() == sorted(aim)  # in the order of records


def test_without_traces_other_columns_tell():
    found = audit(5, columns=("train_loss", "neighbour_disagreement"))
    assert set(aim_of(found, "suspects")) == head_by_hand(found.table, ["train_loss", "neighbour_disagreement"], 5)


def test_who_is_identified_does_not_matter():
    """Which records the audit reports, and what shadow models say of them, changes no suspect: their number alone."""
    first, other = audit(12), audit(12)
    other.table["exposed"] = other.table["exposed"].to_numpy()[::-1]
    other.table["out_loss"] = other.table["out_loss"].to_numpy()[::-1]
    other.table["cause"] = ""
    np.testing.assert_array_equal(aim_of(first, "suspects"), aim_of(other, "suspects"))


@pytest.mark.parametrize("found", [audit(screening=False), audit(unranked=500), audit(columns=("leverage",))])
def test_a_run_without_screening_says_how_to_get_it(found):
    with pytest.raises(InputError, match=r"has no screening.*standout explain runs/x"):
        aim_of(found, "suspects")


def test_other_words():
    found = audit(3)
    assert aim_of(found, "exposed").tolist() == ["r000", "r001", "r002"]
    assert aim_of(found, "suspect-labels").tolist() == ["r007", "r107", "r207", "r307", "r407"]
    assert len(aim_of(found, "all")) == 500
    assert aim_of(found, ["r100", "r001"]).tolist() == ["r001", "r100"]
    found.table["cause"] = ""
    with pytest.raises(InputError, match="no record with a suspect label"):
        aim_of(found, "suspect-labels")
    with pytest.raises(InputError, match="no exposed record"):
        aim_of(audit(0), "exposed")
