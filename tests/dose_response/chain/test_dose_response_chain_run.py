"""Draws of whole panels: what they are of, and what they do not depend on."""

import numpy as np
import pytest
import xarray as xr

from lensim.dose_response.chain.panel import panel_of
from lensim.dose_response.chain.run import MOST_REPEATS, draw_panel, line_of_numbers, looked_at, repeats_for
from lensim.dose_response.chain.state import parts_of, size_of
from lensim.dose_response.priors import DoseResponsePriors
from lensim.inference.catalogue import find_model
from lensim.inference.settings import SamplerSettings
from tests.dose_response.chain.small_panels import CASES, POOLED, Made, small_panel

FEW = SamplerSettings(draws=8, tune=8, chains=2)


def drawn(model: str, data: xr.Dataset, settings: SamplerSettings = FEW, seed: int = 1) -> xr.Dataset:
    return draw_panel(data, model, None, settings, seed)["posterior"].to_dataset()


@pytest.mark.parametrize("case", CASES)
def test_draws_are_of_the_variables_of_the_model(case):
    name, made = CASES[case]
    data = small_panel(made)
    found, model = drawn(name, data), find_model(name).build(data)
    own = {one.name for one in model.unobserved_RVs if not one.name.endswith("_coordinate")}
    assert set(found.data_vars) == own
    for one in own:
        assert found[one].dims == ("chain", "draw", *model.named_vars_to_dims.get(one, ()))
    for dim in set(found.dims) - {"chain", "draw"}:
        np.testing.assert_array_equal(found[dim], model.coords[dim])
    assert all(np.isfinite(found[one]).all() for one in own)


def test_draws_do_not_depend_on_the_number_of_cores():
    data = small_panel(Made())
    one, two = (drawn(POOLED, data, SamplerSettings(draws=8, tune=8, chains=3, cores=cores)) for cores in (1, 2))
    xr.testing.assert_identical(one, two)


def test_another_seed_gives_other_draws():
    data = small_panel(Made())
    assert not drawn(POOLED, data).equals(drawn(POOLED, data, seed=2))


def test_one_chain_is_handed_over_though_nothing_can_be_judged_by_it():
    found = drawn(POOLED, small_panel(Made()), SamplerSettings(draws=5, tune=5, chains=1))
    assert dict(found.sizes)["draw"] == 5


@pytest.mark.parametrize("case", CASES)
def test_each_number_looked_at_is_of_its_line(case):
    """Parts of a state are told apart by their values: those of line k and of its cultures are k, all others -1."""
    model, made = CASES[case]
    panel = panel_of(small_panel(made), model, DoseResponsePriors())
    record = np.full((1, 1, size_of(panel)), -1.0)
    parts = parts_of(record, panel)
    parts["line"][:] = np.arange(len(panel.group_of))[:, None]
    parts["curve"][:], parts["top"][:] = panel.line_of[:, None], panel.line_of
    np.testing.assert_array_equal(line_of_numbers(panel), looked_at(panel, record)[0, 0])


def test_a_slow_line_moves_more_often_unless_what_all_lines_share_is_as_slow():
    panel = panel_of(small_panel(Made()), POOLED, DoseResponsePriors())
    line, once = line_of_numbers(panel), np.ones(len(panel.group_of), np.int64)
    ess = np.full(len(line), 1000.0)
    ess[line == 0] = 250.0
    np.testing.assert_array_equal(repeats_for(panel, ess, once, 500.0), np.where(np.arange(len(once)) == 0, 2, 1))
    ess[line == 0] = 1.0
    assert repeats_for(panel, ess, once, 500.0).max() == MOST_REPEATS
    ess[line < 0] = 1.0
    np.testing.assert_array_equal(repeats_for(panel, ess, once, 500.0), once)
