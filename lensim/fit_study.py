"""A fit of any assay: the model that suits the data, its draws, and what looks odd about them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.assay import MODEL_REASON, Asked, Assay, assay_of
from lensim.bounds import require_size
from lensim.checks import InputError
from lensim.inference.attempts import Asking
from lensim.inference.catalogue import find_model
from lensim.inference.doubts import at_the_edge, decided, means_outside
from lensim.inference.engine import AUTO, NUTS, Engine, HandedOn, carry_engine, engine_in_words
from lensim.inference.fast import fit_fast
from lensim.inference.prior_sensitivity import PRIOR_SENSITIVITY, prior_sensitivity
from lensim.inference.prior_words import moves_of_rows
from lensim.inference.priors import priors_from, priors_of
from lensim.inference.settings import FitSettings
from lensim.inference.verdict import INCOMPLETE, carry_verdict, verdict_of


def fit_study(
    data: xr.Dataset,
    settings: FitSettings,
    seed: int,
    *,
    model: str = "",
    priors: Any = None,
    engine: str = AUTO,
    attempts: int = 2,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    take_estimands: Callable[[xr.Dataset], None] = lambda _: None,
) -> xr.DataTree:
    """Fit a model of the catalogue to data of any assay.

    The engine `auto` is the first of the assay that takes the data, and NUTS where none does. What an engine hands on,
    and draws that do not pass the gate, go to the next. The attrs `engine` and `engines_passed_over` say which one drew
    the result, and why those before it did not.

    Parameters
    ----------
    data
        Observations that know their assay.
    settings, seed, attempts, progress, tell
        As for `lensim.inference.retry.fit_with_care`.
    model
        Name in the catalogue; the assay's choice for these data where not given.
    priors
        The model's dataclass of priors; its defaults where None.
    engine
        auto, nuts, or the name of an engine of the assay (`Assay.engines`).
    take_estimands
        Called with the estimands of the draws of the result, where they are known: they need not be computed again.

    Raises
    ------
    InputError
        If the assay, the model or the engine is unknown, the data do not suit the model, or the engine that is named
        does not take them.
    """
    assay = assay_of(data)
    checks.one_of("engine", engine, (AUTO, *(one.name for one in assay.engines), NUTS))
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
    name = model or assay.default_model(data)
    entry = find_model(name)
    chosen = entry.priors() if priors is None else priors_from(entry, priors)
    judged = _Judged(assay)
    asking = Asking(data, name, chosen, judged, attempts, tell)
    result = _drawn(_Wanted(assay, asking, engine, settings, seed, priors is not None, progress))
    result.attrs[v.ASSAY] = assay.name
    if not model and (reason := assay.model_reason(data)):
        result.attrs[MODEL_REASON] = reason
    estimands = judged.estimands if result.attrs.get("kept_every", 1) == 1 else None
    if estimands is not None:
        take_estimands(estimands)
    try:
        look_further(result, assay, estimands)
    except Exception as error:  # draws that can be read are handed over, whatever fails behind them
        result.attrs[INCOMPLETE] = f"without prior or data, which failed: {checks.fault_of(error)}"
    return result


class _Judged:
    """What the gate judges of draws; the estimands of the last ones stay, since they are asked for once more."""

    def __init__(self, assay: Assay) -> None:
        self._assay = assay
        self.estimands: xr.Dataset | None = None

    def __call__(self, drawn: xr.DataTree) -> xr.Dataset:
        """Estimands that the gate judges with the parameters."""
        self.estimands = None
        self.estimands = self._assay.estimands(drawn, Asked())
        return self._assay.judged(self.estimands)


@dataclass(frozen=True)
class _Wanted:
    """What is drawn, by which engine, and how."""

    assay: Assay
    asking: Asking
    engine: str
    settings: FitSettings
    seed: int
    has_priors: bool
    progress: bool


def _drawn(wanted: _Wanted) -> xr.DataTree:
    """The result of the first engine that takes the data and passes the gate; of the one that is named."""
    passed_over: dict[str, str] = {}
    for engine in wanted.assay.engines:
        if wanted.engine not in (AUTO, engine.name) or (
            wanted.engine == AUTO and not engine.is_of(wanted.asking.model)
        ):
            continue
        found, reason = _by(engine, wanted)
        if found is not None and (not reason or wanted.engine != AUTO):
            carry_engine(found, engine.name, passed_over)
            if passed_over:
                _tell(wanted.asking, engine_in_words(found))
            return found
        if wanted.engine != AUTO:
            raise InputError(
                f'engine="{engine.name}" does not take these data: {reason}; engine="auto" takes the first engine that '
                "does"
            )
        passed_over[engine.name] = reason
    before = "".join(f"; {name} did not take it: {reason}" for name, reason in passed_over.items())
    _tell(wanted.asking, f"the engine {NUTS} draws; compiling takes up to a minute or two{before}")
    result = _by_nuts(wanted)
    carry_engine(result, NUTS, passed_over)
    return result


def _by(engine: Engine, wanted: _Wanted) -> tuple[xr.DataTree | None, str]:
    """The result of a fast engine, and why it is none or doubted; '' where it is good."""
    asking, is_asked_for = wanted.asking, wanted.engine == engine.name
    density = wanted.assay.densities.get(asking.model)
    if not engine.is_of(asking.model):
        return None, f"it draws {' and '.join(engine.models)}, not {asking.model}"
    reason = engine.refuses(asking.data, asking.model, asking.priors if wanted.has_priors else None)
    if not reason and density is None and not is_asked_for:
        reason = f"what {asking.model} says of draws is not known without PyTensor"
    if reason:
        return None, reason
    try:
        found = fit_fast(engine, density, asking, wanted.settings, wanted.seed, progress=wanted.progress)
    except HandedOn as error:
        return None, str(error)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # a fault of the engine ends no fit that another can do
        if is_asked_for:
            raise
        return None, f"it failed ({checks.fault_of(error)})"
    return found.result, found.doubt


def _by_nuts(wanted: _Wanted) -> xr.DataTree:
    from lensim.inference.retry import fit_with_care  # which loads PyMC

    return fit_with_care(
        wanted.asking.data,
        wanted.asking.model,
        wanted.settings,
        wanted.seed,
        judged=wanted.asking.judged,
        priors=wanted.asking.priors if wanted.has_priors else None,
        density=wanted.assay.densities.get(wanted.asking.model),
        attempts=wanted.asking.attempts,
        progress=wanted.progress,
        tell=wanted.asking.tell,
    )


def _tell(asking: Asking, sentence: str) -> None:
    with suppress(Exception):  # a closed terminal ends no fit
        asking.tell(sentence)


def look_further(result: xr.DataTree, assay: Assay, estimands: xr.Dataset | None = None) -> None:
    """Write into a result whether prior or data decide each estimand, and what else looks odd as notes of its verdict.

    Group `prior_sensitivity` has the moves of `lensim.inference.prior_sensitivity`. Nothing is done where the result
    lacks `log_prior`.

    Parameters
    ----------
    result
        A fit; its verdict gets the notes.
    assay
        Of the fit.
    estimands
        Of these very draws, where they are known already.
    """
    if "log_prior" not in result.children:
        return
    estimands = assay.estimands(result, Asked()) if estimands is None else estimands
    priors = priors_of(result)
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
