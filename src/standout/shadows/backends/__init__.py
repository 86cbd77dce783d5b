"""Where models are trained: processes of this machine, or workers of a Ray or Dask cluster.

Who trains is not in the cache key: a model depends on its seed and its data alone. Ray and Dask are used by their own
tasks and not through joblib: joblib's way gives up all that is under way when one worker is lost, cannot give a task a
part of a GPU, and sends the data again with every task.
"""

import importlib.util
from typing import TYPE_CHECKING

from standout.errors import InputError, did_you_mean, listed
from standout.shadows.backends.crew import Crew
from standout.shadows.backends.local import Local

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BACKENDS", "Crew", "Local", "crew_of"]

BACKENDS: "Mapping[str, str | None]" = {"local": None, "ray": "ray", "dask": "distributed"}
"""Backends, and the module that each needs."""


def crew_of(
    backend: str = "local",
    jobs: int | None = None,
    *,
    ray_address: str | None = None,
    dask_address: str | None = None,
) -> Crew:
    """Who trains; nothing is started or connected yet.

    Raises InputError for an unknown backend, one that is not installed, and an address of another.
    """
    if backend not in BACKENDS:
        raise InputError(
            f"unknown backend {backend!r}{did_you_mean(str(backend), BACKENDS)} (known: {listed(BACKENDS)})"
        )
    for name, address in (("ray", ray_address), ("dask", dask_address)):
        if address is not None and backend != name:
            raise InputError(
                f"--{name}-address is for --backend {name}, not {backend}; give that, too, or leave it out"
            )
        if address is not None and not (isinstance(address, str) and address.strip()):
            raise InputError(f"--{name}-address must be an address such as HOST:PORT, not {address!r}")
    needs = BACKENDS[backend]
    if needs is not None and importlib.util.find_spec(needs) is None:
        raise InputError(f"--backend {backend} needs the extra: pip install 'standout[{backend}]'")
    if backend == "ray":
        from standout.shadows.backends.on_ray import OnRay

        return OnRay(jobs, ray_address)
    if backend == "dask":
        from standout.shadows.backends.on_dask import OnDask

        return OnDask(jobs, dask_address)
    return Local(jobs)
