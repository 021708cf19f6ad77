"""Seconds for the posterior of a published summary, against NUTS on the same density, and for an audit of its P."""

import time
from functools import partial

import arviz as az

from benchmarks.timing import median_seconds
from lensim import vocabulary as v
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import compile_model, sample
from lensim.inference.settings import SamplerSettings
from lensim.maiga2013.published import published_summaries
from lensim.summaries.audit import audit
from lensim.summaries.model_data import summary_data
from lensim.summaries.posterior import summary_posterior

REPEATS = 5
DRAWS = 4000


def run() -> list[dict[str, str | float]]:
    """Rows of what, seconds, draws_per_second (effective, of the spread) and ratio: draws a second over NUTS's."""
    rows: list[dict[str, str | float]] = []
    for summary in published_summaries()[:2]:
        plain = summary.model_copy(update={"p": None})
        start = time.perf_counter()
        compiled = compile_model(find_model("published_summary").build(summary_data(plain)))
        compiling = time.perf_counter() - start
        settings = SamplerSettings(draws=DRAWS // 4, tune=1000, chains=4, target_accept=0.95)
        start = time.perf_counter()
        drawn = sample(compiled, settings, 1)["posterior"][v.SIGMA_FOLD_CHANGE].to_numpy()
        sampling = time.perf_counter() - start
        nuts = float(az.ess(drawn)) / sampling
        ours = median_seconds(partial(summary_posterior, [plain], 1, DRAWS), REPEATS)
        looking = median_seconds(partial(audit, summary), REPEATS)
        what = f"{summary.name}, n = {summary.n}"
        rows += [
            {"what": f"{what}: NUTS, compiling", "seconds": compiling},
            {"what": f"{what}: NUTS, sampling", "seconds": sampling, "draws_per_second": nuts, "ratio": 1.0},
            {"what": f"{what}: exact", "seconds": ours, "draws_per_second": DRAWS / ours, "ratio": DRAWS / ours / nuts},
            {"what": f"{what}: audit of P", "seconds": looking},
        ]
    return rows


if __name__ == "__main__":
    for row in run():
        print(row)
