"""The truth of a simulated dose-response panel: populations of lines, and levels of plates.

Each quantity that a model estimates has the same name and dims here, after the dim study. So errors, coverage and ranks
are computed by name.
"""

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_spreads
from lensim.dose_response.curve import log10_ic50_um

CURVE: Final = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)  # the three numbers of a line's curve, in this order throughout

SHIFT_OF_CONDITION: Final = f"shift_of_condition_{v.LOG10_EC50}"
SD_OF_CONDITION: Final = f"sd_of_condition_{v.LOG10_EC50}"
_OF_CURVES: Final = (v.LINE_OF_CURVE, v.CONDITION_OF_CURVE)


@dataclass(frozen=True)
class DoseResponsePopulation:
    """The population that lines, cultures and plates are drawn from; each field is named as in the models.

        x_line = mu_x + Normal(0, sigma_group_x) for its group + Normal(0, sigma_x)    x = log10 EC50, log Hill, effect
        x_culture = x_line + deviation, of sd sd_experiment_x
        deviation of log10 EC50 = sd (sqrt(share) day + sqrt(1 - share) own),  share = day_share_of_experiment
                  the day's, such as its dilution series, is alike in all lines of an experiment
        own = sqrt(shared) line's own on that day, alike under all conditions + sqrt(1 - shared) what is left
                  where a line has several conditions,  shared = shared_share_of_experiment; else own is one number
        log top of a culture    = mu_log_top_signal + Normal for its line, for its experiment and for itself
        log background of a plate = log background_signal + Normal(0, sd_plate_log_background_signal)

    Every default is assumed. Those of the curves make panels of multiple myeloma lines with lenalidomide ordinary
    draws: about half the lines have an IC50 below 10 uM. A top of 3e4 counts/min and a background of 50 are usual for
    3H-thymidine on a microplate counter. With sd_experiment_log_top_signal = 0.5 the brightest of three days is
    2.3-fold above the dimmest on average. Wells of one culture and dose spread by 10 to 15 percent, with tails heavier
    than normal. Days shift a plateau near 43% by 2 to 3 points (0.06) and a slope by 8 percent: less than what one
    experiment shows, so that it is neither nothing nor the most of what is seen. Three tenths of the variance of EC50s
    between days are taken as the dilution series, which all lines of a day have in common, and half of what is
    left as the line's cells on that day, which conditions of a line have in common.

    Where a population was written before days had all of these, the spreads of slope and effect and the shares
    are 0 (`parameters_of` has them, a Dataset of an earlier lensim may lack them).

    Raises
    ------
    InputError
        If a spread is negative, a share lies outside 0 to 1, `nu_well` is not above 2 (the spread would have no
        variance), or a number is not finite (only `nu_well` may be infinite: normal wells).
    """

    mu_log10_ec50_um: float = -0.4
    sigma_group_log10_ec50_um: float = 0.10
    sigma_log10_ec50_um: float = 0.36
    mu_log_hill_slope: float = 0.2
    sigma_group_log_hill_slope: float = 0.08
    sigma_log_hill_slope: float = 0.18
    mu_effect_at_saturation: float = 0.85
    sigma_group_effect_at_saturation: float = 0.14
    sigma_effect_at_saturation: float = 0.50
    sd_experiment_log10_ec50_um: float = 0.1
    sd_experiment_log_hill_slope: float = 0.08
    sd_experiment_effect_at_saturation: float = 0.06
    day_share_of_experiment: float = 0.3
    shared_share_of_experiment: float = 0.5
    mu_log_top_signal: float = 10.3
    sd_line_log_top_signal: float = 0.4
    sd_experiment_log_top_signal: float = 0.5
    sd_culture_log_top_signal: float = 0.15
    background_signal: float = 50.0
    sd_plate_log_background_signal: float = 0.15
    sd_well: float = 0.12
    nu_well: float = 5.0

    def __post_init__(self) -> None:
        require_figures(self, infinite=(v.NU_WELL,))
        require_spreads(self)
        for name in (v.DAY_SHARE, v.SHARED_SHARE):
            checks.between(f"DoseResponsePopulation.{name}", getattr(self, name), 0, 1)
        checks.above("DoseResponsePopulation.nu_well", self.nu_well, 2)
        checks.above("DoseResponsePopulation.background_signal", self.background_signal, 0)

    @property
    def curve_mu(self) -> np.ndarray:
        """Population means, in the order of `CURVE`."""
        return np.array([getattr(self, f"mu_{name}") for name in CURVE])

    @property
    def curve_sigma_group(self) -> np.ndarray:
        """Spreads of molecular groups, in the order of `CURVE`."""
        return np.array([getattr(self, f"sigma_group_{name}") for name in CURVE])

    @property
    def curve_sigma(self) -> np.ndarray:
        """Spreads of lines within their group, in the order of `CURVE`."""
        return np.array([getattr(self, f"sigma_{name}") for name in CURVE])


