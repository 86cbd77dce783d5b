"""Log folders of ML Privacy Meter 2: signals of all models become rescaled logits; a result is of one target."""

from pathlib import Path

import numpy as np
import pytest

import standout

from .common import KEEP, P, figures, line, scored


def meter(folder: Path, p=P.T, members=KEEP, name: str = "rmia_signals.npy") -> Path:
    """A log folder."""
    for part in ("models", "signals", "report/exp"):
        (folder / part).mkdir(parents=True)
    np.save(folder / "models" / "memberships.npy", members)
    np.save(folder / "signals" / name, p)
    np.save(folder / "signals" / f"{name[:-4]}_pop.npy", p[:9])
    return folder


def test_privacy_meter_signals_are_rescaled_logits(tmp_path):
    run = scored(meter(tmp_path))
    assert figures(run) == figures(standout.score(signals=np.log(P) - np.log(1 - P), members=KEEP))
    assert "signals of the population are not used" in run.summary["warnings"]


def test_privacy_meter_probabilities_of_one_are_smoothed_as_in_an_audit(tmp_path):
    p = P.copy()
    p[KEEP & (P > 0.9)] = 1
    run = scored(meter(tmp_path, p.T.astype(np.float32)))
    assert any("reach 0 or 1: smoothed by" in w for w in run.summary["warnings"])
    assert any("stored in few digits" in w for w in run.summary["warnings"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda f: meter(f, P.T[:30]), "is of 30 of 60 records, and the folder does not say which"),
        (lambda f: meter(f, name="rmia_ramia_signals.npy"), "of ranges around records (RaMIA)"),
        (lambda f: meter(f, P.T * 3), "must be probabilities of the true class, 0 to 1"),
        (lambda f: meter(f, P), "they must be (records, models) and (models, records)"),
        (lambda f: (meter(f) / "models/memberships.npy").unlink() or f, "models/memberships.npy is missing"),
        (lambda f: meter(f) / "signals/rmia_signals.npy", "says not who was trained on"),
    ],
)
def test_privacy_meter_refused(tmp_path, make, words):
    assert words in line(make(tmp_path / "log"))


def test_privacy_meter_result_is_of_one_target(tmp_path):
    scores, members = np.array([0.1, 0.5, 0.5, 0.9]), np.array([False, False, True, True])
    np.savez(
        tmp_path / "attack_result_0.npz", fpr=[0, 1.0], tpr=[0, 1.0], auc=0.9, one_tenth_fpr=0.0, zero_fpr=0.0,
        scores=scores, memberships=members,
    )  # fmt: skip
    told = line(tmp_path / "attack_result_0.npz")
    assert "a result of ML Privacy Meter with scores of one target model for 4 records, 2 of them members" in told
    assert "(AUC 0.875)" in told  # of 4 pairs 3 are right and one tied, whatever the file says
    assert "give the log folder" in told
    assert "a report of ML Privacy Meter" in line(tmp_path)
