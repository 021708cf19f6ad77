"""A further run of an expression study from one draw of its posterior: the same subjects, other samples and reactions.

Of reactions, samples have inputs of their own and genes in them biological deviations of their own; plates and machine
are the same. Of ratios, pairs of the same subjects and replicates are new.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.groups.levels import MODEL as LEVEL_GROUPS
from lensim.expression.groups.levels import REPEATED
from lensim.expression.priors import ExpressionPriors, FoldChangePriors
from lensim.expression.reactions_of_draw import reactions_of_draw
from lensim.inference.joined_runs import joined_runs

DIMS: Final = (v.REACTION, v.SAMPLE, v.EXPERIMENT, v.STANDARD, v.NO_TEMPLATE, v.PAIR, v.REPLICATE)
POINTERS: Final = {
    v.SAMPLE_OF_REACTION: v.SAMPLE,
    v.EXPERIMENT_OF_SAMPLE: v.EXPERIMENT,
    v.EXPERIMENT_OF_PAIR: v.EXPERIMENT,
}
RESPONDING: Final = "expression_hierarchical_responding"
"""The model in which inputs tell the mean response of references."""


def new_run(
    data: xr.Dataset,
    draw: xr.Dataset,
    model: str,
    priors: ExpressionPriors | FoldChangePriors,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Observations of a further run: the same sheet with other Cts or ratios.

    Parameters
    ----------
    data
        The study that was fitted.
    draw
        One draw of its posterior (no dims chain and draw).
    model
        Its name, which says how references respond.
    priors
        Of the fit.
    rng
        Random numbers.

    Raises
    ------
    InputError
        If the model is that of groups.
    """
    if model in (LEVEL_GROUPS, REPEATED):
        raise checks.InputError(
            f"a further run of {model} is not known: its groups have other subjects in every run, so power of "
            "such a study is asked of the command power"
        )
    if v.CT not in data:
        return _new_pairs(data, draw, rng)
    assert isinstance(priors, ExpressionPriors)
    inputs = float(draw[v.SD_INPUT]) * rng.standard_normal(data.sizes[v.SAMPLE])
    return reactions_of_draw(
        data,
        draw.assign({v.LOG2_INPUT: (v.SAMPLE, inputs)}),
        rng,
        by_input=model == RESPONDING,
        sd_outlying_cycles=priors.sd_outlying_cycles,
    )


def with_new_run(data: xr.Dataset, run: xr.Dataset) -> xr.Dataset:
    """The study and its further run as one study."""
    joined = joined_runs(data, run, DIMS, POINTERS)
    if v.SUM_OF_SQUARES in data and v.REPLICATE_CONTRAST in joined:
        contrasts = joined[v.REPLICATE_CONTRAST].to_numpy()
        joined = joined.assign({v.SUM_OF_SQUARES: float((contrasts**2).sum()), v.FREEDOM: len(contrasts)})
    return joined


def moved_by_new_run(data: xr.Dataset) -> tuple[str, ...]:
    """Quantities that mean something else once there is more data: levels, where the unit is a gene's own mean Ct."""
    if v.CT not in data or data.sizes.get(v.STANDARD, 0):
        return ()
    return v.LOG2_LEVEL, v.MU_LEVEL, v.LOG2_REFERENCE_LEVEL, v.UNIT_CT


def _new_pairs(data: xr.Dataset, draw: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
    """Ratios as `fold_change_hierarchical` has them, given its draw."""
    target, subject, contrast = (
        data[name].to_numpy() for name in (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR)
    )
    fold = draw[v.LOG2_FOLD_CHANGE].transpose(v.TARGET, v.SUBJECT, v.CONTRAST).to_numpy()
    variance = draw[v.SD_PAIR].to_numpy()[target] ** 2
    if v.LOG2_RATIO_SD in data:
        variance = variance + data[v.LOG2_RATIO_SD].to_numpy() ** 2
    found = {}
    if v.REPLICATE_CONTRAST in data:
        technical = float(draw[v.SD_TECHNICAL])
        variance = variance + data[v.TECHNICAL_SHARE].to_numpy() * technical**2
        contrasts = technical * rng.standard_normal(data.sizes[v.REPLICATE])
        found[v.REPLICATE_CONTRAST] = (v.REPLICATE, contrasts)
    moved = draw[v.REFERENCE_RESPONSE].to_numpy()[contrast] if v.REFERENCE_RESPONSE in draw else 0.0
    ratio = fold[target, subject, contrast] - moved + np.sqrt(variance) * rng.standard_normal(len(target))
    if v.CT_CHANGE not in data:
        return data.assign(found | {v.LOG2_RATIO: (v.PAIR, ratio)})
    stated = data[v.DOUBLINGS].to_numpy()[target]
    doublings = draw[v.DOUBLINGS].to_numpy()[target] if v.DOUBLINGS in draw else stated
    of_input = stated * data[v.CT_CHANGE].to_numpy() - data[v.LOG2_RATIO].to_numpy()
    change = (ratio + of_input) / doublings
    return data.assign(found | {v.CT_CHANGE: (v.PAIR, change), v.LOG2_RATIO: (v.PAIR, stated * change - of_input)})
