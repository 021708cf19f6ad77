"""What days that move slope and effect earn on real wells, by leaving out each treated well of GDSC2.

The data are `gdsc2_raw_wells_mm_lines.csv` (17 myeloma lines on 39 plates, six drugs of seven doses, a well each). They
lie beside the project, in ../shared/data; without them there are no rows. Every fifth untreated well is kept, which
knows the level of a plate well enough. Both models are those of `bench_real_days`: days move midpoint, slope and
effect, or the midpoint alone. A model is compiled once for drugs of one number of plates.
"""

import time
from typing import Any, Final

import arviz as az
import numpy as np
import xarray as xr
from scipy import stats

from benchmarks.bench_real_days import FOLDER, PRIORS, ROOT
from lensim import vocabulary as v
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors
from lensim.dose_response.read import Roles, read_tidy, select_compound
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import diagnose
from lensim.inference.settings import GateSettings, SamplerSettings
from lensim.tables.choice import Choice

ROLES: Final = Roles(untreated=("NC-1",), blank=("B",), ignored=("NC-0", "PC-*"), treated=("L*",))
MODEL: Final = "dose_response_hierarchical"
DRUGS: Final = ("Camptothecin", "PD0325901", "Linsitinib", "XAV939", "Afatinib", "PLX-4720")
SETTINGS: Final = SamplerSettings(draws=500, tune=500, chains=2, cores=1)
EVERY: Final = 5
BAD: Final = 0.7
"""Pareto k above which a well's density is not known."""


def wells_of(whole: xr.Dataset, drug: str) -> xr.Dataset:
    """The wells of a drug, and every fifth untreated one."""
    data = select_compound(whole, drug)
    treated = data[v.DOSE].to_numpy() > 0
    kept = treated.copy()
    kept[np.flatnonzero(~treated)[::EVERY]] = True
    return data.isel({v.WELL: np.flatnonzero(kept)})


def log_densities(draws: xr.Dataset, arrays: dict[str, Any]) -> np.ndarray:
    """(chain, draw, well) log density of each log signal, as `dose_response_components` states it."""

    def drawn(name: str) -> Any:
        return draws[name].to_numpy()

    culture, cell = arrays["culture_of_cell"], arrays["cell_of_well"]
    reach = arrays["log_dose_of_cell"] - np.log(10.0) * drawn(v.CULTURE_LOG10_EC50)[..., culture]
    occupancy = 1.0 / (1.0 + np.exp(-np.exp(drawn(v.CULTURE_LOG_HILL))[..., culture] * reach))
    residual = 1.0 + np.expm1(-drawn(v.CULTURE_EFFECT))[..., culture] * occupancy
    background = drawn(v.BACKGROUND)[..., arrays["plate_of_culture"]][..., culture]
    expected = background + np.exp(drawn(v.LOG_TOP))[..., culture] * residual
    spread = np.sqrt(drawn(v.SD_WELL)[..., None] ** 2 + arrays["inverse_counting_minutes"] / expected)
    nu, mean = drawn(v.NU_WELL)[..., None], np.log(expected)[..., cell]
    return np.asarray(stats.t.logpdf(arrays["log_signal"], nu, mean, spread[..., cell]))


def _measured(model: CompiledModel, data: xr.Dataset, arrays: dict[str, Any]) -> tuple[dict[str, object], np.ndarray]:
    """A row of a fit, and the log density of each treated well given the others."""
    started = time.perf_counter()
    drawn = sample(model.with_data(arrays), SETTINGS, ROOT)
    seconds = time.perf_counter() - started
    verdict = diagnose(drawn, gate=GateSettings())
    treated = data[v.DOSE].to_numpy() > 0
    density = log_densities(drawn["posterior"].to_dataset(), arrays)[..., treated]
    wells = xr.Dataset({"treated": (("chain", "draw", v.WELL), density)})
    posterior = drawn["posterior"].to_dataset()[[v.SD_WELL]]
    found = az.loo(xr.DataTree.from_dict({"posterior": posterior, "log_likelihood": wells}), pointwise=True)
    ess = min(verdict.smallest_ess_bulk, verdict.smallest_ess_tail)
    row: dict[str, object] = {
        "wells": int(treated.sum()),
        "elpd": round(float(found.elpd), 1),
        "k > 0.7": int((np.asarray(found.pareto_k) > BAD).sum()),
        "divergences": int(verdict.divergences),
        "smallest ESS": round(float(ess)),
        "seconds": round(seconds, 1),
    }
    return row, np.asarray(found.elpd_i)


def run() -> list[dict[str, object]]:
    """Two rows a drug; the second has the difference of its elpd from the first, with its standard error."""
    path = FOLDER / "gdsc2_raw_wells_mm_lines.csv"
    if not path.is_file():
        return []
    choice = Choice(ignore=("seeding_density",))
    whole = read_tidy(path, {"role": "tag", "well": "position"}, roles=ROLES, choice=choice)
    rows: list[dict[str, object]] = []
    compiled: dict[tuple[int, str], CompiledModel] = {}
    for drug in DRUGS:
        data, entry = wells_of(whole, drug), find_model(MODEL)
        arrays, first = dict(entry.arrays(data)), None
        for days, curves in PRIORS.items():
            key = (data.sizes[v.CULTURE], days)
            compiled[key] = compiled.get(key) or _compiled(data, curves)
            row, wells = _measured(compiled[key], data, arrays)
            first = wells if first is None else first
            apart = wells - first
            error = float(apart.std(ddof=1) * np.sqrt(len(apart)))
            rows.append({"drug": drug, "days move": days} | row | {"less": round(float(apart.sum()), 1), "se": error})
    return rows


def _compiled(data: xr.Dataset, curves: CurvePriors) -> CompiledModel:
    return compile_model(find_model(MODEL).build(data, DoseResponsePriors(curves=curves)))


if __name__ == "__main__":
    for line in run():
        print(line)
