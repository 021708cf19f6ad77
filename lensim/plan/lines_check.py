"""Choices of lines checked by simulation: wells of the chosen lines beside those of the fit, analysed together.

Each study has its own draw of the fit as truth, so the study says how sure the difference of groups will be after the
next experiment, and how far from it the answer will lie.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.design import lay_out
from lensim.dose_response.laplace.engine import PanelPosterior, analyse_panel
from lensim.dose_response.laplace.wells import sheet_of
from lensim.dose_response.simulate import simulate
from lensim.dose_response.truth import DoseResponsePopulation, parameters_of, truth_of_curves
from lensim.plan.lines_information import FitDraws
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.study import FROM_POSTERIOR
from lensim.power.pool import Pool

Chosen = tuple[tuple[str, int], ...]
"""("new", position of a group) and ("again", position of a line)."""
AGAIN: Final = "again"
OF_WELLS: Final = (v.SIGNAL, v.DOSE, v.PLATE_ROW, v.PLATE_COLUMN)
OF_BLANKS: Final = (v.BLANK_SIGNAL,)


def checked_choices(
    scenario: DoseResponseScenario,
    question: Any,
    fit: FitDraws,
    weight: np.ndarray,
    ways: Mapping[str, Chosen],
    pool: Pool,
) -> pd.DataFrame:
    """Each way to spend the tests, simulated and analysed together with the wells of the fit.

    Returns
    -------
    pandas.DataFrame
        way, studies, failed; sd_simulated (root of the mean posterior variance of the difference), error (root mean
        square of its posterior mean less its truth), each with _mcse.
    """
    tasks = (
        ((name, study), (scenario, fit, weight, chosen, study))
        for name, chosen in ways.items()
        for study in range(question.studies)
    )
    parts = dict(pool(check_study, tasks))
    rows = []
    for name in ways:
        found = np.array([parts[name, study] for study in range(question.studies)])
        kept = found[np.isfinite(found).all(axis=1)]
        rows.append(
            {"way": name, "studies": len(found), "failed": len(found) - len(kept)}
            | _root("sd_simulated", kept[:, 0])
            | _root("error", kept[:, 1])
        )
    return pd.DataFrame(rows)


def _root(name: str, squares: np.ndarray) -> dict[str, float]:
    """Root of a mean, and its standard error by the delta method."""
    if len(squares) < 2:
        return {name: float("nan"), f"{name}_mcse": float("nan")}
    root = float(np.sqrt(squares.mean()))
    return {name: root, f"{name}_mcse": float(squares.std(ddof=1) / np.sqrt(len(squares)) / (2.0 * root))}


def check_study(
    scenario: DoseResponseScenario, fit: FitDraws, weight: np.ndarray, chosen: Chosen, study: int
) -> tuple[float, float]:
    """Posterior variance of the difference and its squared error in one study; NaN where it has no answer."""
    rng = seeding.stream(scenario.seed, "lines", "check", study)
    draw = int(rng.integers(len(fit.sigma)))
    data = fit.data
    if chosen:
        data = joined(fit, next_run(scenario, fit, draw, chosen, rng), _lines_of(fit, chosen))
    try:
        found: PanelPosterior = analyse_panel(
            sheet_of(data),
            data[v.SIGNAL].to_numpy(),
            data[v.BLANK_SIGNAL].to_numpy() if v.BLANK_SIGNAL in data else np.empty(0),
            scenario.analysis.priors,
            seeding.stream(scenario.seed, "lines", "check", study, "laplace"),
        )
    except (np.linalg.LinAlgError, FloatingPointError):
        return float("nan"), float("nan")
    if not found.trusted:
        return float("nan"), float("nan")
    drawn = (found.group * weight).sum(axis=(1, 2))
    true = float((fit.group[draw] * weight).sum())
    return float(drawn.var()), float((drawn.mean() - true) ** 2)


def _lines_of(fit: FitDraws, chosen: Chosen) -> list[tuple[str, int, int]]:
    """Name, position in the joined panel and group of every line that is tested."""
    found, lines = [], len(fit.lines)
    for kind, which in chosen:
        if kind == AGAIN:
            found.append((fit.lines[which], which, int(fit.group_of_line[which])))
        else:
            found.append((f"new line {1 + lines - len(fit.lines)}", lines, which))
            lines += 1
    return found


def next_run(
    scenario: DoseResponseScenario, fit: FitDraws, draw: int, chosen: Chosen, rng: np.random.Generator
) -> xr.Dataset:
    """Wells of the chosen lines, from one draw of the fit; new lines are drawn from their groups."""
    lines = _lines_of(fit, chosen)
    plates = replace(
        scenario.design.plates,
        cell_lines=[name for name, _, _ in lines],
        group_of_line=[fit.groups[group] for _, _, group in lines],
        counting_minutes=fit.minutes,
    )
    of_layout, of_lines, of_truth, of_machine = rng.spawn(4)
    sheet = lay_out(plates, of_layout)
    own = of_lines.standard_normal((len(lines), 3))
    curve = np.stack(
        [
            fit.curve[draw, which] if kind == AGAIN else fit.group[draw, which] + fit.sigma[draw] * own[k]
            for k, (kind, which) in enumerate(chosen)
        ]
    )
    group = fit.group[draw, [fit.groups.index(str(name)) for name in sheet[v.MOLECULAR_GROUP].to_numpy()]]
    truth = truth_of_curves(_parameters(fit, draw), sheet, of_truth, group[None], curve[None])
    return simulate(sheet, truth, scenario.truth.plate_faults, of_machine).isel({v.STUDY: 0}, drop=True)


def _parameters(fit: FitDraws, draw: int) -> xr.Dataset:
    """Figures of the population of one draw; levels and backgrounds as the cultures and plates of the fit have."""
    found = parameters_of(DoseResponsePopulation())
    for name in FROM_POSTERIOR:
        if name in fit.posterior:
            found[name] = (v.STUDY, fit.posterior[name].to_numpy()[[draw]])
    found[v.NU_WELL] = (v.STUDY, fit.nu_well[[draw]])
    found["mu_log_top_signal"] = (v.STUDY, fit.log_top[[draw]].mean(axis=1))
    found[v.BACKGROUND] = (v.STUDY, np.exp(np.log(fit.background[[draw]]).mean(axis=1)))
    return found


def joined(fit: FitDraws, run: xr.Dataset, lines: list[tuple[str, int, int]]) -> xr.Dataset:
    """The panel of a fit and the next run as one panel.

    Parameters
    ----------
    fit
        With its observations.
    run
        As from `next_run`.
    lines
        Name, position in the joined panel and group of every line of the run, in its order.
    """
    data = fit.data
    place = np.array([at for _, at, _ in lines])
    new = [(name, group) for name, at, group in lines if at >= len(fit.lines)]
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy() if v.EXPERIMENT_OF_CULTURE in data else None
    experiment = np.zeros(data.sizes[v.CULTURE], int) if experiment is None else experiment
    plates, cultures = data.sizes[v.PLATE], data.sizes[v.CULTURE]

    def both(name: str, more: int = 0) -> np.ndarray:
        return np.concatenate([data[name].to_numpy(), run[name].to_numpy() + more])

    found: dict[str, Any] = {
        name: (v.WELL, both(name)) for name in OF_WELLS if name in data
    } | {
        v.CULTURE_OF_WELL: (v.WELL, both(v.CULTURE_OF_WELL, cultures)),
        v.PLATE_OF_CULTURE: (v.CULTURE, both(v.PLATE_OF_CULTURE, plates)),
        v.LINE_OF_CULTURE: (
            v.CULTURE,
            np.concatenate([data[v.LINE_OF_CULTURE].to_numpy(), place[run[v.LINE_OF_CULTURE].to_numpy()]]),
        ),
        v.EXPERIMENT_OF_CULTURE: (
            v.CULTURE,
            np.concatenate([experiment, run[v.EXPERIMENT_OF_CULTURE].to_numpy() + experiment.max() + 1]),
        ),
        v.GROUP_OF_LINE: (v.CELL_LINE, np.concatenate([fit.group_of_line, [group for _, group in new]]).astype(int)),
    }  # fmt: skip
    if v.BLANK_SIGNAL in data:
        found |= {name: (v.BLANK, both(name)) for name in OF_BLANKS}
        found[v.PLATE_OF_BLANK] = (v.BLANK, both(v.PLATE_OF_BLANK, plates))
    if v.COUNTING_MINUTES in data:
        found[v.COUNTING_MINUTES] = float(data[v.COUNTING_MINUTES])
    coords = {
        v.CELL_LINE: [*fit.lines, *(name for name, _ in new)],
        v.MOLECULAR_GROUP: list(fit.groups),
        v.PLATE: np.arange(plates + run.sizes[v.PLATE]),
        v.CULTURE: np.arange(cultures + run.sizes[v.CULTURE]),
        v.EXPERIMENT: np.arange(int(found[v.EXPERIMENT_OF_CULTURE][1].max()) + 1),
    }
    return xr.Dataset(found, coords=coords, attrs=data.attrs)
