"""Speed of the dose-response simulator, against the NumPy draws alone that it needs.

Everything runs on one core: neither NumPy's generators nor its elementwise functions use more.
"""

from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.timing import median_seconds
from lensim.dose_response import (
    NO_FAULTS,
    DoseResponseDesign,
    DoseResponsePopulation,
    PlateFaults,
    draw_truth,
    lay_out,
    simulate,
)
from lensim.seeding import stream

POPULATION = DoseResponsePopulation()
STUDIES = 300
REPEATS = 15
GROUPS = (5, 7, 7, 1, 3)  # sizes of the molecular groups of a panel of 23 lines


def _design() -> DoseResponseDesign:
    groups = [f"group {g}" for g, size in enumerate(GROUPS) for _ in range(size)]
    return DoseResponseDesign([f"line {i}" for i in range(len(groups))], groups)


def run() -> list[dict[str, str | float]]:
    """Rows of what, wells_per_second and ratio: its time over that of the bare draws."""
    rng = stream(1, "bench", "simulator")
    sheet = lay_out(_design(), rng)
    truth = draw_truth(POPULATION, sheet, rng, STUDIES)
    wells = STUDIES * sheet.sizes["well"]
    faults, half_nu = PlateFaults(), POPULATION.nu_well / 2
    few = np.full(int((simulate(sheet, truth, faults, rng)["signal"] < 1000).sum()), 500.0)

    def bare_draws() -> None:
        for _ in range(3):  # numerator of the Student t, dispensing, counting
            rng.standard_normal(wells, dtype=np.float32)
        rng.standard_gamma(half_nu, wells, dtype=np.float32)
        rng.poisson(few)

    def textbook() -> None:
        rng.poisson(np.exp(rng.normal(10.0, 0.05, wells) + 0.1 * rng.standard_t(2 * half_nu, wells)))

    jobs: dict[str, Callable[[], object]] = {
        "bare NumPy draws": bare_draws,
        "textbook draws (normal, Student t, Poisson in double precision)": textbook,
        "simulate, all faults": lambda: simulate(sheet, truth, faults, rng),
        "simulate, no faults": lambda: simulate(sheet, truth, NO_FAULTS, rng),
        "simulate, one study at a time": lambda: [simulate(sheet, truth.isel(study=i), faults, rng) for i in range(10)],
        "draw_truth": lambda: draw_truth(POPULATION, sheet, rng, STUDIES),
    }
    per_well = {what: median_seconds(job, REPEATS) / wells for what, job in jobs.items()}
    per_well["simulate, one study at a time"] *= STUDIES / 10
    bare = per_well["bare NumPy draws"]
    return [
        {"what": what, "wells_per_second": 1.0 / seconds, "ratio": seconds / bare} for what, seconds in per_well.items()
    ]


if __name__ == "__main__":
    table = Table("what", "million wells/s", "time / bare draws")
    for row in run():
        table.add_row(str(row["what"]), f"{float(row['wells_per_second']) / 1e6:.2f}", f"{float(row['ratio']):.2f}")
    Console().print(table)
