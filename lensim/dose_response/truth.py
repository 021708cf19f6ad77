"""What is true in a simulated proliferation assay: populations of lines, and levels of plates.

Whatever a model estimates has the same name and dims here, after the dim study; so errors, coverage and ranks need no
translation.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final, Literal

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.curve import log10_ic50_um

Call = Literal["sensitive", "resistant"]

CURVE: Final = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)  # the three numbers of a line's curve, in this order throughout
LOG10_IC50: Final = "log10_ic50_um"
SENSITIVE_IC50_UM: Final = (0.15, 7.0)  # stated: the range of IC50 of the lines called sensitive
RESISTANT_ABOVE_UM: Final = 10.0  # stated: a line is called resistant where its IC50 is above this dose
GIBBS_SWEEPS: Final = 25  # between groups and lines; enough while groups differ no more than lines within them
PROPOSALS_A_ROUND: Final = 8192
MAX_ROUNDS: Final = 2000


@dataclass(frozen=True)
class DoseResponsePopulation:
    """The population that lines, cultures and plates are drawn from; each field is named as in the models.

        x_line = mu_x + Normal(0, sigma_group_x) for its group + Normal(0, sigma_x)    x = log10 EC50, log Hill, effect
        log10 EC50 of a culture = that of its line + Normal(0, sd_experiment_log10_ec50_um)
        log top of a culture    = mu_log_top_signal + Normal for its line, for its experiment and for itself
        log background of a plate = log background_signal + Normal(0, sd_plate_log_background_signal)

    Every default is assumed. Those of the curves come from the calibration told at `PAPER_POPULATION`. A top of 3e4
    counts/min and a background of 50 are usual for 3H-thymidine on a microplate counter. With
    sd_experiment_log_top_signal = 0.5 the brightest of three days lies 2.3-fold above the dimmest on average. Wells of
    one culture and dose spread by 10 to 15 percent, with tails heavier than normal.

    Raises
    ------
    InputError
        If a spread is negative, `nu_well` is not above 2 (the spread would have no variance), or a number is not
        finite (only `nu_well` may be infinite: normal wells).
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
    mu_log_top_signal: float = 10.3
    sd_line_log_top_signal: float = 0.4
    sd_experiment_log_top_signal: float = 0.5
    sd_culture_log_top_signal: float = 0.15
    background_signal: float = 50.0
    sd_plate_log_background_signal: float = 0.15
    sd_well: float = 0.12
    nu_well: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            place, value = f"DoseResponsePopulation.{field.name}", getattr(self, field.name)
            if field.name.startswith(("sigma_", "sd_")):
                checks.at_least(place, value, 0)
            if field.name != v.NU_WELL and not np.isfinite(value):
                raise checks.InputError(f"{place} must be a finite number, got {value:g}")
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


PAPER_POPULATION: Final = DoseResponsePopulation()
"""A population in which panels like the published one are ordinary: calibrated by simulation, all of it assumed.

Stated are 23 lines, of which 13 have an IC50 of 0.15 to 7 uM and 10 one above 10 uM; a weak increase of proliferation
in 15% of the resistant ones makes 1 or 2 lines (derived). With the spread of log10 EC50 over all lines at 0.37, that of
log Hill at 0.2 and the mean log Hill at 0.2, a Nelder-Mead search over the mean log10 EC50 and the mean and spread of
the effect brought the expected numbers near 13, 9.5 and 1 to 2. Values were rounded, the effect narrowed to keep the
stimulation weak, and 7 to 16 percent of each variance given to the groups, for the calls were not related to them
(stated).

Achieved in 20,000 panels of 23 lines in groups of 5, 7, 7, 1 and 3: 12.9 lines within 0.15-7 uM (sd between panels
2.6), 9.5 above 10 uM (8.8 of them never reach half), 0.37 between 7 and 10, 0.32 below 0.15, and 1.2 stimulated, whose
median residual at saturation is 1.18 and the nine-tenths quantile 1.62. Untreated wells: median 3.0e4 counts/min, 92%
of the cultures within 1e4-1e5. A panel is within 2 lines of both published numbers in 59% of the draws.
"""


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
        a group (study, molecular_group); culture_log10_ec50_um and log_top_signal [log counts/min] (study, culture);
        background_signal (study, plate); and every number of the population but the background's, under its name
        (study).

    Raises
    ------
    InputError
        If `studies` is below 1 or the sheet lacks a variable.
    """
    _check_sheet(sheet, studies, "draw_truth")
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
        the mean of a group lies so far from where it would else be.
    sheet, rng
        As for `draw_truth`.
    """
    _check_sheet(sheet, parameters.sizes[v.STUDY], "truth_given")
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
    return _assemble(parameters, sheet, rng, group, group[:, sheet[v.GROUP_OF_LINE].values] + own)


