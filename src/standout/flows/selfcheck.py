"""Does this installation find what it must, and nothing else?"""

import time
import warnings
from collections.abc import Callable, Iterator

from threadpoolctl import threadpool_limits

from standout.attacks import ATTACKS
from standout.attacks.golden import fingerprints, table
from standout.errors import one_line
from standout.flows.checks.extras import mlp, parquet, tables
from standout.flows.checks.flip import flip
from standout.flows.checks.golden import golden_exposure, golden_scores, published_code, signals_by_hand
from standout.flows.checks.nulls import null_elsewhere, null_noise, null_shuffled
from standout.flows.checks.outcome import Check
from standout.flows.checks.planted import flipped_labels, planted_memory
from standout.run.key import libraries
from standout.run.version import __version__

CHECKS: tuple[Callable[[], Check], ...] = (
    signals_by_hand,
    golden_scores,
    golden_exposure,
    published_code,
    flip,
    planted_memory,
    flipped_labels,
    null_noise,
    null_elsewhere,
    null_shuffled,
    mlp,
    tables,
    parquet,
)
"""In the order in which they run: the quick ones first."""


def outcomes(checks=CHECKS) -> Iterator[tuple[Check, float]]:
    """(what a check says, seconds that it took), one after the other; one that raises has failed."""
    for check in checks:
        start = time.perf_counter()
        try:
            with threadpool_limits(1), warnings.catch_warnings(action="ignore"):  # small work: threads would only wait
                said = check()
        except Exception as e:  # whatever is broken, the others are to be run and the user gets a line
            said = Check(check.__name__.replace("_", " "), False, f"{type(e).__name__}: {one_line(e)}")
        yield said, time.perf_counter() - start


def verdict(found: list[tuple[Check, float]]) -> dict:
    """All of it as JSON: passed is null for what was not checked."""
    return {
        "schema": "standout-selfcheck/1",
        "standout": __version__,
        "passed": all(check.passed in (True, None) for check, _ in found),
        "checks": [
            {"name": check.name, "passed": check.passed, "line": check.line, "seconds": round(seconds, 3)}
            for check, seconds in found
        ],
        "attacks": {name: attack.version for name, attack in ATTACKS.items()},
        "golden": {**fingerprints(ATTACKS), "exposure": table()["exposure"]["golden"]},
        "libraries": libraries(),
        "seconds": round(sum(seconds for _, seconds in found), 3),
    }
