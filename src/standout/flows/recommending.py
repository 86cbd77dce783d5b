"""What to do, as a paragraph that follows from the figures of defences.json and from nothing else."""

from dataclasses import dataclass
from itertools import pairwise

from standout.defend.table import DEFENCES
from standout.report.words import count, number, percent, plural

COST = 0.002
"""Accuracy that a defence may cost."""
NEW = 0.05
"""Newly exposed records beyond the control, as a share of the exposed ones, that it may bring."""
WORTH = 0.2
"""Share of the exposure that it must cut, and surely more than none of it."""
CHECK = "suspect label"
BASELINE = "dp-sgd"


@dataclass(frozen=True)
class Advice:
    """The paragraph, the defence that it recommends (None: none), and what each cause of exposure asks for."""

    text: str
    name: str | None
    by_cause: dict[str, dict]


def recommended(baseline: dict, defences: dict[str, dict]) -> Advice:
    """From the block of the control and those of the defences.

    A defence may be recommended where its accuracy cost is at most COST (by the upper end of the interval, or, where
    none is so sure, by the figure itself, which is then said), where no attacker who knows it does better on all
    records than on the control, and where the exposure that it cuts is worth it. Those that expose few others come
    first; of these the one that leaves the least exposure.
    """
    known = {text: d for text, d in defences.items() if d["exposed_before"]["exposure_after"] is not None}
    if not known:
        return Advice(
            "The audit reports no exposed record: there is nothing that a defence could be judged by.", None, {}
        )
    best = best_of(baseline, known, known, lambda d: d["exposed_before"])
    causes = {c: for_cause(c, baseline, known) for c in next(iter(known.values()))["by_cause"]}
    lines = [none_is(known) if best is None else what_it_does(best, baseline, known[best])]
    lines += beyond(best, baseline, known)
    lines += beside_dp(best, baseline, known)
    lines += [advice["text"] for advice in causes.values()]
    return Advice(" ".join(lines), best, causes)


def best_of(baseline: dict, defences: dict[str, dict], among: dict[str, dict], of) -> str | None:
    """The name of the best of `among` for the records whose block `of` gives; None where none may be recommended."""
    able = {text: d for text, d in among.items() if cheap(d) and not louder(baseline, d) and worth(of(d))}
    sure = {text: d for text, d in able.items() if surely_cheap(d)} or able
    clean = {text: d for text, d in sure.items() if not exposes_others(d)} or sure
    return min(clean, key=lambda text: of(clean[text])["exposure_after"]) if clean else None


def cheap(d: dict) -> bool:
    """Whether it costs at most COST of accuracy."""
    return d["accuracy_cost"] <= COST


def surely_cheap(d: dict) -> bool:
    """The same at the upper end of the interval."""
    return d["accuracy_cost_ci"][1] <= COST


def exposes_others(d: dict) -> bool:
    """Whether more records become exposed, beyond the control, than NEW of the exposed ones."""
    return d["newly_exposed"]["excess"] > NEW * d["exposed_before"]["count"]


def louder(baseline: dict, d: dict) -> bool:
    """Whether an attacker who knows it does better on all records than on the control, beyond both intervals."""
    return d["adaptive"]["auc_ci"][0] > baseline["adaptive"]["auc_ci"][1]


def worth(found: dict) -> bool:
    """Whether a block of some records shows a cut that is worth it."""
    return found["cut"] is not None and found["cut"] >= WORTH and found["cut_ci"][0] > 0


def points(value: float) -> str:
    """A difference of accuracies in points of per cent."""
    return number(100 * value, 2)


def what_it_does(text: str, baseline: dict, d: dict) -> str:
    """Sentences on a recommended defence."""
    own, held = d["exposed_before"], d["exposed_before"]["seen"]
    sure = "" if surely_cheap(d) else f", so that more than {points(COST)} cannot be ruled out"
    return (
        f"Recommended: {text}. Mean exposure of the {plural(own['count'], 'exposed record')} falls "
        f"from {percent(own['exposure'])} "
        f"to {percent(own['exposure_after'])}, a cut of {between(own['cut'], own['cut_ci'], percent)}; they are "
        f"recognised in {percent(held['after'])} of the trainings held out, in {percent(held['before'])} without. "
        f"It {'gains' if d['accuracy_cost'] < 0 else 'costs'} "
        f"{between(*gain_or_cost(d), points)} points of test accuracy{sure}. {others(d)} Over all records, an attacker "
        f"who knows it has an AUC of {number(d['adaptive']['auc'])}, {number(baseline['adaptive']['auc'])} without it."
    )


def gain_or_cost(d: dict) -> tuple[float, list[float]]:
    """The cost in accuracy and its interval, with the other sign where it is a gain."""
    value, (low, high) = d["accuracy_cost"], d["accuracy_cost_ci"]
    return (-value, [-high, -low]) if value < 0 else (value, [low, high])


def between(value: float, ci: list[float], how) -> str:
    """A figure and its interval."""
    return f"{how(value)} ({how(ci[0])} to {how(ci[1])})"


def others(d: dict) -> str:
    """A sentence on newly exposed records."""
    excess = d["newly_exposed"]["excess"]
    if excess <= 0:
        return "No more other records become exposed than under the control."
    told = f"{plural(excess, 'other record')} become{'s' if excess == 1 else ''} exposed beyond the control"
    if len(rounds := d.get("rounds", [])) > 1:
        last = rounds[-1]
        count, left = plural(last["aimed"], "record"), last["newly_exposed"]["excess"]
        return f"{told}; in round {last['round']}, aimed at {count}, {'none' if left <= 0 else left} of the rest."
    return f"{told}: aim at these, too, by --rounds." if exposes_others(d) else f"{told}."


