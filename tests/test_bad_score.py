"""What `score` cannot use is refused in one line that names the thing and the mend; nothing is made."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import standout
from standout.run.folder import RunFolder

from .test_bad_input import content, refused, run

M, N, C = 6, 20, 3
RNG = np.random.default_rng(0)
MEMBERS = np.empty((M, N), dtype=bool)
MEMBERS[::2] = RNG.random((M // 2, N)) < 0.5
MEMBERS[1::2] = ~MEMBERS[::2]
S = RNG.normal(size=(M, N))
Z = RNG.normal(size=(M, N, C))
P = np.exp(Z) / np.exp(Z).sum(axis=2, keepdims=True)
Y = np.arange(N) % C
OF_S = {"signals": S, "members": MEMBERS}
OF_Z = {"logits": Z, "members": MEMBERS, "labels": Y}
OF_P = {"probabilities": P, "members": MEMBERS, "labels": Y}


def put(array, place, value):
    """A copy with one value replaced, as float where it must be."""
    out = np.array(array, dtype=np.result_type(array, type(value)) if not isinstance(value, str) else object)
    out[place] = value
    return out


ARRAYS = {
    "nothing": ({"members": MEMBERS}, "nothing to score", "give signals (models, records)"),
    "both": ({**OF_S, "logits": Z}, "signals and logits are given", "one of them"),
    "no members": ({"signals": S}, "members is missing", "(models, records)"),
    "signals of one model": ({**OF_S, "signals": S[0]}, "signals has shape (20,)", "(models, records)"),
    "logits without classes": ({**OF_Z, "logits": S}, "logits has shape (6, 20)", "(models, records, classes)"),
    "one column": ({**OF_Z, "logits": Z[:, :, :1], "labels": Y * 0}, "1 column", "at least 2"),
    "members of others": ({**OF_S, "members": MEMBERS[:, 1:]}, "members has shape (6, 19)", "(6, 20)"),
    "members turned": ({**OF_S, "members": MEMBERS.T}, "members has shape (20, 6)"),
    "members 2": ({**OF_S, "members": MEMBERS * 2}, "members must be true or false"),
    "members NaN": ({**OF_S, "members": put(MEMBERS * 1.0, (0, 0), np.nan)}, "members must be true or false"),
    "members as text": ({**OF_S, "members": MEMBERS.astype(str)}, "members must be numbers"),
    "odd": ({"signals": S[:5], "members": MEMBERS[:5]}, "5 models", "pairs"),
    "two models": ({"signals": S[:2], "members": MEMBERS[:2]}, "2 models", "at least 4"),
    "in all": ({**OF_S, "members": put(MEMBERS, (slice(None), 3), True)}, "record 3 is a member of all"),
    "in none": ({**OF_S, "members": put(MEMBERS, (slice(None), 4), False)}, "record 4 is a member of none"),
    "trained on all": ({**OF_S, "members": put(put(MEMBERS, 0, True), 1, False)}, "model 0 was trained on all"),
    "NaN": ({**OF_S, "signals": put(S, (2, 5), np.nan)}, "signals: 1 are not finite", "model 2, record 5"),
    "inf": ({**OF_S, "signals": put(S, (2, 5), -np.inf)}, "smooth probabilities of 0 and 1 first"),
    "too large": ({**OF_S, "signals": put(S, (2, 5), 1e300)}, "beyond 1e38"),
    "NaN in logits": ({**OF_Z, "logits": put(Z, (1, 7, 0), np.nan)}, "logits of model 1", "record 7"),
    "-inf in logits": ({**OF_Z, "logits": put(Z, (1, 7, 0), -np.inf)}, "logits of model 1", "give probabilities"),
    "large logits": ({**OF_Z, "logits": put(Z, (1, 7, 0), 1e300)}, "beyond 1e38"),
    "probabilities as logits": ({**OF_Z, "logits": P}, "logits of model 0", "give them as probabilities"),
    "logits as probabilities": ({**OF_P, "probabilities": Z}, "probabilities of model 0", "in 0 to 1 and sum to 1"),
    "a row above 1": ({**OF_P, "probabilities": put(P, (3, 9), 0.5)}, "probabilities of model 3", "record 9", "1.5"),
    "NaN in probabilities": ({**OF_P, "probabilities": put(P, (3, 9), np.nan)}, "model 3", "record 9"),
    "complex": ({**OF_S, "signals": S + 1j}, "signals must be numbers", "complex128"),
    "text": ({**OF_S, "signals": S.astype(str)}, "signals must be numbers"),
    "no labels": ({"logits": Z, "members": MEMBERS}, "labels is missing", "(20,)"),
    "no labels with x": ({**OF_S, "x": S.T}, "labels is missing", "x"),
    "labels short": ({**OF_Z, "labels": Y[:-1]}, "labels has shape (19,)", "(20,)"),
    "labels as table": ({**OF_Z, "labels": np.eye(C)[Y]}, "labels has shape (20, 3)", "one entry per record"),
    "label out of range": ({**OF_Z, "labels": put(Y, 4, 3)}, "label 3 of row 4", "0 to 2"),
    "label negative": ({**OF_Z, "labels": put(Y, 4, -1)}, "label -1 of row 4", "0 to 2"),
    "labels from 1": ({**OF_Z, "labels": Y + 1}, "label 3 of row 2", "0 to 2"),
    "names short of columns": ({**OF_Z, "labels": np.array(list("ab"))[Y % 2]}, "2 classes", "3 columns"),
    "labels are measures": ({**OF_Z, "labels": S[0]}, "looks like an id or a measure"),
    "no label at all": ({**OF_Z, "labels": np.array([""] * N)}, "none of the 20 records has a label"),
    "few records": ({"signals": S[:, :7], "members": MEMBERS[:, :7]}, "7 records", "at least 8"),
    "ids twice": ({**OF_S, "ids": np.zeros(N, dtype=int)}, "ids are not unique"),
    "ids short": ({**OF_S, "ids": np.arange(3)}, "ids has shape (3,)", "(20,)"),
    "id missing": ({**OF_S, "ids": np.array(["a", *[str(i) for i in range(18)], ""])}, "row 19", "no id"),
    "x short": ({**OF_Z, "x": S.T[:-1]}, "x has shape (19, 6)", "(20, ...)"),
    "x with inf": ({**OF_Z, "x": put(S.T, (3, 1), np.inf)}, "x holds inf", "row 3"),
    "x of text": ({**OF_Z, "x": np.array([["red"]] * N)}, "not a number"),
    "target of another kind": ({**OF_S, "target_logits": Z[0]}, "target_logits cannot be compared", "target_signals"),
    "two targets": ({**OF_Z, "target_logits": Z[0], "target_probabilities": P[0]}, "are given", "one of them"),
    "target's shape": ({**OF_S, "target_signals": S}, "target_signals has shape (6, 20)", "(20,)"),
    "target's classes": ({**OF_Z, "target_logits": Z[0, :, :2]}, "target_logits has shape (20, 2)", "(20, 3)"),
    "target's NaN": ({**OF_S, "target_signals": put(S[0], 2, np.nan)}, "target_signals", "record 2"),
    "target's sums": ({**OF_P, "target_probabilities": P[0] * 2}, "target_probabilities must", "sum to 1"),
    "members of no target": ({**OF_S, "target_members": MEMBERS[0]}, "no target", "target_signals", "(20,)"),
    "target's members": ({**OF_S, "target_signals": S[0], "target_members": MEMBERS}, "target_members has shape"),
    "target's members 2": ({**OF_S, "target_signals": S[0], "target_members": Y}, "target_members must be true"),
}  # fmt: skip


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """An empty working folder beside one for files."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


