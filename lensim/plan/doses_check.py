"""Series of doses checked by simulation: panels through the plates' faults and the Laplace engine, and in other worlds.

All series see the same lines, days and streams of noise, so that their differences are surer than their figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.laplace.engine import PanelPosterior, analyse_panel
from lensim.dose_response.laplace.wells import sheet_of
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.worlds import WORLDS, simulate_panel
from lensim.plan.doses_criteria import LARGEST_ERROR
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.study import simulate_chunk
from lensim.power.pool import Pool

CHUNK: Final = 10
"""Studies of a task."""
INTERVAL: Final = (0.05, 0.5, 0.95)
SAME: Final = "as in the plan"
"""The world of the scenario itself."""
SHARES: Final[Mapping[str, tuple[str, str]]] = {
    "mean_square_error": ("square", "counted"),
    "within_a_factor_of_2": ("near", "counted"),
    "coverage": ("covered", "counted"),
    "right": ("right", "lines"),
    "wrong": ("wrong", "lines"),
}
"""Each figure is a sum over a sum."""


@dataclass(frozen=True)
class Asked:
    """What is judged in a simulated study.

    Attributes
    ----------
    threshold_um, probability
        Of calls.
    highest_um
        Lines with a true IC50 up to this dose count for errors [uM].
    """

    threshold_um: float
    probability: float
    highest_um: float


def checked_series(
    scenario: DoseResponseScenario,
    settings: Mapping[str, Mapping[str, Any]],
    asked: Asked,
    worlds: Sequence[str],
    studies: int,
    pool: Pool,
) -> pd.DataFrame:
    """A row each study, series and world; see `row_of`.

    Parameters
    ----------
    scenario
        The plan's.
    settings
        Fields of the scenario that make each series, by its name; the first two are tried in other worlds too.
    asked
        What is judged.
    worlds
        Names of worlds, tried beside that of the scenario.
    studies
        Of each series in each world.
    pool
        Where chunks are worked on.
    """
    tasks = (
        ((name, world, chunk), (scenario.at(dict(setting)), asked, world, chunk, min(CHUNK, studies - chunk * CHUNK)))
        for world in (SAME, *worlds)
        for name, setting in list(settings.items())[: len(settings) if world == SAME else 2]
        for chunk in range(-(-studies // CHUNK))
    )
    parts = {key: rows for key, rows in pool(check_chunk, tasks)}
    whole = [
        pd.DataFrame(rows).assign(design=name, world=world, study=CHUNK * chunk + np.arange(len(rows)))
        for (name, world, chunk), rows in sorted(parts.items(), key=lambda one: one[0][2])
    ]
    return pd.concat(whole, ignore_index=True)


def check_chunk(
    scenario: DoseResponseScenario, asked: Asked, world: str, chunk: int, studies: int
) -> list[dict[str, float]]:
    """The rows of some studies, the work of one task."""
    if world == SAME:
        return _of_scenario(scenario, asked, chunk, studies)
    return [_of_world(scenario, asked, world, CHUNK * chunk + k) for k in range(studies)]


def _of_scenario(scenario: DoseResponseScenario, asked: Asked, chunk: int, studies: int) -> list[dict[str, float]]:
    path = ("doses", "check", chunk)
    batch = simulate_chunk(scenario, path, studies)
    sheet, truth = sheet_of(batch.data), batch.truth[v.LOG10_IC50].to_numpy()
    rows = []
    for k in range(studies):
        wells = batch.data[v.SIGNAL].to_numpy()[k], batch.data[v.BLANK_SIGNAL].to_numpy()[k]
        found = _analysed(sheet, *wells, scenario.analysis.priors, seeding.stream(scenario.seed, *path, "laplace", k))
        rows.append(row_of(found, truth[k], asked))
    return rows


def _of_world(scenario: DoseResponseScenario, asked: Asked, world: str, study: int) -> dict[str, float]:
    design, seed = scenario.design, seeding.seed_sequence(scenario.seed, "doses", world, study)
    own = replace(
        WORLDS[world],
        doses_um=(0.0, *design.doses),
        replicates=design.replicates,
        untreated_wells=design.untreated_wells,
    )
    truth, data = simulate_panel(own, np.random.default_rng(seed))
    rng = seeding.stream(scenario.seed, "doses", world, study, "laplace")
    wells = data[v.SIGNAL].to_numpy(), data[v.BLANK_SIGNAL].to_numpy()
    found = _analysed(sheet_of(data), *wells, scenario.analysis.priors, rng)
    return row_of(found, truth[v.LOG10_IC50].to_numpy(), asked)


def _analysed(
    sheet: Any, signal: np.ndarray, blank: np.ndarray, priors: DoseResponsePriors, rng: np.random.Generator
) -> PanelPosterior | None:
    """The posterior of a study; None where there is none that can be trusted."""
    try:
        found = analyse_panel(sheet, signal, blank, priors, rng)
    except (np.linalg.LinAlgError, FloatingPointError):
        return None
    return found if found.trusted else None


def row_of(found: PanelPosterior | None, truth: np.ndarray, asked: Asked) -> dict[str, float]:
    """Sums over the lines of a study.

    Returns
    -------
    dict
        lines; counted (IC50 up to the highest dose allowed), and of these square (errors of the median of log10 IC50,
        none above 1, squared), near (within a factor of 2), covered (by the 90% interval); right and wrong calls, of
        all lines; failed, 1 where there is no posterior, all else 0 then.
    """
    if found is None:
        return dict.fromkeys(("lines", "counted", "square", "near", "covered", "right", "wrong"), 0.0) | {"failed": 1.0}
    drawn = log10_ic50_um(*np.moveaxis(found.curves, -1, 0))
    low, middle, high = np.quantile(drawn, INTERVAL, axis=0, method="inverted_cdf")
    inside = truth <= np.log10(asked.highest_um)
    away = np.minimum(np.abs(middle[inside] - truth[inside]), LARGEST_ERROR)
    resistant = (drawn > np.log10(asked.threshold_um)).mean(axis=0)
    is_so = truth > np.log10(asked.threshold_um)
    called = [resistant > asked.probability, 1.0 - resistant > asked.probability]
    sums = {
        "lines": len(truth),
        "counted": inside.sum(),
        "square": (away**2).sum(),
        "near": (away <= np.log10(2.0)).sum(),
        "covered": ((low <= truth) & (truth <= high))[inside].sum(),
        "right": np.where(is_so, *called).sum(),
        "wrong": np.where(is_so, *called[::-1]).sum(),
        "failed": 0.0,
    }
    return {name: float(value) for name, value in sums.items()}


def summed(rows: pd.DataFrame, against: str) -> pd.DataFrame:
    """Figures of each series in each world, with Monte Carlo errors and differences to one of the series.

    Parameters
    ----------
    rows
        As from `checked_series`. Studies that failed under either of two series count for neither in their difference.
    against
        Name of the series that others are compared with.

    Returns
    -------
    pandas.DataFrame
        world, design, studies, failed; error (root mean square of log10 IC50), and the shares of `SHARES`, each with
        _mcse, _more (less that of `against`) and _more_mcse.
    """
    found = []
    for world, of_world in rows.groupby("world", sort=False):
        first = of_world[of_world["design"] == against].sort_values("study")
        for design, own in of_world.groupby("design", sort=False):
            own = own.sort_values("study")
            row: dict[str, Any] = {"world": world, "design": design, "studies": len(own), "failed": own["failed"].sum()}
            both = ((own["failed"].to_numpy() == 0) & (first["failed"].to_numpy() == 0)).astype(bool)
            for name, (over, under) in SHARES.items():
                called = "error" if name == "mean_square_error" else name
                pair = [_jackknifed(one, over, under, np.ones(len(one), bool)) for one in (own,)]
                value, without = pair[0]
                mine, other = (_jackknifed(one, over, under, both) for one in (own, first))
                if called == "error":
                    value, without = np.sqrt(value), np.sqrt(without)
                    mine, other = ((np.sqrt(x), np.sqrt(y)) for x, y in (mine, other))
                row |= {called: value, f"{called}_mcse": _spread(without)}
                row |= {f"{called}_more": mine[0] - other[0], f"{called}_more_mcse": _spread(mine[1] - other[1])}
            found.append(row)
    return pd.DataFrame(found)


def _jackknifed(rows: pd.DataFrame, over: str, under: str, kept: np.ndarray) -> tuple[float, np.ndarray]:
    """A sum over a sum, and the same without each study; NaN where nothing counts."""
    a, b = rows[over].to_numpy(dtype=float)[kept], rows[under].to_numpy(dtype=float)[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.divide(a.sum(), b.sum())), np.divide(a.sum() - a, b.sum() - b)


def _spread(without: np.ndarray) -> float:
    """Jackknife standard error."""
    if len(without) < 2:
        return float("nan")
    return float(np.sqrt((len(without) - 1) * np.mean((without - without.mean()) ** 2)))
