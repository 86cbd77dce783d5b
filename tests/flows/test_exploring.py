"""explorer.npz: what it keeps of records, against the outputs, the test and the data that it is made from."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.estimate.outside import OutTest
from standout.estimate.tails import Tails
from standout.explain import Evidence
from standout.explain.projection import Panel
from standout.flows import exploring, sprite
from standout.flows.exploring import Signals, explorer, own_test, write_explorer
from standout.run.folder import RunFolder
from tests.explain.simulated import evidence_of

N, M = 30, 12


def set_up(x, order=None, seed=0):
    """Records given in another order than their ids, a third of them exposed, and signals of M models."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"p{i:02d}" for i in rng.permutation(N)])
    y = np.resize(["a", "b", "c"], N)
    records = Records.of(Dataset(x, y, ids=ids.tolist()))
    exposed = rng.random(N) < 0.3
    table = pd.DataFrame({"exposed": exposed, "exposure": rng.random(N), "record": records.ids})
    members = np.zeros((M, N), dtype=bool)
    for j in range(0, M, 2):
        members[j] = rng.random(N) < 0.5
        members[j + 1] = ~members[j]
    values = (rng.normal(size=(M, N)) + 3 * members * exposed).astype(np.float32)
    test = own_test(values, members, Tails(above=1.2))
    assert records.data is not None
    base = evidence_of(np.zeros((N, 1)), records.data.y)
    evidence = Evidence(records, base.inside, base.outside, base.effect)
    return records, table, evidence, Signals(values, members, test, 0.01), ids


def numbers():
    return np.random.default_rng(5).normal(size=(N, 4))


def test_signals_are_those_of_the_models_and_the_region_that_of_the_test():
    records, table, evidence, signals, ids = set_up(numbers())
    found = explorer(records, table, evidence, signals, [], redact=False)
    assert found["row"].tolist() == list(range(N))
    low, high = found["low"][:, None].astype(float), found["high"][:, None].astype(float)
    back = found["value"] / 255 * (high - low) + low
    of = [records.ids.tolist().index(i) for i in ids]
    np.testing.assert_allclose(back, signals.values[:, of].T, atol=((high - low) / 500).max())
    assert (found["member"] == signals.members[:, of].T).all()
    accused = signals.test.accuses(signals.values, 0.01)[:, of].T
    side, threshold = found["side"][:, None], found["threshold"][:, None]
    assert (accused == (side * signals.values[:, of].T > side * threshold)).all() and accused.any()
    assert (found["accused"] == accused).all(), "counted on the signals, not on the steps of the drawing"


def test_the_threshold_is_where_the_test_begins_to_accuse():
    rng = np.random.default_rng(2)
    test = OutTest(rng.normal(size=9), rng.random(9) + 0.5, np.full(9, 8.0), np.resize([1, -1], 9), np.full(9, 1.3))
    at = test.threshold(0.002)
    assert not test.accuses(at - 1e-9 * test.side, 0.002).any() and test.accuses(at + 1e-9 * test.side, 0.002).all()


def test_neighbours_are_the_nearest_by_a_loop():
    records, table, evidence, signals, ids = set_up(numbers())
    found = explorer(records, table, evidence, signals, [], redact=False)
    assert records.data is not None
    x = {i: evidence.features[k] for k, i in enumerate(records.ids)}
    for row in range(N):
        away = [np.inf if r == row else np.linalg.norm(x[ids[r]] - x[ids[row]]) for r in range(N)]
        assert found["near"][row].tolist() == np.argsort(away, kind="stable")[: exploring.NEAR].tolist()


def test_cells_are_those_of_the_record_by_its_row():
    frame = pd.DataFrame({"age": np.arange(N), "town": [f"town of {i}" for i in range(N)]})
    records, table, evidence, signals, _ = set_up(frame)
    found = explorer(records, table, evidence, signals, [], redact=False)
    told = json.loads(found["cells"].tobytes())
    assert "picture" not in found and sorted(map(int, told)) == list(range(N))
    for row in range(N):
        assert dict(told[str(row)]) == {"age": str(row), "town": f"town of {row}"}


