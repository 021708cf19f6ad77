"""Standards and samples of a bioassay in one model: four-parameter curves of plates, TNF of media as parameters."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.classical import fit_standard_curve, predict_tnf
from lensim.bioassay.priors import BioassayPriors
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bioassay.rules import require_bioassay
from lensim.bioassay.well_arrays import CURVE, bioassay_coords, tnf_of_standards, well_arrays
from lensim.checks import InputError
from lensim.models.coordinates import normal_by_information, positive_spread

LN10 = float(np.log(10.0))
LOG10_2 = float(np.log10(2.0))
NEXT_TO_NOTHING = 1e-6  # keeps a division finite where the data say nothing
USUAL = BioassayPriors()


def bioassay_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of the model, by the names under which it holds them.

    Beside wells and pointers, what a classical fit says of curves and media: coordinates are made of it
    (`models/coordinates.py`), so it moves the speed and never the answer.
    """
    return well_arrays(data) | _known(data, tnf_of_standards(data))


def _known(data: xr.Dataset, tnf: np.ndarray) -> dict[str, np.ndarray]:
    """Estimates and their information (1 / variance): of curves, of media, and of what these are pooled in."""
    role, plate, medium = (data[name].to_numpy() for name in (v.ROLE, v.PLATE_OF_WELL, v.MEDIUM_OF_WELL))
    od, dilution = data[v.OPTICAL_DENSITY].to_numpy(), data[v.DILUTION].to_numpy()
    plates, media = data.sizes[v.PLATE], data.sizes[v.MEDIUM]
    curve, curve_information = np.zeros((plates, len(CURVE))), np.full((plates, len(CURVE)), NEXT_TO_NOTHING)
    total, information = np.zeros(media), np.zeros(media)
    for at in range(plates):
        own = (role == STANDARD) & (plate == at)
        try:
            found = fit_standard_curve(tnf[own], od[own], od[(role == BLANK) & (plate == at)])
        except InputError:
            continue  # a plate without standards of its own leans on the others
        curve[at] = found.estimate
        curve_information[at] = 1.0 / np.clip(np.diag(found.covariance), 1e-6, 1.0 / NEXT_TO_NOTHING)
        wells = (role == SAMPLE) & (plate == at)
        for one, factor in {(int(m), float(d)) for m, d in zip(medium[wells], dilution[wells], strict=True)}:
            said = predict_tnf(found, od[wells & (medium == one) & (dilution == factor)])
            if np.isfinite(said.standard_error):
                weight = 1.0 / max(said.standard_error, 0.005) ** 2
                information[one] += weight
                total[one] += weight * (said.log10_tnf + np.log10(factor))
    known = total / np.maximum(information, NEXT_TO_NOTHING)
    usual_sigma = np.array([getattr(USUAL, f"median_sigma_{name}") for name in CURVE])
    of_curve, of_curve_mean = _pooled(curve_information, curve, usual_sigma)
    share = information / (1.0 + information * USUAL.median_sd_biological_log10_tnf**2)
    shape = (data.sizes[v.CELL_LINE], data.sizes[v.CONDITION])
    of_mean, mean = np.zeros(shape), np.zeros(shape)
    where = (data[v.LINE_OF_MEDIUM].to_numpy(), data[v.CONDITION_OF_MEDIUM].to_numpy())
    np.add.at(of_mean, where, share)
    np.add.at(mean, where, share * known)
    control_first = np.argsort(data[v.IS_CONTROL].to_numpy() == 0, kind="stable")
    return {
        "known_of_curve": curve,
        "information_of_curve": curve_information,
        "known_of_mean_curve": of_curve_mean,
        "information_of_mean_curve": of_curve,
        "known_of_medium": known,
        "information_of_medium": information,
        "known_of_line": (mean / np.maximum(of_mean, NEXT_TO_NOTHING))[:, control_first],
        "information_of_line": of_mean[:, control_first],
    }


