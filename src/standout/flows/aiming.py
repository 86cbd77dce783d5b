"""Whom targeted defences are aimed at: by what the audit found, by screening, or by name."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from standout.errors import InputError, did_you_mean, listed
from standout.explain import CHARACTERISTICS
from standout.explain.ranking import CHEAP, SHARE, order_of, ranked_by, suspicion
from standout.flows.stored import Audit

ON = ("exposed", "suspects", "suspect-labels", "all")
"""Words for whom a defence is aimed at; whatever else is given names records by their ids."""


def aim_of(audit: Audit, on: str | Path | Sequence[str]) -> np.ndarray:
    """Ids that targeted defences are aimed at, text (T,), in the order of records.

    on: "exposed", those that the audit reports; "suspects", the head of its screening (`suspects`); "suspect-labels",
    those with the cause `suspect label`; "all"; ids, or the path of a file with one id a line. Raises InputError where
    that is nobody.
    """
    all_ids = audit.records.ids
    if isinstance(on, str) and on in ON:
        chosen = {
            "exposed": lambda: audit.table["exposed"].to_numpy(),
            "suspects": lambda: suspects(audit),
            "suspect-labels": lambda: (audit.table["cause"] == "suspect label").to_numpy(),
            "all": lambda: np.ones(len(all_ids), dtype=bool),
        }[on]()
        if not chosen.any():
            what = "record with a suspect label" if on == "suspect-labels" else f"{on} record"
            raise InputError(
                f"the audit reports no {what}, so there is nothing to aim at; give --on suspects or a file of ids, or "
                "audit with more shadows"
            )
        return all_ids[chosen]
    if isinstance(on, (str, Path)):
        try:
            wanted = [line.strip() for line in Path(on).read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as e:
            why = e.strerror if isinstance(e, OSError) and e.strerror else "it is no text"
            raise InputError(
                f"--on {on}: neither {listed(ON)} nor a file of ids that can be read ({why})"
                + did_you_mean(str(on), ON)
            ) from e
    else:
        if not isinstance(on, Iterable):
            raise InputError(f"on must be {listed(ON)}, ids or the path of a file of ids, not {on!r}")
        wanted = [str(i) for i in on]
    unknown = sorted(set(wanted) - set(all_ids.tolist()))
    if unknown or not wanted:
        raise InputError(f"--on: no audited record has the id {unknown[0]!r}" if unknown else "--on: no id is given")
    return all_ids[np.isin(all_ids, wanted)]


def suspects(audit: Audit) -> np.ndarray:
    """The head of the audit's screening, bool (N,): as many records as the audit reports, 1 % at least.

    The ranking is that of `standout screen`, by one training and the data alone: no IN model of a record was set
    against an OUT model of it. Records that none of the audit's first models trained on are not ranked. Raises
    InputError where the run has no screening.
    """
    table = audit.table
    cheap = {n: table[n].to_numpy(dtype=float) for n, c in CHARACTERISTICS.items() if c.group in CHEAP and n in table}
    by = ranked_by(cheap)
    if not audit.summary.get("screening") or not by or not np.isfinite(cheap[by[0]]).any():
        raise InputError(
            f"--on suspects: {audit.folder.path} has no screening, which ranks records by one training; add it by "
            f"`standout explain {audit.folder.path}`, or give a file of ids from `standout screen`"
        )
    judged = np.flatnonzero(np.isfinite(cheap[by[0]]))
    size = max(int(table["exposed"].sum()), round(SHARE * len(judged)), 1)
    chosen = np.zeros(len(table), dtype=bool)
    chosen[judged[order_of(suspicion({n: v[judged] for n, v in cheap.items()}))[:size]]] = True
    return chosen