def why_not(baseline: dict, d: dict) -> str:
    """Why a defence that cuts more is not recommended."""
    if not cheap(d):
        return f"costs {points(d['accuracy_cost'])} points of test accuracy"
    if louder(baseline, d):
        return "gives more of all records away to an attacker who knows it"
    if exposes_others(d):
        return f"exposes {plural(d['newly_exposed']['excess'], 'other record')} beyond the control"
    return f"may cost {points(d['accuracy_cost_ci'][1])} points of test accuracy"


def beyond(best: str | None, baseline: dict, defences: dict[str, dict]) -> list[str]:
    """A sentence on the defence that leaves the exposed the least, where it is not the one that is recommended."""
    after = lambda text: defences[text]["exposed_before"]["exposure_after"]  # noqa: E731
    most = min(defences, key=after)
    if most == best or not worth(defences[most]["exposed_before"]):
        return []
    reason = why_not(baseline, defences[most])
    if best is None:
        return [f"The most is cut by {most}, down to {percent(after(most))}: it {reason}."]
    return [f"{most} leaves less, {percent(after(most))}, but {reason}."]


def none_is(defences: dict[str, dict]) -> str:
    """A sentence where nothing can be recommended."""
    if any(worth(d["exposed_before"]) for d in defences.values()):
        return f"No defence here protects the exposed records for at most {points(COST)} points of test accuracy."
    return "No defence here protects the exposed records."


def is_baseline(d: dict) -> bool:
    """Whether it is DP-SGD alone."""
    return d["name"] == BASELINE


def beside_dp(best: str | None, baseline: dict, defences: dict[str, dict]) -> list[str]:
    """A sentence on DP-SGD of like accuracy; none where DP-SGD is not there to be trained."""
    dp = {text: d for text, d in defences.items() if is_baseline(d)}
    if not dp:
        add = (
            "DP-SGD was not trained beside it: give --defence dp-sgd, too, to compare." if BASELINE in DEFENCES else ""
        )
        return [add] if add and best is not None else []
    if best is None or is_baseline(defences[best]):
        rival = [text for text, d in defences.items() if not is_baseline(d) and beats(d, curve(baseline, defences))]
        return [] if rival else ["No defence here beats DP-SGD at like accuracy."]
    own = defences[best]
    there = at_accuracy(curve(baseline, defences), own["test_accuracy"])
    if there is None:
        return [f"No DP-SGD here is as accurate as {best} or more."]
    told = f"DP-SGD leaves {percent(there)} at like accuracy, on the line through its strengths and the control"
    if beats(own, curve(baseline, defences)):
        return [f"{told}: more than {best}."]
    return [f"No defence here beats DP-SGD at like accuracy: {told}."]


def curve(baseline: dict, defences: dict[str, dict]) -> list[tuple[float, float]]:
    """(test accuracy, exposure of the exposed) of the control and every strength of DP-SGD, by accuracy: corners of the
    lower hull. Who trains one of two at random, who has both, gets what lies between them."""
    own = next(iter(defences.values()))["exposed_before"]["exposure"]
    found = [(baseline["test_accuracy"], own)]
    found += [(d["test_accuracy"], d["exposed_before"]["exposure_after"]) for d in defences.values() if is_baseline(d)]
    hull: list[tuple[float, float]] = []
    for x, y in sorted(found):
        while hull and hull[-1][1] >= y:  # as accurate or more, and less exposed
            hull.pop()
        while len(hull) > 1 and above_line(hull[-2], hull[-1], (x, y)):
            hull.pop()
        hull.append((x, y))
    return hull


def above_line(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b lies on or above the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) >= (c[1] - a[1]) * (b[0] - a[0])


def at_accuracy(corners: list[tuple[float, float]], accuracy: float) -> float | None:
    """The least exposure that the curve has at this accuracy or more; None beyond its end."""
    if accuracy > corners[-1][0]:
        return None
    for (x0, y0), (x1, y1) in pairwise(corners):
        if x0 <= accuracy <= x1:
            return y0 + (y1 - y0) * (accuracy - x0) / (x1 - x0)
    return corners[0][1]


def beats(d: dict, corners: list[tuple[float, float]]) -> bool:
    """Whether a defence lies below the curve, by the upper end of its interval."""
    there = at_accuracy(corners, d["test_accuracy"])
    return there is None or d["exposed_before"]["exposure_after_ci"][1] < there


def for_cause(cause: str, baseline: dict, defences: dict[str, dict]) -> dict:
    """What the exposed records of one cause ask for: {"count", "action": "check", "defend" or "none", "defence",
    "exposure", "exposure_after", "text"}. Labels that are suspect are checked first; the others get the aimed defence
    that leaves them the least exposure, of those that may be recommended."""
    blocks = {text: d for text, d in defences.items() if d["targeted"]}
    of = lambda d: d["by_cause"][cause]  # noqa: E731
    before = of(next(iter(defences.values())))
    n, empty = before["count"], {"defence": None, "exposure": before["exposure"], "exposure_after": None}
    if cause == CHECK:
        text = f"Cause {cause} ({count(n)}): check {'this label' if n == 1 else 'these labels'} before all else."
        return {"count": n, "action": "check", **empty, "text": text}
    best = best_of(baseline, defences, blocks, of)
    if best is None:
        text = f"Cause {cause} ({count(n)}): no aimed defence here can be recommended."
        return {"count": n, "action": "none", **empty, "text": text}
    after = of(defences[best])["exposure_after"]
    but = f", though it {why_not(baseline, defences[best])}" if exposes_others(defences[best]) else ""
    text = f"Cause {cause} ({count(n)}): {best}, from {percent(before['exposure'])} to {percent(after)}{but}."
    told = {"defence": best, "exposure": before["exposure"], "exposure_after": after}
    return {"count": n, "action": "defend", **told, "text": text}
