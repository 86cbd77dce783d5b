"""Does anybody answer at an address? Asked before a library does: sooner, and told in fewer words."""

import socket

from standout.errors import InputError, one_line

PATIENCE = 10.0
"""Seconds in which a cluster must answer."""


def refuse_silent(address: str, name: str) -> None:
    """Raises InputError where nobody answers at [PROTOCOL://]HOST:PORT, the address of a cluster of Ray or Dask."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(f"--{name}-address must be HOST:PORT, not {address!r}")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()
    except OSError as e:
        raise InputError(
            f"no {name.capitalize()} cluster answers at {address} ({one_line(e.strerror or e)}); start it, or give "
            f"another --{name}-address"
        ) from e
