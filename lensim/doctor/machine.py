"""The machine: system, cores, memory, threads of linear algebra, letters and clock."""

import locale
import os
import platform
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psutil
from threadpoolctl import threadpool_info

from lensim.bounds import usable_cores
from lensim.doctor.finding import Finding

GIGABYTE: Final = 1e9
LEAST_FREE_GB: Final = 1.0
"""A fit of a panel takes 0.6 GB."""
CLOCK_S: Final = 0.02
"""Of a clock that measures seconds: Windows once had steps of 16 ms."""
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
DAY_S: Final = 86_400.0


def of_machine() -> Iterator[Finding]:
    """System, cores, memory, threads, letters and clock."""
    yield Finding("system", "ok", f"lensim {version('lensim')} on {platform.platform()}, {platform.machine()}")
    yield of_cores(usable_cores(), os.cpu_count() or 1)
    memory = psutil.virtual_memory()
    yield of_memory(memory.total / GIGABYTE, memory.available / GIGABYTE)
    yield of_threads(usable_cores())
    yield of_letters(sys.getfilesystemencoding(), sys.stdout.encoding if sys.stdout else "", locale.getencoding())
    yield of_clock(time.get_clock_info("perf_counter").resolution, time.time_ns() / 1e9, _newest_source())


def of_cores(usable: int, there: int) -> Finding:
    """Cores of the machine that this process may use."""
    said = f"{usable} of {there} may be used"
    if usable > 1:
        return Finding("cores", "ok", f"{said}; --workers {usable} uses all for power, plans and screens")
    return Finding("cores", "slow", said, "run on a machine with two cores or more, or permit more to this process")


def of_memory(total_gb: float, free_gb: float) -> Finding:
    """Memory, in gigabytes."""
    said = f"{free_gb:.1f} of {total_gb:.1f} GB are free"
    if free_gb >= LEAST_FREE_GB:
        return Finding("memory", "ok", said)
    return Finding("memory", "slow", said, "close other programs, and take --workers 1")


def of_threads(cores: int) -> Finding:
    """Threads of linear algebra; workers take one each by themselves."""
    import numpy as np
    import scipy.linalg

    _ = np.linalg, scipy.linalg  # loads the libraries that are asked
    found = [one for one in threadpool_info() if one.get("user_api") == "blas"]
    said = ", ".join(
        sorted({f"{one['internal_api']} {one.get('version') or ''}: {one['num_threads']}" for one in found})
    )
    named = ", ".join(f"{name}={os.environ[name]}" for name in THREADS if name in os.environ)
    said = (said or "none is told") + (f" ({named})" if named else "")
    if max((one["num_threads"] for one in found), default=0) <= max(cores, 1):
        return Finding("threads of BLAS", "ok", said)
    return Finding("threads of BLAS", "slow", f"{said}, of {cores} cores", f"set OMP_NUM_THREADS={cores}")


def of_letters(of_names: str, of_output: str, of_locale: str) -> Finding:
    """Encodings: of names of files, of what is printed, and of the locale."""
    said = f"names of files {of_names}, output {of_output or 'none'}, locale {of_locale}"
    if of_names.lower().replace("-", "") == "utf8":
        return Finding("letters", "ok", f"{said}; lensim reads and writes its files in UTF-8")
    return Finding("letters", "missing", f"{said}: names of files with other letters fail", "set PYTHONUTF8=1")


def of_clock(step_s: float, now_s: float, written_s: float) -> Finding:
    """Steps of the clock, and whether it is behind the files of this installation, which were written before now."""
    said = f"steps of {step_s:.1g} s"
    if now_s < written_s - DAY_S:
        days = (written_s - now_s) / DAY_S
        return Finding("clock", "missing", f"{said}; {days:.0f} days behind the files of lensim", "set date and time")
    if step_s > CLOCK_S:
        return Finding("clock", "slow", f"{said}: durations are rough", "run on another machine to measure durations")
    return Finding("clock", "ok", said)


def _newest_source() -> float:
    """When a file of this installation was written [s]."""
    return Path(__file__).stat().st_mtime
