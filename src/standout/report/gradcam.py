"""Where nets look in a picture, as the page shows it; whatever has another shape than the flow gives is left out."""

from dataclasses import dataclass
from typing import Any

from standout.report.shown import picture
from standout.report.words import known


@dataclass(frozen=True)
class Maps:
    """Of one record: pictures under a map of a model that trained on it and of one that did not, how sure each is of
    the label, and how far such maps are apart, beside two models alike in this (None: not known)."""

    inside: str
    outside: str
    sure: tuple[float, float]
    apart: float
    alike: float | None

    @classmethod
    def of(cls, stored: Any) -> "Maps | None":
        """From what the flow stored."""
        if not isinstance(stored, dict):
            return None
        inside, outside = picture(stored.get("inside")), picture(stored.get("outside"))
        sure, apart, alike = stored.get("sure"), stored.get("apart"), stored.get("alike")
        if inside is None or outside is None or not known(apart) or not isinstance(sure, list) or len(sure) != 2:
            return None
        if not (known(sure[0]) and known(sure[1])):
            return None
        return cls(inside, outside, (sure[0], sure[1]), apart, alike if known(alike) else None)


def gradcam_of(drawn: dict) -> dict[str, Any] | None:
    """The figures over all records with maps; None where there are none."""
    block = drawn.get("gradcam")
    parts = ("exposed", "typical", "more")
    if not isinstance(block, dict) or not all(isinstance(block.get(name), dict) for name in parts):
        return None
    places = block.get("places")
    whole = isinstance(places, list) and len(places) == 2 and known(block["exposed"].get("apart"))
    return block if whole else None
