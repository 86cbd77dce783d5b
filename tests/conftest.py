"""Fixtures shared by all tests."""

import sys
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


@pytest.fixture(scope="module")
def unexplained():
    """No trees are grown to tell how well all characteristics together predict exposure: that is half of the time of a
    small audit, and tests/explain/test_joint.py has it. For modules that look at other things: a `pytestmark`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standout.explain.joint.FEWEST", sys.maxsize)
        yield
