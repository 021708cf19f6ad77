"""Coordinates move the shape and not the law: the prior that a result carries is that of the model's own variables."""

from collections.abc import Callable

import arviz as az
import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.bioassay import design as bioassay_design
from lensim.bioassay import simulate as bioassay
from lensim.bioassay.truth import USUAL_FAULTS, BioassayPopulation
from lensim.bioassay.truth import draw_truth as draw_bioassay
from lensim.dose_response import NO_FAULTS, DoseResponseDesign, DoseResponsePopulation, draw_truth, lay_out, simulate
from lensim.expression import design as expression_design
from lensim.expression import simulate as expression
from lensim.expression.truth import NO_FAULTS as NO_FAULTS_OF_PCR
from lensim.expression.truth import CellTypeExpression, ExpressionPopulation, GeneAssay
from lensim.expression.truth import draw_truth as draw_expression
from lensim.inference.catalogue import find_model
from lensim.inference.densities import SAMPLER_COORDINATES, with_coordinates
from lensim.inference.fit import fit
from lensim.inference.prior_sensitivity import OF_NUMBERS
from lensim.inference.sampler_coordinates import (
    coordinates_of,
    log_prior_of,
)
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.models.coordinates import normal_by_information, normal_non_centred
from lensim.seeding import stream
from tests.expression.groups.group_studies import repeated_study, uncertain_study

SEED = 52
QUICK_MODE = "FAST_COMPILE"  # compiles at once; the numbers are the same
MODULES = (
    "dose_response_components",
    "expression_components",
    "expression_machine",
    "fold_change_hierarchical",
    "level_groups",
    "level_repeated_measures",
    "bioassay_calibration",
)


def panel() -> xr.Dataset:
    lines, groups = ["NCI-H929", "RPMI-8226", "U266"], ["t(4;14)", "t(14;16)", "t(14;16)"]
    sheet = lay_out(DoseResponseDesign(lines, groups, replicates=3, experiments=2), stream(SEED, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(SEED, "truth"))
    data = simulate(sheet, truth, NO_FAULTS, stream(SEED, "machine")).isel(study=0, drop=True)
    return data.assign({v.VIABILITY: (v.WELL, 100.0 * data[v.SIGNAL].to_numpy() / float(data[v.SIGNAL].max()))})


def reactions() -> xr.Dataset:
    subjects, kinds = ["a", "b", "c", "d"], ["line", "line", "donor", "donor"]
    sheet = expression_design.lay_out(expression_design.ExpressionDesign(subjects, kinds, ("TNF",), ("RPL37A",)))
    population = ExpressionPopulation(
        assays={"TNF": GeneAssay(1.92, 33.0), "RPL37A": GeneAssay(1.97, 22.0)},
        expression={("TNF", "line"): CellTypeExpression(-3.5, 1.0, 1.0, 0.5)},
    )
    truth = draw_expression(population, sheet, stream(SEED, "expression"))
    return expression.one_study(expression.simulate(sheet, truth, NO_FAULTS_OF_PCR, stream(SEED, "cycler")), 0)


def ratios() -> xr.Dataset:
    rng, subject = stream(SEED, "ratios"), np.repeat(np.arange(4), 2)
    return xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, rng.normal(0.5, 0.5, 8)),
            v.TARGET_OF_PAIR: (v.PAIR, np.zeros(8, dtype=int)),
            v.SUBJECT_OF_PAIR: (v.PAIR, subject),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.zeros(8, dtype=int)),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, [0, 0, 1, 1]),
            v.CT_CHANGE: (v.PAIR, rng.normal(1.0, 0.5, 8)),
            v.DOUBLINGS: (v.TARGET, np.array([0.95])),
            v.DOUBLINGS_SD: (v.TARGET, np.array([0.02])),
        },
        coords={v.TARGET: ["TNF"], v.SUBJECT: list("abcd"), v.CONTRAST: ["drug"], v.CELL_TYPE: ["line", "donor"]},
    )


def media() -> xr.Dataset:
    sheet = bioassay_design.lay_out(bioassay_design.BioassayDesign(cell_lines=("a", "b"), experiments=2))
    truth = draw_bioassay(BioassayPopulation({"b": 0.3}), sheet, stream(SEED, "media"))
    return bioassay.one_study(bioassay.simulate(sheet, truth, USUAL_FAULTS, stream(SEED, "reader")), 0)


STUDIES: dict[str, Callable[[], xr.Dataset]] = {
    "dose_response_hierarchical": panel,
    "dose_response_separate": panel,
    "dose_response_plate_position": panel,
    "dose_response_separate_plate_position": panel,
    "dose_response_hierarchical_normalised": panel,
    "dose_response_separate_normalised": panel,
    "expression_hierarchical": reactions,
    "expression_hierarchical_responding": reactions,
    "expression_separate": reactions,
    "fold_change_hierarchical": ratios,
    "level_groups": uncertain_study,
    "level_repeated_measures": repeated_study,
    "bioassay_calibration": media,
}


def prior_draws(model: pm.Model, size: int = 3) -> xr.Dataset:
    variables = [*model.free_RVs, *model.deterministics]
    drawn = pm.draw(variables, size, random_seed=stream(SEED, "prior"), mode=QUICK_MODE)
    dims = model.named_vars_to_dims
    return xr.Dataset(
        {
            one.name: (("chain", "draw", *dims.get(one.name, ())), np.asarray(values)[None])
            for one, values in zip(variables, drawn, strict=True)
        }
    )


