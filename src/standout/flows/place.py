"""Where a run goes: its folder, whether that may hold it, and the head of its config.json."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from standout.attacks import ATTACKS
from standout.attacks.golden import fingerprints
from standout.errors import InputError, listed
from standout.flows.options import Options
from standout.run.folder import RunFolder
from standout.run.key import differences, key_of
from standout.run.version import __version__
from standout.shadows.plan import is_plan


@contextlib.contextmanager
def place(out: str | Path | None, *, shadows: bool = True) -> Iterator[RunFolder]:
    """The run folder, made and locked; a temporary one without `out`, which goes if the run fails."""
    folder = RunFolder.temporary() if out is None else RunFolder(path_of(out))
    try:
        with folder.writing(shadows=shadows):
            yield folder
    except BaseException:
        if out is None:
            folder.remove()
        raise


def config_near(out: str | Path | None) -> dict | None:
    """config.json of a folder that may be there already."""
    folder = None if out is None else RunFolder(path_of(out))
    return folder.read_json("config.json") if folder is not None and folder.path.is_dir() else None


def path_of(out, what: str = "out") -> Path:
    """A run folder as a Path."""
    try:
        return Path(out)
    except TypeError:
        raise InputError(f"{what} must be the path of a folder, not a {type(out).__name__}") from None


def config_there(folder: RunFolder, parts: dict) -> dict | None:
    """config.json of the folder if it is of a run with these parts of the key; None where there is none yet.

    Raises InputError where it is damaged or of another run.
    """
    there = folder.read_json("config.json")
    if there is None:
        return None
    if not well_formed(there):
        raise InputError(f"{folder.path / 'config.json'} is not what standout wrote; delete the folder and run again")
    differs = differences(there["parts"], parts)
    if scored(there["parts"]) != scored(parts):
        differs = ["standout score there, standout audit here" if scored(there["parts"]) else
                   "standout audit there, standout score here"]  # fmt: skip
    if differs:
        raise InputError(
            f"{folder.path} holds another audit: {listed(differs, 4)}; give another out, or delete that folder"
        )
    return there


def well_formed(config: dict) -> bool:
    """Whether a config.json has the parts that a later run reads."""
    parts = config.get("parts")
    return isinstance(parts, dict) and (scored(parts) or is_plan(config.get("plan")))


def scored(parts: dict) -> bool:
    """Whether a key is that of given outputs, not of models that an audit trained."""
    return "given" in parts


def config_of(parts: dict, dataset: dict, model: dict, asked: dict, options: Options) -> dict:
    """What every config.json holds."""
    return {
        "schema": "standout-config/1",
        "standout": __version__,
        "key": key_of(parts),
        "dataset": dataset,
        "model": model,
        "asked": {
            **asked,
            "fpr": options.fpr,
            "exposed_above": options.exposed_above,
            "attacks": list(options.attacks),
        },
        "attacks": {name: ATTACKS[name].version for name in options.attacks},
        "golden": fingerprints(options.attacks),
        "parts": parts,
    }
