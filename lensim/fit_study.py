"""A fit of any assay: the model that suits the data, its draws, and what looks odd about them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.assay import MODEL_REASON, Asked, Assay, assay_of
from lensim.bounds import require_size
from lensim.inference.doubts import at_the_edge, decided, means_outside
from lensim.inference.prior_sensitivity import PRIOR_SENSITIVITY, prior_sensitivity
from lensim.inference.prior_words import moves_of_rows
from lensim.inference.priors import priors_of
from lensim.inference.retry import fit_with_care
from lensim.inference.verdict import INCOMPLETE, carry_verdict, verdict_of

if TYPE_CHECKING:
    from lensim.inference.fit import FitSettings


def fit_study(
    data: xr.Dataset,
    settings: "FitSettings",
    seed: int,
    *,
    model: str = "",
    priors: Any = None,
    attempts: int = 2,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> xr.DataTree:
    """Fit a model of the catalogue to data of any assay; see `lensim.inference.retry.fit_with_care`.

    Parameters
    ----------
    data
        Observations that know their assay.
    settings, seed, attempts, progress, tell
        As for `fit_with_care`.
    model
        Name in the catalogue; the assay's choice for these data where not given.
    priors
        The model's dataclass of priors; its defaults where None.

    Raises
    ------
    InputError
        If the assay or the model is unknown, or the data do not suit it.
    """
    assay = assay_of(data)
    if not assay.recognises(data):
        raise checks.InputError(
            f"data must be observations of the assay {assay.name}, got a Dataset with "
            f"{', '.join(map(str, data.data_vars)) or 'no variables'}: a truth is no data"
        )
    data = assay.prepared(data)
    observed = max((one.size for one in data.data_vars.values()), default=0)
    require_size(
        "a fit",
        observed * settings.sampler.draws * settings.sampler.chains,
        limits.FIT_VALUES,
        "kept draws times values observed",
        f"lower draws={settings.sampler.draws} or chains={settings.sampler.chains}",
    )
    result = fit_with_care(
        data,
        model or assay.default_model(data),
        settings,
        seed,
        judged=lambda drawn: assay.judged(assay.estimands(drawn, Asked())),
        priors=priors,
        attempts=attempts,
        progress=progress,
        tell=tell,
    )
    result.attrs[v.ASSAY] = assay.name
    if not model and (reason := assay.model_reason(data)):
        result.attrs[MODEL_REASON] = reason
    try:
        look_further(result, assay)
    except Exception as error:  # draws that can be read are handed over, whatever fails behind them
        result.attrs[INCOMPLETE] = f"without prior or data, which failed: {checks.fault_of(error)}"
    return result


def look_further(result: xr.DataTree, assay: Assay) -> None:
    """Write into a result whether prior or data decide each estimand, and what else looks odd as notes of its verdict.

    Group `prior_sensitivity` has the moves of `lensim.inference.prior_sensitivity`. Nothing is done where the result
    lacks `log_prior`.
    """
    if "log_prior" not in result.children:
        return
    estimands, priors = assay.estimands(result, Asked()), priors_of(result)
    found = prior_sensitivity(assay.weighed(estimands), result["log_prior"].to_dataset())
    result[PRIOR_SENSITIVITY] = xr.DataTree(found)
    tables = assay.tables(estimands, Asked())
    moved = [moves_of_rows(one.frame, found, one.quantities, one.labels) for one in tables]
    rows = [(one.name, moves, one.row_names) for one, moves in zip(tables, moved, strict=True)]
    words = {name: text for one in tables for name, text in one.quantities.items()}
    prior_of = {
        text: str(found[name].attrs["prior"])
        for name, text in words.items()
        if name in found and "prior" in found[name].attrs
    }
    notes = (
        *assay.misfits(estimands),
        *means_outside(assay.populations(estimands), priors),
        *at_the_edge(result, priors),
        *decided(rows, prior_of, priors),
    )
    carry_verdict(result, replace(verdict_of(result), notes=notes))
