"""All that the report shows of records themselves, for audits and for those explained again."""

import numpy as np
import pandas as pd

from standout.data.records import Records
from standout.explain import Evidence
from standout.flows.exploring import Signals, explorer
from standout.flows.pictured import pictured
from standout.flows.seen_by_nets import with_maps
from standout.shadows.outputs import Outputs


def seen(
    config: dict, records: Records, outputs: Outputs, table: pd.DataFrame, evidence: Evidence, signals: Signals
) -> tuple[dict, dict[str, np.ndarray], list[str]]:
    """(blocks of figures.json, arrays of explorer.npz, lines to tell); without what records hold where the run was
    asked to redact, or knows no data. Rows of table are those of records."""
    redact, blocks, panels, lines = bool(config["asked"].get("redact")), {}, [], []
    if records.data is not None and not redact:
        content, panels = pictured(records.data, table, evidence)
        blocks, lines = with_maps(content, config, records, outputs, table)
    return blocks, explorer(records, table, evidence, signals, panels, redact=redact), lines
