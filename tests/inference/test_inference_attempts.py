"""How often a posterior is drawn, and with how much care, until the gate passes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from lensim.inference.attempts import Asking, draw_with_care
from lensim.inference.engine import as_asked
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


def lighter(settings: SamplerSettings, data: xr.Dataset) -> SamplerSettings:
    """As an engine may begin: more draws with longer steps."""
    return replace(settings, draws=2 * settings.draws, target_accept=0.8)


def attempts_at(
    persistence: float,
    *,
    attempts: int = 2,
    divergences: int = 0,
    diverging: int = 99,
    apart: float = 0.0,
    start: Callable[[SamplerSettings, xr.Dataset], SamplerSettings] = as_asked,
):
    """Settings of each attempt, what was told, and what came of it; `diverging` attempts have divergences."""
    asked: list[SamplerSettings] = []
    told: list[str] = []

    def draw(settings: FitSettings, root: int) -> xr.DataTree:
        asked.append(settings.sampler)
        draws = settings.sampler.draws
        values = chains_of(persistence, draws, len(asked)) + apart * np.arange(CHAINS)[:, None]
        is_diverging = np.zeros((CHAINS, draws), dtype=bool)
        is_diverging[0, : divergences if len(asked) <= diverging else 0] = True
        dims = ("chain", "draw")
        return xr.DataTree.from_dict(
            {
                "posterior": xr.Dataset({"theta": (dims, values)}),
                "sample_stats": xr.Dataset({"diverging": (dims, is_diverging)}),
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
    return asked, told, draw_with_care(draw, asking, settings, 1, start=start)


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


def test_an_engine_may_begin_with_less_care_and_more_draws_of_which_as_many_are_kept():
    asked, told, found = attempts_at(0.0, start=lighter)
    assert [(one.draws, one.target_accept) for one in asked] == [(2 * DRAWS, 0.8)]
    assert found.verdict.passed
    assert not told
    assert found.tree["posterior"].sizes["draw"] == DRAWS
    assert found.tree.attrs["kept_every"] == 2


def test_where_that_diverges_chains_are_drawn_as_asked_and_then_with_more_care():
    asked, told, found = attempts_at(0.0, start=lighter, divergences=3, diverging=1)
    usual = SamplerSettings().target_accept
    assert [(one.draws, one.target_accept) for one in asked] == [(2 * DRAWS, 0.8), (DRAWS, usual)]
    assert "sampling again with shorter steps" in told[0]
    assert found.verdict.passed
    assert found.tree["posterior"].sizes["draw"] == DRAWS
    asked, _, found = attempts_at(0.0, start=lighter, divergences=3)
    assert [(one.draws, one.target_accept) for one in asked][2:] == [(4 * DRAWS, pytest.approx(0.99))]
    assert not found.verdict.passed


def test_where_that_nearly_passes_chains_become_twice_as_long():
    asked, _, found = attempts_at(0.76, start=lighter)
    assert [(one.draws, one.target_accept) for one in asked] == [(2 * DRAWS, 0.8), (4 * DRAWS, 0.8)]
    assert found.tree["posterior"].sizes["draw"] == DRAWS
    assert found.tree.attrs["kept_every"] == 4


def test_where_one_attempt_is_allowed_it_is_as_asked():
    asked, _, _ = attempts_at(0.0, attempts=1, start=lighter)
    assert [one.draws for one in asked] == [DRAWS]
