"""Compile the kernels of all engines, so that the first fit of each kind starts at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import assay_names, find_assay
from lensim.inference.catalogue import find_model
from lensim.inference.engine import Engine, HandedOn
from lensim.inference.settings import SamplerSettings

SEED = 1
SHORT = SamplerSettings(draws=20, tune=20, chains=2)


def prepare(tell: Callable[[str], None] = lambda _: None) -> None:
    """Compile the kernels of engines of fits and of power, and keep them; in place already, they are loaded.

    Each engine draws a small simulated study of each of its models, and the engines of power answer one. What an engine
    does not take is passed over.

    Parameters
    ----------
    tell
        Called with a sentence before and one behind each, with its seconds.
    """
    runs = list(_runs())
    for number, (name, run) in enumerate(runs, 1):
        tell(f"{number} of {len(runs)}, {name} ...")
        started = time.perf_counter()
        with suppress(HandedOn):  # by then its kernels are compiled
            run()
        tell(f"{name}: {time.perf_counter() - started:.1f} s")


def _runs() -> Iterator[tuple[str, Callable[[], object]]]:
    yield "exact engine of power", _power_of_pairs
    yield "exact engine of power, groups", _power_of_groups
    yield "Laplace engine of power", _power_of_panels
    for name in assay_names():
        assay = find_assay(name)
        for engine in assay.engines:
            for model in engine.models if engine.kernels else ():
                yield f"engine {engine.name} of {model}", _fit_of(engine, model)


def _fit_of(engine: Engine, model: str) -> Callable[[], object]:
    def run() -> object:
        entry = find_model(model)
        for data in _small_studies():
            if entry.signal in data and not engine.refuses(data, model, None):
                return engine.draw(data, model, entry.priors(), SHORT, SEED)
        return None

    return run


def _small_studies() -> Iterator[xr.Dataset]:
    """A panel in signals, the same in percent, and a study of reactions."""
    panel = _panel()
    yield panel
    yield (
        panel.drop_vars([v.SIGNAL, v.BLANK_SIGNAL])
        .drop_dims(v.BLANK)
        .assign({v.VIABILITY: (v.WELL, 100.0 * panel[v.SIGNAL].to_numpy() / panel[v.SIGNAL].to_numpy().max())})
    )
    yield _reactions()


def _panel() -> xr.Dataset:
    from lensim.dose_response.design import DoseResponseDesign
    from lensim.simulate import dose_response

    return dose_response(DoseResponseDesign(("a", "b", "c"), ("g", "g", "g")), seed=SEED)[1]


def _reactions() -> xr.Dataset:
    from lensim.expression.design import ExpressionDesign
    from lensim.simulate import expression

    return expression(ExpressionDesign(("s1", "s2", "s3"), ("donor",) * 3), seed=SEED)[1]


def _power_of_pairs() -> object:
    from lensim.expression.exact.engine import analyse
    from lensim.expression.pairs import pairs_of

    data = _reactions()
    by_study = {name: data[name].expand_dims(v.STUDY) for name in (v.CT, v.STANDARD_CT) if name in data}
    return analyse(pairs_of(data.assign(by_study)))


def _power_of_groups() -> object:
    from lensim.expression.exact.groups import compare_groups
    from lensim.expression.priors import LevelPriors

    level, weights = np.zeros((1, 1, 4)), np.array([[-1.0, 1.0]])
    group, asked = np.array([0, 0, 1, 1]), np.array([0.0])
    return compare_groups(level, level, group, weights, np.zeros((1, 1, 1)), LevelPriors(), asked, np.array([0.5]))


def _power_of_panels() -> object:
    from lensim.dose_response.laplace.engine import analyse_panel
    from lensim.dose_response.laplace.wells import sheet_of
    from lensim.dose_response.priors import DoseResponsePriors

    data = _panel()
    signal, blank = data[v.SIGNAL].to_numpy(), data[v.BLANK_SIGNAL].to_numpy()
    return analyse_panel(sheet_of(data), signal, blank, DoseResponsePriors(), seeding.stream(SEED, "prepare"))
