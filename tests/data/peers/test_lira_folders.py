"""LiRA score folders, written as score.py and OUTPUTS.md lay them out: the figures of `score` on the same arrays."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp

import standout
from standout.errors import InputError

from .common import KEEP, LABELS, LOGITS, RNG, C, M, N, figures, imported, line, said, scored


def rescaled(logits: np.ndarray) -> np.ndarray:
    """Rescaled logits (M, N, A) by score.py of mi_lira_2021, in its own terms."""
    p = np.exp(logits - logsumexp(logits, axis=-1, keepdims=True))
    own = np.take_along_axis(p, LABELS[None, :, None, None], axis=-1)[..., 0]
    return np.log(own + 1e-45) - np.log(1 - own + 1e-45)


def lira(
    folder: Path, scores: np.ndarray | None, logits: np.ndarray | None = None, keep=KEEP, epoch: int = 100
) -> Path:
    """exp/NAME of mi_lira_2021; scores (M, N, A), logits (M, N, A, C)."""
    folder.mkdir(parents=True)
    np.save(folder / "y_train.npy", LABELS)
    for i in range(len(keep)):
        model = folder / f"experiment-{i}_{len(keep)}"
        model.mkdir()
        (model / "hparams.json").write_text("{}")
        np.save(model / "keep.npy", keep[i])
        for name, array in (("scores", scores), ("logits", logits)):
            if array is not None:
                (model / name).mkdir()
                np.save(model / name / f"{epoch:010d}.npy", array[i] if name == "scores" else array[i][:, None])
    return folder


@pytest.mark.parametrize("augmentations", [1, 4])
def test_lira_folders_give_the_figures_of_their_scores(tmp_path, augmentations):
    scores = rescaled(np.repeat(LOGITS, augmentations, axis=2) + RNG.normal(size=(M, N, augmentations, C)) / 10)
    run = scored(lira(tmp_path / "cifar", scores))
    assert figures(run) == figures(standout.score(signals=scores.mean(axis=2), members=KEEP, labels=LABELS))
    assert ("4 augmentations are averaged" in "; ".join(run.summary["warnings"])) == (augmentations == 4)
    assert any("mi_lira_2021" in w for w in run.summary["warnings"])


def test_lira_models_go_by_number_and_the_last_epoch_counts(tmp_path):
    keep = RNG.random((12, N)).argsort(axis=0) < 6
    scores = RNG.normal(size=(12, N, 1))
    folder = lira(tmp_path / "a", scores, keep=keep)
    for model in folder.glob("experiment*"):
        np.save(model / "scores" / "0000000090.npy", np.full((N, 1), np.nan))
    given = imported(folder)
    np.testing.assert_array_equal(given.signals, scores[:, :, 0])
    np.testing.assert_array_equal(given.members, keep)


def test_lira_an_odd_model_and_records_on_one_side_are_left_out_and_told(tmp_path):
    keep = KEEP.copy()
    keep[:, 5], keep[:, 9] = True, False
    extra = np.vstack([keep, ~keep[:1]])
    scores = RNG.normal(size=(M + 1, N, 1))
    given = imported(lira(tmp_path / "a", scores, keep=extra))
    rows = np.setdiff1d(np.arange(N), [5, 9])
    np.testing.assert_array_equal(given.signals, scores[:M, rows, 0])
    np.testing.assert_array_equal(given.ids, rows)
    np.testing.assert_array_equal(given.labels, LABELS[rows])
    assert "9 models are there: the last one is left out" in "; ".join(given.notes)
    assert "2 of 60 records are in all models or in none" in "; ".join(given.notes)
    assert list(scored(tmp_path / "a").records["record"]) == [str(r) for r in rows]


def test_lira_logits_stand_in_for_scores(tmp_path):
    folder = lira(tmp_path / "a", None, LOGITS.astype(np.float32))
    run = scored(folder)
    direct = standout.score(logits=LOGITS[:, :, 0].astype(np.float32), members=KEEP, labels=LABELS)
    assert figures(run) == figures(direct)
    assert run.summary["accuracy"]["verdict"] is not None
    several = np.repeat(LOGITS, 3, axis=2) + RNG.normal(size=(M, N, 3, C))
    given = imported(lira(tmp_path / "b", None, several))
    np.testing.assert_allclose(given.signals, rescaled(several).mean(axis=2), atol=1e-9)


def test_lira_logits_of_some_records(tmp_path):
    keep = KEEP.copy()
    keep[:, 5] = True
    run = scored(lira(tmp_path / "a", None, LOGITS, keep=keep))
    rows = np.setdiff1d(np.arange(N), [5])
    direct = standout.score(logits=LOGITS[:, rows, 0], members=keep[:, rows], labels=LABELS[rows], ids=rows)
    assert figures(run) == figures(direct)


def test_lira_scores_of_the_first_records_and_models_that_are_not_done(tmp_path):
    folder = lira(tmp_path / "a", RNG.normal(size=(M, 40, 1)))
    for part in (folder / "experiment-6_8" / "scores").iterdir():
        part.unlink()
    (folder / "experiment-99_8").mkdir()  # begun and killed
    given = imported(folder)
    assert given.signals.shape == (6, 40)
    np.testing.assert_array_equal(given.members, KEEP[:6, :40])
    assert "first 40 of 60 records" in said(folder)
    assert "1 of 8 models have no scores and are left out: experiment-6_8" in said(folder)


def test_lira_analysis(tmp_path):
    scores = rescaled(LOGITS)
    np.save(tmp_path / "keep_indices.npy", KEEP)
    np.save(tmp_path / "online_scores_leave_one_out.npy", np.zeros((M, N)))
    for i in range(M):
        (tmp_path / f"model_{i}" / "scores").mkdir(parents=True)
        np.save(tmp_path / f"model_{i}" / "scores" / "scores.npy", scores[i])
    assert figures(scored(tmp_path)) == figures(standout.score(signals=scores[:, :, 0], members=KEEP))


def broken(change):
    """A LiRA folder after a change."""

    def make(tmp_path: Path) -> Path:
        folder = lira(tmp_path / "a", RNG.normal(size=(M, N, 2)), LOGITS)
        changed = change(folder)
        return changed if isinstance(changed, Path) else folder

    return make


def write(path: Path, array) -> None:
    np.save(path, array, allow_pickle=True)


SCORES = "experiment-3_8/scores/0000000100.npy"
BROKEN = {
    "no keep": (lambda f: (f / "experiment-3_8/keep.npy").unlink(), "experiment-3_8/keep.npy is missing"),
    "keep of others": (lambda f: write(f / "experiment-3_8/keep.npy", KEEP[0, 1:]), "differ in length"),
    "keep of numbers": (lambda f: write(f / "experiment-3_8/keep.npy", np.arange(N)), "must be true or false"),
    "keep square": (lambda f: write(f / "experiment-3_8/keep.npy", KEEP), "one entry per record"),
    "objects": (lambda f: write(f / SCORES, np.array([{}] * N)), "holds Python objects, which are never loaded"),
    "a pickle": (lambda f: (f / SCORES).write_bytes(pickle.dumps([1.0])), "damaged or no .npy file"),
    "cut": (lambda f: (f / SCORES).write_bytes((f / SCORES).read_bytes()[:-9]), "ends early"),
    "header": (lambda f: (f / SCORES).write_bytes(b"\x93NUMPY\x01\x00\x10\x00nonsense"), "cannot be read"),
    "open header": (
        lambda f: (f / SCORES).write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': (((((\n"),
        "cannot be read",
    ),
    "shapes": (lambda f: write(f / SCORES, np.zeros((N, 3))), "have shape (60, 3), of experiment-0_8 (60, 2)"),
    "text": (lambda f: write(f / SCORES, np.full((N, 2), "x")), "must be numbers"),
    "short labels": (lambda f: write(f / "y_train.npy", LABELS[:9]), "y_train.npy is of 9 records"),
    "one model": (lambda f: f / "experiment-3_8", "give the folder of all of them"),
    "above": (lambda f: f.parent, "give one of them, as"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_lira_broken_folders(tmp_path, case):
    change, words = BROKEN[case]
    assert words in line(broken(change)(tmp_path))


def test_lira_too_few_models_and_scores_that_are_not_finite(tmp_path):
    assert "holds 3 models" in line(lira(tmp_path / "a", RNG.normal(size=(3, N, 1)), keep=KEEP[:3]))
    scores = RNG.normal(size=(M, N, 1))
    scores[2, 7] = np.nan
    with pytest.raises(InputError, match="model 2, record 7"):
        scored(lira(tmp_path / "b", scores))


def test_lira_logits_without_labels(tmp_path):
    folder = lira(tmp_path / "a", None, LOGITS)
    (folder / "y_train.npy").unlink()
    assert "save y_train.npy beside them" in line(folder)
