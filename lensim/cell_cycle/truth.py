"""The truth of a simulated cell-cycle study: shares of phases, how cultures differ, and the cytometer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures
from lensim.cell_cycle.phases import (
    LATER_PHASES,
    PHASES,
    contrast_of_condition,
    contrasts_of,
    log_ratios_of_shares,
    shares_of_log_ratios,
)

KINDS_OF_EVENT: Final = (*PHASES, "debris", "doublet")
"""What an event truly is, by the numbers of `kind_of_event`."""


@dataclass(frozen=True)
class CellCyclePopulation:
    """The population of studies.

    Attributes
    ----------
    percent
        By (cell line, condition): percent of cells in G0/G1, S and G2/M; every line under every condition.
    concentration
        Of a culture's shares around its line's: a culture's share p has sd sqrt(p (1 - p) / (concentration + 1)).
        Infinite for none; the default is assumed.
    sd_experiment_log_ratio
        Spread of log ratios between experiments that all cultures of an experiment share (assumed: none).

    Raises
    ------
    InputError
        If percents are not three numbers above 0 that sum to 100, or a spread is out of its range.
    """

    percent: Mapping[tuple[str, str], Sequence[float]]
    concentration: float = 100.0
    sd_experiment_log_ratio: float = 0.0

    def __post_init__(self) -> None:
        require_figures(self, infinite=("concentration",))
        checks.above("CellCyclePopulation.concentration", self.concentration, 0.0)
        checks.at_least("CellCyclePopulation.sd_experiment_log_ratio", self.sd_experiment_log_ratio, 0.0)
        for (line, condition), shares in self.percent.items():
            place = f"CellCyclePopulation.percent of {line}, {condition}"
            if len(shares) != len(PHASES):
                raise checks.InputError(f"{place} must be {len(PHASES)} numbers, got {len(shares)}")
            for phase, share in zip(PHASES, shares, strict=True):
                checks.above(f"{place}, {phase},", share, 0.0)
            checks.between(f"{place}, their sum,", sum(shares), 99.999, 100.001)


@dataclass(frozen=True)
class Cytometer:
    """How cells look to a cytometer of 1,024 channels and four decades. All defaults are assumed.

    Attributes
    ----------
    g1_channel, cv
        Propidium iodide of a G0/G1 cell [channels of 1,024], and the coefficient of variation of any cell's.
    g2m_over_g1
        DNA of G2/M over that of G0/G1 as it is measured.
    log10_brdu_negative, log10_brdu_ends, log10_brdu_top, sd_log10_brdu
        BrdU-FITC [log10 fluorescence units] of cells without it, at both ends of S and in the middle of S; its spread.
    sd_log_g1_channel, sd_log10_brdu_tube
        Between tubes: staining of DNA (log) and of BrdU (log10).
    singlet_width, doublet_width, cv_width
        Width of the pulse [channels], and its coefficient of variation.
    debris_share, doublet_share
        Shares of all recorded events.
    """

    g1_channel: float = 200.0
    cv: float = 0.045
    g2m_over_g1: float = 1.95
    log10_brdu_negative: float = 0.9
    log10_brdu_ends: float = 1.7
    log10_brdu_top: float = 2.9
    sd_log10_brdu: float = 0.18
    sd_log_g1_channel: float = 0.03
    sd_log10_brdu_tube: float = 0.06
    singlet_width: float = 180.0
    doublet_width: float = 290.0
    cv_width: float = 0.06
    debris_share: float = 0.06
    doublet_share: float = 0.03

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("g1_channel", "cv", "sd_log10_brdu", "singlet_width", "cv_width"):
            checks.above(f"Cytometer.{name}", getattr(self, name), 0.0)
        for name in ("sd_log_g1_channel", "sd_log10_brdu_tube"):
            checks.at_least(f"Cytometer.{name}", getattr(self, name), 0.0)
        checks.between("Cytometer.g2m_over_g1", self.g2m_over_g1, 1.5, 2.5)
        for name in ("debris_share", "doublet_share"):
            checks.between(f"Cytometer.{name}", getattr(self, name), 0.0, 1.0)
        checks.between("Cytometer.debris_share and doublet_share, their sum,", self.outside_share, 0.0, 0.99)

    @property
    def outside_share(self) -> float:
        """Share of recorded events that are no single cell."""
        return self.debris_share + self.doublet_share


def draw_truth(
    population: CellCyclePopulation, sheet: xr.Dataset, rng: np.random.Generator, studies: int = 1
) -> xr.Dataset:
    """Studies drawn from a population; its figures are alike in all, cultures differ.

    Parameters
    ----------
    population
        Where from.
    sheet
        As from `lay_out`.
    rng
        Random numbers.
    studies
        How many, along the dim study.

    Returns
    -------
    xarray.Dataset
        phase_log_ratio (study, cell_line, later_phase), phase_log_ratio_change (study, cell_line, contrast,
        later_phase), concentration (study), and culture_share (study, culture, phase) as `truth_given` draws them.

    Raises
    ------
    InputError
        If `studies` is below 1 or a line and condition of the sheet has no percents.
    """
    checks.at_least("studies", studies, 1)
    names = [str(c) for c in sheet[v.CONDITION].to_numpy()]
    cells = [[(str(line), condition) for condition in names] for line in sheet[v.CELL_LINE].to_numpy()]
    for cell in (cell for row in cells for cell in row):
        checks.one_of(
            "CellCyclePopulation.percent", ", ".join(cell), [", ".join(known) for known in population.percent]
        )
    ratios = log_ratios_of_shares(np.array([[population.percent[cell] for cell in row] for row in cells]))
    order = np.argsort(contrast_of_condition(sheet))  # the control first
    base = ratios[:, order[0]]
    change = ratios[:, order[1:]] - base[:, None]
    parameters = xr.Dataset(
        {
            v.PHASE_LOG_RATIO: ((v.STUDY, v.CELL_LINE, v.LATER_PHASE), np.repeat(base[None], studies, axis=0)),
            v.PHASE_LOG_RATIO_CHANGE: (
                (v.STUDY, v.CELL_LINE, v.CONTRAST, v.LATER_PHASE),
                np.repeat(change[None], studies, axis=0),
            ),
            v.DIRICHLET: (v.STUDY, np.full(studies, population.concentration)),
        },
        coords={
            v.CELL_LINE: sheet[v.CELL_LINE].to_numpy(),
            v.CONTRAST: contrasts_of(sheet),
            v.LATER_PHASE: list(LATER_PHASES),
        },
    )
    return truth_given(parameters, sheet, rng, population.sd_experiment_log_ratio)


def truth_given(
    parameters: xr.Dataset, sheet: xr.Dataset, rng: np.random.Generator, sd_experiment_log_ratio: float = 0.0
) -> xr.Dataset:
    """Cultures drawn around given parameters, each study around its own.

        share(line, condition) = softmax(0, phase_log_ratio + phase_log_ratio_change + experiment)
        experiment(experiment, later phase) ~ Normal(0, sd_experiment_log_ratio)
        culture_share(culture) ~ Dirichlet(concentration * share)

    Parameters
    ----------
    parameters
        phase_log_ratio, phase_log_ratio_change and concentration, with the dim study.
    sheet
        As from `lay_out`.
    rng
        Random numbers.
    sd_experiment_log_ratio
        What all cultures of an experiment share.
    """
    base = parameters[v.PHASE_LOG_RATIO].to_numpy()
    change = parameters[v.PHASE_LOG_RATIO_CHANGE].to_numpy()
    full = np.concatenate([base[:, :, None], base[:, :, None] + change], axis=2)
    line = sheet[v.LINE_OF_CULTURE].to_numpy()
    contrast = contrast_of_condition(sheet)[sheet[v.CONDITION_OF_CULTURE].to_numpy()]
    shape = (len(base), sheet.sizes[v.EXPERIMENT], len(LATER_PHASES))
    experiment = sd_experiment_log_ratio * rng.standard_normal(shape)
    ratio = full[:, line, contrast] + experiment[:, sheet[v.EXPERIMENT_OF_CULTURE].to_numpy()]
    share = shares_of_log_ratios(ratio)
    concentration = np.broadcast_to(parameters[v.DIRICHLET].to_numpy()[:, None, None], share.shape)
    varies = np.isfinite(concentration)
    weight = rng.standard_gamma(np.where(varies, concentration, 1.0) * share)
    drawn = weight / weight.sum(axis=-1, keepdims=True)
    truth = parameters.copy()
    truth[v.CULTURE_SHARE] = ((v.STUDY, v.CULTURE, v.PHASE), np.where(varies, drawn, share))
    truth = truth.assign_coords({v.PHASE: list(PHASES)})
    for name in truth.data_vars:
        truth[name].attrs["units"] = v.UNITS[str(name)]
    truth.attrs[v.ASSAY] = v.CELL_CYCLE
    return truth
