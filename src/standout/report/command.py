"""How to run the same audit again, as far as the run folder tells."""

import shlex

import numpy as np
from markupsafe import Markup, escape

from standout.attacks import ATTACKS
from standout.recipes import MODELS
from standout.report.shown import plain

WIDTH = 88


def command(config: dict) -> Markup | None:
    """The command line, wrapped for reading; None where model or outputs came from Python and no command can name them.

    Data that came from Python stands as SOURCE.
    """
    asked, model = (config.get(k) or {} for k in ("asked", "model"))
    name, source = asked.get("model"), asked.get("source")
    if asked.get("command") == "score":
        if not source:
            return None
        words = [["standout", "score", *source]]
    elif not name:
        return None
    else:
        words = [["standout", "audit", *(source or ["SOURCE"])], ["--model", name]]
    for key, value in (model.get("settings") or {}).items() if name in MODELS else ():
        words.append(["--device", as_text(value)] if key == "device" else ["--set", f"{key}={as_text(value)}"])
    for key in ("shadows", "most_shadows", "records", "fraction", "seed", "fpr", "exposed_above"):
        if key == "most_shadows" and asked.get("until_stable"):
            words.append(["--until-stable"])
        if key == "records" and asked.get("records_from"):
            words.append(["--records-from", asked["records_from"]])
        if asked.get(key) is not None:
            words.append([f"--{key.replace('_', '-')}", as_text(asked[key])])
    words += [["--quasi-identifier", name] for name in asked.get("quasi_identifiers") or []]
    if str(asked.get("target")).endswith(".npz"):
        words.append(["--target", asked["target"]])
    attacks = asked.get("attacks") or list(ATTACKS)
    if list(attacks) != list(ATTACKS):
        words.append(["--attacks", ",".join(attacks)])
    return escape(wrapped([" ".join(shlex.quote(plain(w)) for w in part) for part in words]))


def as_text(value: object) -> str:
    """A setting as `--set` reads it."""
    if isinstance(value, (list, tuple)):
        return ",".join(as_text(v) for v in value)
    if isinstance(value, float) and 1e-9 < value < 1:
        return np.format_float_positional(value, trim="-")  # all digits: the fraction is part of the key
    return str(value)


def wrapped(parts: list[str]) -> str:
    """Parts of a shell command on lines of at most WIDTH characters, if a single part is not longer."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + 1 + len(part) > WIDTH:
            lines.append("  " + part)
        else:
            lines[-1] += " " + part
    return " \\\n".join(lines)
