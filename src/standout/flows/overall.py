"""What is told of all records together, as blocks of the summary."""

import numpy as np
import pandas as pd

from standout.data.records import Records
from standout.explain import CHARACTERISTICS
from standout.explain.folds import units_of
from standout.explain.joint import explained as jointly
from standout.explain.paper_way import paper_way
from standout.explain.slices import slices
from standout.flows.explaining import Explained


def overall(records: Records, explained: Explained, table: pd.DataFrame, variance: float | None) -> dict:
    """{"explained", "paper", "slices"}, each None where it cannot be told.

    table: the records table in the order of records; variance: mean posterior variance of exposure, where known.
    """
    exposure, exposed = table["exposure"].to_numpy(dtype=np.float64), table["exposed"].to_numpy(dtype=bool)
    groups = {name: CHARACTERISTICS[name].group for name in explained.values}
    units = units_of(explained.evidence)
    data = records.data
    return {
        "explained": jointly(explained.values, groups, exposure, exposed, units, variance),
        "paper": paper_way(explained.evidence, exposed, explained.values.get("centroid_distance")),
        "slices": slices(
            exposure,
            exposed,
            None if records.y is None else (records.y, records.classes),
            None if data is None or data.groups is None else (data.groups, data.group_names),
        ),
    }
