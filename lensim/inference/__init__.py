"""Fitting, judging and reading out models; one file an engine."""
