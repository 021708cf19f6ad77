"""The twin of the study's 23-line panel: every line is drawn so that its published call is right."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.design import DoseResponseDesign, PlateMap
from lensim.dose_response.truth import CURVE, DoseResponsePopulation, parameters_of, require_sheet, truth_of_curves
from lensim.maiga2013.lines import CELL_LINES, GROUP_OF_LINE, PUBLISHED_CALL, Call

SENSITIVE_IC50_UM: Final = (0.15, 7.0)  # stated: the range of IC50 of the lines called sensitive
RESISTANT_ABOVE_UM: Final = 10.0  # stated: a line is called resistant where its IC50 is above this dose
GIBBS_SWEEPS: Final = 25  # between groups and lines; enough while groups differ no more than lines within them
PROPOSALS_A_ROUND: Final = 8192
MAX_ROUNDS: Final = 2000

PAPER_POPULATION: Final = DoseResponsePopulation(
    mu_log10_ec50_um=-0.4,
    sigma_group_log10_ec50_um=0.10,
    sigma_log10_ec50_um=0.36,
    mu_log_hill_slope=0.2,
    sigma_group_log_hill_slope=0.08,
    sigma_log_hill_slope=0.18,
    mu_effect_at_saturation=0.85,
    sigma_group_effect_at_saturation=0.14,
    sigma_effect_at_saturation=0.50,
)
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


def dose_response_design(
    experiments: int = 3, replicates: int = 3, plate_map: PlateMap = "randomised"
) -> DoseResponseDesign:
    """The study's panel: 23 lines in triplicate in three experiments (stated), eight doses up to 10 uM (assumed).

    Raises
    ------
    InputError
        If a number is out of its range or the plate map unknown.
    """
    return DoseResponseDesign(
        CELL_LINES,
        GROUP_OF_LINE,
        replicates=replicates,
        experiments=experiments,
        plate_map=plate_map,
    )


def draw_twin(sheet: xr.Dataset, rng: np.random.Generator, studies: int = 1) -> xr.Dataset:
    """The truth of the panel given the published calls (IC50s in log10 uM); see `draw_paper_twin`."""
    calls = dict(zip(CELL_LINES, PUBLISHED_CALL, strict=True))
    return draw_paper_twin(calls, PAPER_POPULATION, sheet, rng, studies)


def draw_paper_twin(
    calls: Mapping[str, Call],
    population: DoseResponsePopulation,
    sheet: xr.Dataset,
    rng: np.random.Generator,
    studies: int = 1,
    *,
    stimulated_lines: int = 2,
) -> xr.Dataset:
    """Truths as from `draw_truth`, given that the published call of every line is right.

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
    require_sheet(sheet, studies, "draw_paper_twin")
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
    return truth_of_curves(parameters_of(population, studies), sheet, rng, group, curve)


def _check_calls(calls: Mapping[str, Call], lines: list[str]) -> np.ndarray:
    """Refuse calls that do not match the lines; return which lines are resistant."""
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
    """Curves of lines around `mean` (study, cell_line, CURVE) whose calls are right, by rejection.

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
