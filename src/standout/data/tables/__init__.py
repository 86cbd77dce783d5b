"""Tables as people have them, to a Dataset: bytes -> text -> cells -> typed columns. What was understood is told."""

from standout.data.tables.read import read_table

__all__ = ["read_table"]
