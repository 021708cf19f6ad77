"""One compound of a screen, as a worker does it: fit, compact form, rows of the table."""

import hashlib
import multiprocessing
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import xarray as xr

from lensim.assay import Asked, ResultTable, assay_of, read_result
from lensim.checks import InputError, fault_of
from lensim.fit_study import fit_study
from lensim.inference.approximation import APPROXIMATE
from lensim.inference.catalogue import find_model
from lensim.inference.engine import HandedOn, engine_of
from lensim.inference.priors import priors_from
from lensim.inference.settings import FitSettings
from lensim.inference.single import is_single
from lensim.inference.verdict import verdict_of
from lensim.input_digests import FILES_READ
from lensim.output import image_of_result
from lensim.screen.compact import compacted
from lensim.screen.memory import after_compound
from lensim.screen.part import Part, failed, rows_of
from lensim.screen.settings import ScreenSettings, digest_of
from lensim.tables.excluded_record import told_of_excluded


@dataclass(frozen=True)
class Done:
    """What came of a compound: its part, and the bytes of the file of its draws; none where it failed."""

    part: Part
    image: bytes = b""


@dataclass(frozen=True)
class FittedCompound:
    """A complete fit, and the estimands of its draws where these are known."""

    result: xr.DataTree
    estimands: xr.Dataset | None = None


Fitted = Callable[[xr.Dataset, ScreenSettings, int], FittedCompound]
"""From data, settings and a seed to a complete fit."""


def fitted_study(data: xr.Dataset, settings: ScreenSettings, seed: int) -> FittedCompound:
    """The fit of one compound, as `lensim.fit` makes it, without what a screen does not keep."""
    sampler = replace(settings.sampler, cores=1) if _is_worker() else settings.sampler
    known: list[xr.Dataset] = []
    result = fit_study(
        data,
        FitSettings(sampler, by_well=False, in_single=True),
        seed,
        model=settings.model,
        priors=settings.priors,
        engine=settings.engine,
        attempts=settings.attempts,
        take_estimands=known.append,
    )
    is_kept = not settings.keep and is_single(result["posterior"].to_dataset())
    return FittedCompound(result, known[0] if known and is_kept else None)


def _is_worker() -> bool:
    """Whether this is one of several workers, of this machine or of a dask scheduler: each takes one core."""
    if multiprocessing.parent_process() is not None:
        return True
    dask = sys.modules.get("distributed")
    if dask is None:
        return False
    try:
        dask.get_worker()
    except ValueError:
        return False
    return True


def fit_one(name: str, data: xr.Dataset, settings: ScreenSettings, fitted: Fitted = fitted_study) -> Done:
    """Fit one compound; what goes wrong is said in its part and ends no other.

    Parameters
    ----------
    name
        Of the compound, from which its seed comes.
    data
        Its observations.
    settings
        Of the screen.
    fitted
        How it is fitted.
    """
    data = data.copy()  # whose digests of files are of the screen, since another compound's rows change them
    data.attrs.pop(FILES_READ, None)
    part = Part(name, settings.digest(), digest_of(data))
    try:
        if settings.engine == APPROXIMATE:
            return _answered(part, data, settings)
        found = fitted(data, settings, settings.seed_of(name))
        small = compacted(found.result, assay_of(found.result).means_suffice(found.result), settings.keep)
        return _done(part, small, found.estimands, settings, told_of_excluded(data))
    except Exception as error:  # a row that says why, whatever it was
        return Done(failed(part, fault_of(error), is_final=not isinstance(error, MemoryError | OSError)))
    finally:
        after_compound(is_worker=_is_worker())


def _answered(part: Part, data: xr.Dataset, settings: ScreenSettings) -> Done:
    """The rows of an approximate answer, whose draws are not kept."""
    assay = assay_of(data)
    if assay.approximate is None:
        raise _not_taken(f"assay {assay.command} has no such answers")
    data = assay.prepared(data)
    model = settings.model or assay.default_model(data)
    entry = find_model(model)
    priors = entry.priors() if settings.priors is None else priors_from(entry, settings.priors)
    try:
        found = assay.approximate(data, model, priors, settings.seed_of(part.name))
    except HandedOn as reason:
        raise _not_taken(str(reason)) from None
    main = read_result(found.result, Asked(settings.ci_prob)).tables[0]
    return Done(
        replace(
            _with_rows(part, main),
            passed=found.is_trusted,
            verdict=found.sentence(),
            engine=APPROXIMATE,
            model=model,
            notes=told_of_excluded(data),
        )
    )


def _not_taken(reason: str) -> InputError:
    return InputError(
        f'engine="{APPROXIMATE}" does not take these data: {reason}; engine="auto" takes the first engine that does'
    )


def _with_rows(part: Part, main: ResultTable) -> Part:
    return replace(part, table=main.name, columns=tuple(map(str, main.frame.columns)), rows=rows_of(main.frame))


def _done(
    part: Part, small: xr.DataTree, estimands: xr.Dataset | None, settings: ScreenSettings, excluded: tuple[str, ...]
) -> Done:
    """The rows are made of what is kept, so that the file says the same as the table."""
    read = read_result(small, Asked(settings.ci_prob), estimands)
    verdict, main = verdict_of(small), read.tables[0]
    image = bytes(image_of_result(small))
    made = replace(
        _with_rows(part, main),
        passed=verdict.passed,
        verdict=verdict.sentence(),
        engine=engine_of(small),
        model=str(small.attrs.get("model", "")),
        notes=(*(note.sentence() for note in verdict.notes), *excluded),
        fit=hashlib.blake2b(image, digest_size=16).hexdigest(),
    )
    return Done(made, image)
