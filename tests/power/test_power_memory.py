"""What the benchmark calls the memory of a sweep is that of the sweep, and not of whoever started it."""

import json
import subprocess
import sys

import numpy as np

from benchmarks.scale_power import peak_memory_mb


def test_the_memory_of_a_sweep_is_its_own():
    """The process that asks is larger by far than any sweep."""
    ballast = np.ones(150_000_000)
    assert peak_memory_mb() > ballast.nbytes / 2**20
    command = [sys.executable, "-m", "benchmarks.scale_power", "t on log ratios", "2000"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    measured = json.loads(ended.stdout)
    assert 50 < measured["memory_before_mb"] <= measured["memory_mb"] < ballast.nbytes / 2**20
    assert measured["seconds"] > 0
