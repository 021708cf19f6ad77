"""Whole studies simulated and read as the laboratory would, and the readings beside the stated numbers."""

from typing import Final

import numpy as np
import pandas as pd

from lensim.maiga2013.calibrated import EXPRESSION, PROLIFERATION
from lensim.maiga2013.expression_twin import ABSENT, draw_expression_twin, expression_design
from lensim.maiga2013.fact import CountOf, Range
from lensim.maiga2013.facts import fact
from lensim.maiga2013.readings import change_readings, level_readings, panel_readings
from lensim.maiga2013.twin import proliferation_design
from lensim.proliferation import PlateFaults
from lensim.proliferation import lay_out as lay_out_panel
from lensim.proliferation import simulate as simulate_panel
from lensim.proliferation.truth import ProliferationPopulation, draw_truth
from lensim.qpcr.design import lay_out
from lensim.qpcr.pairs import PairSettings, pairs_of
from lensim.qpcr.simulate import simulate
from lensim.qpcr.truth import QpcrFaults, QpcrPopulation

BATCH: Final = 100
TAILS: Final = (0.05, 0.5, 0.95)


def panel_twins(
    studies: int, rng: np.random.Generator, population: ProliferationPopulation = PROLIFERATION
) -> dict[str, np.ndarray]:
    """Readings (study) of so many panels of new lines, drawn without regard to the published calls."""
    sheet = lay_out_panel(proliferation_design(), rng)
    found = []
    for size in _batches(studies):
        truth = draw_truth(population, sheet, rng, size)
        found.append(panel_readings(simulate_panel(sheet, truth, PlateFaults(), rng)))
    return _joined(found)


def study_twins(
    studies: int, rng: np.random.Generator, population: QpcrPopulation = EXPRESSION
) -> dict[str, np.ndarray]:
    """Readings (study) of so many RT-qPCR studies of new lines, patients and stromal cultures."""
    sheet = lay_out(expression_design())
    found = []
    for size in _batches(studies):
        truth = draw_expression_twin(sheet, rng, size, population, as_stated=False)
        data = simulate(sheet, truth, QpcrFaults(), rng)
        pairs = pairs_of(data, PairSettings("plug_in"))
        found.append(change_readings(pairs, ABSENT) | level_readings(data, ABSENT))
    return _joined(found)


def _batches(studies: int) -> list[int]:
    return [min(BATCH, studies - start) for start in range(0, studies, BATCH)]


def _joined(found: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([one[name] for one in found]) for name in found[0]}


def stated_value(key: str) -> float:
    """A stated number; `.low` and `.high` behind a key are the ends of its range, and of a count it is the count."""
    name, _, end = key.partition(".")
    value = fact(name).value
    if isinstance(value, Range):
        return value.low if end == "low" else value.high
    if isinstance(value, CountOf):
        return float(value.count)
    return float(value)


def stated_readings(readings: dict[str, np.ndarray]) -> pd.DataFrame:
    """Stated numbers beside the readings of twins.

    Returns
    -------
    pandas.DataFrame
        key, stated, low, median, high (central 90% over twins), inside; a row for every reading whose fact is a number.
    """
    rows = []
    for key, values in readings.items():
        if isinstance(fact(key.partition(".")[0]).value, str):
            continue
        stated = stated_value(key)
        low, middle, high = np.nanquantile(values, TAILS)
        rows.append((key, stated, low, middle, high, bool(low <= stated <= high)))
    return pd.DataFrame(rows, columns=["key", "stated", "low", "median", "high", "inside"])
