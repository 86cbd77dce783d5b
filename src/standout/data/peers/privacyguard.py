"""Frames of PrivacyGuard, stored as .csv or .parquet.

`facebookresearch/PrivacyGuard` (privacy_guard/attacks/{rmia,lira,calib}_attack.py,
shadow_model_training/training.py): for RMIA `user_id`, `score_orig` (the target), `score_ref_I` and `member_ref_I`
(bool) of every reference model, where scores are probabilities of the true class (`get_softmax_scores`); one frame of
the target's members (df_train_merge), one of its non-members (df_test_merge), one of a population. For LiRA
`score_orig` and `score_mean[_in, _out]`, `score_std[_in, _out]`; after an attack also `score`. Its helpers number
user_id anew in each frame, and order rows as Python's sets do.
"""

import re

import numpy as np
import pandas as pd

from standout.data.peers.found import AUDIT, Found, as_members, imported, log_odds, refuse
from standout.data.peers.look import TABLES, Look
from standout.errors import InputError

TOOL = "PrivacyGuard"
SUMMARIES = ("score_mean", "score_mean_in", "score_mean_out", "score_calib")


def recognise(look: Look) -> Found | None:
    """Reference models of an RMIA frame, or of the train and the test frame in one folder."""
    if look.path.is_dir():
        return of_folder(look)
    if not is_frame(look):
        return None
    return of_frames(look, {"": look})


def is_frame(look: Look) -> bool:
    """Whether a table is such a frame with reference models; raises InputError for one without."""
    columns = look.columns
    if "score_orig" not in columns and not ("score" in columns and "user_id" in columns):
        return False
    if not references(columns):
        what = "means of reference models" if any(c in columns for c in SUMMARIES) else "scores of a target alone"
        refuse(
            look.name,
            f"a frame of {TOOL} with {what}",
            f"its RMIA frames (score_ref_I, member_ref_I) hold them, or {AUDIT}",
        )
    return True


def references(columns: tuple[str, ...]) -> list[str]:
    """Numbers of the reference models, in order."""
    found = [m.group(1) for c in columns if (m := re.fullmatch(r"score_ref_(\d+)", c))]
    return sorted(found, key=int)


def of_folder(look: Look) -> Found | None:
    """A train and a test frame; others are not looked at."""
    tables = [look.inside(n) for n in look.folder if n.lower().endswith(TABLES)]
    sides = {}
    for side in ("train", "test"):
        named = [t for t in tables if re.search(rf"(^|[^a-z]){side}([^a-z]|$)", t.name.lower()) and is_frame(t)]
        if len(named) > 1:
            raise InputError(
                f"{look.name} holds two {side} frames of {TOOL}, {named[0].name} and {named[1].name}; leave one"
            )
        if named:
            sides[side] = named[0]
    if not sides:
        return None
    if len(sides) < 2:
        gone = next(s for s in ("train", "test") if s not in sides)
        raise InputError(f"{look.name} holds {next(iter(sides.values())).name} of {TOOL} and no {gone} frame; add it")
    return of_frames(look, sides)


def of_frames(look: Look, sides: dict[str, Look]) -> Found:
    """Frames one after the other; `train` and `test` say who the target's members are."""
    frames = {side: part.table() for side, part in sides.items()}
    models = references(next(iter(sides.values())).columns)
    for side, part in sides.items():
        lacking = [
            c for i in models for c in (f"score_ref_{i}", f"member_ref_{i}", "score_orig") if c not in part.columns
        ]
        if lacking or references(part.columns) != models:
            missing = lacking[0] if lacking else f"score_ref_{references(part.columns)[-1]} of the other frame"
            raise InputError(f"{part.name} is a frame of {TOOL} and column {missing} is missing")
        if not len(frames[side]):
            raise InputError(f"{part.name} is a frame of {TOOL} without rows")
    whole = pd.concat(frames.values(), ignore_index=True)
    where = look.name
    scores = numbers(whole, [f"score_ref_{i}" for i in models], where)
    target = numbers(whole, ["score_orig"], where)[0]
    members = np.stack([as_members(whole[f"member_ref_{i}"].to_numpy(), f"member_ref_{i} of {where}") for i in models])
    if not members.any():
        what = f"a frame of {TOOL} of a population: no reference model was trained on any of its records"
        refuse(where, what, "give the train and the test frame")
    notes = [
        f"read as RMIA frames of {TOOL}: {len(models)} reference models; score_orig is the target",
        f"user_id and the order of rows are those of {TOOL}, whose helpers number records anew in each frame",
    ]
    ids, known = ids_of(frames)
    if ids is None:
        notes.append(f"{known}: records are named by their row, counted from 0")
    inside = np.concatenate([np.full(len(f), s == "train") for s, f in frames.items()]) if len(frames) == 2 else None
    return imported(
        where, log_odds(scores), members, ids=ids, target=log_odds(target), target_members=inside, notes=tuple(notes)
    )


def numbers(frame: pd.DataFrame, columns: list[str], where: str) -> np.ndarray:
    """Probabilities float64 (columns, N)."""
    values = frame[columns].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64).T
    bad = ~np.isfinite(values) | (values < 0) | (values > 1)
    if bad.any():
        column, row = (int(v) for v in np.argwhere(bad)[0])
        raise InputError(
            f"{where}: {columns[column]} in row {row} (counted from 0) is {frame[columns[column]].iloc[row]}; RMIA "
            "frames hold probabilities of the true class, 0 to 1"
        )
    return values


def ids_of(frames: dict[str, pd.DataFrame]) -> tuple[np.ndarray | None, str]:
    """(ids (N,), why there are none): user_id, with the name of its frame where there are two."""
    if any("user_id" not in f for f in frames.values()):
        return None, "there is no column user_id"
    if any(f["user_id"].duplicated().any() or f["user_id"].isna().any() for f in frames.values()):
        return None, "some user_id stand in several rows, or are missing"
    return np.array([f"{side} {u}".strip() for side, f in frames.items() for u in f["user_id"]]), ""
