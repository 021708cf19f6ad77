"""Kernels of convergence diagnostics."""