def draw_paper_twin(
    calls: Mapping[str, Call],
    population: DoseResponsePopulation,
    sheet: xr.Dataset,
    rng: np.random.Generator,
    studies: int = 1,
    *,
    stimulated_lines: int = 2,
) -> xr.Dataset:
    """Truths as `draw_truth` makes them, given that every line deserves its published call.

    A sensitive line has its IC50 within 0.15 to 7 uM, a resistant one above 10 uM or nowhere (both stated). In each
    study `stimulated_lines` of the resistant lines, picked at random, have an effect below 0 and the others one of 0
    or more.

    Lines and groups are conditioned together: a group whose lines are all resistant is itself likelier to have little
    effect. A Gibbs sampler of 25 sweeps, each study a chain of its own, alternates two exact steps: the lines given
    their group and their call, by rejection; and the group means given their lines, which is normal. It forgets
    its start, a group mean drawn without the calls, in few sweeps unless groups differ far more than lines within them.

    Parameters
    ----------
    calls
        Line to "sensitive" or "resistant", for every line of the sheet and no other.
    population, sheet, rng, studies
        As for `draw_truth`.
    stimulated_lines
        How many of the resistant lines grow more with the drug. Default derived: 15% of 10 lines is 1.5, rounded up.

    Raises
    ------
    InputError
        If the calls do not match the lines of the sheet, more lines should be stimulated than are resistant, or the
        population all but rules out a call.
    """
    _check_sheet(sheet, studies, "draw_paper_twin")
    lines = [str(name) for name in sheet[v.CELL_LINE].values]
    resistant = _check_calls(calls, lines)
    checks.between("stimulated_lines", stimulated_lines, 0, int(resistant.sum()))
    order = np.where(resistant, rng.random((studies, len(lines))), np.inf).argsort(axis=1)
    stimulated = np.zeros((studies, len(lines)), dtype=bool)
    np.put_along_axis(stimulated, order[:, :stimulated_lines], True, axis=1)

    group = _draw_groups(population, sheet, rng, studies)
    group_of_line = sheet[v.GROUP_OF_LINE].values
    for sweep in range(GIBBS_SWEEPS):
        curve = _draw_called_lines(group[:, group_of_line], population.curve_sigma, resistant, stimulated, rng)
        if sweep < GIBBS_SWEEPS - 1:  # the last step is the lines', so that they belong to the groups that are returned
            group = _draw_groups_given_lines(population, curve, group_of_line, group.shape[1], rng)
    return _assemble(parameters_of(population, studies), sheet, rng, group, curve)


def _check_sheet(sheet: xr.Dataset, studies: int, user: str) -> None:
    """Refuse a sheet that is not as `lay_out` makes it, or no studies."""
    checks.at_least("studies", studies, 1)
    needed: dict[str, tuple[str, ...]] = {v.GROUP_OF_LINE: (v.CELL_LINE,)}
    for pointer in (v.LINE_OF_CULTURE, v.EXPERIMENT_OF_CULTURE, v.PLATE_OF_CULTURE):
        needed[pointer] = (v.CULTURE,)
    checks.has_variables(sheet, needed, user)


def _check_calls(calls: Mapping[str, Call], lines: list[str]) -> np.ndarray:
    """Refuse calls that do not match the lines; tell which lines are resistant."""
    missing = [line for line in lines if line not in calls]
    unknown = [line for line in calls if line not in lines]
    if missing or unknown:
        raise checks.InputError(
            f"calls must name every line of the sheet and no other, got none for {', '.join(missing) or 'no line'} "
            f"and one for {', '.join(unknown) or 'nothing'} beside them"
        )
    for line in lines:
        checks.one_of(f"calls[{line}]", calls[line], ("sensitive", "resistant"))
    return np.array([calls[line] == "resistant" for line in lines])


def _draw_groups(
    population: DoseResponsePopulation, sheet: xr.Dataset, rng: np.random.Generator, studies: int
) -> np.ndarray:
    """Means of the molecular groups (study, molecular_group, CURVE)."""
    noise = rng.standard_normal((studies, sheet.sizes[v.MOLECULAR_GROUP], len(CURVE)))
    return population.curve_mu + population.curve_sigma_group * noise


