"""What the bioassay's model says of draws, in numpy alone: prior, likelihood and replicates.

signal(c, plate) = exp(log_top_od) (1 - (1 - exp(-effect_at_saturation)) c^h / (EC50^h + c^h))
od(well) ~ StudentT(nu_well, background_od + signal, sqrt((sd_log_od signal)^2 + sd_od^2)); no signal in a blank
log10_tnf_pg_per_ml(medium) ~ Normal(log10_line_tnf + log10(2) log2_fold_change, sd_biological_log10_tnf)
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import xarray as xr
from scipy.special import expit

from lensim import vocabulary as v
from lensim.bioassay.priors import BioassayPriors
from lensim.bioassay.well_arrays import CURVE, bioassay_coords, well_arrays
from lensim.inference.by_draw import by_draw
from lensim.inference.engine import Density
from lensim.inference.laws import (
    Derived,
    Law,
    Values,
    log_prior_of_laws,
    positive_spread,
    prior_of_laws,
    student_t,
    values_of,
)

LN10: Final = float(np.log(10.0))
LOG10_2: Final = float(np.log10(2.0))
OD: Final = "od_observed"

Arrays = Mapping[str, np.ndarray]


class _Places(NamedTuple):
    """Where optical densities lie a priori: location and squared scale (well, draw), degrees of freedom (draw)."""

    location: np.ndarray
    variance: np.ndarray
    nu: np.ndarray


def bioassay_laws(arrays: Arrays, priors: BioassayPriors, *, has_contrasts: bool) -> list[Law | Derived]:
    """Every variable of the model, in an order in which each follows its parents."""
    laws: list[Law | Derived] = [*_curves(arrays, priors), *_media(arrays, priors, has_contrasts=has_contrasts)]
    if (arrays["has_cells"] == 0).any():
        laws.append(Law(v.BACKGROUND_OD, "half_normal", (priors.sd_background_od,), (v.PLATE,)))
    return [
        *laws,
        positive_spread(v.SD_LOG_OD, priors.median_sd_log_od, priors.log_sd_sd_log_od),
        positive_spread(v.SD_OD, priors.median_sd_od, priors.log_sd_sd_od),
        Law(v.NU_WELL, "gamma", (priors.shape_nu_well, priors.rate_nu_well)),
    ]


def _curves(arrays: Arrays, priors: BioassayPriors) -> list[Law | Derived]:
    """The four parameters of each plate's curve, each partially pooled."""

    def each(what: str) -> np.ndarray:
        return np.array([getattr(priors, f"{what}_{name}", 0.0) for name in CURVE])

    is_midpoint = np.array([float(name == v.LOG10_EC50_TNF) for name in CURVE])
    mean = each("mean_mu") + is_midpoint * arrays["middle_log10_tnf"]
    along = (v.CURVE_PARAMETER,)
    return [
        Law("sigma_curve", "log_normal", (np.log(each("median_sigma")), each("log_sd_sigma")), along),
        Law("mu_curve", "normal", (mean, each("sd_mu")), along),
        Law("curve", "normal", lambda x: (x["mu_curve"], x["sigma_curve"]), (v.PLATE, v.CURVE_PARAMETER)),
        *(Derived(name, _parameter(at), (v.PLATE,)) for at, name in enumerate(CURVE[:-1])),
        Derived(v.EFFECT, lambda x: np.exp(x["curve"][:, -1]), (v.PLATE,)),
    ]


def _parameter(at: int) -> Any:
    return lambda x: x["curve"][:, at]


def _media(arrays: Arrays, priors: BioassayPriors, *, has_contrasts: bool) -> list[Law]:
    """TNF of lines, what treatments do to it, and TNF of each medium."""
    line, contrast = arrays["line_of_medium"], arrays["contrast_of_medium"]
    middle = float(arrays["middle_log10_tnf"])

    def expected(x: Values) -> np.ndarray:
        found = x[v.LOG10_TNF_OF_LINE][line]
        if not has_contrasts:
            return found
        change = x[v.LOG2_FOLD_CHANGE][line, np.maximum(contrast - 1, 0)]
        return np.asarray(found + LOG10_2 * (contrast > 0)[:, None] * change)

    laws = [
        positive_spread(
            v.SD_BIOLOGICAL_TNF, priors.median_sd_biological_log10_tnf, priors.log_sd_sd_biological_log10_tnf
        ),
        Law(v.LOG10_TNF_OF_LINE, "normal", (middle, priors.sd_log10_line_tnf_pg_per_ml), (v.CELL_LINE,)),
    ]
    if has_contrasts:
        laws.append(Law(v.LOG2_FOLD_CHANGE, "normal", (0.0, priors.sd_log2_fold_change), (v.CELL_LINE, v.CONTRAST)))
    return [*laws, Law(v.LOG10_TNF, "normal", lambda x: (expected(x), x[v.SD_BIOLOGICAL_TNF]), (v.MEDIUM,))]


