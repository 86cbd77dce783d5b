"""Each claim of the paper against our figures: pure functions of what reproduction.json and summary.json hold.

Changes of the advantage are those at a threshold found on other models (`apart` in rows.py).
"""

from dataclasses import asdict, dataclass

from standout.flows.reproduction.paper import NAMES
from standout.report.words import between, count, number, percent

HOLDS, PARTLY, FAILS = "holds", "holds in part", "does not hold here"
UNSURE, UNTESTED = "not sure here", "not tested"
VERDICTS = (HOLDS, PARTLY, FAILS, UNSURE, UNTESTED)
LITTLE = 1 / 3
"""Early stopping does little where it takes less than this share of the advantage: it takes a quarter in Table 1."""
HALF = 0.6
"""Share of the advantage that may be left where it is said to be halved: .50 and .54 are left in Table 3."""
CHEAP = 0.01
"""Accuracy that a compromise may cost."""
ENDED = 0.52
"""AUC below which an attack is no better than guessing for practical purposes: .504 and .500 in the paper."""
NOTHING = 0.005
"""Change of AUC or advantage that is none for practical purposes."""
SAFE = 0.01
"""Mean exposure up to which records count as protected."""
SEEN = 0.5
"""Exposure that must be reported before "nobody is exposed" says anything."""
FAR = 0.6
"""AUROC of a distance from which on it tells exposed records from others."""


@dataclass(frozen=True)
class Claim:
    """key, text: of the claim; paper: its own figures; verdict: one of those above; figure: ours with the interval
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
    return [
        well_behaved(rows, summary), outliers(rows, summary, marked),
        *(claim(rows) for claim in (smoothing, stopping, compromise, private, reweighting)),
    ]  # fmt: skip


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
    if exposed["count"] and (denied := _denied(rows, summary)):
        return Claim(key, text, paper, UNSURE, figure, denied)
    if exposed["count"]:
        return Claim(key, text, paper, HOLDS, figure, f"the model is {accuracy['verdict']}, and records are exposed")
    seen = exposed["detectable"]
    if seen is None:
        return not_tested(key, text, paper, f"no record is exposed; so few models would hardly report any. {figure}")
    if seen > SEEN:
        why = f"nobody is exposed, but only an exposure from {percent(seen, 0)} on would be reported, with 80% chance"
        return Claim(key, text, paper, UNSURE, figure, why)
    return Claim(key, text, paper, FAILS, figure, "no record is exposed")


def outliers(rows: Rows, summary: dict, marked: dict | None) -> Claim:
    """The paper's answer to Q1, of the exposed records; what its own threshold marks can take something away."""
    key, text = "outliers", "The exposed records are outliers inside their class"
    paper = "vulnerable records lie far from the middle of their class (by maps and pictures; no figure)"
    found = summary["characteristics"]
    name = "feature_centroid_distance" if "feature_centroid_distance" in found else "centroid_distance"
    block = found.get(name)
    if not summary["exposed"]["count"] or not block or block["auroc"] is None or not block.get("ci"):
        why = "no record is exposed here, or none has a distance"
        if marked is not None:
            why += f"; AUROC of the distance of those that the paper's own threshold marks {_auc(marked, 2)}"
        return not_tested(key, text, paper, why)
    told = ", ".join(f"{cause} {count(n)}" for cause, n in summary["causes"].items() if n)
    figure = (
        f"AUROC of the distance to the middle of the class {number(block['auroc'], 2)} "
        f"({between(block['ci'], number, 2)}), exposed against others; causes: {told}"
    )
    if marked is not None:
        figure += f"; of the records that the paper's own threshold marks {_auc(marked, 2)}"
    low, high = block["ci"]
    if denied := _denied(rows, summary):
        return Claim(key, text, paper, UNSURE, figure, denied)
    if low > 0.5 and marked is not None and marked["ci"][1] < 0.5:
        why = "those exposed at their own rate lie farther out; those that the paper's threshold marks lie nearer"
        return Claim(key, text, paper, PARTLY, figure, why)
    if low >= FAR:
        return Claim(key, text, paper, HOLDS, figure, "exposed records lie farther out, clearly")
    if low > 0.5:
        return Claim(key, text, paper, PARTLY, figure, "exposed records lie farther out, but not by much")
    if high >= FAR:
        return Claim(key, text, paper, UNSURE, figure, "too few exposed records to say")
    why = "exposed records lie nearer" if high < 0.5 else "exposed records lie hardly farther out than others"
    return Claim(key, text, paper, FAILS, figure, why)


