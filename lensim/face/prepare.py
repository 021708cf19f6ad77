"""Compile the kernels of all engines, so that the first fit of each kind starts at once."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

import numpy as np
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import assay_names, find_assay
from lensim.inference.catalogue import find_model
from lensim.inference.engine import Engine, HandedOn
from lensim.inference.settings import SamplerSettings
from lensim.power.pool import pool_of
from lensim.power.processes import require_workers

SEED = 1
SHORT = SamplerSettings(draws=20, tune=20, chains=2)


def prepare(tell: Callable[[str], None] = lambda _: None, *, workers: int = 1) -> None:
    """Compile the kernels of engines of fits and of power, and keep them; in place already, they are loaded.

    Each engine draws a small simulated study of each of its models, and the engines of power answer one. What an engine
    does not take is passed over.

    Parameters
    ----------
    tell
        Called with a sentence before and one behind each, with its seconds.
    workers
        Processes that compile side by side. Models of one engine share kernels and stay together.

    Raises
    ------
    InputError
        If `workers` is below 1 or above what the machine has any use for.
    """
    require_workers(workers)
    groups = _groups()
    if workers == 1:
        names = [name for group in groups for name in group]
        for number, name in enumerate(names, 1):
            tell(f"{number} of {len(names)}, {name} ...")
            tell(_compiled([name])[0])
        return
    tell(f"{workers} processes compile {', '.join(group[0] for group in groups)}")
    with pool_of(workers, "") as pool:
        for _, sentences in pool(_compiled, ((number, (group,)) for number, group in enumerate(groups))):
            for sentence in sentences:
                tell(sentence)


def _groups() -> list[list[str]]:
    """Names of what is compiled: what shares kernels together, the longest first."""
    groups = {name: [name] for name in POWER}
    for name in _of_fits():
        groups.setdefault(name.split(" of ")[0], []).append(name)
    return sorted(groups.values(), key=lambda group: group[0] not in LONGEST)


def _compiled(names: Sequence[str]) -> list[str]:
    """Compile what has some names; a sentence each, with its seconds."""
    runs = {**POWER, **_of_fits()}
    sentences = []
    for name in names:
        started = time.perf_counter()
        with suppress(HandedOn):  # by then its kernels are compiled
            runs[name]()
        sentences.append(f"{name}: {time.perf_counter() - started:.1f} s")
    return sentences


def _of_fits() -> dict[str, Callable[[], object]]:
    """The engines of fits by name and model, each with its work."""
    return {
        f"engine {engine.name} of {model}": _fit_of(engine, model)
        for assay in map(find_assay, assay_names())
        for engine in assay.engines
        for model in (engine.models if engine.kernels else ())
    }


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


POWER: Final[Mapping[str, Callable[[], object]]] = {
    "exact engine of power": _power_of_pairs,
    "exact engine of power, groups": _power_of_groups,
    "Laplace engine of power": _power_of_panels,
}
LONGEST: Final = ("engine laplace of dose_response_hierarchical",)
"""What compiles as long as all the rest."""