def _laws(data: xr.Dataset, priors: Any) -> list[Law | Derived]:
    has_contrasts = v.CONTRAST in bioassay_coords(data)
    return bioassay_laws(well_arrays(data), priors or BioassayPriors(), has_contrasts=has_contrasts)


def log_prior(data: xr.Dataset, posterior: xr.Dataset, priors: Any) -> xr.Dataset:
    """Log density of each variable given its parents; see `lensim.inference.engine.Density`."""
    return log_prior_of_laws(_laws(data, priors), posterior, values_of(posterior))


def prior(data: xr.Dataset, priors: Any, draws: int, rng: np.random.Generator) -> xr.Dataset:
    """Draws of the prior; see `lensim.inference.engine.Density`."""
    laws = _laws(data, priors)
    coords = {dim: np.array(names) for dim, names in bioassay_coords(data).items()}
    return prior_of_laws(laws, coords, draws, rng)


def log_likelihood(data: xr.Dataset, posterior: xr.Dataset, priors: Any) -> xr.Dataset:
    """Log density of each well; see `lensim.inference.engine.Density`."""
    arrays = well_arrays(data)

    def density(x: Values) -> dict[str, np.ndarray]:
        at = _places(arrays, x)
        return {OD: student_t(arrays["od"][:, None] - at.location, at.variance, at.nu)}

    return by_draw(values_of(posterior), posterior, observed(data), density)


def predictive(data: xr.Dataset, posterior: xr.Dataset, priors: Any, rng: np.random.Generator) -> xr.Dataset:
    """A replicate of each well a draw; see `lensim.inference.engine.Density`."""
    arrays = well_arrays(data)

    def replicate(x: Values) -> dict[str, np.ndarray]:
        at = _places(arrays, x)
        spread = np.sqrt(at.variance) * rng.standard_t(np.broadcast_to(at.nu, at.location.shape))
        return {OD: np.asarray(at.location + spread)}

    return by_draw(values_of(posterior), posterior, observed(data), replicate)


def _places(arrays: Arrays, x: Values) -> _Places:
    plate = arrays["plate_of_well"]
    log_top, ec50, log_hill, log_effect = (x["curve"][plate, at] for at in range(len(CURVE)))
    log10_tnf = (
        arrays["known_log10_tnf"][:, None] + arrays["is_sample"][:, None] * x[v.LOG10_TNF][arrays["medium_of_well"]]
    )
    occupied = arrays["has_tnf"][:, None] * expit(np.exp(log_hill) * LN10 * (log10_tnf - ec50))
    signal = arrays["has_cells"][:, None] * np.exp(log_top) * (1.0 + np.expm1(-np.exp(log_effect)) * occupied)
    background = x[v.BACKGROUND_OD][plate] if v.BACKGROUND_OD in x else 0.0
    return _Places(background + signal, (x[v.SD_LOG_OD] * signal) ** 2 + x[v.SD_OD] ** 2, x[v.NU_WELL])


def observed(data: xr.Dataset) -> xr.Dataset:
    """The group observed_data."""
    return xr.Dataset({OD: (v.WELL, well_arrays(data)["od"])})


def constant(data: xr.Dataset) -> xr.Dataset:
    """The group constant_data, without the rough estimates behind a sampler's coordinates."""
    arrays = well_arrays(data)
    media = [name for name in arrays if name.endswith("_of_medium")]
    along = {name: (f"{name}_dim_0",) if name in media else (v.WELL,) for name, array in arrays.items() if array.ndim}
    return xr.Dataset({name: (along.get(name, ()), array) for name, array in arrays.items()})


DENSITIES: Final[Mapping[str, Density]] = {
    "bioassay_calibration": Density(log_prior, log_likelihood, predictive, prior, observed, constant)
}
"""Of the bioassay's model of the catalogue."""