def smoothing(rows: Rows) -> Claim:
    """Of Tables 1 and 2."""
    key, text = "label-smoothing", "Label smoothing raises the leak, although it generalises"
    paper = "AUC 57.3 to 59.4 (Purchase100), 60.3 to 67.3 (CIFAR-10)"
    if "label-smoothing" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    change, before, after = _changes(rows, "label-smoothing")
    figure = (
        f"AUC {points(change['auc'])}, advantage {points(change['apart'])}; adaptive attacker {before} to {after}; "
        f"accuracy {points(change['test_accuracy'])}"
    )
    lows, highs = zip(change["auc"]["ci"], change["apart"]["ci"])
    ups, downs = sum(v > 0 for v in lows), sum(v < 0 for v in highs)
    if ups == 2 and change["test_accuracy"]["ci"][1] < -CHEAP:
        return Claim(key, text, paper, PARTLY, figure, "the leak rises, but accuracy falls by more than a point")
    if ups == 2:
        return Claim(key, text, paper, HOLDS, figure, "both AUC and advantage rise, by more than chance")
    if ups:
        why = "one of the two rises by more than chance" + (", the other falls" if downs else "")
        return Claim(key, text, paper, PARTLY, figure, why)
    if downs or max(highs) < NOTHING:
        return Claim(key, text, paper, FAILS, figure, "the paper's attack does not gain by it")
    return Claim(key, text, paper, UNSURE, figure, "neither AUC nor advantage changes by more than chance")


def stopping(rows: Rows) -> Claim:
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
    return Claim(key, text, paper, UNSURE, figure, "whether it takes less than a third of the advantage is not sure")


def compromise(rows: Rows) -> Claim:
    """Of Tables 1 and 2. A rival leaves less where its interval lies below that of the row."""
    key, text = "compromise", "L2 with dropout is the best compromise"
    paper = "advantage 13.9 to 3.7 at .4 points of accuracy (Purchase100), 22.1 to 15.4 at a gain (CIFAR-10)"
    if "l2-dropout-25" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    change = rows["l2-dropout-25"]["change"]
    left, lost = change["advantage_kept"], change["test_accuracy"]
    if left is None:
        return not_tested(key, text, paper, "the original shows no advantage")
    figure = f"{share(left)} of the advantage is left, at {_cost(rows, 'l2-dropout-25')} of accuracy"
    if left["ci"][0] >= 1 or lost["ci"][1] < -CHEAP:
        why = "it takes nothing of the advantage" if left["ci"][0] >= 1 else "it costs more than a point of accuracy"
        return Claim(key, text, paper, FAILS, figure, why)
    if left["ci"][1] >= 1:
        return Claim(key, text, paper, UNSURE, figure, "whether it takes anything of the advantage is not sure")
    cheap = {k: r for k, r in rows.items() if k not in NO_RIVALS and r["change"]["test_accuracy"]["value"] >= -CHEAP}
    better = [r["name"] for r in cheap.values() if r["change"]["apart"]["ci"][1] < change["apart"]["ci"][0]]
    missing = [NAMES[k] for k in RIVALS if k not in rows]
    if better:
        why = f"it helps, but {', '.join(better)} leaves less advantage within a point"
    elif lost["value"] < -CHEAP:
        why = "it helps and nothing is better, but whether it costs more than a point is not sure"
    elif missing:
        why = f"it helps, and no row within a point of accuracy leaves less; not trained: {', '.join(missing)}"
    else:
        return Claim(key, text, paper, HOLDS, figure, "no other row within a point of accuracy leaves less")
    return Claim(key, text, paper, PARTLY, figure, why)


RIVALS = ("early-stopping", "l2-5e-4", "l2-1e-3", "l2-5e-3", "dp-sgd")
"""Rows of the paper's tables that might be better than the compromise."""
NO_RIVALS = ("original", "l2-dropout-25", "l2-dropout-50", "reweighted", "l2-dropout-25-reweighted")
"""Rows that are no rivals of the compromise: itself, and defences of answers."""


