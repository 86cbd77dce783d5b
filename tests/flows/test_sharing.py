"""One training, several answers: the same bytes as trained alone, whatever was there before."""

import shutil

import pytest

import standout
from standout.flows import defend as flow
from standout.flows.defend import defend
from standout.flows.sharing import bare, followers
from standout.shadows import stack as stacks

pytestmark = pytest.mark.usefixtures("unexplained")


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    out = tmp_path_factory.mktemp("sharing") / "wine"
    settings = {"epochs": 2, "hidden": 8, "batch_size": 64}
    standout.audit(
        standout.load("wine"), shadows=4, settings=settings, attacks="loss,lira", out=out, jobs=1, device="cpu"
    )
    return out


@pytest.fixture
def counted(monkeypatch):
    """How many models were trained, by stacks; figures and report are left out."""
    trained, real = [], stacks.trained_by

    def counting(recipe, dataset, members, seeds, traced):
        trained.append(len(members))
        return real(recipe, dataset, members, seeds, traced)

    monkeypatch.setattr(stacks, "trained_by", counting)
    monkeypatch.setattr(flow, "defences_json", lambda *a: {"defences": {}})
    monkeypatch.setattr(flow, "write_report", lambda *a: None)
    return trained


def files(run):
    return {f"{f.parent.parent.name}/{f.name}": f.read_bytes() for f in sorted(run.glob("defences/*/shadows/*.npz"))}


def test_what_is_shared():
    assert bare("none") == bare("temperature") == bare("temperature:2+rounding") == "none"
    assert bare("loss-floor:1+temperature") == "loss-floor:1"
    asked = ["none", "temperature", "loss-floor+rounding", "loss-floor", "weight-decay+label-only", "remove"]
    assert followers(asked) == {"none": ["temperature"], "loss-floor": ["loss-floor+rounding"]}


def test_shared_or_alone_or_resumed_the_bytes_are_the_same(audited, tmp_path, counted, monkeypatch):
    names = ("temperature:2", "logit-reweighting+rounding:1", "weight-decay", "weight-decay+label-only")
    alone, together = tmp_path / "alone", tmp_path / "together"
    shutil.copytree(audited, alone)
    shutil.copytree(audited, together)
    with monkeypatch.context() as without:
        without.setattr(flow, "followers", lambda asked: {})
        defend(alone, *names, jobs=1, on=["1"])
    assert sum(counted) == 4 * 5
    counted.clear()
    defend(together, *names, jobs=1, on=["1"])
    assert sum(counted) == 4 * 2  # the control's, and those with weight decay
    whole = files(alone)
    assert len(whole) == 4 * 5 and files(together) == whole
    for lost in list(whole)[1::3]:  # killed at any moment: some files of some defences are missing
        folder, name = lost.split("/")
        (together / "defences" / folder / "shadows" / name).unlink()
    defend(together, *names, jobs=1, on=["1"])
    assert files(together) == whole
    counted.clear()
    defend(together, *names, jobs=1, on=["1"])
    assert not counted


def test_sums_are_shared_too(audited, tmp_path, counted, monkeypatch):
    monkeypatch.setattr("standout.shadows.plan.BUDGET", 0)
    alone, together = tmp_path / "alone", tmp_path / "together"
    shutil.copytree(audited, alone)
    shutil.copytree(audited, together)
    with monkeypatch.context() as without:
        without.setattr(flow, "followers", lambda asked: {})
        defend(alone, "temperature:2", jobs=1, on=["1"])
    assert sum(counted) == 4 * 2
    defend(together, "temperature:2", jobs=1, on=["1"])
    assert sum(counted) == 4 * 3
    assert files(together) == files(alone) and b"stack_sums" in b"".join(files(alone).values())
