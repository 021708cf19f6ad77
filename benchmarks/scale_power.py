"""One sweep in a process of its own, whose memory is its own: `python -m benchmarks.scale_power KIND STUDIES`.

Prints one line of JSON: seconds of the sweep, and the most memory that the process held before and after it.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from lensim.config import checked
from lensim.power.chunk import run_chunk
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.sweep import sweep

EXACT: Final[dict[str, Any]] = {
    "name": "benchmark",
    "seed": 2013,
    "design": {"subjects": {"line": 12}, "targets": ("TNF", "IGF1"), "experiments": 2},
    "truth": {"expression": [{"mu_log2_fold_change": 0.4, "sigma_log2_fold_change": 0.5}]},
    "rules": [{"rule": "posterior", "above": 0.0}],
}
T_TESTS: Final[dict[str, Any]] = {
    "name": "scaling",
    "design": {"assay": "ratios", "subjects": {"line": 12}},
    "rules": [{"rule": "test", "test": "t_log2"}],
}
CHUNKS: Final = {"exact": 1000, "t on log ratios": 1000}
KINDS: Final = {"exact": EXACT, "t on log ratios": T_TESTS}


def scenario(kind: str, studies: int) -> ExpressionScenario:
    """A sweep of one point, without an audit: of exact posteriors or of t-tests."""
    counted = {"studies": {"count": studies, "chunk": CHUNKS[kind]}, "audit": {"studies": 0}}
    return checked(ExpressionScenario, KINDS[kind] | counted, "benchmark")


def seconds_of_run(asked: ExpressionScenario, workers: int = 1) -> float:
    """How long the whole of a sweep takes, files included."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        sweep(asked, Path(folder) / "out", workers=workers)
        return time.perf_counter() - started


def peak_memory_mb() -> float:
    """The most memory that this process held [MB], by the kernel's own count.

    Linux hands `ru_maxrss` on from the process that started this one, so its status is read where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(kind: str, studies: int) -> None:
    """Measure one sweep, after what is compiled was compiled."""
    asked = scenario(kind, studies)
    run_chunk(asked, {}, 0, 2)
    before = peak_memory_mb()
    seconds = seconds_of_run(asked)
    print(json.dumps({"seconds": seconds, "memory_before_mb": before, "memory_mb": peak_memory_mb()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