def draw_truth(
    population: DoseResponsePopulation, sheet: xr.Dataset, rng: np.random.Generator, studies: int = 1
) -> xr.Dataset:
    """Truths of several studies on one sheet, each with lines, cultures and plates of its own.

    Parameters
    ----------
    population
        Where everything is drawn from; see there for the equations.
    sheet
        As from `lay_out`: needs group_of_line, line_of_culture, experiment_of_culture, plate_of_culture and the dims
        molecular_group, experiment and plate.
    rng
        The stream of these truths.
    studies
        How many to draw.

    Returns
    -------
    xr.Dataset
        log10_ec50_um [log10 uM], log_hill_slope [log], effect_at_saturation and log10_ic50_um [log10 uM; +inf where
        inhibition never reaches half] (study, cell_line); group_ and the name of each of the first three, the mean of
        a group (study, molecular_group); culture_ and the name of each of the first three, what a culture showed, and
        log_top_signal [log counts/min] (study, culture); experiment_log10_ec50_um, the deviation that all lines of an
        experiment share (study, experiment); background_signal (study, plate); and every number of the population but
        the background's, under its name (study).

    Raises
    ------
    InputError
        If `studies` is below 1 or the sheet lacks a variable.
    """
    require_sheet(sheet, studies, "draw_truth")
    return truth_given(parameters_of(population, studies), sheet, rng)


def parameters_of(population: DoseResponsePopulation, studies: int = 1) -> xr.Dataset:
    """Every number of a population along the dim study, alike in every study: what `truth_given` draws from."""
    return xr.Dataset({name: (v.STUDY, np.full(studies, value)) for name, value in asdict(population).items()})