def private(rows: Rows) -> Claim:
    """Of Tables 1 and 2."""
    key, text = "dp-sgd", "DP-SGD ends the leak, at a cost in accuracy"
    paper = "AUC 50.4 at 26.3 points (Purchase100), 50.0 at 28.4 points (CIFAR-10)"
    if "dp-sgd" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    row = rows["dp-sgd"]
    adaptive = {"value": row["adaptive"]["auc"], "ci": row["adaptive"]["auc_ci"]}
    intervals, lost = (row["ours"]["auc"]["ci"], adaptive["ci"]), row["change"]["test_accuracy"]
    before, after = (rows[k]["exposure"]["mean"] for k in ("original", "dp-sgd"))
    figure = f"AUC {_auc(row['ours']['auc'])}, adaptive attacker {_auc(adaptive)}; accuracy {points(lost)}"
    if before is not None and after is not None:
        figure += f"; mean exposure of the exposed {percent(before, 1)} to {percent(after, 1)}"
    ended, standing = sum(ci[1] < ENDED for ci in intervals), sum(ci[0] >= ENDED for ci in intervals)
    spared = after is not None and after <= SAFE
    if ended == 2 and after is not None and not spared:
        return Claim(key, text, paper, PARTLY, figure, "on average the leak ends; single records stay exposed")
    if ended == 2 and lost["ci"][1] < -CHEAP:
        return Claim(key, text, paper, HOLDS, figure, f"no attack reaches an AUC of {ENDED:g}, and accuracy is lost")
    if ended == 2:
        why = f"no attack reaches an AUC of {ENDED:g}; that accuracy is lost is not shown"
        return Claim(key, text, paper, PARTLY, figure, why)
    if standing and spared:
        return Claim(key, text, paper, PARTLY, figure, "single records are protected; on average something still leaks")
    if standing == 2:
        return Claim(key, text, paper, FAILS, figure, "attacks are still better than guessing")
    if standing and ended:
        return Claim(key, text, paper, PARTLY, figure, "one of the two attacks ends; the other still finds something")
    return Claim(key, text, paper, UNSURE, figure, "whether the leak ends is not sure")


def reweighting(rows: Rows) -> Claim:
    """Of Table 3."""
    key, text = "logit-reweighting", "Logit reweighting halves the advantage at no cost in accuracy"
    paper = "advantage 22.1 to 11.9, and 15.4 to 7.7 after L2 and dropout (CIFAR-10)"
    if "reweighted" not in rows:
        return not_tested(key, text, paper, "the row was not trained")
    change, before, after = _changes(rows, "reweighted")
    left, lost = change["advantage_kept"], change["test_accuracy"]
    if left is None:
        return not_tested(key, text, paper, "the original shows no advantage")
    figure = (
        f"{share(left)} of the advantage is left under the paper's attack; adaptive attacker {before} to {after}; "
        f"accuracy {points(lost)}"
    )
    if left["ci"][0] >= HALF:
        return Claim(key, text, paper, FAILS, figure, "the advantage is not halved even under the paper's attack")
    if left["ci"][1] > HALF:
        return Claim(key, text, paper, UNSURE, figure, "whether the advantage is halved is not sure")
    if lost["ci"][1] < -CHEAP:
        return Claim(key, text, paper, PARTLY, figure, "halved for the paper's attacker, at a cost in accuracy")
    first, second = (rows[k]["adaptive"]["auc_ci"] for k in ("original", "reweighted"))
    if second[1] < first[0]:
        return Claim(key, text, paper, HOLDS, figure, "halved, and an attacker who inverts the answers has less, too")
    why = "halved for the paper's attacker; one who inverts the answers does not clearly lose"
    return Claim(key, text, paper, PARTLY, figure, why)


def _denied(rows: Rows, summary: dict) -> str:
    """Why those whom the audit reports do not count: nets trained anew, which nobody was chosen by, hardly give them
    away. Empty where they do, or where there are no such nets."""
    own, above = rows["original"]["exposure"], summary["exposed"]["above"]
    if own["ci"] is None or own["ci"][1] >= above:
        return ""
    return f"nets trained anew do not bear it out: exposure of the reported {share({**own, 'value': own['mean']}, 1)}"


def _changes(rows: Rows, key: str) -> tuple[dict, str, str]:
    """(changes of a row, AUC of the adaptive attacker before and after)."""
    return rows[key]["change"], *(number(rows[k]["adaptive"]["auc"], 3) for k in ("original", key))  # type: ignore[return-value]


def _auc(part: dict, decimals: int = 3) -> str:
    return f"{number(part['value'], decimals)} ({between(part['ci'], number, decimals)})"


def _cost(rows: Rows, key: str) -> str:
    change = rows[key]["change"]["test_accuracy"]
    return points({"value": -change["value"], "ci": [-v for v in reversed(change["ci"])]})


def like_accuracy(rows: Rows, within: float = 0.02) -> list[dict]:
    """Each row of DP-SGD beside the rows whose accuracy is like its own, at most so far: {"row", "others"}, keys."""
    private_rows = [k for k in rows if k.startswith("dp-sgd")]
    at = {k: r["ours"]["test_accuracy"]["value"] for k, r in rows.items()}
    rest = [k for k in rows if k not in private_rows]
    return [{"row": k, "others": [o for o in rest if abs(at[o] - at[k]) <= within]} for k in private_rows]
