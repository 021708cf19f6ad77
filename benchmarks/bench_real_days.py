"""Real days: each plate, day or experiment is left out, and what its wells showed is predicted from the others.

The data are `drc_ctb.csv` (one line, 7 plates on 3 days, background taken off, 47 wells below 0) and
`drc_S_alba_comp.csv` (two herbicides, two experiments of each), which nobody simulated for lensim. They lie beside the
project, in ../shared/data; without them there are no rows.

What is left out keeps its untreated wells, so its level is known, and its culture stays in the model: its curve is then
drawn as that of a culture of which no treated well was read. Predicted and measured are the same statistics,

    share left at a dose = mean of its wells / mean of the untreated wells of that plate
    IC50                 = where the straight lines through shares left, over log dose, first cross a half

so a predictive interval has the deviation of the culture, the noise of the wells and the number of wells in it.
`midpoints alone` has days that move the midpoint of a curve and neither its slope nor its effect, by priors that keep
these spreads next to 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.assay import default_model
from lensim.dose_response.priors import CurvePriors, DoseResponsePriors
from lensim.dose_response.read import read_dose_response
from lensim.inference.catalogue import ModelEntry, find_model
from lensim.inference.engine_nutpie import CompiledModel, compile_model, sample
from lensim.inference.gate import diagnose
from lensim.inference.settings import GateSettings, SamplerSettings

FOLDER: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
SETTINGS: Final = SamplerSettings(draws=600, tune=600, chains=2, cores=1)
GATE: Final = GateSettings(largest_r_hat=1.05, smallest_ess=100.0, largest_divergences=5)
ENDS: Final = (0.05, 0.25, 0.75, 0.95)
NEARLY_NOTHING: Final = 0.1
"""Doses that leave less are counted apart: there an offset of a plate's background is all that is seen."""
HELD: Final = replace(
    CurvePriors(),
    median_sd_experiment_log_hill_slope=0.003,
    log_sd_sd_experiment_log_hill_slope=0.05,
    median_sd_experiment_effect_at_saturation=0.003,
    log_sd_sd_experiment_effect_at_saturation=0.05,
)
PRIORS: Final = {"midpoint, slope, effect": CurvePriors(), "midpoints alone": HELD}
ROOT: Final = 17


@dataclass(frozen=True)
class Forecast:
    """What is predicted of a culture (draw, dose), and what it showed (dose), as shares left of untreated."""

    dose_um: np.ndarray
    predicted: np.ndarray
    shown: np.ndarray


def ctb() -> xr.Dataset:
    """SH-SY5Y cells and acrylamide; raw signals with their background taken off, as percent of untreated."""
    return read_dose_response(
        FOLDER / "drc_ctb.csv",
        columns={"signal": "fluorescence", "dose": "conc", "cell_line": "=SH-SY5Y", "experiment": "day"},
        dose_unit="mM",
        dose_scale="linear",
        normalise=True,
        ignore=["well"],
    )


def s_alba() -> xr.Dataset:
    """Two herbicides on S. alba, as two lines of a panel: dry matter of a pot, as it was weighed."""
    return read_dose_response(
        FOLDER / "drc_S_alba_comp.csv",
        columns={"signal": "drymatter", "cell_line": "herbicide", "experiment": "exp"},
        dose_unit="as-is:g/ha",
        ignore=["Tf", "area", "Fo", "Fm"],
    )


