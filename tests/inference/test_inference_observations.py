import re
from collections.abc import Callable

import pytest
import xarray as xr

from lensim.bioassay import estimands as bioassay
from lensim.cell_cycle import estimands as cell_cycle
from lensim.checks import InputError
from lensim.dose_response import estimands as dose_response
from lensim.expression import contrasts
from lensim.expression import estimands as expression
from lensim.inference.observations import attach_observations, observations_of

TABLES: dict[str, tuple[Callable[..., object], ...]] = {
    "dose_response_estimands": (dose_response.summarise_lines, dose_response.summarise_panel),
    "expression_estimands": (
        expression.summarise_subjects,
        expression.summarise_populations,
        contrasts.summarise_contrasts,
        contrasts.summarise_levels,
        contrasts.summarise_references,
    ),
    "bioassay_estimands": (bioassay.summarise_media, bioassay.summarise_changes),
    "cell_cycle_estimands": (
        cell_cycle.summarise_shares,
        cell_cycle.summarise_effects,
        cell_cycle.summarise_line_differences,
    ),
}


def test_observations_travel_in_a_result():
    tree, data = xr.DataTree(), xr.Dataset({"dose_um": ("well", [0.0, 1.0])})
    message = "a result needs the group observations, got "
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        observations_of(tree)
    attach_observations(tree, data)
    xr.testing.assert_identical(observations_of(tree), data)


@pytest.mark.parametrize(("made_by", "table"), [(made_by, table) for made_by, own in TABLES.items() for table in own])
def test_a_result_in_place_of_its_estimands_is_refused(made_by, table):
    with pytest.raises(InputError, match=f"^a table needs the Dataset that {made_by} returns, got DataTree$"):
        table(xr.DataTree())
