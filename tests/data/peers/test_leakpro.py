"""Results of LeakPro are of one target; signals saved from it are audited."""

import pickle

import numpy as np
import pytest

import standout

from .common import KEEP, LOGITS, RNG, M, N, as_json, figures, line, scored

RESULT = {
    "result_name": "LiRA", "result_type": "MIAResult", "id": "LiRA-1", "tpr": [0.0, 1.0], "fpr": [0.0, 1.0],
    "roc_auc": 0.5, "accuracy": [0.5], "config": {}, "fixed_fpr": {"TPR@1%FPR": 0.0},
    "signal_values": [0.9, 0.5, 0.5, 0.1], "true_labels": [1, 1, 0, 0], "tp": [1], "fp": [0], "tn": [2], "fn": [1],
}  # fmt: skip


def test_leakpro_result_is_of_one_target(tmp_path):
    told = line(as_json(tmp_path / "data_objects" / "a1.json", RESULT))
    assert "a result of LeakPro (LiRA) with scores of one target model for 4 records, 2 of them members" in told
    assert "(AUC 0.875)" in told
    assert "output folder of LeakPro with 1 results" in line(tmp_path)
    assert "with figures (AUC 0.500)" in line(as_json(tmp_path / "b.json", {**RESULT, "signal_values": None}))
    assert "damaged: 4 scores for 1" in line(as_json(tmp_path / "c.json", {**RESULT, "true_labels": [1]}))
    assert "damaged" in line(as_json(tmp_path / "d.json", {**RESULT, "true_labels": ["x", {}, 1, 0]}))


def test_leakpro_shadow_models_are_pickles(tmp_path):
    (tmp_path / "metadata_0.pkl").write_bytes(pickle.dumps({"train_indices": [1]}))
    np.save(tmp_path / "sm_0_logits.npy", LOGITS[0, :, 0])
    assert "pickles, which are never loaded" in line(tmp_path)


@pytest.mark.parametrize("turned", [False, True])
def test_leakpro_saved_signals(tmp_path, turned):
    signals, ids = RNG.normal(size=(M, N)), np.arange(N) * 3 + 1
    np.save(tmp_path / "rescaled_shadow_model_logits.npy", signals.T if turned else signals)
    np.save(tmp_path / "shadow_models_in_mask.npy", KEEP.T)
    np.save(tmp_path / "audit_data_indices.npy", ids)
    np.save(tmp_path / "rescaled_target_logits.npy", signals[0] + 1)
    run = scored(tmp_path)
    assert figures(run) == figures(
        standout.score(signals=signals, members=KEEP, ids=ids, target_signals=signals[0] + 1)
    )
    np.save(tmp_path / "shadow_models_in_mask.npy", KEEP[:4])
    assert "not one study" in line(tmp_path)
    (tmp_path / "shadow_models_in_mask.npy").unlink()
    assert "shadow_models_in_mask.npy is missing" in line(tmp_path)
