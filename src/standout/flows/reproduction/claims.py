"""Each claim of the paper against our figures: pure functions of what reproduction.json and summary.json hold.

Changes of the advantage are those at a threshold found on other models (`apart` in rows.py).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from standout.report.words import between, count, number, percent

HOLDS, PARTLY, FAILS, UNTESTED = "holds", "holds in part", "does not hold here", "not tested"
LITTLE = 1 / 3
"""Early stopping does little where it takes less than this share of the advantage: it takes a quarter in Table 1."""
HALF = 0.6
"""Share of the advantage that may be left where it is said to be halved: .50 and .54 are left in Table 3."""
CHEAP = 0.01
"""Accuracy that a compromise may cost."""
ENDED = 0.52
"""AUC below which an attack is no better than guessing for practical purposes: .504 and .500 in the paper."""
FAR = 0.6
"""AUROC of a distance from which on it tells exposed records from others."""


@dataclass(frozen=True)
class Claim:
    """key, text: of the claim; paper: its own figures; verdict: one of the four above; figure: ours with the interval
    that decides; why: in a sentence, what the verdict rests on."""

    key: str
    text: str
    paper: str
    verdict: str
    figure: str
    why: str

    def told(self) -> dict:
        """As JSON."""
        return asdict(self)


Rows = dict[str, dict]
"""{key of a row: its block in reproduction.json}."""


def judged(rows: Rows, summary: dict, marked: dict | None = None) -> list[Claim]:
    """All claims. rows: with the original among them; summary: of the audit of the original; marked: how far out those
    lie whom the paper's threshold at 1 % marks, an AUROC with its interval, where it is known."""
    return [replace(c, figure=with_marked(c, marked)) for c in (claim(rows, summary) for claim in CLAIMS)]


def with_marked(claim: Claim, marked: dict | None) -> str:
    """Its figure, for the claim of outliers with that of the records that the paper itself marks."""
    if claim.key != "outliers" or claim.verdict == UNTESTED or marked is None:
        return claim.figure
    where = f"{number(marked['value'], 2)} ({between(marked['ci'], number, 2)})"
    return f"{claim.figure}; of the records that the paper's own threshold marks {where}"


def not_tested(key: str, text: str, paper: str, why: str) -> Claim:
    """A claim about which nothing can be said."""
    return Claim(key, text, paper, UNTESTED, "", why)


def points(change: dict) -> str:
    """A change of a share, in points of per cent, with its interval."""
    low, high = (100 * v for v in change["ci"])
    return f"{number(100 * change['value'], 2)} points ({between([low, high], number, 2)})"


def share(part: dict, decimals: int = 0) -> str:
    """A share with its interval."""
    return f"{percent(part['value'], decimals)} ({between(part['ci'], percent, decimals)})"


def well_behaved(rows: Rows, summary: dict) -> Claim:
    """Q1 of the paper."""
    key, text = "not-overfitted", "A model that does not overfit still gives some records away"
    paper = "Purchase100: 97.8 and 87.5% accuracy; CIFAR-10: 100.0 and 87.9%"
    accuracy, exposed = summary["accuracy"], summary["exposed"]
    if accuracy["verdict"] is None:
        return not_tested(key, text, paper, "accuracies are not known")
    gap = points({"value": accuracy["gap"], "ci": accuracy["gap_ci"]})
    figure = f"{count(exposed['count'])} of {count(summary['dataset']['records'])} records exposed; gap {gap}"
    if accuracy["verdict"] == "overfitted":
        return Claim(
            key, text, paper, UNTESTED, figure, "this model overfits, so it says nothing about those that do not"
        )
    if exposed["count"]:
        return Claim(key, text, paper, HOLDS, figure, f"the model is {accuracy['verdict']}, and records are exposed")
    seen = exposed["detectable"]
    why = "no record is exposed" + ("; so few models would hardly report any" if seen is None else "")
    return Claim(key, text, paper, UNTESTED if seen is None else FAILS, figure, why)


