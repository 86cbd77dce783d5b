"""Checks of an installation, each one small function that returns a Check."""
