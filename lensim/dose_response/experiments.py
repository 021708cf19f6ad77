"""What one experiment showed of a line, beside what it says of the line: a culture's own curve."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response import curve
from lensim.inference.observations import observations_of

THIS_LOG10_IC50: Final = "this_experiment_log10_ic50_um"
THIS_LOG10_EC50: Final = "this_experiment_log10_ec50_um"
THIS_INHIBITION_AT_TOP: Final = "this_experiment_inhibition_at_top_dose_percent"
ONLY_EXPERIMENT: Final = "only_experiment"
LOG_TOP_SHARE: Final = "log_top_share"
OF_CULTURES: Final = (v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT)


def curves_of_cultures(result: xr.DataTree, data: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray] | None:
    """EC50, slope and effect that each culture showed; None where a fit has lines alone.

    In a fit of an earlier lensim the slope and the effect are those of the line.

    Raises
    ------
    InputError
        If draws and data differ in the number of cultures.
    """
    draws = result["posterior"].to_dataset()
    if v.CULTURE_LOG10_EC50 not in draws:
        return None
    if draws.sizes[v.CULTURE] != data.sizes[v.CULTURE]:
        raise checks.InputError(
            f"a posterior must have the {data.sizes[v.CULTURE]} cultures of its observations, "
            f"got {draws.sizes[v.CULTURE]}"
        )
    line = xr.DataArray(data[v.LINE_OF_CULTURE].to_numpy(), dims=v.CULTURE)

    def shown(name: str, of_line: str) -> xr.DataArray:
        own = draws[name] if name in draws else draws[of_line].drop_vars(v.CELL_LINE, errors="ignore")
        own = own if name in draws else own.isel({v.CELL_LINE: line})
        return own.drop_vars(v.CULTURE, errors="ignore").transpose("chain", "draw", v.CULTURE)

    return (
        shown(v.CULTURE_LOG10_EC50, v.LOG10_EC50),
        shown(v.CULTURE_LOG_HILL, v.LOG_HILL),
        shown(v.CULTURE_EFFECT, v.EFFECT),
    )


def means_suffice(result: xr.DataTree) -> tuple[str, ...]:
    """Variables of cultures whose means are all that tables and figures need: no line was treated in one culture alone.

    Untreated levels of cultures are among them, unless growth rates are made of their draws.
    """
    data = observations_of(result)
    line = data[v.LINE_OF_CULTURE].to_numpy()
    several = len(line) > 0 and bool((np.bincount(line) != 1).all())
    levels = (LOG_TOP_SHARE,) if v.SEEDING_OF_CULTURE in data else (v.LOG_TOP, LOG_TOP_SHARE)
    return (*levels, *(OF_CULTURES if several else ()))


def experiments_of_lines(data: xr.Dataset) -> np.ndarray:
    """In how many experiments each line was treated (cell_line); its cultures, where experiments are not known."""
    line = data[v.LINE_OF_CULTURE].to_numpy()
    experiment = np.arange(len(line))
    if v.EXPERIMENT_OF_CULTURE in data:
        experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    return np.bincount(np.unique(np.column_stack([line, experiment]), axis=0)[:, 0], minlength=data.sizes[v.CELL_LINE])


def only_experiment_of_lines(data: xr.Dataset) -> np.ndarray:
    """The experiment of each line that was treated once (cell_line); -1 of others, and where none are known."""
    line = data[v.LINE_OF_CULTURE].to_numpy()
    found = np.full(data.sizes[v.CELL_LINE], -1)
    if v.EXPERIMENT_OF_CULTURE in data:
        found[line] = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    return np.where(np.bincount(line, minlength=len(found)) == 1, found, -1)


def of_this_experiment(
    data: xr.Dataset, cultures: tuple[xr.DataArray, ...], shown: tuple[xr.DataArray, ...], top_dose_um: np.ndarray
) -> dict[str, xr.DataArray]:
    """What the one culture of a line showed: EC50, IC50 and inhibition at the top dose (chain, draw, cell_line).

    NaN where a line has several cultures; nothing where all lines have.

    Parameters
    ----------
    data
        The wells.
    cultures
        As from `curves_of_cultures`.
    shown
        EC50 and IC50 of the cultures (chain, draw, culture) [log10 uM].
    top_dose_um
        (cell_line) [uM].
    """
    top = xr.DataArray(top_dose_um[data[v.LINE_OF_CULTURE].to_numpy()], dims=v.CULTURE)
    at_top = curve.inhibition_percent(top, *cultures)
    found = of_only_cultures(
        data, {THIS_LOG10_EC50: shown[0], THIS_LOG10_IC50: shown[1], THIS_INHIBITION_AT_TOP: at_top}
    )
    units = {THIS_LOG10_EC50: "log10 uM", THIS_LOG10_IC50: "log10 uM", THIS_INHIBITION_AT_TOP: "percent of untreated"}
    return {name: values.assign_attrs(units=units[name]) for name, values in found.items()}


def of_only_cultures(data: xr.Dataset, shown: Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Draws (chain, draw, cell_line) of each line with one culture, from draws of cultures (chain, draw, culture).

    NaN where a line has several cultures; nothing where all lines have.
    """
    line = data[v.LINE_OF_CULTURE].to_numpy()
    once = np.flatnonzero(np.bincount(line, minlength=data.sizes[v.CELL_LINE]) == 1)
    if not len(once):
        return {}
    culture_of = {int(one): k for k, one in enumerate(line)}
    found = {}
    for name, values in shown.items():
        drawn = values.transpose("chain", "draw", v.CULTURE).to_numpy()
        of_lines = np.full((*drawn.shape[:2], data.sizes[v.CELL_LINE]), np.nan)
        of_lines[..., once] = drawn[..., [culture_of[int(one)] for one in once]]
        found[name] = xr.DataArray(of_lines, dims=("chain", "draw", v.CELL_LINE))
    return found
