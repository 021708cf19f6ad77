"""The approximate answer: near the exact draws, the same for the same seed, and in doubt where runs disagree."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

import lensim
from lensim import vocabulary as v
from lensim.dose_response import DoseResponseDesign
from lensim.dose_response.laplace import answer
from lensim.dose_response.laplace.answer import LARGEST_R_HAT, PLACES, RUNS, STEEPEST, approximate_panel
from lensim.dose_response.priors import DoseResponsePriors
from lensim.inference.approximation import Approximation
from lensim.inference.catalogue import find_model
from lensim.inference.engine import HandedOn

MODEL = "dose_response_hierarchical"


def simulated(lines: int, seed: int, **design: Any) -> xr.Dataset:
    """Wells of lines of one group."""
    names = [f"L{number}" for number in range(lines)]
    return lensim.simulate.dose_response(DoseResponseDesign(names, ["all"] * lines, **design), seed=seed)[1]


@pytest.fixture(name="data", scope="module")
def _data():
    return simulated(4, 7, experiments=2)


def answered(data: xr.Dataset, seed: int = 1) -> Approximation:
    return approximate_panel(data, MODEL, DoseResponsePriors(), seed)


def test_the_answer_is_near_the_exact_draws(data):
    found = answered(data)
    exact = lensim.fit(data, model=MODEL, seed=1).tree["posterior"]
    ours = found.result["posterior"]
    assert found.is_trusted
    assert ours.sizes["chain"] == RUNS
    for name in (v.LOG10_EC50, v.LOG_HILL):
        sd = exact[name].std(("chain", "draw"))
        away = (ours[name].mean(("chain", "draw")) - exact[name].mean(("chain", "draw"))) / sd
        ratio = ours[name].std(("chain", "draw")) / sd
        assert float(np.abs(away).max()) < 0.5
        assert float(np.abs(np.log(ratio)).max()) < 0.4


def test_a_seed_gives_the_same_draws_and_another_others(data):
    one, same, other = (answered(data, seed).result["posterior"][v.LOG10_EC50] for seed in (1, 1, 2))
    xr.testing.assert_identical(one, same)
    assert not np.array_equal(one, other)


def test_lines_of_which_runs_disagree_are_named(data, monkeypatch):
    real, number = answer.analyse_panel, iter(range(RUNS))

    def moved(*arguments):
        found = real(*arguments)
        found.curves[:, 2, 0] += 5.0 * next(number)
        return found

    monkeypatch.setattr(answer, "analyse_panel", moved)
    found = answered(data)
    name = str(data[v.CELL_LINE].to_numpy()[2])
    assert not found.is_trusted
    assert found.doubts == (f"R-hat of {RUNS} runs must be {LARGEST_R_HAT} or less, got a larger one in {name}",)
    assert "NOT trusted" in found.sentence()


def test_an_answer_is_not_trusted_where_places_on_plates_matter(data):
    priors = find_model(PLACES).priors()
    found = approximate_panel(data, PLACES, priors, 1)
    assert found.doubts[0] == f"places on plates must not matter, got the model {PLACES}"


def test_lines_with_steep_curves_are_named(data, monkeypatch):
    real = answer.analyse_panel

    def steeper(*arguments):
        found = real(*arguments)
        found.curves[:, 1, 1] += np.log(STEEPEST) + 1.0
        return found

    monkeypatch.setattr(answer, "analyse_panel", steeper)
    name = str(data[v.CELL_LINE].to_numpy()[1])
    assert answered(data).doubts == (f"Hill slopes must be 4 or less, got steeper ones in {name}",)


@pytest.mark.parametrize(
    ("at", "doubt"),
    [
        (1, "days must move log Hill slopes by an sd of 0.25 at most, got 0.41 in all lines"),
        (2, "days must move effects at saturation by an sd of 0.4 at most, got 0.41 in all lines"),
    ],
)
def test_days_that_move_slopes_or_effects_are_told(data, monkeypatch, at, doubt):
    real = answer.analyse_panel

    def moved(*arguments):
        found = real(*arguments)
        found.sd_experiment[:, at] = 0.41
        return found

    monkeypatch.setattr(answer, "analyse_panel", moved)
    assert answered(data).doubts == (doubt,)


def test_draws_that_are_no_numbers_are_not_trusted(data, monkeypatch):
    real = answer.analyse_panel

    def lost(*arguments):
        found = real(*arguments)
        found.curves[:, 0] = np.nan
        return found

    monkeypatch.setattr(answer, "analyse_panel", lost)
    assert not answered(data).is_trusted


def test_a_line_without_a_mode_hands_on(data, monkeypatch):
    def none(*arguments):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(answer, "analyse_panel", none)
    with pytest.raises(HandedOn, match="has no mode"):
        answered(data)


@pytest.mark.parametrize("seed", range(6))
def test_panels_of_any_shape_are_answered(seed):
    """Lines, experiments, doses and lost wells at random: an answer with numbers, trusted or not."""
    rng = np.random.default_rng(seed)
    doses = np.r_[0.0, np.geomspace(0.01, 10.0, rng.integers(3, 12))]
    data = simulated(
        int(rng.integers(3, 12)),
        seed,
        experiments=int(rng.integers(1, 4)),
        replicates=int(rng.integers(1, 4)),
        doses_um=doses.tolist(),
    )
    read = np.flatnonzero((rng.random(data.sizes[v.WELL]) > 0.05) | (data[v.DOSE].to_numpy() == 0.0))
    found = answered(data.isel({v.WELL: read}), seed)
    for draws in found.result["posterior"].data_vars.values():
        assert np.isfinite(draws).all()
