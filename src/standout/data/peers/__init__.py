"""Result files of other tools: read where they hold outputs of many models, else refused in one line."""

from pathlib import Path

from standout.data.peers import leakpro, lira_folders, privacy_meter, privacyguard, sacroml
from standout.data.peers.found import NEEDED, Files, Found
from standout.data.peers.look import Look, read_npy
from standout.errors import InputError, listed

PEERS = {
    "mi_lira_2021, lira_analysis": lira_folders.recognise,
    "ML Privacy Meter": privacy_meter.recognise,
    "LeakPro": leakpro.recognise,
    "SACRO-ML": sacroml.recognise,
    "PrivacyGuard": privacyguard.recognise,
}
PICKLES = (".pkl", ".pickle", ".pt", ".pth", ".joblib", ".ckpt", ".dill")

__all__ = ["PEERS", "Files", "Found", "recognise"]


def recognise(path: Path) -> Found | None:
    """What a file or folder of another tool holds; None where it is no such file, and may be one of standout's own.

    Raises InputError where it is known and cannot be used, is damaged, or is a pickle: nothing is ever unpickled.
    """
    look = Look(path)
    if path.is_file() and path.suffix.lower() in PICKLES:
        raise InputError(
            f"{look.name} is a pickle, which is never loaded, since opening one runs what is in it; save {NEEDED} by "
            "numpy.savez"
        )
    for reader in PEERS.values():
        found = reader(look)
        if found is not None:
            return found
    refuse_unknown(look)
    return None


def refuse_unknown(look: Look) -> None:
    """Raises InputError for kinds of files that can be read, and are of no tool that is known."""
    if look.path.is_file() and look.path.suffix.lower() == ".npy":
        shape = read_npy(look.path, large=True).shape
        raise InputError(f"{look.name} is one array of shape {shape}; save signals and members together by numpy.savez")
    if look.columns:
        raise InputError(
            f"{look.name} is a table of no tool that is known (columns: {listed(look.columns, 6)}); for data, "
            "standout audit"
        )
    if look.content is not None:
        raise InputError(f"{look.name} is JSON of no tool that is known (known: {listed(PEERS)})")
