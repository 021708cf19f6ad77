"""Speed of the RT-qPCR simulator, against the NumPy draws alone that it needs. One core."""

from collections.abc import Callable

import numpy as np

from benchmarks.timing import median_seconds
from lensim import vocabulary as v
from lensim.expression.design import lay_out
from lensim.expression.simulate import POISSON_BELOW_COPIES, simulate
from lensim.expression.truth import ReactionFaults
from lensim.maiga2013.expression_twin import draw_expression_twin, expression_design
from lensim.seeding import stream

STUDIES = 300
REPEATS = 15


def run() -> list[dict[str, str | float]]:
    """Rows of what, reactions_per_second and ratio: its time over that of the bare draws."""
    rng = stream(1, "bench", "qpcr simulator")
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, rng, STUDIES)
    faults = ReactionFaults()
    reactions = STUDIES * (sheet.sizes[v.REACTION] + sheet.sizes[v.STANDARD] + sheet.sizes[v.NO_TEMPLATE])
    ct = simulate(sheet, truth, faults, rng)[v.CT].values
    few = np.full(int((np.isnan(ct) | (ct > 26.5)).sum()), POISSON_BELOW_COPIES / 4)  # about as many as are drawn so

    def bare_draws() -> None:
        for _ in range(2):  # copies as a normal, technical noise
            rng.standard_normal(reactions, dtype=np.float32)
        for _ in range(2):  # outliers, lost wells
            rng.random(reactions, dtype=np.float32)
        rng.poisson(few)

    jobs: dict[str, Callable[[], object]] = {
        "bare NumPy draws": bare_draws,
        "simulate, all faults": lambda: simulate(sheet, truth, faults, rng),
    }
    each = {what: median_seconds(job, REPEATS) / reactions for what, job in jobs.items()}
    bare = each["bare NumPy draws"]
    return [
        {"what": what, "reactions_per_second": 1.0 / seconds, "ratio": seconds / bare} for what, seconds in each.items()
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
