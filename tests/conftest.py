"""Fixtures shared by all tests."""

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

threadpool_limits(1)  # tests run side by side: pools within pools make each other wait
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def golden() -> dict[str, np.ndarray]:
    """Input and numbers of the agreement suite (tests/golden)."""
    arrays = {}
    for name in ("logits", "golden"):
        with np.load(HERE / "golden" / f"{name}.npz", allow_pickle=False) as file:
            arrays.update({key: file[key] for key in file.files})
    return arrays


@pytest.fixture
def paired():
    """paired(models, records, seed) -> complementary memberships bool (models, records)."""

    def make(models: int, records: int, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        members = np.empty((models, records), dtype=bool)
        members[::2] = rng.random((models // 2, records)) < 0.5
        members[1::2] = ~members[::2]
        return members

    return make
