"""What is compared with its truth: parameters, what users read, statements with a probability, and the likelihood.

Each is a function of draws, applied to the posterior's and to the truth alike.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import Asked, assay_of
from lensim.bioassay.rules import calibrated_range
from lensim.cell_cycle.estimands import cell_cycle_estimands
from lensim.dose_response import curve
from lensim.dose_response.estimands import INHIBITION_AT_TOP, NUMBER_SENSITIVE, TOP_DOSE, tested_doses_um
from lensim.expression.estimands import NEW_SUBJECT
from lensim.expression.groups.estimands import LOG2_RATIO_OF_GROUPS, group_estimands, is_of_groups
from lensim.inference.observations import attach_observations

AS_READ: Final = "as read"
"""Behind the name of a quantity that tables show in another form than the model has it."""
Draws = Mapping[str, xr.DataArray]


def quantities_of(data: xr.Dataset, draws: xr.Dataset, seed: int) -> tuple[dict[str, xr.DataArray], Draws]:
    """Quantities and statements of draws (chain, draw, ...).

    Parameters
    ----------
    data
        Observations.
    draws
        Of the model's variables.
    seed
        Of what is drawn anew, such as a subject not yet seen; another one for the truth than for the posterior.

    Returns
    -------
    tuple
        Quantities by name, and statements (true or false) by name.
    """
    numbers = {str(name): values.astype(float) for name, values in draws.data_vars.items()}
    own, stated = OF_ASSAY[assay_of(data).name](data, draws, seed)
    return numbers | own, stated


def as_read(data: xr.Dataset, posterior: xr.Dataset) -> dict[str, xr.DataArray]:
    """Quantities as tables show them, where that is not as the model has them: IC50 and EC50 between two doses."""
    assay = assay_of(data)
    if assay.name != v.DOSE_RESPONSE:
        return {}
    tree = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(tree, data)
    found = assay.estimands(tree, Asked())
    return {f"{name} {AS_READ}": found[name] for name in (v.LOG10_IC50, v.LOG10_EC50)}


def _panel(data: xr.Dataset, draws: xr.Dataset, seed: int) -> tuple[dict[str, xr.DataArray], Draws]:
    curves = draws[v.LOG10_EC50], draws[v.LOG_HILL], draws[v.EFFECT]
    top = xr.DataArray(tested_doses_um(data)[TOP_DOSE].to_numpy(), dims=v.CELL_LINE)
    ic50 = curves[0].copy(data=curve.log10_ic50_um(*curves))
    at_top = curve.inhibition_percent(top, *curves)
    resistant = ic50 > np.log10(top)
    return (
        {
            v.LOG10_IC50: ic50,
            INHIBITION_AT_TOP: at_top,
            NUMBER_SENSITIVE: (~resistant).sum(v.CELL_LINE).astype(float),
            f"{v.LOG10_IC50} {AS_READ}": ic50,
            f"{v.LOG10_EC50} {AS_READ}": curves[0],
        },
        {"resistant": resistant, "stimulated": at_top < 0.0},
    )


def _ratios_of_groups(data: xr.Dataset, draws: xr.Dataset) -> tuple[dict[str, xr.DataArray], Draws]:
    tree = xr.DataTree.from_dict({"posterior": draws})
    attach_observations(tree, data)
    ratio = group_estimands(tree)[LOG2_RATIO_OF_GROUPS].reset_coords(drop=True)
    return {LOG2_RATIO_OF_GROUPS: ratio}, {"group increased": ratio > 0.0}


def _fold_changes(data: xr.Dataset, draws: xr.Dataset, seed: int) -> tuple[dict[str, xr.DataArray], Draws]:
    if is_of_groups(draws):
        return _ratios_of_groups(data, draws)
    fold = draws[v.LOG2_FOLD_CHANGE]
    numbers, stated = {}, {"increased": fold > 0.0}
    if v.MU_FOLD_CHANGE in draws:
        mu, sigma = draws[v.MU_FOLD_CHANGE], draws[v.SIGMA_FOLD_CHANGE]
        new = mu + sigma * seeding.stream(seed, "new subject").standard_normal(mu.shape)
        numbers[NEW_SUBJECT] = new
        stated |= {"mean increased": mu > 0.0, "new subject increased": new > 0.0}
    numbers["number_increased"] = (fold > 0.0).sum(v.SUBJECT).astype(float)
    return numbers, stated


def _media(data: xr.Dataset, draws: xr.Dataset, seed: int) -> tuple[dict[str, xr.DataArray], Draws]:
    low, high = (xr.DataArray(np.log10(end), dims=v.MEDIUM) for end in calibrated_range(data))
    tnf = draws[v.LOG10_TNF]
    return {}, {"below": tnf < low, "above": tnf > high, "increased": draws[v.LOG2_FOLD_CHANGE] > 0.0}


def _tubes(data: xr.Dataset, draws: xr.Dataset, seed: int) -> tuple[dict[str, xr.DataArray], Draws]:
    tree = xr.DataTree.from_dict({"posterior": draws})
    tree.attrs["seed"] = seed
    attach_observations(tree, data)
    found = cell_cycle_estimands(tree)
    numbers = {str(name): values for name, values in found.data_vars.items() if "log_odds" not in str(name)}
    return numbers, {"share increased": found["share_change_percent_points"] > 0.0}


OF_ASSAY: Final[Mapping[str, Callable[..., tuple[dict[str, xr.DataArray], Draws]]]] = {
    v.DOSE_RESPONSE: _panel,
    v.EXPRESSION: _fold_changes,
    v.BIOASSAY: _media,
    v.CELL_CYCLE: _tubes,
}
