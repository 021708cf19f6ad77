"""Timing of a job that is run several times."""

import time
from collections.abc import Callable

import numpy as np


def median_seconds(job: Callable[[], object], repeats: int) -> float:
    """Median time of one run, the first run left out."""
    job()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return float(np.median(times))
