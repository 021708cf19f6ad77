"""Figures: functions that return a matplotlib Figure, one file an assay or question."""