def truth_given(parameters: xr.Dataset, sheet: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """Truths as `draw_truth` makes them, each study drawn from numbers of its own.

    Parameters
    ----------
    parameters
        As from `parameters_of`; where it has shift_ and the name of a number of the curve (study, molecular_group),
        the mean of a group lies so far from where it would else be. Where the sheet has
        conditions of lines, it may have shift_of_condition_log10_ec50_um and sd_of_condition_log10_ec50_um (study,
        condition): mean and spread over lines of how far a condition moves the EC50 of its line.
    sheet, rng
        As for `draw_truth`.
    """
    require_sheet(sheet, parameters.sizes[v.STUDY], "truth_given")
    mu, sigma_group, sigma = (
        np.stack([parameters[f"{what}_{name}"].values for name in CURVE], axis=-1)[:, None]
        for what in ("mu", "sigma_group", "sigma")
    )
    studies = len(mu)
    group = mu + sigma_group * rng.standard_normal((studies, sheet.sizes[v.MOLECULAR_GROUP], len(CURVE)))
    for k, name in enumerate(CURVE):
        if f"shift_{name}" in parameters:
            group[..., k] += parameters[f"shift_{name}"].values
    own = sigma * rng.standard_normal((studies, sheet.sizes[v.CELL_LINE], len(CURVE)))
    if v.LINE_OF_CURVE not in sheet.coords:
        return truth_of_curves(parameters, sheet, rng, group, group[:, sheet[v.GROUP_OF_LINE].values] + own)
    curve = group[:, sheet[v.GROUP_OF_LINE].values] + own[:, _first_of_line(sheet)]
    curve[..., 0] += _shift_of_conditions(parameters, sheet, rng, group)
    return truth_of_curves(parameters, sheet, rng, group, curve)


def _first_of_line(sheet: xr.Dataset) -> np.ndarray:
    """For each curve the first one of its line (cell_line)."""
    _, first, line = np.unique(sheet[v.LINE_OF_CURVE].values, return_index=True, return_inverse=True)
    return np.asarray(first[line])


def _shift_of_conditions(
    parameters: xr.Dataset, sheet: xr.Dataset, rng: np.random.Generator, group: np.ndarray
) -> np.ndarray:
    """How far conditions move the log10 EC50 of each curve (study, cell_line); `group` moves by the mean over curves.

    Conditions are in the order in which the sheet has them.
    """
    names = sheet[v.CONDITION_OF_CURVE].values
    at = [list(dict.fromkeys(names.tolist())).index(name) for name in names.tolist()]
    z = rng.standard_normal((len(group), len(names)))
    if SHIFT_OF_CONDITION not in parameters:
        return np.zeros_like(z)
    mean = parameters[SHIFT_OF_CONDITION].values[:, at]
    of_group = sheet[v.GROUP_OF_LINE].values
    for one in np.unique(of_group):
        group[:, one, 0] += mean[:, of_group == one].mean(axis=1)
    return np.asarray(mean + parameters[SD_OF_CONDITION].values[:, at] * z)


def require_sheet(sheet: xr.Dataset, studies: int, user: str) -> None:
    """Refuse a sheet that is not as `lay_out` makes it, or fewer than one study.

    Parameters
    ----------
    user
        Name of the function that needs the sheet, for the message.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, or `studies` is below 1.
    """
    checks.at_least("studies", studies, 1)
    needed: dict[str, tuple[str, ...]] = {v.GROUP_OF_LINE: (v.CELL_LINE,)}
    for pointer in (v.LINE_OF_CULTURE, v.EXPERIMENT_OF_CULTURE, v.PLATE_OF_CULTURE):
        needed[pointer] = (v.CULTURE,)
    checks.has_variables(sheet, needed, user)


def truth_of_curves(
    parameters: xr.Dataset,
    sheet: xr.Dataset,
    rng: np.random.Generator,
    group: np.ndarray,
    curve: np.ndarray,
) -> xr.Dataset:
    """The truth of lines whose curves are given; cultures and plates are drawn here.

    Parameters
    ----------
    parameters
        As from `parameters_of`.
    sheet, rng
        As for `draw_truth`.
    group, curve
        Means of groups (study, molecular_group, CURVE) and curves of lines (study, cell_line, CURVE).
    """
    studies = len(curve)
    line, experiment = sheet[v.LINE_OF_CULTURE].values, sheet[v.EXPERIMENT_OF_CULTURE].values

    def normal(dim: str, name: str) -> np.ndarray:
        return parameters[name].values[:, None] * rng.standard_normal((studies, sheet.sizes[dim]))

    own = normal(v.CULTURE, v.SD_EXPERIMENT)
    log_top = (
        parameters["mu_log_top_signal"].values[:, None]
        + normal(v.CELL_LINE, "sd_line_log_top_signal")[:, line]
        + normal(v.EXPERIMENT, "sd_experiment_log_top_signal")[:, experiment]
        + normal(v.CULTURE, "sd_culture_log_top_signal")
    )
    background = parameters[v.BACKGROUND].values[:, None] * np.exp(normal(v.PLATE, "sd_plate_log_background_signal"))
    # drawn last, so that everything else is as it was before days had these
    parameters = _with_days(parameters)
    share = np.clip(parameters[v.DAY_SHARE].values[:, None], 0.0, 1.0)
    day = np.sqrt(share) * normal(v.EXPERIMENT, v.SD_EXPERIMENT)
    if v.LINE_OF_CURVE in sheet.coords:
        own = _of_line_and_culture(parameters, sheet, rng, own)
    of_culture = {
        v.CULTURE_LOG10_EC50: curve[:, line, 0] + day[:, experiment] + np.sqrt(1.0 - share) * own,
        v.CULTURE_LOG_HILL: curve[:, line, 1] + normal(v.CULTURE, v.SD_EXPERIMENT_LOG_HILL),
        v.CULTURE_EFFECT: curve[:, line, 2] + normal(v.CULTURE, v.SD_EXPERIMENT_EFFECT),
    }
    needless = {v.BACKGROUND, *(f"shift_{name}" for name in CURVE)}
    if v.LINE_OF_CURVE not in sheet.coords:
        needless |= {SHIFT_OF_CONDITION, SD_OF_CONDITION}
    truth = xr.Dataset(
        {name: ((v.STUDY, v.CELL_LINE), curve[..., k]) for k, name in enumerate(CURVE)}
        | {f"group_{name}": ((v.STUDY, v.MOLECULAR_GROUP), group[..., k]) for k, name in enumerate(CURVE)}
        | {
            v.LOG10_IC50: ((v.STUDY, v.CELL_LINE), log10_ic50_um(*np.moveaxis(curve, -1, 0))),
            v.EXPERIMENT_LOG10_EC50: ((v.STUDY, v.EXPERIMENT), day),
            v.LOG_TOP: ((v.STUDY, v.CULTURE), log_top),
            v.BACKGROUND: ((v.STUDY, v.PLATE), background),
        }
        | {name: ((v.STUDY, v.CULTURE), values) for name, values in of_culture.items()}
        | {name: values for name, values in parameters.data_vars.items() if name not in needless},
        coords={
            dim: sheet[dim]
            for dim in (v.CELL_LINE, v.MOLECULAR_GROUP, v.CULTURE, v.EXPERIMENT, v.PLATE, *_OF_CURVES)
            if dim in sheet.coords
        },
    )
    for name in truth.data_vars:
        if (units := v.UNITS.get(str(name).removeprefix("group_"))) is not None:
            truth[name].attrs["units"] = units
    truth.attrs[v.ASSAY] = v.DOSE_RESPONSE
    return truth


def _of_line_and_culture(
    parameters: xr.Dataset, sheet: xr.Dataset, rng: np.random.Generator, own: np.ndarray
) -> np.ndarray:
    """Deviations of cultures (study, culture) of which conditions of a line share a part on each day."""
    shared = np.clip(parameters[v.SHARED_SHARE].values[:, None], 0.0, 1.0)
    curve, experiment = sheet[v.LINE_OF_CULTURE].values, sheet[v.EXPERIMENT_OF_CULTURE].values
    day = _first_of_line(sheet)[curve] * (int(experiment.max()) + 1) + experiment
    days, of_culture = np.unique(day, return_inverse=True)
    sd = parameters[v.SD_EXPERIMENT].values[:, None]
    of_line = sd * rng.standard_normal((len(own), len(days)))
    return np.asarray(np.sqrt(shared) * of_line[:, of_culture] + np.sqrt(1.0 - shared) * own)


def _with_days(parameters: xr.Dataset) -> xr.Dataset:
    """Numbers of days that an earlier lensim did not have, as 0."""
    later = {v.SD_EXPERIMENT_LOG_HILL, v.SD_EXPERIMENT_EFFECT, v.DAY_SHARE, v.SHARED_SHARE} - set(parameters.data_vars)
    return parameters.assign({name: (v.STUDY, np.zeros(parameters.sizes[v.STUDY])) for name in later})