def log10_ic50_of(dose_um: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Where shares left (..., dose) first cross a half, by straight lines over log dose; +inf where they never do.

    The lowest dose is taken to lie half a decade above the untreated wells.
    """
    at = np.r_[np.log10(dose_um[0]) - 0.5, np.log10(dose_um)]
    left = np.concatenate([np.ones((*left.shape[:-1], 1)), left], axis=-1)
    below = left < 0.5
    after = np.maximum(below.argmax(axis=-1), 1)
    high, low = (np.take_along_axis(left, k[..., None], -1)[..., 0] for k in (after - 1, after))
    crossed = at[after - 1] + (at[after] - at[after - 1]) * (high - 0.5) / np.where(high > low, high - low, 1.0)
    return np.where(below.any(axis=-1), crossed, np.inf)


def _wells(draws: xr.Dataset, data: xr.Dataset, culture: int, dose_um: np.ndarray, rng: np.random.Generator) -> Any:
    """Signals of wells at some doses of a culture (draw, well), as the model draws them."""

    def drawn(name: str) -> Any:
        values = draws[name].to_numpy()
        return values.reshape(-1, *values.shape[2:])

    midpoint, log_slope, effect = (
        drawn(name)[:, culture, None] for name in (v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT)
    )
    treated = dose_um > 0
    reach = np.exp(log_slope) * np.log(10.0) * (np.log10(np.where(treated, dose_um, 1.0)) - midpoint)
    residual = 1.0 + np.expm1(-effect) * np.where(treated, 1.0 / (1.0 + np.exp(-reach)), 0.0)
    t = rng.standard_t(drawn(v.NU_WELL)[:, None], size=residual.shape)
    sd = drawn(v.SD_WELL)[:, None]
    if v.SIGNAL in data:
        return residual * np.exp(drawn(v.LOG_TOP)[:, culture, None] + sd * t)
    expected = np.exp(drawn("log_top_share")[:, culture, None]) * residual
    return 100.0 * (expected + np.sqrt((sd * expected) ** 2 + drawn(v.SD_FLOOR)[:, None] ** 2) * t)


def forecast(draws: xr.Dataset, data: xr.Dataset, culture: int, rng: np.random.Generator) -> Forecast:
    """Shares left of a culture, predicted by draws in which its treated wells were left out, and measured."""
    own = np.flatnonzero(data[v.CULTURE_OF_WELL].to_numpy() == culture)
    dose = data[v.DOSE].to_numpy()[own]
    signal = data[v.SIGNAL if v.SIGNAL in data else v.VIABILITY].to_numpy()[own]
    drawn, untreated = _wells(draws, data, culture, dose, rng), signal[dose == 0].mean()
    doses = np.unique(dose[dose > 0])
    return Forecast(
        doses,
        np.stack([drawn[:, dose == one].mean(axis=1) for one in doses], axis=1) / untreated,
        np.array([signal[dose == one].mean() for one in doses]) / untreated,
    )


def compiled_for(data: xr.Dataset, curves: CurvePriors) -> tuple[ModelEntry, CompiledModel]:
    """The model of a data set, compiled once: what is left out changes the number of wells, not that of cultures."""
    entry = find_model(default_model(data))
    return entry, compile_model(entry.build(data, DoseResponsePriors(curves=curves)))


def forecasts(
    data: xr.Dataset, model: tuple[ModelEntry, CompiledModel], parts: Sequence[list[int]]
) -> tuple[list[Forecast], int]:
    """Each part's cultures from a fit without their treated wells; and how many of these fits did not converge."""
    entry, compiled = model
    found, failed = [], 0
    culture_of_well, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    for left_out in parts:
        kept = data.isel({v.WELL: np.flatnonzero(~np.isin(culture_of_well, left_out) | (dose == 0))})
        drawn = sample(compiled.with_data(dict(entry.arrays(kept))), SETTINGS, ROOT)
        failed += not diagnose(drawn, gate=GATE).passed
        rng = np.random.default_rng(ROOT)
        found += [forecast(drawn["posterior"].to_dataset(), data, one, rng) for one in left_out]
    return found, failed


def row_of(found: list[Forecast]) -> dict[str, object]:
    """How often 90% and 50% intervals hold what was measured: shares left, and the IC50 of a culture."""
    shown = np.concatenate([one.shown for one in found])
    ends = np.concatenate([np.quantile(one.predicted, ENDS, axis=0) for one in found], axis=1)
    ic50 = np.array([float(log10_ic50_of(one.dose_um, one.shown)) for one in found])
    of_ic50 = np.array(
        [np.quantile(log10_ic50_of(one.dose_um, one.predicted), ENDS, method="inverted_cdf") for one in found]
    ).T
    row: dict[str, object] = {"cultures": len(found), "doses": len(shown)}
    for what, values, edges in (
        ("shares", shown, ends),
        ("shares from 10%", shown[shown >= NEARLY_NOTHING], ends[:, shown >= NEARLY_NOTHING]),
        ("IC50s", ic50, of_ic50),
    ):
        for level, low, high in (("90%", 0, 3), ("50%", 1, 2)):
            held = (edges[low] <= values) & (values <= edges[high])
            row[f"{what} in {level}"] = f"{held.sum()} of {len(values)}"
        row[f"width of {what}"] = round(float(np.median(edges[3] - edges[0])), 3)
    return row


def plates_of(data: xr.Dataset) -> list[list[int]]:
    """Each culture by itself."""
    return [[one] for one in range(data.sizes[v.CULTURE])]


def days_of(data: xr.Dataset) -> list[list[int]]:
    """The cultures of each day."""
    day = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    return [np.flatnonzero(day == one).tolist() for one in np.unique(day)]


STUDIES: Final = (
    (ctb, {"SH-SY5Y, a plate left out": plates_of, "SH-SY5Y, a day left out": days_of}),
    (s_alba, {"S. alba, an experiment left out": plates_of}),
)


def run() -> list[dict[str, object]]:
    """One row a study and a model; none where the data are not there."""
    if not FOLDER.is_dir():
        return []
    rows = []
    for read, ways in STUDIES:
        data = read()
        for days, curves in PRIORS.items():
            model = compiled_for(data, curves)
            for name, parts_of in ways.items():
                found, failed = forecasts(data, model, parts_of(data))
                rows.append({"study": name, "days move": days} | row_of(found) | {"not converged": failed})
    return rows


if __name__ == "__main__":
    for line in run():
        print(line)
