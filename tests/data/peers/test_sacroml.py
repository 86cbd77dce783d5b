"""Reports of SACRO-ML hold figures; report.json as 2.0.1 wrote it, cut to a few keys."""

import numpy as np

from .common import as_json, line

SACRO = {
    "LiRA Attack_9b937e43-d999-4267-b20a-08289c62f2d6": {
        "log_id": "9b937e43-d999-4267-b20a-08289c62f2d6", "log_time": "25/11/2026 18:20:02",
        "metadata": {
            "sacroml_version": "2.0.1", "attack_name": "LiRA Attack",
            "attack_params": {"output_dir": "out", "n_shadow_models": 6, "mode": "offline", "report_individual": False},
            "global_metrics": {"null_auc_3sd_range": "0.3998334719912219 -> 0.6001665280087781"},
            "target_model": "RandomForestClassifier",
        },
        "attack_experiment_logger": {"attack_instance_logger": {"instance_0": {
            "TPR": 0.93333333, "FPR": 0.40666667, "AUC": 0.86257778, "P_HIGHER_AUC": 0.0, "TPR@0.1%": 0.0,
            "n_pos_test_examples": 150, "n_neg_test_examples": 150,
            "arrays_file": "report_arrays_9b937e43_instance_0.npz",
        }}},
    },
}  # fmt: skip


def test_sacroml_report_holds_figures(tmp_path):
    told = line(as_json(tmp_path / "report.json", SACRO))
    assert "report.json is a report of SACRO-ML 2.0.1 with figures of LiRA Attack (AUC 0.863)" in told
    assert "outputs of no model; standout score needs signals or logits of at least 4 models" in told
    assert line(tmp_path) == told
    bare = {"x": {"attack_experiment_logger": None}}
    assert "figures of an attack, and" in line(as_json(tmp_path / "report.json", bare))


def test_sacroml_arrays_and_matrix(tmp_path):
    curves = {"fpr": np.zeros(3), "tpr": np.zeros(3), "roc_thresh": np.zeros(3)}
    np.savez(tmp_path / "a.npz", **curves)
    assert "with ROC curves" in line(tmp_path / "a.npz")
    member = np.array([1, 1, 0, 0])
    np.savez(
        tmp_path / "b.npz", **curves, **{"individual.member": member, "individual.member_prob": [0.9, 0.2, 0.3, 0.1]}
    )
    assert "one target model for 4 records, 2 of them members (AUC 0.750)" in line(tmp_path / "b.npz")
    np.savez(
        tmp_path / "c.npz", **curves, **{"individual.member": member, "individual.member_prob": np.array([{}] * 4)}
    )
    assert "Python objects, which are never loaded" in line(tmp_path / "c.npz")
    (tmp_path / "vulnerability_matrix.csv").write_text(
        "record,is_member,lira_mean,lira_vuln,struct_vuln,mia_mean,n_vulnerable\n"
        "record_0,1,0.70,True,True,0.7,2\nrecord_1,0,0.20,True,True,0.2,2\n"
    )
    assert "vulnerability matrix of SACRO-ML" in line(tmp_path / "vulnerability_matrix.csv")
