"""Rounds of a defence on made signals: who joins the aim, when it ends, and an onion that only one threshold sees."""

from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from standout.defend.judge import Treated
from standout.errors import InputError
from standout.flows.judging import Judged
from standout.flows.onion import Peeling, check_rounds, shared
from standout.run.schema import defences_schema
from standout.shadows.memberships import draw_members

RECORDS, MODELS = 300, 32
IDS = np.array([f"r{i}" for i in range(RECORDS)])
MEMBERS = draw_members(np.zeros(RECORDS, dtype=int), MODELS, seed=0, fraction=0.5)


class Signals:
    """What a judge reads of stored models: signals with a gap of its own for each record, in OUT deviations."""

    def __init__(self, gaps, seed):
        self.members = MEMBERS
        self.values = np.random.default_rng(seed).normal(size=MEMBERS.shape) + MEMBERS * gaps

    def signal(self, name):
        return (self.values > 0 if name == "correct" else self.values).astype(np.float32)

    def rounded(self):
        return False

    def recovered(self):
        return None


def judged(gaps, seed, text="remove"):
    outputs: Any = Signals(gaps, seed)
    return Judged(text, Treated(outputs, np.zeros(RECORDS, dtype=int)), 1.0, 1e-3, 0.1)


def gaps_of(*strong):
    """Records that are given away have a gap of 7 deviations."""
    gaps = np.zeros(RECORDS)
    for i in strong:
        gaps[i] = 7.0
    return gaps


def peeling():
    exposed = np.arange(RECORDS) < 10
    first = judged(gaps_of(*range(10)), 1, "none")
    audit: Any = SimpleNamespace(
        table=pd.DataFrame({"exposed": exposed, "cause": ""}),
        outputs=Signals(gaps_of(*range(10)), 0),
        records=SimpleNamespace(ids=IDS, data=SimpleNamespace(y=np.zeros(RECORDS, dtype=int))),
        summary={"exposed": {"attack": "lira", "fpr": 1e-3, "above": 0.1}},
    )
    return Peeling(audit, first)


def test_whom_a_round_exposes_the_next_one_is_aimed_at():
    layers = {1: (10, 11, 12), 2: (20,), 3: ()}  # who is given away once those outside are silent
    asked = []

    def again(text, aim, number):
        asked.append((text, number, set(aim)))
        return judged(gaps_of(*layers[number]), number + 5)

    first = judged(gaps_of(*layers[1]), 6)
    blocks = peeling().peeled(first, IDS[:10], 4, again)
    outside = set(IDS[:10])
    assert asked == [
        ("remove", 2, outside | {"r10", "r11", "r12"}),
        ("remove", 3, outside | {"r10", "r11", "r12", "r20"}),
    ]  # and no fourth round, as nobody joins
    assert [(b["round"], b["aimed"], b["joined"]) for b in blocks] == [(1, 10, 3), (2, 13, 1), (3, 14, 0)]
    assert [b["newly_exposed"]["count"] for b in blocks] == [3, 1, 0]
    assert blocks[0]["exposed_before"]["exposure"] > 0.9 and blocks[0]["exposed_before"]["exposure_after"] < 0.1
    rounds = defences_schema()["$defs"]["defence"]["properties"]["rounds"]
    jsonschema.validate(blocks, {**rounds, "$defs": defences_schema()["$defs"]})


def test_as_many_rounds_as_asked_at_most():
    again = lambda text, aim, number: judged(gaps_of(10 + number), number)  # noqa: E731
    assert len(peeling().peeled(judged(gaps_of(10), 9), IDS[:10], 2, again)) == 2


def test_one_threshold_counts_those_beyond_the_audit_beside_the_control():
    """Against sets made by loops."""
    rng = np.random.default_rng(2)
    audit, control, own = (MEMBERS & (rng.random(MEMBERS.shape) < p) for p in (0.3, 0.3, 0.5))
    others = np.arange(RECORDS) >= 40

    def over(flags):
        return {i for i in range(40, RECORDS) if flags[:, i].sum() > 0.4 * MEMBERS[:, i].sum()}

    found = shared(audit, control, own, MEMBERS, others, 0.4)
    new, null = over(own) - over(audit), over(control) - over(audit)
    assert (found["count"], found["null"], found["excess"]) == (len(new), len(null), len(new) - len(null))
    assert found["rate_after"] == pytest.approx(own[:, 40:].sum() / MEMBERS[:, 40:].sum())
    assert found["rate"] == pytest.approx(control[:, 40:].sum() / MEMBERS[:, 40:].sum())


@pytest.mark.parametrize(
    ("rounds", "asked", "says"),
    [(0, ["remove"], "at least 1"), (True, ["remove"], "whole number"), (2, ["none", "temperature"], "is for all")],
)  # fmt: skip
def test_what_cannot_be_peeled_is_refused(rounds, asked, says):
    with pytest.raises(InputError, match=says):
        check_rounds(rounds, asked)
    check_rounds(2, ["none", "remove", "temperature+remove"])
    check_rounds(1, ["none", "temperature"])