@pytest.mark.parametrize("shape", [(8, 8), (5, 9, 3), (70, 40, 3)])
def test_each_tile_is_the_picture_of_its_row(shape):
    rng = np.random.default_rng(3)
    shades = rng.permutation(N) * 8  # one of its own for each record, in the user's order
    x = np.ones((N, *shape)) * shades.reshape(N, *[1] * len(shape))
    records, table, evidence, signals, _ = set_up(x)
    found = explorer(records, table, evidence, signals, [], redact=False)
    width, height, columns = found["tile"].tolist()
    assert max(width, height) <= sprite.LARGER and "cells" not in found
    whole = np.asarray(Image.open(io.BytesIO(found["picture"].tobytes())).convert("L"), dtype=float)
    assert sorted(found["picture_row"].tolist()) == list(range(N))
    for tile, row in enumerate(found["picture_row"].tolist()):
        top, left = tile // columns * height, tile % columns * width
        shown = whole[top : top + height, left : left + width]
        assert np.allclose(shown, np.rint(shades[row] / shades.max() * 255), atol=2)


def test_a_sprite_keeps_its_bounds(monkeypatch):
    """Noise cannot be made small: in the end fewer pictures are kept, the first ones."""
    rng = np.random.default_rng(4)
    data = Dataset(rng.random((64, 32, 32)), np.resize(["a", "b"], 64))
    monkeypatch.setattr(sprite, "BYTES", 9_000)
    found = sprite.sprite(data, list(range(63, -1, -1)))
    assert len(found["picture"]) <= 9_000 and 0 < len(found["picture_of"]) < 64
    assert found["picture_of"].tolist() == list(range(63, 63 - len(found["picture_of"]), -1))
    monkeypatch.setattr(sprite, "MOST", 5)
    assert len(sprite.sprite(data, list(range(64)))["picture_of"]) == 5


def test_of_many_the_exposed_come_first_then_the_map(monkeypatch):
    records, table, evidence, signals, ids = set_up(numbers())
    monkeypatch.setattr(exploring, "VALUES", 15 * M)
    monkeypatch.setattr(exploring, "LEAST", 1)
    exposed = np.flatnonzero(table["exposed"])
    others = np.flatnonzero(~table["exposed"])[[0, 2, 4]]
    panel = Panel(1, np.sort(np.append(others, exposed[0])), np.random.default_rng(0).random((4, 2)), N, len(exposed))
    found = explorer(records, table, evidence, signals, [panel], redact=False)
    row = {i: k for k, i in enumerate(ids)}
    rest = table[~table["exposed"]].drop(others).sort_values("exposure", ascending=False).index
    first = [*exposed, *others, *rest][:15]
    assert found["row"].tolist() == sorted(row[records.ids[i]] for i in first)
    assert found["map_row"].tolist() == [row[records.ids[i]] for i in panel.rows]
    np.testing.assert_allclose(np.column_stack([found["map_x"], found["map_y"]]), panel.at, rtol=1e-6)
    assert found["map_model"].tolist() == [1] and found["map_panel"].tolist() == [0] * 4


def test_redacted_keeps_signals_alone_and_bytes_are_the_same_each_time(tmp_path):
    records, table, evidence, signals, _ = set_up(numbers())
    found = explorer(records, table, evidence, signals, [], redact=True)
    assert set(found) == {"row", "low", "high", "value", "member", "accused", "threshold", "side"}
    folder = RunFolder(tmp_path)
    write_explorer(folder, found)
    first = (tmp_path / "explorer.npz").read_bytes()
    write_explorer(folder, found)
    assert first == (tmp_path / "explorer.npz").read_bytes()
    with np.load(tmp_path / "explorer.npz", allow_pickle=False) as stored:
        assert all((stored[name] == found[name]).all() for name in found)


def test_a_signal_that_is_no_number_leaves_its_record_out():
    records, table, evidence, signals, ids = set_up(numbers())
    signals.values[2, 7] = np.inf
    found = explorer(records, table, evidence, signals, [], redact=False)
    assert sorted(set(range(N)) - set(found["row"].tolist())) == [ids.tolist().index(records.ids[7])]
    assert len(found["near"]) == N - 1 and np.isfinite(found["high"]).all()
