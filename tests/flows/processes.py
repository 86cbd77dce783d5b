"""Audits in processes that a test may kill. They are forked from one that has imported all that an audit needs: to
import it takes longer than these audits."""

import multiprocessing
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else None)
if CONTEXT.get_start_method() == "forkserver":
    CONTEXT.set_forkserver_preload(["standout.flows.audit", "torch", "pyarrow.parquet", __name__])


def start(audit, folder: Path):
    """A process that runs audit(folder): one of the functions below."""
    process = CONTEXT.Process(target=audit, args=(folder,))
    process.start()
    return process


def finished(audit, folder: Path, seconds: float = 300) -> None:
    """Run audit(folder) to its end."""
    process = start(audit, folder)
    process.join(seconds)
    assert process.exitcode == 0


def stacks(folder: Path) -> None:
    """Three stacks of eight nets."""
    import numpy as np

    import standout

    few = standout.load("digits").take(np.arange(500))
    standout.audit(few, settings={"epochs": 3, "stack": 8}, shadows=24, jobs=1, out=folder)


def rounds(folder: Path) -> None:
    """Three rounds of a stack each; what is told of them is in a text file beside the folder."""
    import standout

    with folder.with_suffix(".txt").open("w", encoding="utf-8") as said:
        standout.audit(
            standout.load("wine"), settings={"epochs": 3, "stack": 8}, shadows=8, until_stable=True, most_shadows=24,
            attacks="moderated", jobs=1, out=folder, note=lambda line: print(line, file=said, flush=True),
        )  # fmt: skip
