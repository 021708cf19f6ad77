"""Lines of panels to come, drawn from the truth of a scenario, with all that their wells depend on."""

from dataclasses import replace

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.design import lay_out
from lensim.dose_response.information import LinesToTreat, fault_variance
from lensim.dose_response.truth import CURVE, truth_given
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.power.dose_response.study import draw_parameters


def lines_to_come(scenario: DoseResponseScenario, number: int, *path: str | int) -> LinesToTreat:
    """New lines of the scenario's groups, each with the population, level and spread of wells of a study of its own.

    Parameters
    ----------
    scenario
        Its truth has figures, distributions, or a posterior.
    number
        Of lines; the groups have them in proportion.
    path
        Names of the stream.
    """
    plates = replace(scenario.design.plates, experiments=1)
    sheet = lay_out(plates, seeding.stream(scenario.seed, *path, "layout"))
    rng = seeding.stream(scenario.seed, *path, "truth")
    parameters = draw_parameters(scenario.truth, scenario.design, sheet, rng, number)
    truth = truth_given(parameters, sheet, rng)
    study = np.arange(number)
    line = study % sheet.sizes[v.CELL_LINE]  # with one experiment, cultures are in the order of lines
    group = sheet[v.GROUP_OF_LINE].to_numpy()[line]
    plate = sheet[v.PLATE_OF_CULTURE].to_numpy()[line]
    return LinesToTreat(
        curve=np.stack([truth[name].to_numpy()[study, line] for name in CURVE], axis=-1),
        mean=np.stack([truth[f"group_{name}"].to_numpy()[study, group] for name in CURVE], axis=-1),
        sigma=spreads_of(truth, "sigma"),
        sd_experiment=spreads_of(truth, "sd_experiment"),
        log_top=truth[v.LOG_TOP].to_numpy()[study, line],
        background=truth[v.BACKGROUND].to_numpy()[study, plate],
        sd_well=truth[v.SD_WELL].to_numpy(),
        nu_well=truth[v.NU_WELL].to_numpy(),
        minutes=plates.counting_minutes,
        fault_variance=variance_of_faults(scenario),
    )


def spreads_of(values: xr.Dataset, what: str) -> np.ndarray:
    """sigma, sigma_group or sd_experiment of the three numbers of a curve (..., 3); 0 where one is not there."""
    some = next(values[name].to_numpy() for name in (f"mu_{CURVE[0]}", v.SD_WELL) if name in values)
    named = [values[f"{what}_{name}"].to_numpy() if f"{what}_{name}" in values else 0.0 * some for name in CURVE]
    return np.stack(named, axis=-1)


def variance_of_faults(scenario: DoseResponseScenario) -> float:
    """What the scenario's faults of plates add to the variance of a well, as if its place was dealt by chance."""
    plates = scenario.design.plates
    rows, columns = plates.plate_rows, plates.plate_columns
    inner = max(rows - 2, 0) * max(columns - 2, 0)
    share = 1.0 - inner / (rows * columns) if plates.uses_edge_wells else 0.0
    return fault_variance(scenario.truth.plate_faults, share)
