"""Why these records: characteristics, how well each separates the exposed, and causes."""

from standout.explain.characteristics import CHARACTERISTICS, Characteristic, Evidence

__all__ = ["CHARACTERISTICS", "Characteristic", "Evidence"]
