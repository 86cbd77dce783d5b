"""Recipes that train nets with torch. Nothing outside this folder imports torch."""
