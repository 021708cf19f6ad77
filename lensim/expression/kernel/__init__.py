"""NUTS for models of reactions on a log density and its gradient that are written by hand and compiled ahead."""
