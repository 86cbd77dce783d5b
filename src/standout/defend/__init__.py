"""What protects records: defences, and their judgement by an attacker who knows them."""

from standout.defend.table import DEFENCES, Defence, defended

__all__ = ["DEFENCES", "Defence", "defended"]