def _draw_groups_given_lines(
    population: DoseResponsePopulation,
    curve: np.ndarray,
    group_of_line: np.ndarray,
    groups: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Means of the groups given their lines (study, molecular_group, CURVE): normal times normal, also for spread 0.

    mean = mu + share * (mean of lines - mu), variance = sigma_group^2 (1 - share),
    share = n sigma_group^2 / (n sigma_group^2 + sigma^2)
    """
    member = np.eye(groups)[group_of_line]  # (cell_line, molecular_group)
    size = member.sum(axis=0)[:, None]
    between, within = population.curve_sigma_group**2, population.curve_sigma**2
    total = size * between + within
    share = np.divide(size * between, total, out=np.zeros_like(total), where=total > 0)
    centred = np.einsum("slk,lg->sgk", curve - population.curve_mu, member) / np.maximum(size, 1)
    sd = np.sqrt(between * (1 - share))
    return population.curve_mu + share * centred + sd * rng.standard_normal(centred.shape)


def _draw_called_lines(
    mean: np.ndarray, sigma: np.ndarray, resistant: np.ndarray, stimulated: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Curves of lines around `mean` (study, cell_line, CURVE) that deserve their calls, by rejection.

    Each round proposes for all the lines that still lack a curve, the more for each the fewer they are, and keeps the
    first proposal that the call admits.
    """
    low, high = np.log10(SENSITIVE_IC50_UM)
    drawn = np.empty(mean.shape)
    pending = np.arange(mean.shape[0] * mean.shape[1])
    flat, flat_mean = drawn.reshape(-1, len(CURVE)), mean.reshape(-1, len(CURVE))
    is_resistant, is_stimulated = np.broadcast_to(resistant, stimulated.shape).ravel(), stimulated.ravel()
    for _ in range(MAX_ROUNDS):
        tries = max(PROPOSALS_A_ROUND // len(pending), 1)
        proposal = flat_mean[pending] + sigma * rng.standard_normal((tries, len(pending), len(CURVE)))
        ic50, effect = log10_ic50_um(*np.moveaxis(proposal, -1, 0)), proposal[..., CURVE.index(v.EFFECT)]
        wants_resistant, wants_stimulated = is_resistant[pending], is_stimulated[pending]
        as_resistant = (ic50 > np.log10(RESISTANT_ABOVE_UM)) & ((effect < 0) == wants_stimulated)
        admitted = np.where(wants_resistant, as_resistant, (ic50 >= low) & (ic50 <= high))
        first, found = admitted.argmax(axis=0), admitted.any(axis=0)
        flat[pending[found]] = proposal[first[found], np.flatnonzero(found)]
        pending = pending[~found]
        if not len(pending):
            return drawn
    raise checks.InputError(
        f"DoseResponsePopulation must be able to draw every call, got {len(pending)} lines without a curve "
        f"after {MAX_ROUNDS} rounds of proposals"
    )


def _assemble(
    parameters: xr.Dataset,
    sheet: xr.Dataset,
    rng: np.random.Generator,
    group: np.ndarray,
    curve: np.ndarray,
) -> xr.Dataset:
    """The truth of lines already drawn, with their cultures and plates."""
    studies = len(curve)
    line, experiment = sheet[v.LINE_OF_CULTURE].values, sheet[v.EXPERIMENT_OF_CULTURE].values

    def normal(dim: str, name: str) -> np.ndarray:
        return parameters[name].values[:, None] * rng.standard_normal((studies, sheet.sizes[dim]))

    culture_log10_ec50 = curve[:, line, 0] + normal(v.CULTURE, v.SD_EXPERIMENT)
    log_top = (
        parameters["mu_log_top_signal"].values[:, None]
        + normal(v.CELL_LINE, "sd_line_log_top_signal")[:, line]
        + normal(v.EXPERIMENT, "sd_experiment_log_top_signal")[:, experiment]
        + normal(v.CULTURE, "sd_culture_log_top_signal")
    )
    background = parameters[v.BACKGROUND].values[:, None] * np.exp(normal(v.PLATE, "sd_plate_log_background_signal"))
    truth = xr.Dataset(
        {name: ((v.STUDY, v.CELL_LINE), curve[..., k]) for k, name in enumerate(CURVE)}
        | {f"group_{name}": ((v.STUDY, v.MOLECULAR_GROUP), group[..., k]) for k, name in enumerate(CURVE)}
        | {
            LOG10_IC50: ((v.STUDY, v.CELL_LINE), log10_ic50_um(*np.moveaxis(curve, -1, 0))),
            v.CULTURE_LOG10_EC50: ((v.STUDY, v.CULTURE), culture_log10_ec50),
            v.LOG_TOP: ((v.STUDY, v.CULTURE), log_top),
            v.BACKGROUND: ((v.STUDY, v.PLATE), background),
        }
        | {
            name: values
            for name, values in parameters.data_vars.items()
            if name != v.BACKGROUND and not str(name).startswith("shift_")
        },
        coords={dim: sheet[dim] for dim in (v.CELL_LINE, v.MOLECULAR_GROUP, v.CULTURE, v.PLATE) if dim in sheet.coords},
    )
    for name in truth.data_vars:
        if (units := v.UNITS.get(str(name).removeprefix("group_"))) is not None:
            truth[name].attrs["units"] = units
    return truth
