"""Files of no tool, and pickles, which are never opened."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from standout.data.peers import recognise
from standout.flows.given import Given, read_given

from .common import KEEP, P, line


class Bomb:
    """A pickle that leaves a trace when it is opened."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["a.pkl", "a.pt", "a.joblib", "a.pickle", "a.npy", "a.npz"])
def test_pickles_are_never_opened(tmp_path, name):
    mark, path = tmp_path / "opened", tmp_path / name
    if name.endswith(".npy"):
        np.save(path, np.array([Bomb(mark)]), allow_pickle=True)
    elif name.endswith(".npz"):
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=True, signals=np.array([Bomb(mark)]), members=KEEP)
        path.write_bytes(buffer.getvalue())
    else:
        path.write_bytes(pickle.dumps(Bomb(mark)))
    assert "never loaded" in line(path)
    assert not mark.exists()


def test_files_of_no_tool(tmp_path):
    np.save(tmp_path / "a.npy", P)
    assert "one array of shape (8, 60); save signals and members together" in line(tmp_path / "a.npy")
    (tmp_path / "a.csv").write_text("age,income\n1,2\n")
    assert "a table of no tool that is known (columns: age, income)" in line(tmp_path / "a.csv")
    (tmp_path / "a.json").write_text("[1]")
    assert "JSON of no tool" in line(tmp_path / "a.json")
    (tmp_path / "b.json").write_text('{"a": ')
    assert "damaged or no JSON" in line(tmp_path / "b.json")
    (tmp_path / "c.json").write_text("[" * 100_000)
    assert "damaged or no JSON" in line(tmp_path / "c.json")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and nothing")
    assert "cannot be read as a table" in line(tmp_path / "b.parquet")
    (tmp_path / "empty").mkdir()
    assert "is a folder of no tool that is known" in line(tmp_path / "empty")


def test_a_file_of_ones_own_is_none_of_a_peer(tmp_path):
    np.savez(tmp_path / "a.npz", signals=P, members=KEEP)
    assert recognise(tmp_path / "a.npz") is None
    assert recognise(tmp_path / "nothing") is None
    raw = bytearray((tmp_path / "a.npz").read_bytes())
    raw[raw.index(b"PK\x01\x02") + 6] = 225  # needs a zip of version 22.5
    (tmp_path / "b.npz").write_bytes(raw)
    assert "cannot be read as .npz" in line(tmp_path / "b.npz")
    assert type(read_given(tmp_path / "a.npz")) is Given
