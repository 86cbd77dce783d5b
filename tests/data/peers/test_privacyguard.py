"""RMIA frames of PrivacyGuard as prepare_rmia_data builds them; others are refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import standout

from .common import KEEP, M, N, P, figures, imported, line, scored


def frame(rows, extra: dict | None = None) -> pd.DataFrame:
    """An RMIA frame of some rows, as prepare_rmia_data builds it; model 0 is the target."""
    columns = {"user_id": np.arange(len(rows)), "score_orig": P[0, rows]}
    for i in range(M):
        columns[f"score_ref_{i}"] = P[i, rows]
        columns[f"member_ref_{i}"] = KEEP[i, rows]
    return pd.DataFrame({**columns, **(extra or {})})


def stored(table: pd.DataFrame, path: Path) -> Path:
    table.to_csv(path, index=False) if path.suffix == ".csv" else table.to_parquet(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_privacyguard_train_and_test_frame(tmp_path, kind):
    rows = np.concatenate([np.flatnonzero(KEEP[0]), np.flatnonzero(~KEEP[0])])
    stored(frame(np.flatnonzero(KEEP[0])), tmp_path / f"df_train_merge.{kind}")
    stored(frame(np.flatnonzero(~KEEP[0])), tmp_path / f"df_test_merge.{kind}")
    stored(frame(np.arange(5)), tmp_path / f"df_population.{kind}")
    s = np.log(P[:, rows]) - np.log(1 - P[:, rows])
    inside = KEEP[0, rows]
    ids = [f"{'train' if k else 'test'} {i}" for k, i in zip(inside, [*range(inside.sum()), *range((~inside).sum())])]
    direct = standout.score(
        signals=s, members=KEEP[:, rows], ids=ids, target_signals=s[0], target_members=KEEP[0, rows]
    )
    assert figures(scored(tmp_path)) == figures(direct)


def test_privacyguard_one_frame(tmp_path):
    given = imported(stored(frame(np.arange(N)), tmp_path / "merge.csv"))
    np.testing.assert_array_equal(given.members, KEEP)
    np.testing.assert_allclose(given.target_signals, np.log(P[0]) - np.log(1 - P[0]), rtol=1e-12)
    assert given.target_members is None
    assert list(given.ids) == [str(i) for i in range(N)]
    twice = imported(stored(frame(np.arange(N), {"user_id": [1] * N}), tmp_path / "twice.csv"))
    assert twice.ids is None and "some user_id stand in several rows" in "; ".join(twice.notes)


LIRA = {"user_id": [0, 1], "score_orig": [1.0, 2], "score_mean_in": [1.0, 2], "score_std_in": [1.0, 1]}
FRAMES = {
    "lira": (pd.DataFrame(LIRA), "a frame of PrivacyGuard with means of reference models"),
    "after": (pd.DataFrame({"user_id": [0, 1], "score": [0.1, 0.4]}), "with scores of a target alone"),
    "population": (frame(np.arange(N), {f"member_ref_{i}": False for i in range(M)}), "of a population"),
    "above one": (frame(np.arange(N), {"score_ref_3": 7.0}), "score_ref_3 in row 0 (counted from 0) is 7.0"),
    "missing": (frame(np.arange(N), {"score_ref_2": np.nan}), "score_ref_2 in row 0"),
    "members": (frame(np.arange(N), {"member_ref_2": 0.5}), "member_ref_2 of frame.csv must be true or false"),
    "no column": (frame(np.arange(N)).drop(columns="member_ref_5"), "column member_ref_5 is missing"),
    "no rows": (frame(np.arange(0)), "without rows"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_privacyguard_refused(tmp_path, case):
    table, words = FRAMES[case]
    assert words in line(stored(table, tmp_path / "frame.csv"))


def test_privacyguard_frames_that_do_not_belong_together(tmp_path):
    stored(frame(np.arange(30)), tmp_path / "df_train.csv")
    assert "no test frame; add it" in line(tmp_path)
    stored(frame(np.arange(30, N)).drop(columns=["score_ref_7", "member_ref_7"]), tmp_path / "df_test.csv")
    assert "column score_ref_7 is missing" in line(tmp_path)
    stored(frame(np.arange(30, N)), tmp_path / "df_test_2.csv")
    assert "two test frames" in line(tmp_path)
