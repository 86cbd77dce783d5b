"""The cache key: what must be equal for trained models to be used again, and what to say where it is not."""

import hashlib
import json
import platform

import numpy
import pandas
import scipy
import sklearn

import standout.run.version as version


def libraries() -> dict[str, str]:
    """Versions of what changes trained models or figures."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "pandas": pandas.__version__,
        "scikit-learn": sklearn.__version__,
        "standout": version.__version__,
    }


def key_of(parts: dict) -> str:
    """SHA-256 of the parts as canonical JSON."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(there: dict, here: dict, prefix: str = "") -> list[str]:
    """`epochs: 20 there, 30 here` for every leaf that differs; long hashes are not spelt out."""
    found = []
    for name in sorted({*there, *here}):
        a, b = there.get(name), here.get(name)
        if a == b:
            continue
        label = f"{prefix}{name}"
        if isinstance(a, dict) and isinstance(b, dict):
            found.extend(differences(a, b, f"{label} "))
        elif any(isinstance(v, (list, dict)) or (isinstance(v, str) and len(v) >= 64) for v in (a, b)):
            found.append(f"{label} differs")
        else:
            found.append(f"{label}: {a} there, {b} here")
    return found
