"""The truth of a simulated bioassay: TNF in media, the curve of each plate, and the noise of wells."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures
from lensim.plate_faults import PlateFaults

LOG10_2: Final = float(np.log10(2.0))

USUAL_FAULTS: Final = PlateFaults(
    mean_edge_log_loss=0.04,
    sd_edge_log_loss=0.02,
    sd_row_log_gradient=0.02,
    sd_column_log_gradient=0.02,
    sd_dispensing_log=0.0,
    outlier_probability=0.005,
    outlier_log_shift=0.5,
    lost_probability=0.005,
)
"""Faults of a plate of 24 hours, of the same kinds as those of proliferation and smaller: all assumed."""


@dataclass(frozen=True)
class BioassayPopulation:
    """The population of bioassays. All defaults are assumed.

    Attributes
    ----------
    log10_line_tnf_pg_per_ml
        Mean of a line's media under the control condition, by line [log10 pg/ml]; a line that is absent is drawn.
    mu_log10_line_tnf_pg_per_ml, sigma_log10_line_tnf_pg_per_ml
        Where absent lines are drawn from [log10 pg/ml].
    mu_log2_fold_change, sigma_log2_fold_change
        Of a line's treated media over its control's [log2].
    sd_biological_log10_tnf
        Media of one line and condition between experiments [log10].
    mu_log10_ec50_pg_per_ml, sigma_log10_ec50_pg_per_ml
        Midpoint of a plate's curve [log10 pg/ml].
    mu_log_hill_slope, sigma_log_hill_slope
        Natural log of its slope.
    mu_log_effect, sigma_log_effect
        Natural log of effect_at_saturation: exp(-effect) of the cells' signal is left under endless TNF.
    mu_log_top_od, sigma_log_top_od
        Natural log of the signal of cells alone, above background.
    mean_background_od, sd_background_od
        Signal of a well without cells, between plates.
    sd_log_od, sd_od
        Spread of wells: the part that grows with the signal, and the part that does not.
    ceiling_od
        No reading is above this: the reader is saturated.
    """

    log10_line_tnf_pg_per_ml: Mapping[str, float] = field(default_factory=dict)
    mu_log10_line_tnf_pg_per_ml: float = 1.8
    sigma_log10_line_tnf_pg_per_ml: float = 0.5
    mu_log2_fold_change: float = 0.8
    sigma_log2_fold_change: float = 0.4
    sd_biological_log10_tnf: float = 0.08
    mu_log10_ec50_pg_per_ml: float = 2.0
    sigma_log10_ec50_pg_per_ml: float = 0.08
    mu_log_hill_slope: float = 0.2
    sigma_log_hill_slope: float = 0.08
    mu_log_effect: float = 0.7
    sigma_log_effect: float = 0.08
    mu_log_top_od: float = 0.1
    sigma_log_top_od: float = 0.15
    mean_background_od: float = 0.06
    sd_background_od: float = 0.008
    sd_log_od: float = 0.06
    sd_od: float = 0.01
    ceiling_od: float = 4.0

    def __post_init__(self) -> None:
        require_figures(self)
        for item in fields(self):
            place = f"BioassayPopulation.{item.name}"
            if item.name == "log10_line_tnf_pg_per_ml":
                checks.finite(place, np.array(list(self.log10_line_tnf_pg_per_ml.values()), dtype=float))
            elif item.name.startswith(("sd_", "sigma_")):
                checks.at_least(place, getattr(self, item.name), 0.0)
            else:
                checks.above(place, getattr(self, item.name), 0.0 if not item.name.startswith("mu_") else -np.inf)


def contrasts_of(sheet: xr.Dataset) -> list[str]:
    """Conditions that are compared with the control, in order."""
    return [str(name) for name in sheet[v.CONDITION].values[sheet[v.IS_CONTROL].values == 0]]


def draw_truth(
    population: BioassayPopulation, sheet: xr.Dataset, rng: np.random.Generator, studies: int = 1
) -> xr.Dataset:
    """Studies drawn from a population.

        log10_tnf(medium) ~ Normal(log10_line_tnf(line) + log10(2) log2_fold_change(line, its condition),
                                   sd_biological_log10_tnf);  no fold change under the control
        log10_ec50, log_hill_slope, log effect, log_top_od (plate) ~ Normal(mu, sigma), each
        background_od(plate) ~ Normal(mean, sd), at least 0

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
        Every variable has the dim study and then those that the vocabulary names.

    Raises
    ------
    InputError
        If `studies` is below 1.
    """
    checks.at_least("studies", studies, 1)
    lines, contrasts = [str(name) for name in sheet[v.CELL_LINE].values], contrasts_of(sheet)
    known = np.array([population.log10_line_tnf_pg_per_ml.get(line, np.nan) for line in lines])

    def around(mu: float, sigma: float, *shape: int) -> np.ndarray:
        return mu + sigma * rng.standard_normal((studies, *shape))

    drawn = around(population.mu_log10_line_tnf_pg_per_ml, population.sigma_log10_line_tnf_pg_per_ml, len(lines))
    level = np.where(np.isfinite(known), known, drawn)
    fold = around(population.mu_log2_fold_change, population.sigma_log2_fold_change, len(lines), len(contrasts))
    plates = sheet.sizes[v.PLATE]
    truth = xr.Dataset(
        {
            v.LOG10_TNF_OF_LINE: ((v.STUDY, v.CELL_LINE), level),
            v.LOG2_FOLD_CHANGE: ((v.STUDY, v.CELL_LINE, v.CONTRAST), fold),
            v.LOG10_EC50_TNF: (
                (v.STUDY, v.PLATE),
                around(population.mu_log10_ec50_pg_per_ml, population.sigma_log10_ec50_pg_per_ml, plates),
            ),
            v.LOG_HILL: (
                (v.STUDY, v.PLATE),
                around(population.mu_log_hill_slope, population.sigma_log_hill_slope, plates),
            ),
            v.EFFECT: (
                (v.STUDY, v.PLATE),
                np.exp(around(population.mu_log_effect, population.sigma_log_effect, plates)),
            ),
            v.LOG_TOP_OD: ((v.STUDY, v.PLATE), around(population.mu_log_top_od, population.sigma_log_top_od, plates)),
            v.BACKGROUND_OD: (
                (v.STUDY, v.PLATE),
                np.maximum(around(population.mean_background_od, population.sd_background_od, plates), 0.0),
            ),
        }
        | {
            name: (v.STUDY, np.full(studies, getattr(population, name)))
            for name in (v.SD_BIOLOGICAL_TNF, v.SD_LOG_OD, v.SD_OD, "ceiling_od")
        },
        coords={v.CONTRAST: contrasts} | {name: sheet[name] for name in (v.CELL_LINE, v.PLATE, v.MEDIUM)},
    )
    return with_media(truth, sheet, rng)


def with_media(truth: xr.Dataset, sheet: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """The truth with the TNF of its media drawn (anew): lines and fold changes may have been put in by hand."""
    level, fold = truth[v.LOG10_TNF_OF_LINE].values, truth[v.LOG2_FOLD_CHANGE].values
    of_condition = np.concatenate([np.zeros((*level.shape, 1)), fold], axis=-1)  # the control first
    is_control = sheet[v.IS_CONTROL].values == 1
    place = np.zeros(sheet.sizes[v.CONDITION], dtype=np.int64)
    place[~is_control] = 1 + np.arange((~is_control).sum())
    line, condition = sheet[v.LINE_OF_MEDIUM].values, sheet[v.CONDITION_OF_MEDIUM].values
    mean = level[:, line] + LOG10_2 * of_condition[:, line, place[condition]]
    spread = truth[v.SD_BIOLOGICAL_TNF].values[:, None] * rng.standard_normal(mean.shape)
    truth = truth.assign({v.LOG10_TNF: ((v.STUDY, v.MEDIUM), mean + spread)})
    for name in truth.data_vars:
        if str(name) in v.UNITS:
            truth[name].attrs["units"] = v.UNITS[str(name)]
    truth.attrs[v.ASSAY] = v.BIOASSAY
    return truth