def declared_as_itself(name, *, mu, sigma, dims, information=None, estimate=None):
    """The definition of a variable, in place of what `normal_by_information` and `normal_non_centred` declare."""
    return pm.Normal(name, mu=mu, sigma=sigma, dims=dims)


@pytest.mark.parametrize("name", STUDIES)
def test_the_prior_is_that_of_the_definition(name, monkeypatch):
    """And that of coordinates is the same, but for the logarithms of their scales."""
    data = STUDIES[name]()
    model = find_model(name).build(data)
    draws = prior_draws(model)
    with pytensor.config.change_flags(mode=QUICK_MODE):
        ours = log_prior_of(model, draws)
        noted = coordinates_of(model)
        scales = [pt.log(pt.grad(one.value.sum(), model[one.name])) for one in noted]
        of_coordinates = [pm.logp(model[one.name], model[one.name]) for one in noted]
        known = model.compile_fn([*of_coordinates, *scales], inputs=model.free_RVs, on_unused_input="ignore")
        for module in MODULES:
            for function in ("normal_by_information", "normal_non_centred"):
                monkeypatch.setattr(f"lensim.models.{module}.{function}", declared_as_itself, raising=False)
        definition = find_model(name).build(data)
        expected = log_prior_of(definition, draws)
    assert noted
    assert not any(str(one).endswith("_coordinate") for one in ours)
    assert set(expected) == set(ours)
    assert {one: ours[one].attrs for one in ours} == {one: expected[one].attrs for one in expected}
    assert {one.attrs[OF_NUMBERS] for one in ours.values()} == {0, 1}
    for variable, values in expected.items():
        np.testing.assert_allclose(ours[variable], values, rtol=1e-9, atol=1e-9, err_msg=str(variable))
    for draw in range(draws.sizes["draw"]):
        found = known({one.name: draws[one.name].to_numpy()[0, draw] for one in model.free_RVs})
        for k, one in enumerate(noted):
            ours_here = ours[one.variable].to_numpy()[0, draw]
            np.testing.assert_allclose(found[k] - found[len(noted) + k], ours_here, rtol=1e-7, atol=1e-7)


@pytest.fixture(scope="module")
def conjugate() -> tuple[xr.DataTree, np.ndarray]:
    """x ~ Normal(0, 1) with y ~ Normal(x, 1), sampled in a coordinate; of a second variable the prior alone speaks."""
    y = np.array([1.5, -0.4, 2.0])
    with pm.Model(coords={"line": ["a", "b", "c"]}) as model:
        x = normal_by_information("x", mu=0.0, sigma=1.0, information=1.0, estimate=y, dims="line")
        normal_non_centred("unseen", mu=0.0, sigma=2.0, dims="line")
        pm.Normal("y", x, 1.0, observed=y, dims="line")
    settings = FitSettings(SamplerSettings(draws=2000, tune=500, chains=2, cores=2), prior_draws=10)
    return fit(model, settings, seed=3), y


@pytest.mark.sampling
def test_coordinates_have_a_group_of_their_own(conjugate):
    result, _ = conjugate
    assert set(result["posterior"].data_vars) == {"x", "unseen"}
    assert set(result["prior"].data_vars) == {"x", "unseen"}
    assert set(result["log_prior"].data_vars) == {"x", "unseen"}
    assert set(result[SAMPLER_COORDINATES].data_vars) == {"x_coordinate", "unseen_coordinate"}
    assert set(az.summary(result).index) == {f"{name}[{line}]" for name in ("x", "unseen") for line in "abc"}
    assert set(with_coordinates(result).data_vars) == {"x", "unseen", "x_coordinate", "unseen_coordinate"}


@pytest.mark.sampling
def test_log_prior_is_that_of_the_variables(conjugate):
    posterior, log_prior = conjugate[0]["posterior"], conjugate[0]["log_prior"]
    assert log_prior["x"].dims == ("chain", "draw", "line")
    for name, sd in (("x", 1.0), ("unseen", 2.0)):
        np.testing.assert_allclose(log_prior[name], stats.norm(0, sd).logpdf(posterior[name]), rtol=1e-9, atol=1e-9)


@pytest.mark.sampling
def test_scaling_the_prior_by_importance_gives_the_posterior_under_the_scaled_prior(conjugate):
    """Null: weighted means are those of the posterior with the prior to the power 1.5, Normal(0, sqrt(1 / 1.5))."""
    result, y = conjugate
    x = result["posterior"]["x"].to_numpy().reshape(-1, 3)
    weight = np.exp(0.5 * result["log_prior"]["x"].to_numpy().reshape(-1, 3))
    weight /= weight.sum(axis=0)
    size = 1.0 / (weight**2).sum(axis=0)  # effective draws, of a chain that is nearly independent
    z = ((weight * x).sum(axis=0) - y / 2.5) / np.sqrt(1 / 2.5 / (size / 3))
    assert stats.chi2.sf((z**2).sum(), 3) > 1e-6


@pytest.mark.sampling
def test_power_scaling_of_arviz_tells_a_variable_that_the_prior_alone_knows(conjugate):
    table = az.psense_summary(conjugate[0])
    unseen, seen = table.loc["unseen[a]"], table.loc["x[a]"]
    assert unseen["likelihood"] < 0.02
    assert unseen["prior"] > 0.05
    assert min(seen["prior"], seen["likelihood"]) > 0.05
