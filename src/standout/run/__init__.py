"""The run folder: its files, its key, its schema. A leaf: it knows formats and imports no stage."""