def outliers(rows: Rows, summary: dict) -> Claim:
    """The paper's answer to Q1."""
    key, text = "outliers", "The exposed records are outliers inside their class"
    paper = "vulnerable records lie far from the middle of their class (by maps and pictures; no figure)"
    found = summary["characteristics"]
    name = "feature_centroid_distance" if "feature_centroid_distance" in found else "centroid_distance"
    block = found.get(name)
    if not summary["exposed"]["count"] or not block or block["auroc"] is None or not block.get("ci"):
        return not_tested(key, text, paper, "no record is exposed here, or none has a distance")
    causes = summary["causes"]
    told = ", ".join(f"{cause} {count(n)}" for cause, n in causes.items() if n)
    figure = (
        f"AUROC of the distance to the middle of the class {number(block['auroc'], 2)} "
        f"({between(block['ci'], number, 2)}), exposed against others; causes: {told}"
    )
    low, high = block["ci"]
    if low >= FAR:
        return Claim(key, text, paper, HOLDS, figure, "exposed records lie farther out, clearly")
    if low > 0.5:
        return Claim(key, text, paper, PARTLY, figure, "exposed records lie farther out, but not by much")
    why = "exposed records lie nearer" if high < 0.5 else "exposed records lie no farther out than others"
    return Claim(key, text, paper, FAILS, figure, why)


def smoothing(rows: Rows, summary: dict) -> Claim:
    """Of Tables 1 and 2."""
    key, text = "label-smoothing", "Label smoothing raises the leak, although it generalises"
    paper = "AUC 57.3 to 59.4 (Purchase100), 60.3 to 67.3 (CIFAR-10)"
    if "label-smoothing" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    change, before, after = _changes(rows, "label-smoothing")
    figure = f"AUC {points(change['auc'])}, advantage {points(change['apart'])}; adaptive attacker {before} to {after}"
    ups, downs = ([sign * v > 0 for v in bounds] for sign, bounds in (
        (1, (change["auc"]["ci"][0], change["apart"]["ci"][0])),
        (-1, (change["auc"]["ci"][1], change["apart"]["ci"][1])),
    ))  # fmt: skip
    if all(ups):
        return Claim(key, text, paper, HOLDS, figure, "both AUC and advantage rise, by more than chance")
    if any(ups) and not any(downs):
        return Claim(key, text, paper, PARTLY, figure, "one of the two rises by more than chance")
    return Claim(key, text, paper, FAILS, figure, "the paper's attack does not gain by it")


def stopping(rows: Rows, summary: dict) -> Claim:
    """Of Tables 1 and 2."""
    key, text = "early-stopping", "Early stopping does little"
    paper = "advantage 13.9 to 10.4 (Purchase100), 22.1 to 22.0 (CIFAR-10)"
    if "early-stopping" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    left = rows["early-stopping"]["change"]["advantage_kept"]
    if left is None:
        return not_tested(key, text, paper, "the original shows no advantage")
    figure = f"{share(left)} of the advantage is left, at {_cost(rows, 'early-stopping')} of accuracy"
    low, high = left["ci"]
    if low > 1 - LITTLE:
        return Claim(key, text, paper, HOLDS, figure, "it takes less than a third of the advantage")
    if high < 1 - LITTLE:
        return Claim(key, text, paper, FAILS, figure, "it takes more than a third of the advantage")
    return Claim(key, text, paper, PARTLY, figure, "whether it takes less than a third of the advantage is not sure")


def compromise(rows: Rows, summary: dict) -> Claim:
    """Of Tables 1 and 2."""
    key, text = "compromise", "L2 with dropout is the best compromise"
    paper = "advantage 13.9 to 3.7 at .4 points of accuracy (Purchase100), 22.1 to 15.4 at a gain (CIFAR-10)"
    if "l2-dropout-25" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    change = rows["l2-dropout-25"]["change"]
    left = change["advantage_kept"]
    if left is None:
        return not_tested(key, text, paper, "the original shows no advantage")
    figure = f"{share(left)} of the advantage is left, at {_cost(rows, 'l2-dropout-25')} of accuracy"
    if left["ci"][0] >= 1 or change["test_accuracy"]["ci"][1] < -CHEAP:
        why = "it takes nothing of the advantage" if left["ci"][0] >= 1 else "it costs more than a point of accuracy"
        return Claim(key, text, paper, FAILS, figure, why)
    cheap = {k: r for k, r in rows.items() if k not in NO_RIVALS and r["change"]["test_accuracy"]["value"] >= -CHEAP}
    better = [
        k
        for k, r in cheap.items()
        if r["ours"]["advantage"]["value"] < rows["l2-dropout-25"]["ours"]["advantage"]["value"]
    ]
    if better:
        names = ", ".join(rows[k]["name"] for k in better)
        return Claim(key, text, paper, PARTLY, figure, f"it helps, but {names} leaves less advantage within a point")
    if left["ci"][1] >= 1 or change["test_accuracy"]["value"] < -CHEAP:
        return Claim(key, text, paper, PARTLY, figure, "nothing is better, but what it gains or costs is not sure")
    return Claim(key, text, paper, HOLDS, figure, "of all trained rows within a point of accuracy it leaves least")


