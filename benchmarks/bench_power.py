"""Speed of power analysis by the exact engine, from truth to decision, against loops over NUTS, MixedLM or t-tests.

The design is 12 lines x 2 experiments x 2 conditions x 2 genes in duplicate, efficiencies uncertain. `ratio` is studies
a second of the exact engine in one process over that of the row. NUTS fits the same pairs, compiled once and the
data swapped; MixedLM is statsmodels' restricted maximum likelihood with a random slope, on plug-in ratios, a gene at a
time. The rows of scaling run in a process each, whose memory at its most is beside that before the sweep: with exact
posteriors, and with t-tests on simulated ratios, where the machinery itself is most of the work.
"""

import json
import subprocess
import sys
import time
import warnings

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM

from benchmarks.scale_power import scenario, seconds_of_run
from lensim import vocabulary as v
from lensim.expression.exact.engine import Questions
from lensim.power.expression import engine_nuts
from lensim.power.expression.chunk import run_chunk
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import simulate_chunk
from lensim.power.spec import stream_path

EXACT_STUDIES, NUTS_STUDIES, MIXED_STUDIES = 100_000, 30, 60
SCALES = {
    "exact": (1_000, 10_000, 100_000),
    "t on log ratios": (1_000, 10_000, 100_000, 1_000_000),
}


def _mixed_models(asked: ExpressionScenario) -> float:
    """Seconds a study of statsmodels' MixedLM, both genes."""
    batch = simulate_chunk(asked, stream_path({}, 0), MIXED_STUDIES)
    target, subject = batch.pairs[v.TARGET_OF_PAIR].to_numpy(), batch.pairs[v.SUBJECT_OF_PAIR].to_numpy()
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of spreads at 0, as usual in such loops
        for ratios in batch.pairs[v.LOG2_RATIO].to_numpy():
            for gene in range(2):
                own = target == gene
                frame = pd.DataFrame({"ratio": ratios[own], "subject": subject[own]})
                MixedLM.from_formula("ratio ~ 1", frame, groups="subject").fit()
    return (time.perf_counter() - started) / MIXED_STUDIES


def run() -> list[dict[str, object]]:
    """One row an engine, then rows of scaling."""
    asked = scenario("exact", EXACT_STUDIES)
    run_chunk(asked, {}, 0, 2)  # compiled, or read from the cache
    one = seconds_of_run(asked)
    two = seconds_of_run(asked, workers=2)
    batch = simulate_chunk(asked, stream_path({}, 0), NUTS_STUDIES)
    questions = Questions((0.0,), (0.05, 0.95))
    started = time.perf_counter()
    engine_nuts.answer_pairs(batch, questions, np.arange(1))
    compiling = time.perf_counter() - started
    started = time.perf_counter()
    answer = engine_nuts.answer_pairs(batch, questions, np.arange(NUTS_STUDIES))
    nuts = (time.perf_counter() - started) / NUTS_STUDIES
    mixed = _mixed_models(asked)
    exact = one / EXACT_STUDIES
    rows: list[dict[str, object]] = [
        {"what": "exact, 1 process", "studies": EXACT_STUDIES, "a_second": 1 / exact, "ratio": 1.0},
        {"what": "exact, 2 workers", "studies": EXACT_STUDIES, "a_second": EXACT_STUDIES / two, "ratio": two / one},
        {
            "what": f"NUTS, compiled once in {compiling:.0f} s, {int((answer.answered_by == 2).sum())} failed",
            "studies": NUTS_STUDIES,
            "a_second": 1 / nuts,
            "ratio": nuts / exact,
        },
        {"what": "MixedLM, refitted", "studies": MIXED_STUDIES, "a_second": 1 / mixed, "ratio": mixed / exact},
    ]
    return rows + _scaling()


def _scaling() -> list[dict[str, object]]:
    """Cost of a study and peak memory from few studies to many, each number of them in a process of its own."""
    rows: list[dict[str, object]] = []
    for kind, scales in SCALES.items():
        for studies in scales:
            command = [sys.executable, "-m", "benchmarks.scale_power", kind, str(studies)]
            ended = subprocess.run(command, capture_output=True, text=True, check=True)
            measured = json.loads(ended.stdout)
            rows.append(
                {
                    "what": f"{kind}, alone",
                    "studies": studies,
                    "a_second": studies / measured["seconds"],
                    "microseconds_a_study": 1e6 * measured["seconds"] / studies,
                    "memory_before_mb": round(measured["memory_before_mb"]),
                    "largest_memory_mb": round(measured["memory_mb"]),
                }
            )
    return rows


if __name__ == "__main__":
    for line in run():
        print(line)
