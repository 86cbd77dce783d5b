"""A paper's tables, made again: its figures as data, how its rows are trained here, and what its claims come to."""
