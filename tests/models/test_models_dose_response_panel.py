import functools
import re
import warnings
from collections.abc import Callable
from dataclasses import replace

import arviz as az
import numpy as np
import pymc as pm
import pytensor
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response import NO_FAULTS, DoseResponseDesign, DoseResponsePopulation, draw_truth, lay_out, simulate
from lensim.dose_response.priors import DoseResponsePriors, WellPriors
from lensim.inference import engine_nutpie
from lensim.inference.catalogue import catalogue, find_model
from lensim.inference.densities import SAMPLER_COORDINATES
from lensim.inference.fit import fit
from lensim.inference.settings import FitSettings
from lensim.inference.verdict import verdict_of
from lensim.models.coordinates import COORDINATE_SUFFIX
from lensim.seeding import stream

FALSE_ALARM = 1e-6
MODELS = [
    "dose_response_hierarchical",
    "dose_response_separate",
    "dose_response_plate_position",
    "dose_response_separate_plate_position",
    "dose_response_hierarchical_normalised",
    "dose_response_separate_normalised",
]
LINES = ["NCI-H929", "RPMI-8226", "U266"]
GROUPS = ["t(4;14)", "t(14;16)"]
DESIGN = DoseResponseDesign(
    LINES, [GROUPS[0], GROUPS[1], GROUPS[1]], doses_um=(0.0, 0.01, 0.1, 1.0, 10.0), replicates=3, experiments=2
)
SEED = 20
SHORT = engine_nutpie.SamplerSettings(draws=300, tune=300, chains=2, cores=2)
# compiles in a second where the default takes a quarter of a minute; the numbers are the same
QUICK_MODE = "FAST_COMPILE"


