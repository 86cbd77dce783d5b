"""What must be known before runs are set against each other, a line each."""

from collections.abc import Sequence
from typing import Any

from standout.flows.comparison.finished import Finished
from standout.flows.comparison.pairs import Pair


def cautions(runs: Sequence[Finished], pairs: Sequence[Pair]) -> list[str]:
    """Lines for all runs, then for pairs."""
    lines = []
    for name, of, why in (
        ("fpr", lambda r: r.summary["exposed"]["fpr"], "exposures and exposed counts are not comparable"),
        ("exposed_above", lambda r: r.summary["exposed"]["above"], "exposed counts are not comparable"),
        ("attack", lambda r: r.summary["exposed"]["attack"], "AUC and TPR are of different attacks"),
        ("shadows", lambda r: r.summary["shadows"]["count"], "more models report more records, and attack better"),
        (
            "fraction",
            lambda r: r.summary["shadows"]["fraction"],
            "models were trained on different shares of the records",
        ),
        ("standout", lambda r: r.summary["standout"], "estimates may have changed between versions"),
    ):
        if line := differing(name, {r.name: of(r) for r in runs}, why):
            lines.append(line)
    for pair in pairs:
        lines += of_pair(pair)
    if any(p.compared and p.same_setting("fpr") for p in pairs):
        lines.append(
            "clearly higher: 95 % intervals of a record do not meet; each interval is for one record alone, so among "
            "many some do so by chance"
        )
    return lines


def differing(name: str, values: dict[str, Any], why: str) -> str | None:
    """`not the same fpr (a 0.001, b 0.01): why`, or None where it does not."""
    if len(set(values.values())) < 2:
        return None
    shown = [f"{run} {v:.4g}" if isinstance(v, float) else f"{run} {v}" for run, v in values.items()]
    return f"not the same {name} ({', '.join(shown)}): {why}"


def of_pair(pair: Pair) -> list[str]:
    """Lines for one pair."""
    a, b = pair.a, pair.b
    both = f"{a.name} and {b.name}"
    if a.summary["key"] == b.summary["key"]:
        return [f"{both} are the same audit (same key), in two folders"]
    if not len(pair.ids):
        return [f"{both} share no record id: different data, records are not compared"]
    if not pair.compared:
        return [
            f"{both} share {len(pair.ids):,} ids, and {pair.relabelled:,} of these have another label: different data, "
            "records are not compared"
        ]
    lines = []
    if pair.unlabelled:
        lines.append(f"{both}: labels are not known; that records are the same is taken from their ids alone")
    if pair.relabelled:
        lines.append(f"{both}: {pair.relabelled:,} of {len(pair.ids):,} shared records have another label")
    left, right = len(a.records) - len(pair.ids), len(b.records) - len(pair.ids)
    if left or right:
        lines.append(
            f"{both} share {len(pair.ids):,} records; {left:,} are in {a.name} alone, {right:,} in {b.name} alone"
        )
    elif None not in (a.data_key(), b.data_key()) and a.data_key() != b.data_key():
        lines.append(f"{both}: ids are the same and the data are not; other columns or values may explain a difference")
    return lines
