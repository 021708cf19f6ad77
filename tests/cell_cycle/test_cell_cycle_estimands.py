import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.estimands import (
    CHANGE,
    DIFFERENCE,
    LOG_ODDS_CHANGE,
    NEW_SHARE,
    PRIOR_ALONE,
    SHARE,
    cell_cycle_estimands,
    judged_estimands,
    summarise_effects,
    summarise_line_differences,
    summarise_shares,
)
from lensim.cell_cycle.phases import LATER_PHASES, PHASES, contrasts_of, log_ratios_of_shares
from lensim.checks import InputError
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.seeding import stream

SHARES = {("a", "control"): (0.35, 0.51, 0.14), ("a", "drug"): (0.57, 0.29, 0.14)}
OTHER = (0.4, 0.4, 0.2)


def sheet_of(lines=("a", "b"), experiments=2):
    sheet = lay_out(CellCycleDesign(lines, ("control", "drug"), experiments))
    events = np.array([[350, 510, 140]] * sheet.sizes[v.TUBE])
    return sheet.assign(
        {v.EVENTS: ((v.TUBE, v.PHASE), events), v.EVENTS_OUTSIDE: (v.TUBE, np.zeros(len(events), dtype=int))}
    )


def made_up(data: xr.Dataset, spread: float = 0.0, concentration: float = 100.0) -> xr.DataTree:
    """A result whose draws lie around known shares."""
    rng, lines = stream(31, "draws"), [str(name) for name in data[v.CELL_LINE].values]
    control, drug = (
        log_ratios_of_shares(np.array([SHARES.get((line, name), OTHER) for line in lines]))
        for name in ("control", "drug")
    )
    base = control + spread * rng.standard_normal((2, 400, *control.shape))
    change = (drug - control)[:, None] + spread * rng.standard_normal((2, 400, len(lines), 1, 2))
    posterior = xr.Dataset(
        {
            v.PHASE_LOG_RATIO: (("chain", "draw", v.CELL_LINE, v.LATER_PHASE), base),
            v.PHASE_LOG_RATIO_CHANGE: (("chain", "draw", v.CELL_LINE, v.CONTRAST, v.LATER_PHASE), change),
            v.DIRICHLET: (("chain", "draw"), np.full((2, 400), concentration)),
        },
        coords={v.CELL_LINE: lines, v.CONTRAST: contrasts_of(data), v.LATER_PHASE: list(LATER_PHASES)},
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(result, data)
    result.attrs["seed"] = 1
    carry_verdict(result, Verdict(True, (), 1.0, 1000.0, 1000.0, "x", 0, 1.0, 0.0))
    return result


def test_estimands_are_those_of_known_shares():
    draws = cell_cycle_estimands(made_up(sheet_of()))
    at = {v.CELL_LINE: "a", v.PHASE: "S"}
    np.testing.assert_allclose(draws[SHARE].sel(at | {v.CONDITION: "drug"}), 29.0)
    np.testing.assert_allclose(draws[SHARE].sum(v.PHASE), 100.0)
    np.testing.assert_allclose(draws[CHANGE].sel(at | {v.CONTRAST: "drug"}), -22.0)
    np.testing.assert_allclose(
        draws[LOG_ODDS_CHANGE].sel(at | {v.CONTRAST: "drug"}), np.log(0.29 / 0.71) - np.log(0.51 / 0.49)
    )
    np.testing.assert_allclose(draws[CHANGE].sel({v.CELL_LINE: "b"}), 0.0, atol=1e-9)
    np.testing.assert_allclose(draws[DIFFERENCE].sel({"pair": "a less b", v.PHASE: "S"}), -22.0)


def test_a_new_experiment_has_the_spread_of_the_dirichlet():
    draws = cell_cycle_estimands(made_up(sheet_of(), concentration=99.0))
    new = draws[NEW_SHARE].sel({v.CELL_LINE: "a", v.CONDITION: "control", v.PHASE: "S"}).values.ravel()
    assert new.std() == pytest.approx(100 * np.sqrt(0.51 * 0.49 / 100), rel=0.15)
    assert new.mean() == pytest.approx(51.0, abs=1.0)


def test_a_control_that_does_not_stand_first_is_still_the_control():
    data = sheet_of().isel({v.CONDITION: [1, 0]})
    data[v.CONDITION_OF_CULTURE] = 1 - data[v.CONDITION_OF_CULTURE]
    draws = cell_cycle_estimands(made_up(data))
    np.testing.assert_allclose(draws[SHARE].sel({v.CELL_LINE: "a", v.PHASE: "S", v.CONDITION: "control"}), 51.0)
    np.testing.assert_allclose(draws[CHANGE].sel({v.CELL_LINE: "a", v.PHASE: "S", v.CONTRAST: "drug"}), -22.0)


def test_tables_have_a_row_a_phase_and_say_when_spread_is_the_priors():
    result = made_up(sheet_of(experiments=1), spread=0.1)
    shares, effects, differences = (
        summarise_shares(cell_cycle_estimands(result)),
        summarise_effects(cell_cycle_estimands(result)),
        summarise_line_differences(cell_cycle_estimands(result)),
    )
    assert (len(shares), len(effects), len(differences)) == (12, 6, 3)
    assert set(effects["note"]) == {PRIOR_ALONE}
    assert set(summarise_effects(cell_cycle_estimands(made_up(sheet_of(experiments=2))))["note"]) == {""}
    row = effects[(effects["cell_line"] == "a") & (effects["phase"] == "S")].iloc[0]
    assert row["p_decrease"] > 0.99
    assert row["percent_points_lower"] < -22 < row["percent_points_upper"]
    wide = row["new_experiment_percent_points_upper"] - row["new_experiment_percent_points_lower"]
    assert wide > row["percent_points_upper"] - row["percent_points_lower"]


def test_what_was_not_measured_has_no_row_and_is_not_judged():
    data = sheet_of(experiments=1)
    keep = np.flatnonzero(~((data[v.LINE_OF_CULTURE] == 1) & (data[v.CONDITION_OF_CULTURE] == 1)).values)
    data = data.isel({v.CULTURE: keep, v.TUBE: keep})
    data[v.CULTURE_OF_TUBE] = (v.TUBE, np.arange(len(keep)))
    result = made_up(data, spread=0.1)
    assert set(summarise_effects(cell_cycle_estimands(result))["cell_line"]) == {"a"}
    assert len(summarise_shares(cell_cycle_estimands(result))) == 9
    assert summarise_line_differences(cell_cycle_estimands(result)).empty
    judged = judged_estimands(cell_cycle_estimands(result))
    assert not any(np.isnan(values).any() for values in judged.data_vars.values())
    assert judged[CHANGE].sizes[f"cell_of_{CHANGE}"] == len(PHASES)


def test_one_line_has_no_difference_and_another_assay_is_refused():
    assert summarise_line_differences(cell_cycle_estimands(made_up(sheet_of(("a",))))).empty
    other = xr.DataTree.from_dict({"posterior": xr.Dataset({"x": ("draw", [1.0])})})
    with pytest.raises(InputError, match="a cell-cycle result needs phase_log_ratio in its posterior, got x"):
        cell_cycle_estimands(other)
    with pytest.raises(InputError, match="ci_prob must lie between"):
        summarise_effects(cell_cycle_estimands(made_up(sheet_of())), 1.5)
