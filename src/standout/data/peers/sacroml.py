"""Reports of SACRO-ML: figures, and at most the scores of one target.

Looked at in files that SACRO-ML 2.0.1 wrote, and in its attacks/report.py, meta_attack.py, utils.py: `report.json`, a
dict of attacks by `NAME_uuid`, each with `metadata` (sacroml_version, attack_name) and `attack_experiment_logger` ->
`attack_instance_logger` -> `instance_I` with AUC and `TPR@0.1%`; `report_arrays_*_instance_I.npz` with fpr, tpr,
roc_thresh and, where asked (report_individual), `individual.member`, `individual.member_prob` (LiRA: higher, more
likely a member) or `individual.margin` (QMIA); `vulnerability_matrix.csv` with is_member, mia_mean and `*_vuln`. Shadow
models and their rows are pickles.
"""

from typing import Any, NoReturn

from standout.data.npz import archive, member
from standout.data.peers.found import Found, refuse, refuse_one_target
from standout.data.peers.look import Look
from standout.errors import listed

TOOL = "SACRO-ML"
MEND = "its shadow models are pickles, which are never loaded; standout audit trains models on the same data"
CURVES = frozenset({"fpr", "tpr", "roc_thresh"})


def recognise(look: Look) -> Found | None:
    """Refuses what SACRO-ML writes, in a line that says what it holds; None for anything else."""
    if "report.json" in look.folder:
        look = look.inside("report.json")
    attacks = attacks_of(look.content)
    if attacks:
        refuse_report(look, attacks)
    if (
        look.arrays
        and (look.arrays >= CURVES)
        and look.arrays - CURVES == {a for a in look.arrays if a.startswith("individual.")}
    ):
        refuse_arrays(look)
    if "is_member" in look.columns and any(c.endswith("_vuln") for c in look.columns):
        table = look.table()
        score = table.get("mia_mean", table["is_member"] * 0)
        refuse_one_target(
            look.name, f"a vulnerability matrix of {TOOL}", score.to_numpy(), table["is_member"].to_numpy(), MEND
        )
    return None


def attacks_of(content: Any) -> list[dict]:
    """Attacks of a report; none where it is something else."""
    if not isinstance(content, dict):
        return []
    return [a for a in content.values() if isinstance(a, dict) and "attack_experiment_logger" in a]


def refuse_report(look: Look, attacks: list[dict]) -> NoReturn:
    """One line with what the report says."""
    versions = {str(part(a, "metadata").get("sacroml_version", "")) for a in attacks} - {""}
    figures = [f"{part(a, 'metadata').get('attack_name', 'an attack')}{auc(a)}" for a in attacks]
    version = f" {min(versions)}" if versions else ""
    refuse(
        look.name, f"a report of {TOOL}{version} with figures of {listed(figures, 4)}, and outputs of no model", MEND
    )


def part(holder: Any, name: str) -> dict:
    """A dict in a dict, an empty one where there is none."""
    inner = holder.get(name) if isinstance(holder, dict) else None
    return inner if isinstance(inner, dict) else {}


def auc(attack: dict) -> str:
    """` (AUC 0.86)` of the instances of an attack, or nothing."""
    instances = part(part(attack, "attack_experiment_logger"), "attack_instance_logger")
    values = [i["AUC"] for i in instances.values() if isinstance(i, dict) and isinstance(i.get("AUC"), (int, float))]
    if not values:
        return ""
    low, high = f"{min(values):.3f}", f"{max(values):.3f}"
    return f" (AUC {low})" if low == high else f" (AUC {low} to {high})"


def refuse_arrays(look: Look) -> NoReturn:
    """One line for the arrays beside a report."""
    what = f"a file of arrays of {TOOL}"
    score = next((n for n in ("individual.margin", "individual.member_prob") if n in look.arrays), None)
    if score is None or "individual.member" not in look.arrays:
        refuse(look.name, f"{what} with ROC curves, and outputs of no model", MEND)
    with archive(look.path, "numpy.savez") as file:
        scores, members = member(file, score, look.path), member(file, "individual.member", look.path)
    refuse_one_target(look.name, what, scores, members, MEND)
