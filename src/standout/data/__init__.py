"""From what users have to a `Dataset`."""

from standout.data.builtin import BUILTIN
from standout.data.dataset import Dataset
from standout.data.source import load

__all__ = ["BUILTIN", "Dataset", "load"]