@pytest.mark.parametrize(("arrays", "words"), [(c[0], c[1:]) for c in ARRAYS.values()], ids=ARRAYS)
def test_arrays(desk, capsys, monkeypatch, arrays, words):
    """The same line from Python and from the command line, and nothing is left behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(desk))
    with pytest.raises(standout.InputError) as error:
        standout.score(**arrays)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)
    np.savez(desk.parent / "a.npz", **arrays)
    answer = run(capsys, "score", str(desk.parent / "a.npz"))
    refused(answer, *words)
    assert answer[2] == f"standout: {error.value}\n"
    assert list(desk.iterdir()) == []


FILES = {
    "missing": (lambda path: None, "'a.npz' is no file", "numpy.savez"),
    "folder": (lambda path: path.mkdir(), "'a.npz' is a folder"),
    "no archive": (lambda path: path.write_bytes(b"\x89PNG"), "a.npz is damaged or no .npz archive"),
    "empty": (lambda path: path.write_bytes(b""), "a.npz is damaged or no .npz archive"),
    "one array": (lambda path: path.write_bytes(npy(S)), "a.npz is damaged or no .npz archive"),
    "cut": (lambda path: np.savez(path, **OF_Z) or path.write_bytes(path.read_bytes()[:-80]), "a.npz"),
    "no arrays": (lambda path: np.savez(path), "nothing to score"),
    "unknown": (lambda path: np.savez(path, **OF_S, label=Y), "array 'label'", "did you mean 'labels'?", "known: "),
    "unknown in another case": (lambda path: np.savez(path, Signals=S, members=MEMBERS), "did you mean 'signals'?"),
    "by position": (lambda path: np.savez(path, S, MEMBERS), "array 'arr_0'", "known: signals"),
    "pickled": (lambda path: np.savez(path, **OF_S, labels=np.array([None] * N)), "array 'labels'", "Python objects"),
    "pickled logits": (lambda path: np.savez(path, **{**OF_Z, "logits": Z.astype(object)}), "array 'logits'", "obj"),
}  # fmt: skip


def npy(array: np.ndarray) -> bytes:
    import io

    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize(("make", "words"), [(c[0], c[1:]) for c in FILES.values()], ids=FILES)
def test_files(desk, capsys, monkeypatch, make, words):
    monkeypatch.chdir(desk.parent)
    make(Path("a.npz"))
    refused(run(capsys, "score", "a.npz"), *words)
    assert not (desk.parent / "runs").exists()


OPTIONS = {
    "fpr": (["--fpr", "0.7"], "fpr", "0.7"),
    "above": (["--exposed-above", "0.0005"], "exposed-above"),
    "attack": (["--attacks", "lirra"], "did you mean 'lira'?"),
    "no attack": (["--attacks", ","], "no attack is named"),
    "fail-over": (["--fail-over", "-1"], "--fail-over"),
    "of audit": (["--shadows", "8"], "--shadows"),
    "out is a file": (["--out", "../a.npz"], "is a file", "folder"),
    "out below a file": (["--out", "../a.npz/run"], "is a file"),
    "out holds other things": (["--out", ".."], "no audit", "an empty or a new folder"),
    "second file": (["more.npz"], "more.npz"),
}


@pytest.mark.parametrize(("words", "said"), [(c[0], c[1:]) for c in OPTIONS.values()], ids=OPTIONS)
def test_options(desk, capsys, words, said):
    np.savez(desk.parent / "a.npz", **OF_S)
    before = content(desk.parent)
    refused(run(capsys, "score", "../a.npz", *words), *said)
    assert content(desk.parent) == before


def test_no_file_at_all(desk, capsys):
    refused(run(capsys, "score"), "FILE")


def test_other_orders_of_an_index():
    x = pd.DataFrame(S.T)
    with pytest.raises(standout.InputError, match=r"labels.loc\[x.index\]"):
        standout.score(signals=S, members=MEMBERS, x=x, labels=pd.Series(Y).iloc[::-1])


def test_ragged_lists():
    for name, value in (("signals", [[1.0, 2.0], [1.0]]), ("ids", [[1], [1, 2]]), ("labels", [[1], [1, 2]])):
        with pytest.raises(standout.InputError, match=f"{name} is not an array"):
            standout.score(**{**OF_S, name: value})


def test_a_disk_that_fills_up_is_one_line_and_leaves_no_half_run(desk, monkeypatch):
    whole = RunFolder.write

    def full(self, name, data):
        if name == "summary.json":
            raise standout.InputError(f"{name} cannot be written; make room")
        whole(self, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "write", full)
        with pytest.raises(standout.InputError, match="make room"):
            standout.score(**OF_S, attacks="loss", out="run")
    assert standout.score(**OF_S, attacks="loss", out="run").summary["shadows"]["count"] == M


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"parts": 3}', b'{"parts": {}}', b"\xff"])
def test_damaged_config(desk, raw):
    standout.score(**OF_S, attacks="loss", out="run")
    Path("run/config.json").write_bytes(raw)
    before = content(desk)
    with pytest.raises(standout.InputError, match="delete the folder"):
        standout.score(**OF_S, attacks="loss", out="run")
    assert content(desk) == before
    shutil.rmtree("run")
