"""Figures of an attack: ROC, precision, intervals, overfitting."""
