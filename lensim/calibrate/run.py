"""Posterior calibration of a fit: simulations spread over workers, kept in a folder, judged.

Posterior simulation-based calibration (Sailynoja, Schmitt, Buerkner and Vehtari 2025, arXiv:2502.03279): theta is a
draw of the fit's posterior, y' a further run of the study from theta, and theta'' draws given the data and y'
together. If the posterior is right and the engine too, the rank of theta among theta'' is uniform, for theta and
(y, y') are then a draw of the model given y.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import xarray as xr

from lensim import checks, seeding
from lensim.assay import Asked, Assay, assay_of
from lensim.calibrate.judged import Judged, judged
from lensim.calibrate.kept import digest_of, keeping, read_kept
from lensim.calibrate.simulation import Setup, Truth, measure, quantities_of
from lensim.inference.catalogue import find_model
from lensim.inference.engine import AUTO
from lensim.inference.observations import observations_of
from lensim.inference.priors import priors_from, priors_of
from lensim.power.pool import pool_of
from lensim.power.processes import require_workers

SIMULATIONS: Final = 100
MOST_SIMULATIONS: Final = 10_000


class Calibrated(NamedTuple):
    """What came of it: the judgement, and the records behind it in the order of their numbers."""

    judged: Judged
    records: tuple[dict[str, Any], ...]


def calibrate(
    result: xr.DataTree,
    *,
    simulations: int = SIMULATIONS,
    seed: int = 1,
    engine: str = AUTO,
    workers: int = 1,
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Calibrated:
    """Whether the intervals of a fit can be believed for its data.

    Parameters
    ----------
    result
        A fit, with its observations.
    simulations
        Further runs that are simulated and fitted.
    seed
        Root seed; a simulation's numbers depend on it and on its own number alone.
    engine
        The fast engine that fits them; auto is the first one that takes them.
    workers
        Processes on this machine; results do not depend on their number.
    folder
        Where finished simulations are kept, so that a run that was stopped goes on there; None for nowhere.
    progress
        Called with simulations done and asked for.

    Raises
    ------
    InputError
        If the assay has no further run, no fast engine takes it, or the folder is of another fit.
    """
    checks.between("simulations", simulations, 1, MOST_SIMULATIONS)
    require_workers(workers)
    assay = assay_of(result)
    setup = setup_of(result, assay, engine, seed)
    of = digest_of(result, setup.engine, seed)
    done = read_kept(folder, of)
    lacking = [number for number in range(simulations) if number not in done]
    progress(simulations - len(lacking), simulations)
    if lacking:
        truths = truths_of(result, assay, setup, lacking)
        with pool_of(workers, "") as pool:
            coming = pool(partial(measure, setup), ((truth.number, (truth,)) for truth in truths))
            kept = keeping(folder, of, done, (record for _, record in coming))
            for number, _ in enumerate(kept, start=simulations - len(lacking) + 1):
                progress(number, simulations)
    records = tuple(done[number] for number in range(simulations))
    assert assay.further_run is not None
    return Calibrated(judged(records, words_of(result, assay), assay.further_run.in_words), records)


def setup_of(result: xr.DataTree, assay: Assay, engine: str, seed: int) -> Setup:
    """What all simulations have in common, with the fast engine that takes the fit's data together with a further run.

    Raises
    ------
    InputError
        As `calibrate`.
    """
    fast = [one.name for one in assay.engines]
    if assay.further_run is None or not fast:
        raise checks.InputError(
            f"calibrate needs a fit of an assay with a fast engine, got one of {assay.name}, which NUTS alone answers: "
            "a hundred fits would take hours"
        )
    checks.one_of("engine", engine, (AUTO, *fast))
    model = str(result.attrs.get("model", ""))
    priors = priors_from(find_model(model), priors_of(result))
    setup = Setup(assay.name, model, engine, priors, observations_of(result), seed)
    (truth,) = truths_of(result, assay, setup, [0])
    rng = seeding.stream(seed, "posterior calibration", "look")
    run = assay.further_run.make(setup.data, truth.draw, model, priors, rng)
    joined = assay.prepared(assay.further_run.join(setup.data, run))
    reasons = {}
    for one in assay.engines:
        if engine in (AUTO, one.name):
            is_of = one.is_of(model)
            reason = (
                one.refuses(joined, model, priors) if is_of else f"it draws {' and '.join(one.models)}, not {model}"
            )
            if not reason:
                return Setup(assay.name, model, one.name, priors, setup.data, seed)
            reasons[one.name] = reason
    said = "; ".join(f"{name} does not take them: {reason}" for name, reason in reasons.items())
    raise checks.InputError(f"calibrate needs a fast engine for these data and a further run of them, got none: {said}")


def truths_of(result: xr.DataTree, assay: Assay, setup: Setup, numbers: list[int]) -> Iterator[Truth]:
    """The draw of the fit behind each simulation, and its quantities; quantities of all draws are computed once."""
    assert assay.further_run is not None
    posterior = result["posterior"].to_dataset()
    quantities = quantities_of(assay, result, assay.further_run.moved(setup.data))
    quantities = quantities[[name for name in quantities if _varies(quantities[name])]]
    for number in numbers:
        rng = seeding.stream(setup.seed, "posterior calibration", number, "draw")
        at = {dim: int(rng.integers(posterior.sizes[dim])) for dim in ("chain", "draw")}
        yield Truth(number, posterior.isel(at, drop=True), quantities.isel(at, drop=True))


def _varies(values: xr.DataArray) -> bool:
    """Whether draws differ: what the model fixes has no rank."""
    array = values.to_numpy()
    return bool((array != array[:1, :1]).any()) if values.dims[:2] == ("chain", "draw") else False


def words_of(result: xr.DataTree, assay: Assay) -> dict[str, str]:
    """What quantities are called in the tables of a fit."""
    estimands = assay.estimands(result, Asked())
    return {name: text for table in assay.tables(estimands, Asked()) for name, text in table.quantities.items()}
