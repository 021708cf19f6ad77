"""The log density and its gradient are those of the PyMC model, in the same coordinates."""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from lensim.expression.kernel import density
from lensim.expression.kernel.draw import study_for_kernel
from lensim.expression.kernel.packed import DECLARED, Packed
from lensim.expression.kernel.study import ESTIMATE, ROWS, SHARE
from lensim.inference.catalogue import find_model
from lensim.seeding import stream
from tests.expression.reaction_studies import CASES

QUICK_MODE = "FAST_COMPILE"
POINTS = 4


def names_of_values(study: Packed) -> dict[str, str]:
    """PyMC's name of the coordinate of each variable that is sampled."""
    found = {}
    for name, where in study.sections().items():
        own = DECLARED[name][0]
        if where.stop <= study.free:
            on_scale = f"{own}_log__" if where.stop <= study.at[SHARE] else f"{own}_coordinate"
            found[name] = f"{own}_logodds__" if name == "share" else on_scale
    return found


def as_point(study: Packed, flat: np.ndarray) -> dict[str, np.ndarray]:
    names, where = names_of_values(study), study.sections()
    return {pymc: flat[where[name]].reshape(study.shapes[name]) for name, pymc in names.items()}


def points(study: Packed) -> np.ndarray:
    return study.first + 0.7 * stream(5, "points").standard_normal((POINTS, study.free))


def ours(study: Packed, at: np.ndarray) -> tuple[float, np.ndarray]:
    gradient = np.empty(study.free)
    return float(density.log_density(at, gradient, study.block)), gradient


def require_equal(study: Packed, model: pm.Model) -> None:
    assert set(names_of_values(study).values()) == {one.name for one in model.value_vars}
    values = {one.name: one for one in model.value_vars}
    order = [model.values_to_rvs[values[name]] for name in names_of_values(study).values()]
    logp = model.compile_logp(mode=QUICK_MODE, sum=False)  # PyTensor's plain mode sums 32 terms at most
    slopes = model.compile_dlogp(vars=order, mode=QUICK_MODE)
    found, theirs = [], []
    for at in points(study):
        point = as_point(study, at)
        mine, gradient = ours(study, at)
        found.append(mine)
        theirs.append(float(sum(np.sum(one) for one in logp(point))))
        expected = slopes(point)
        assert gradient == pytest.approx(expected, rel=1e-6, abs=1e-6 * float(np.abs(expected).max()))
    assert np.diff(found) == pytest.approx(np.diff(theirs), rel=1e-8, abs=1e-8 * max(map(abs, theirs)))


def built(case: str) -> tuple[xr.Dataset, str, Packed, pm.Model]:
    name, data, priors = CASES[case]
    study = data()
    model = find_model(name).build(study, priors) if priors is not None else find_model(name).build(study)
    return study, name, study_for_kernel(study, name, priors), model


@pytest.mark.sampling
@pytest.mark.parametrize("case", CASES)
def test_density_and_gradient_are_those_of_the_pymc_model(case):
    _, _, study, model = built(case)
    require_equal(study, model)


@pytest.mark.sampling
def test_values_are_those_of_the_pymc_model():
    """Every variable of the model, at the same coordinates; and none is missing."""
    _, _, study, model = built("plates on which genes have shifts of their own")
    at = points(study)
    values = density.values_at(at, study.block)
    own = {name: DECLARED[name][0] for name in study.shapes if name != "deviation"}
    variables = model.replace_rvs_by_values([model[name] for name in own.values()])
    theirs = model.compile_fn(variables, mode=QUICK_MODE, inputs=model.value_vars, on_unused_input="ignore")
    for flat, found in zip(at, values, strict=True):
        expected = theirs(as_point(study, flat))
        for name, one in zip(own, expected, strict=True):
            assert found[study.sections()[name]].reshape(study.shapes[name]) == pytest.approx(one, rel=1e-9, abs=1e-9)
    assert set(own.values()) | {"log2_biological_of_slot_coordinate"} >= {
        one.name for one in model.unobserved_RVs if not one.name.endswith("_coordinate")
    }


@pytest.mark.sampling
def test_one_sign_that_is_changed_is_found():
    """A study in which the sign of one estimate is changed: another density, in other coordinates."""
    _, _, study, model = built("references that respond, told by inputs, on one plate")
    wrong = study.block.copy()
    law = wrong[wrong[3] : wrong[4]].view(np.float64).reshape(ROWS, -1)
    law[ESTIMATE, np.flatnonzero(law[ESTIMATE])[0]] *= -1.0
    with pytest.raises(AssertionError):
        require_equal(replace(study, block=wrong), model)


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_the_slope_of_the_density(case):
    """Central differences, of which the error is a few times 1e-6 of the largest slope."""
    name, data, priors = CASES[case]
    study = study_for_kernel(data(), name, priors)
    at = points(study)[0]
    _, gradient = ours(study, at)
    step = 1e-5
    for i in range(study.free):
        up, down = at.copy(), at.copy()
        up[i] += step
        down[i] -= step
        slope = (ours(study, up)[0] - ours(study, down)[0]) / (2 * step)
        assert gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-6 * float(np.abs(gradient).max())), i


def test_at_absurd_coordinates_there_is_no_density_or_a_finite_one():
    name, data, priors = CASES["a rare target, with reactions that are not detected, and series"]
    study = study_for_kernel(data(), name, priors)
    for size in (1e2, 1e4):
        found, _ = ours(study, stream(5, "absurd").normal(0.0, size, study.free))
        assert not np.isfinite(found) or found < 0
