"""Results of LeakPro.

`aidotse/LeakPro` (leakpro/reporting/mia_result.py, leakpro/schemas.py): `data_objects/HASH.json`, a MIAResultSchema
with result_name, result_type, roc_auc, signal_values (of one target, higher, more likely a member, or null) and
true_labels (memberships); `results/NAME/result.txt`, the same as Python prints it. Shadow models
(leakpro/attacks/utils/shadow_model_handler.py): `metadata_I.pkl` with the rows of each, `sm_I_logits.npy`: memberships
are in pickles.
Studies made with it save `audit_signals/DATE_HASH/` with rescaled_shadow_model_logits.npy (M, N) or (N, M),
shadow_models_in_mask.npy (likewise), rescaled_target_logits.npy (N,) and audit_data_indices.npy (N,) (`saveAudit`, five
stored files of that text in public repositories).
"""

import re
from typing import Any

import numpy as np

from standout.data.peers.found import Found, as_members, imported, refuse, refuse_one_target
from standout.data.peers.look import Look, read_npy
from standout.errors import InputError, listed

TOOL = "LeakPro"
RESULT = frozenset({"result_name", "result_type", "roc_auc", "signal_values", "true_labels"})
LOGITS = "rescaled_shadow_model_logits.npy"
MEND = (
    "its memberships of shadow models are pickles, which are never loaded; save members=get_in_indices_mask(...).T "
    "from LeakPro beside signals or logits"
)


def recognise(look: Look) -> Found | None:
    """Saved signals of shadow models; results of one target are refused."""
    if isinstance(look.content, dict) and set(look.content) >= RESULT:
        refuse_result(look, look.content)
    if LOGITS in look.folder:
        return of_signals(look)
    results = [n for n in look.inside("data_objects").folder if n.endswith(".json")]
    if results:
        refuse(
            look.name,
            f"an output folder of {TOOL} with {len(results)} results of one target each, and outputs of no other model",
            MEND,
        )
    shadows = [n for n in look.folder if re.fullmatch(r"(metadata|shadow_model)_\d+\.pkl|sm_\d+_logits\.npy", n)]
    if shadows:
        refuse(look.name, f"a folder of shadow models of {TOOL} ({listed(shadows, 2)})", MEND)
    return None


def refuse_result(look: Look, result: dict[str, Any]) -> None:
    """One line for a result."""
    name = f"a result of {TOOL} ({str(result['result_name'])[:60]})"
    if not result["signal_values"]:
        auc = result["roc_auc"]
        figures = f" (AUC {auc:.3f})" if isinstance(auc, (int, float)) else ""
        refuse(look.name, f"{name} with figures{figures}, and outputs of no model", MEND)
    try:
        scores = np.asarray(result["signal_values"], dtype=np.float64)
        members = np.asarray(result["true_labels"], dtype=np.float64)
    except (ValueError, TypeError):
        raise InputError(
            f"{look.name} is {name}, damaged: signal_values or true_labels are no lists of numbers"
        ) from None
    refuse_one_target(look.name, name, scores, members, MEND)


def of_signals(look: Look) -> Found:
    """Rescaled logits of shadow models, whichever way they lie."""
    for name in ("shadow_models_in_mask.npy", "audit_data_indices.npy"):
        if name not in look.folder:
            raise InputError(f"{look.name}/{name} is missing: {LOGITS} alone does not say who was trained on")
    ids = np.ravel(read_npy(look.path / "audit_data_indices.npy"))
    signals = turned(read_npy(look.path / LOGITS), len(ids), LOGITS)
    members = turned(read_npy(look.path / "shadow_models_in_mask.npy"), len(ids), "shadow_models_in_mask.npy")
    if signals.shape != members.shape:
        raise InputError(
            f"{LOGITS} is of {len(signals)} models and shadow_models_in_mask.npy of {len(members)}: not one study"
        )
    target, notes = None, [f"read as signals saved from {TOOL}"]
    if "rescaled_target_logits.npy" in look.folder:
        target = np.ravel(read_npy(look.path / "rescaled_target_logits.npy"))
        if len(target) != len(ids):
            raise InputError(f"rescaled_target_logits.npy has {len(target)} entries for {len(ids)} records")
        notes.append("who the target's members are is not read: some writers save another mask under that name")
    return imported(
        look.name, signals, as_members(members, "shadow_models_in_mask.npy"), ids=ids, target=target, notes=tuple(notes)
    )


def turned(array: np.ndarray, records: int, name: str) -> np.ndarray:
    """As (models, records)."""
    if array.ndim != 2 or records not in array.shape:
        raise InputError(f"{name} has shape {array.shape}; it must be (models, {records}) or ({records}, models)")
    if array.shape == (records, records):
        raise InputError(f"{name} has as many models as records, {records}: which way it lies cannot be told")
    return array if array.shape[1] == records else array.T
