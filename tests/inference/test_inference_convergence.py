"""Diagnostics of many scalars at once against ArviZ, scalar by scalar."""

import warnings

import arviz as az
import numpy as np
import pytest

from lensim.inference.convergence import Convergence, convergence_of
from lensim.seeding import stream

RHOS = np.linspace(-0.95, 0.99, 14)


def chains(number: int, length: int) -> np.ndarray:
    """(chain, draw, scalar) of autoregressive chains, some of them odd."""
    steps = stream(8, "convergence", number, length).normal(size=(number, length, len(RHOS)))
    draws = steps.copy()
    for at in range(1, length):
        draws[:, at] = RHOS * draws[:, at - 1] + np.sqrt(1 - RHOS**2) * steps[:, at]
    draws[..., 1] = np.round(draws[..., 1])  # ties
    draws[..., 2] = draws[..., 2] > 1.0  # mostly 0
    draws[..., 3] = np.arange(number)[:, None]  # each chain at a value of its own
    draws[..., 4] = 7.0  # never varies
    draws[1, 2, 5] = np.nan
    draws[0, :, 6] += 5.0  # a chain elsewhere
    draws[0, :, 7] = 1.0  # a chain that is stuck
    return draws


def by_arviz(draws: np.ndarray) -> tuple[float, float, float]:
    if np.ptp(draws) == 0.0:
        return np.nan, np.nan, np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # division by a variance of 0
        return (
            float(az.rhat(draws, method="rank")),
            float(az.ess(draws, method="bulk")),
            float(az.ess(draws, method="tail", prob=(0.05, 0.95))),
        )


@pytest.fixture(params=[0, 400_000], ids=["kernel", "numpy"])
def _way(request, monkeypatch):
    monkeypatch.setattr("lensim.inference.convergence.FEW", request.param)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize(
    ("number", "length"), [(4, 1000), (4, 999), (2, 4), (2, 5), (2, 6), (3, 7), (3, 8), (4, 11), (2, 50), (4, 101)]
)
def test_numbers_are_those_of_arviz(number, length):
    draws = chains(number, length)
    found = convergence_of(draws)
    expected = Convergence(*np.array([by_arviz(draws[:, :, k]) for k in range(len(RHOS))]).T)
    for name in Convergence._fields:
        own, of_arviz = (np.minimum(getattr(one, name), 1e9) for one in (found, expected))  # a variance of 0, rounded
        np.testing.assert_allclose(own, of_arviz, rtol=1e-9, err_msg=name)


@pytest.mark.usefixtures("_way")
def test_chains_that_hardly_move_are_taken_by_fft():
    steps = stream(8, "convergence", "slow").normal(size=(4, 3000, 3))
    draws = np.cumsum(steps, axis=1)
    found = convergence_of(draws)
    expected = Convergence(*np.array([by_arviz(draws[:, :, k]) for k in range(3)]).T)
    for name in Convergence._fields:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-9, err_msg=name)


def test_one_chain_or_three_draws_have_no_diagnostics():
    for draws in (chains(4, 8)[:1], chains(4, 8)[:, :3]):
        assert all(np.isnan(values).all() for values in convergence_of(draws))


@pytest.mark.usefixtures("_way")
def test_scalars_are_taken_in_parts(monkeypatch):
    draws = chains(4, 40)
    whole = convergence_of(draws)
    monkeypatch.setattr("lensim.inference.convergence.NUMBERS_AT_ONCE", 4 * 40 * 3)
    for one, other in zip(convergence_of(draws), whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_nothing_to_look_at_is_nothing():
    assert [len(values) for values in convergence_of(np.empty((4, 100, 0)))] == [0, 0, 0]
