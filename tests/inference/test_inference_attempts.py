"""How often a posterior is drawn, and with how much care, until the gate passes."""

import numpy as np
import pytest
import xarray as xr

from lensim.inference.attempts import Asking, draw_with_care
from lensim.inference.settings import FitSettings, GateSettings, SamplerSettings

CHAINS, DRAWS = 4, 500


def chains_of(persistence: float, draws: int, seed: int) -> np.ndarray:
    """Stationary chains of order 1: their effective size is about (1 - p) / (1 + p) of the draws."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(CHAINS, draws)) * np.sqrt(1.0 - persistence**2)
    found = np.empty((CHAINS, draws))
    found[:, 0] = rng.normal(size=CHAINS)
    for i in range(1, draws):
        found[:, i] = persistence * found[:, i - 1] + steps[:, i]
    return found


def attempts_at(persistence: float, *, attempts: int = 2, divergences: int = 0, apart: float = 0.0):
    """Settings of each attempt, what was told, and what came of it."""
    asked: list[SamplerSettings] = []
    told: list[str] = []

    def draw(settings: FitSettings, root: int) -> xr.DataTree:
        asked.append(settings.sampler)
        draws = settings.sampler.draws
        values = chains_of(persistence, draws, len(asked)) + apart * np.arange(CHAINS)[:, None]
        diverging = np.zeros((CHAINS, draws), dtype=bool)
        diverging[0, :divergences] = True
        dims = ("chain", "draw")
        return xr.DataTree.from_dict(
            {
                "posterior": xr.Dataset({"theta": (dims, values)}),
                "sample_stats": xr.Dataset({"diverging": (dims, diverging)}),
            }
        )

    asking = Asking(
        xr.Dataset(),
        "toy",
        None,
        lambda tree: tree["posterior"].to_dataset().rename(theta="twice") * 2,
        attempts,
        told.append,
    )
    sampler = SamplerSettings(draws=DRAWS, tune=100, chains=CHAINS, cores=1)
    settings = FitSettings(sampler=sampler, gate=GateSettings())
    return asked, told, draw_with_care(draw, asking, settings, 1)


def test_independent_draws_pass_at_once():
    asked, told, found = attempts_at(0.0)
    assert found.verdict.passed
    assert [one.draws for one in asked] == [DRAWS]
    assert not told


def test_chains_that_nearly_pass_become_twice_as_long_with_the_same_care():
    asked, told, found = attempts_at(0.65)
    assert found.verdict.passed
    assert [one.draws for one in asked] == [DRAWS, 2 * DRAWS]
    assert asked[1].target_accept == asked[0].target_accept
    assert "sampling again with twice the draws" in told[0]
    assert found.tree["posterior"].sizes["draw"] == DRAWS
    assert found.tree.attrs["kept_every"] == 2


def test_chains_that_fail_after_that_get_all_the_care_of_a_further_attempt():
    asked, _, found = attempts_at(0.78)
    assert [one.draws for one in asked] == [DRAWS, 2 * DRAWS, 4 * DRAWS]
    assert asked[2].target_accept == pytest.approx(0.99)
    assert found.verdict.passed
    assert found.tree["posterior"].sizes["draw"] == DRAWS


@pytest.mark.parametrize(
    "odd", [{"divergences": 3}, {"apart": 1.0}, {"persistence": 0.97}], ids=["divergences", "apart", "slow"]
)
def test_chains_that_fail_by_much_are_drawn_with_more_care_at_once(odd):
    asked, told, _ = attempts_at(**({"persistence": 0.0} | odd))
    assert [one.draws for one in asked] == [DRAWS, 4 * DRAWS]
    assert asked[1].target_accept == pytest.approx(0.99)
    assert "sampling again with more care" in told[0]


def test_one_attempt_is_one():
    asked, told, found = attempts_at(0.65, attempts=1)
    assert len(asked) == 1
    assert not told
    assert not found.verdict.passed