NO_RIVALS = ("original", "l2-dropout-25", "l2-dropout-50", "reweighted", "l2-dropout-25-reweighted")
"""Rows that are no rivals of the compromise: itself, and defences of answers."""


def private(rows: Rows, summary: dict) -> Claim:
    """Of Tables 1 and 2."""
    key, text = "dp-sgd", "DP-SGD ends the leak, at a cost in accuracy"
    paper = "AUC 50.4 at 26.3 points (Purchase100), 50.0 at 28.4 points (CIFAR-10)"
    if "dp-sgd" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    row = rows["dp-sgd"]
    auc, lost = row["adaptive"]["auc"], row["change"]["test_accuracy"]
    ci = row["adaptive"]["auc_ci"]
    figure = (
        f"AUC {_auc(row['ours']['auc'])}, adaptive attacker {_auc({'value': auc, 'ci': ci})}; accuracy {points(lost)}"
        f"{_exposure(rows, 'dp-sgd')}"
    )
    ends, costs = max(ci[1], row["ours"]["auc"]["ci"][1]) < ENDED, lost["ci"][1] < -CHEAP
    if ends and costs:
        return Claim(key, text, paper, HOLDS, figure, "no attacker is better than guessing, and accuracy is lost")
    if ends:
        return Claim(
            key, text, paper, PARTLY, figure, "no attacker is better than guessing, and little accuracy is lost"
        )
    if row["ours"]["auc"]["ci"][1] < ENDED:
        return Claim(key, text, paper, PARTLY, figure, "the paper's attack ends; an adaptive one still finds something")
    return Claim(key, text, paper, FAILS, figure, "attacks are still better than guessing")


def reweighting(rows: Rows, summary: dict) -> Claim:
    """Of Table 3."""
    key, text = "logit-reweighting", "Logit reweighting halves the advantage at no cost in accuracy"
    paper = "advantage 22.1 to 11.9, and 15.4 to 7.7 after L2 and dropout (CIFAR-10)"
    if "reweighted" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    left = rows["reweighted"]["change"]["advantage_kept"]
    if left is None:
        return not_tested(key, text, paper, "the original shows no advantage")
    _, before, after = _changes(rows, "reweighted")
    figure = f"{share(left)} of the advantage is left under the paper's attack; adaptive attacker {before} to {after}"
    if left["ci"][0] >= HALF:
        return Claim(key, text, paper, FAILS, figure, "the advantage is not halved even under the paper's attack")
    if left["ci"][1] > HALF:
        return Claim(key, text, paper, PARTLY, figure, "whether the advantage is halved is not sure")
    first, second = (rows[k]["adaptive"]["auc_ci"] for k in ("original", "reweighted"))
    if second[1] < first[0]:
        return Claim(key, text, paper, HOLDS, figure, "halved, and an attacker who inverts the answers has less, too")
    return Claim(
        key, text, paper, PARTLY, figure, "halved for the paper's attacker; one who inverts the answers has all"
    )


def _changes(rows: Rows, key: str) -> tuple[dict, str, str]:
    """(changes of a row, AUC of the adaptive attacker before and after)."""
    return rows[key]["change"], *(number(rows[k]["adaptive"]["auc"], 3) for k in ("original", key))  # type: ignore[return-value]


def _auc(part: dict) -> str:
    return f"{number(part['value'], 3)} ({between(part['ci'], number, 3)})"


def _exposure(rows: Rows, key: str) -> str:
    """Mean exposure of the exposed, before and after; nothing where nobody is exposed."""
    before, after = (rows[k]["exposure"]["mean"] for k in ("original", key))
    if before is None or after is None:
        return ""
    return f"; mean exposure of the exposed {percent(before, 1)} to {percent(after, 1)}"


def _cost(rows: Rows, key: str) -> str:
    change = rows[key]["change"]["test_accuracy"]
    return points({"value": -change["value"], "ci": [-v for v in reversed(change["ci"])]})


CLAIMS: tuple[Callable[[Rows, dict], Claim], ...] = (
    well_behaved, outliers, smoothing, stopping, compromise, private, reweighting
)  # fmt: skip


def like_accuracy(rows: Rows, within: float = 0.02) -> list[dict]:
    """Each row of DP-SGD beside the rows whose accuracy is like its own, at most so far: {"row", "others"}, keys."""
    private_rows = [k for k in rows if k.startswith("dp-sgd")]
    at = {k: r["ours"]["test_accuracy"]["value"] for k, r in rows.items()}
    rest = [k for k in rows if k not in private_rows]
    return [{"row": k, "others": [o for o in rest if abs(at[o] - at[k]) <= within]} for k in private_rows]
