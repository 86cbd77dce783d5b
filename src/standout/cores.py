"""How many cores this process may use, and which GPUs."""

import os
from pathlib import Path


def cores() -> int:
    """Cores that this process may use: its affinity, and the share of a container."""
    from joblib import cpu_count

    return cpu_count()


def gpus(drivers: Path = Path("/proc/driver/nvidia/gpus")) -> list[str]:
    """GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them; found without a library."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [g.strip() for g in named.split(",") if g.strip() and g.strip() != "-1"]
    return [str(i) for i in range(len(list(drivers.iterdir())))] if drivers.is_dir() else []