def _pooled(information: np.ndarray, known: np.ndarray, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Information and estimate of the plates' mean from all plates, with the spread between them as `sigma`."""
    weight = information / (1.0 + information * sigma**2)
    return weight.sum(axis=0), (weight * known).sum(axis=0) / weight.sum(axis=0)


def build_bioassay_calibration(data: xr.Dataset, priors: BioassayPriors | None = None) -> pm.Model:
    """TNF of conditioned media, from standards and samples together, including the uncertainty of the curve.

    signal(c, plate) = exp(log_top_od) (1 - (1 - exp(-effect_at_saturation)) c^h / (EC50^h + c^h))
    od(well) ~ StudentT(nu_well, background_od + signal, sqrt((sd_log_od signal)^2 + sd_od^2)); no signal in a blank
    c of a standard is known; of a sample it is 10^log10_tnf_pg_per_ml(medium) / dilution_factor
    log10_tnf_pg_per_ml(medium) ~ Normal(log10_line_tnf + log10(2) log2_fold_change, sd_biological_log10_tnf)
    (log_top_od, log10_ec50_pg_per_ml, log_hill_slope, log_effect_at_saturation)(plate) ~ Normal(mu_curve, sigma_curve)

    with h = exp(log_hill_slope), EC50 = 10^log10_ec50_pg_per_ml, line and condition those of the medium.
    A reading on the flat part of the curve says that TNF is at most, or at least, so much: beyond the standards the
    posterior is that bound times the prior, and is to be read as a bound.

    Needs     role, optical_density, concentration_pg_per_ml, dilution_factor, medium_of_well, plate_of_well (well);
              line_of_medium, condition_of_medium (medium); is_control (condition)
    Declares  log10_tnf_pg_per_ml (medium) [log10 pg/ml]; log10_line_tnf_pg_per_ml (cell_line); log2_fold_change
              (cell_line, contrast) where there is a second condition; curve (plate, curve_parameter) with mu_ and
              sigma_ (curve_parameter), and of it effect_at_saturation, log_hill_slope, log10_ec50_pg_per_ml, log_top_od
              (plate); background_od (plate) where there are blanks, else it is part of what endless TNF leaves;
              sd_biological_log10_tnf, sd_log_od, sd_od, nu_well ()
    Raises    InputError as `lensim.bioassay.rules.require_bioassay` says
    Source    Bayesian calibration as in Gelman, Chew and Shnaidman 2004, doi:10.1111/j.0006-341X.2004.00185.x; pooling
              of plates, heavy tails, effects of treatment and priors are ours
    """
    priors = priors or BioassayPriors()
    require_bioassay(data, "bioassay_calibration")
    coords = bioassay_coords(data)
    contrasts = coords.get(v.CONTRAST, [])
    arrays = bioassay_arrays(data)
    of_well = {name for name, array in arrays.items() if array.shape == (data.sizes[v.WELL],)}
    with pm.Model(coords=coords) as model:
        held = {
            name: pm.Data(name, array, dims=v.WELL if name in of_well and not name.endswith("_of_medium") else None)
            for name, array in arrays.items()
        }
        curve = _curves(held, priors)
        log10_tnf = _media(held, contrasts, priors)
        background: Any = pt.zeros(data.sizes[v.PLATE])
        if (arrays["has_cells"] == 0).any():
            background = pm.HalfNormal(v.BACKGROUND_OD, priors.sd_background_od, dims=v.PLATE)
        sd_log = positive_spread(v.SD_LOG_OD, priors.median_sd_log_od, priors.log_sd_sd_log_od)
        sd = positive_spread(v.SD_OD, priors.median_sd_od, priors.log_sd_sd_od)
        nu = pm.Gamma(v.NU_WELL, priors.shape_nu_well, priors.rate_nu_well)
        log10_c = held["known_log10_tnf"] + held["is_sample"] * log10_tnf[held["medium_of_well"]]
        log_top, ec50, log_hill, log_effect = (curve[held["plate_of_well"], at] for at in range(len(CURVE)))
        occupied = held["has_tnf"] * pt.sigmoid(pt.exp(log_hill) * LN10 * (log10_c - ec50))
        signal = held["has_cells"] * pt.exp(log_top) * (1.0 + pt.expm1(-pt.exp(log_effect)) * occupied)
        pm.StudentT(
            "od_observed",
            nu=nu,
            mu=background[held["plate_of_well"]] + signal,
            sigma=pt.sqrt((sd_log * signal) ** 2 + sd**2),
            observed=held["od"],
            dims=v.WELL,
        )
    return model


def _curves(held: dict[str, Any], priors: BioassayPriors) -> Any:
    """The four parameters of each plate's curve (plate, curve_parameter), each partially pooled."""

    def each(what: str) -> np.ndarray:
        return np.array([getattr(priors, f"{what}_{name}", 0.0) for name in CURVE])

    is_midpoint = np.array([float(name == v.LOG10_EC50_TNF) for name in CURVE])
    sigma = pm.LogNormal("sigma_curve", np.log(each("median_sigma")), each("log_sd_sigma"), dims=v.CURVE_PARAMETER)
    mu = normal_by_information(
        "mu_curve",
        mu=each("mean_mu") + is_midpoint * held["middle_log10_tnf"],
        sigma=each("sd_mu"),
        information=held["information_of_mean_curve"],
        estimate=held["known_of_mean_curve"],
        dims=v.CURVE_PARAMETER,
    )
    curve = normal_by_information(
        "curve",
        mu=mu,
        sigma=sigma,
        information=held["information_of_curve"],
        estimate=held["known_of_curve"],
        dims=(v.PLATE, v.CURVE_PARAMETER),
    )
    for at, name in enumerate(CURVE[:-1]):
        pm.Deterministic(name, curve[:, at], dims=v.PLATE)
    pm.Deterministic(v.EFFECT, pt.exp(curve[:, len(CURVE) - 1]), dims=v.PLATE)
    return curve


def _media(held: dict[str, Any], contrasts: list[str], priors: BioassayPriors) -> Any:
    """log10 TNF of each medium, around its line's mean and fold change."""
    sd_biological = positive_spread(
        v.SD_BIOLOGICAL_TNF, priors.median_sd_biological_log10_tnf, priors.log_sd_sd_biological_log10_tnf
    )
    information, known = held["information_of_line"], held["known_of_line"]
    level = normal_by_information(
        v.LOG10_TNF_OF_LINE,
        mu=held["middle_log10_tnf"],
        sigma=priors.sd_log10_line_tnf_pg_per_ml,
        information=information[:, 0],
        estimate=known[:, 0],
        dims=v.CELL_LINE,
    )
    line, expected = held["line_of_medium"], level[held["line_of_medium"]]
    if contrasts:
        fold = normal_by_information(
            v.LOG2_FOLD_CHANGE,
            mu=0.0,
            sigma=priors.sd_log2_fold_change,
            information=information[:, 1:] * LOG10_2**2,
            estimate=(known[:, 1:] - level[:, None]) / LOG10_2,
            dims=(v.CELL_LINE, v.CONTRAST),
        )
        contrast = held["contrast_of_medium"]
        expected += LOG10_2 * pt.gt(contrast, 0) * fold[line, pt.maximum(contrast - 1, 0)]
    return normal_by_information(
        v.LOG10_TNF,
        mu=expected,
        sigma=sd_biological,
        information=held["information_of_medium"],
        estimate=held["known_of_medium"],
        dims=v.MEDIUM,
    )