def panel(name: str, design: DoseResponseDesign = DESIGN) -> xr.Dataset:
    """A small study with signals both raw and as percent of the untreated median, background taken off."""
    sheet = lay_out(design, stream(SEED, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(SEED, name, "truth"))
    data = simulate(sheet, truth, NO_FAULTS, stream(SEED, name, "machine")).isel(study=0, drop=True)
    culture, signal = (
        data[v.CULTURE_OF_WELL].to_numpy(),
        data[v.SIGNAL].to_numpy() - float(data[v.BLANK_SIGNAL].median()),
    )
    untreated = data[v.DOSE].to_numpy() == 0
    level = np.array([np.median(signal[untreated & (culture == c)]) for c in range(data.sizes[v.CULTURE])])
    return data.assign({v.VIABILITY: (v.WELL, 100.0 * signal / level[culture])})


DATA = panel("first")


@functools.cache
def built(name: str) -> pm.Model:
    return find_model(name).build(DATA)


# --- every model of the catalogue ---


def test_catalogue_is_complete():
    assert sorted(name for name in catalogue() if name.startswith("dose_response_")) == sorted(MODELS)


def test_unknown_model_is_refused_with_those_there_are():
    with pytest.raises(InputError, match=r"^model must be one of .*, dose_response_hierarchical, .*, got 'logistic'$"):
        find_model("logistic")


@pytest.mark.parametrize("name", MODELS)
def test_every_variable_has_named_dims_or_is_a_scalar(name):
    model = built(name)
    variables = [*model.free_RVs, *model.observed_RVs, *model.deterministics]
    assert variables
    for variable in variables:
        dims = model.named_vars_to_dims.get(variable.name, ())
        assert variable.ndim == len(dims), variable.name
        assert None not in dims


@pytest.mark.parametrize("name", MODELS)
def test_coords_are_the_real_names(name):
    model = built(name)
    for dim in (v.CELL_LINE, v.MOLECULAR_GROUP, v.CULTURE, v.PLATE):
        assert list(model.coords[dim]) == DATA[dim].to_numpy().tolist()
    assert list(model.coords[v.CELL_LINE]) == LINES
    assert sorted(model.coords[v.MOLECULAR_GROUP]) == sorted(GROUPS)


@pytest.mark.parametrize("name", MODELS)
def test_declares_what_its_docstring_says(name):
    build, model = find_model(name).build, built(name)
    declared = (build.function.__doc__ or "").split("Declares")[1].split("Raises")[0]
    words = set(re.findall(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b", declared)) - set(model.coords) - set(MODELS)
    assert words
    assert words <= set(model.named_vars)
    for variable in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        assert model.named_vars_to_dims[variable] == (v.CELL_LINE,)
        assert (f"mu_{variable}" in model.named_vars) == ("separate" not in name)
        assert (f"group_{variable}" in model.named_vars) == ("separate" not in name)
    assert model.named_vars_to_dims[v.CULTURE_LOG10_EC50] == (v.CULTURE,)
    assert ("edge_log_effect" in model.named_vars) == name.endswith("plate_position")


@pytest.mark.parametrize("name", MODELS)
def test_log_density_at_the_start_is_finite(name):
    with pytensor.config.change_flags(mode=QUICK_MODE):
        logps = built(name).point_logps()
    assert logps
    assert np.isfinite(list(logps.values())).all(), logps


@pytest.mark.parametrize("name", MODELS)
def test_arrays_are_exactly_those_that_the_model_holds(name):
    arrays = find_model(name).arrays(DATA)
    held = {variable.name: variable.get_value() for variable in built(name).data_vars}
    assert set(arrays) == set(held)
    for key, array in arrays.items():
        assert np.array_equal(held[key], array), key


def share_that_can_be_read(model: pm.Model, signal: str) -> float:
    """Share of prior predictive wells between 1e-3 and 1e2 of the untreated median, a counter's five decades.

    Percentages have their background taken off and may be negative, so there it is the size that counts.
    """
    with model, pytensor.config.change_flags(mode=QUICK_MODE):
        prior = pm.sample_prior_predictive(200, random_seed=stream(SEED, "prior"))
    if signal == v.VIABILITY:
        return float((np.abs(prior["prior_predictive/viability_observed"]) < 1e2).mean())
    untreated = DATA[signal].to_numpy()[DATA[v.DOSE].to_numpy() == 0]
    # compared on the log scale: a heavy tail a priori may lie beyond the largest number there is
    log_ratio = prior["prior_predictive/log_signal_observed"].to_numpy() - np.log(np.median(untreated))
    return float(((log_ratio > np.log(1e-3)) & (log_ratio < np.log(1e2))).mean())


READABLE_BAR = 0.98
"""Share of prior wells that must be ones the assay can give."""


@pytest.mark.parametrize("name", MODELS)
def test_prior_predictive_stays_where_the_assay_can_read(name):
    assert share_that_can_be_read(built(name), find_model(name).signal) > READABLE_BAR


def test_a_prior_without_bounds_in_mind_misses_the_bar():
    priors = DoseResponsePriors(wells=WellPriors(sd_log_top_signal=10.0))
    model = find_model("dose_response_separate").build(DATA, priors)
    assert share_that_can_be_read(model, v.SIGNAL) < READABLE_BAR


# --- a whole fit ---


@pytest.fixture(scope="module")
def fitted() -> xr.DataTree:
    return fit(built("dose_response_hierarchical"), FitSettings(SHORT, prior_draws=50), seed=SEED)


@pytest.mark.sampling
def test_fit_has_every_group(fitted):
    assert set(fitted.children) == {
        "prior",
        "prior_predictive",
        "posterior",
        "posterior_predictive",
        "log_likelihood",
        "log_prior",
        "sampler_coordinates",
        "sample_stats",
        "observed_data",
        "constant_data",
    }
    assert dict(fitted["posterior"].sizes).items() >= {"chain": 2, "draw": 300, "cell_line": 3, "culture": 6}.items()
    assert fitted["log_likelihood/log_signal_observed"].sizes[v.WELL] == DATA.sizes[v.WELL]
    assert np.isfinite(fitted["log_likelihood/log_signal_observed"]).all()


@pytest.mark.sampling
def test_fit_states_units(fitted):
    posterior = fitted["posterior"]
    for name, unit in {
        v.LOG10_EC50: "log10 uM",
        f"mu_{v.LOG10_EC50}": "log10 uM",
        f"group_{v.LOG10_EC50}": "log10 uM",
        f"sigma_group_{v.EFFECT}": "-log residual proliferation",
        v.BACKGROUND: "counts/min",
        v.LOG_TOP: "log counts/min",
        v.SD_WELL: "log counts/min",
    }.items():
        assert posterior[name].attrs["units"] == unit
        assert fitted["prior"][name].attrs["units"] == unit
    assert "units" not in fitted[SAMPLER_COORDINATES][f"{v.LOG10_EC50}{COORDINATE_SUFFIX}"].attrs
    assert not any(str(name).endswith(COORDINATE_SUFFIX) for name in posterior.data_vars)
    assert posterior.attrs["inference_library"] == "nutpie"


@pytest.mark.sampling
def test_fit_carries_a_verdict_of_its_own_draws(fitted):
    verdict = verdict_of(fitted)
    assert verdict.divergences == int(fitted["sample_stats/diverging"].sum())
    assert verdict.largest_r_hat < 1.2
    with pytest.raises(InputError, match=r"^result must carry the verdict of a convergence gate, got none"):
        verdict_of(xr.DataTree())


@pytest.mark.parametrize("name", ["draws", "tune", "chains", "max_treedepth"])
def test_settings_refuse_nothing_to_do(name):
    with pytest.raises(InputError, match=rf"^SamplerSettings\.{name} must be at least 1, got 0$"):
        engine_nutpie.SamplerSettings(**{name: 0})
    with pytest.raises(InputError, match=r"^SamplerSettings\.target_accept must lie between 0\.5 and 0\.999, got 1$"):
        engine_nutpie.SamplerSettings(target_accept=1.0)


# --- a model compiled once ---


def means_and_errors(posterior: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Posterior mean of every line's curve parameters, and its Monte Carlo standard error."""
    draws = posterior[[v.LOG10_EC50, v.LOG_HILL, v.EFFECT]]
    mean = draws.mean(("chain", "draw"))
    error = az.mcse(draws, method="mean")
    return mean.to_array().to_numpy().ravel(), error.to_array().to_numpy().ravel()


@pytest.fixture(scope="module")
def compiled_once() -> engine_nutpie.CompiledModel:
    return engine_nutpie.compile_model(built("dose_response_separate_normalised"))


@pytest.mark.sampling
def test_same_seed_gives_the_same_draws_on_another_number_of_cores(compiled_once):
    first, again, other = (
        engine_nutpie.sample(compiled_once, replace(SHORT, cores=cores), seed)["posterior"]
        for cores, seed in ((2, SEED), (1, SEED), (1, SEED + 1))
    )
    for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        assert np.array_equal(again[name], first[name]), name
        assert not np.array_equal(other[name], first[name])


@pytest.mark.sampling
def test_swapped_data_give_the_posterior_of_a_model_built_anew(compiled_once):
    """Null: both ways sample one posterior; Bonferroni over nine means, each with its Monte Carlo error."""
    other = panel("second").isel({v.WELL: slice(None, -1)})  # the number of wells may differ
    entry = find_model("dose_response_separate_normalised")
    settings = engine_nutpie.SamplerSettings(draws=500, tune=500, chains=2, cores=2)
    anew = engine_nutpie.sample(engine_nutpie.compile_model(entry.build(other)), settings, seed=1)
    swapped = engine_nutpie.sample(compiled_once.with_data(entry.arrays(other)), settings, seed=2)
    first = engine_nutpie.sample(compiled_once, settings, seed=3)
    expected, expected_error = means_and_errors(anew["posterior"].to_dataset())

    def p_value(result: xr.DataTree) -> float:
        found, error = means_and_errors(result["posterior"].to_dataset())
        z = (found - expected) / np.hypot(error, expected_error)
        return min(1.0, len(z) * float(2 * stats.norm.sf(np.abs(z).max())))

    assert p_value(swapped) > FALSE_ALARM
    assert p_value(first) < FALSE_ALARM  # the data that were swapped out have another posterior


@pytest.mark.sampling
def test_swapping_refuses_other_arrays(compiled_once):
    arrays = dict(find_model("dose_response_separate_normalised").arrays(DATA))
    del arrays["viability"]
    with pytest.raises(InputError, match=r"takes exactly its own arrays, got a difference in signal, viability$"):
        compiled_once.with_data(arrays | {"signal": np.ones(3)})


# --- Datasets that no curve can come from ---


def with_values(name: str, change: Callable[[np.ndarray], None]) -> xr.Dataset:
    values = DATA[name].to_numpy().astype(float).copy()
    change(values)
    return DATA.assign({name: (v.WELL, values)})


def set_at(place, value) -> Callable[[np.ndarray], None]:
    def change(values: np.ndarray) -> None:
        values[place] = value

    return change


OF_FIRST_LINE = DATA[v.LINE_OF_CULTURE].to_numpy()[DATA[v.CULTURE_OF_WELL].to_numpy()] == 0
OF_FIRST_CULTURE = DATA[v.CULTURE_OF_WELL].to_numpy() == 0
TREATED = DATA[v.DOSE].to_numpy() > 0
ONE_LINE = panel("one line", replace(DESIGN, cell_lines=LINES[:1], group_of_line=GROUPS[:1]))
FIRST_CULTURE = str(DATA[v.CULTURE].to_numpy()[0])


@pytest.mark.parametrize("name", MODELS)
def test_refuses_a_missing_variable_and_other_dims(name):
    entry = find_model(name)
    with pytest.raises(InputError, match=rf"^{name} needs the variable {entry.signal} \('well',\), got a Dataset with"):
        entry.build(DATA.drop_vars(entry.signal))
    with pytest.raises(InputError, match=rf"^{name} needs {entry.signal} with dims \('well',\), got \('study', 'well'"):
        entry.build(DATA.assign({entry.signal: DATA[entry.signal].expand_dims("study")}))
    with pytest.raises(InputError, match=rf"^{name} needs the variable group_of_line \('cell_line',\)"):
        entry.build(DATA.drop_vars(v.GROUP_OF_LINE))


@pytest.mark.parametrize("name", MODELS)
def test_refuses_wells_that_say_nothing(name):
    entry = find_model(name)
    with pytest.raises(InputError, match=rf"^{name} needs at least one well, got none$"):
        entry.build(DATA.isel({v.WELL: []}))
    with pytest.raises(
        InputError, match=rf"^{entry.signal}\[4\] must be a finite number, got nan, and 1 more that are not$"
    ):
        entry.build(with_values(entry.signal, set_at([4, 9], np.nan)))
    with pytest.raises(InputError, match=r"^dose_um\[3\] must be a finite number, got inf$"):
        entry.build(with_values(v.DOSE, set_at(3, np.inf)))
    with pytest.raises(InputError, match=r"^dose_um must be 0 or more, got -3$"):
        entry.build(with_values(v.DOSE, set_at(3, -3.0)))


@pytest.mark.parametrize("name", MODELS)
def test_refuses_a_line_without_two_doses(name):
    rule = "^cell line NCI-H929: a curve needs at least 2 different doses above 0, got "
    with pytest.raises(InputError, match=rule + r"only 0\.1 uM$"):
        find_model(name).build(with_values(v.DOSE, set_at(OF_FIRST_LINE & TREATED, 0.1)))
    with pytest.raises(InputError, match=rule + r"none$"):
        find_model(name).build(with_values(v.DOSE, set_at(OF_FIRST_LINE, 0.0)))


@pytest.mark.parametrize("name", MODELS)
def test_a_single_line_is_for_the_separate_models(name):
    build = find_model(name).build
    if "separate" in name:
        assert build(ONE_LINE).named_vars_to_dims[v.LOG10_EC50] == (v.CELL_LINE,)
        return
    instead = "dose_response_separate" + next((x for x in ("_normalised", "_plate_position") if name.endswith(x)), "")
    with pytest.raises(
        InputError,
        match=rf"^{name} needs at least 2 cell lines, got only NCI-H929: use {instead} for a single line$",
    ):
        build(ONE_LINE)


@pytest.mark.parametrize("name", MODELS[:4])
def test_raw_signals_need_untreated_wells_and_something_to_count(name):
    build, place = find_model(name).build, re.escape(f"culture {FIRST_CULTURE}: ")
    with pytest.raises(InputError, match=rf"^{place}needs at least one untreated well \(dose 0\), got none$"):
        build(DATA.isel({v.WELL: np.flatnonzero(~OF_FIRST_CULTURE | TREATED)}))
    with pytest.raises(InputError, match=rf"^{place}signal is 0 in all 15 wells; was the plate read\?$"):
        build(with_values(v.SIGNAL, set_at(OF_FIRST_CULTURE, 0.0)))
    with pytest.raises(InputError, match=r"^signal must be 0 or more, got -5$"):
        build(with_values(v.SIGNAL, set_at(7, -5.0)))


@pytest.mark.parametrize("name", MODELS[4:])
def test_percentages_need_no_untreated_wells_and_may_be_negative(name):
    data = with_values(v.VIABILITY, set_at(7, -5.0)).isel({v.WELL: np.flatnonzero(TREATED)})
    assert find_model(name).build(data).observed_RVs[0].name == "viability_observed"


def test_plate_position_needs_positions():
    with pytest.raises(InputError, match=r"^dose_response_plate_position needs the variable plate_column \('well',\)"):
        find_model("dose_response_plate_position").build(DATA.drop_vars(v.PLATE_COLUMN))


def test_one_well_without_counts_is_an_outlier_not_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        arrays = find_model("dose_response_hierarchical").arrays(with_values(v.SIGNAL, set_at(7, 0.0)))
    assert arrays["log_signal"][7] == pytest.approx(np.log(0.5))
