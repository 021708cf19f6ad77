import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response import estimands as e
from lensim.dose_response import experiments as x
from lensim.dose_response.curve import log10_ic50_um
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

CURVE = {v.LOG10_EC50: 0.0, v.LOG_HILL: 0.1, v.EFFECT: 2.0}
LINES = ["once", "twice"]


def result(*, has_days: bool = True, doses: tuple[float, ...] = (0.1, 1.0, 10.0)) -> xr.DataTree:
    """One line in one experiment and another in two, cultures a fixed step from their lines."""
    culture = np.repeat(np.arange(3), len(doses) + 1)
    data = xr.Dataset(
        {
            v.DOSE: (v.WELL, np.tile((0.0, *doses), 3)),
            v.CULTURE_OF_WELL: (v.WELL, culture),
            v.LINE_OF_CULTURE: (v.CULTURE, [1, 0, 1]),
            v.EXPERIMENT_OF_CULTURE: (v.CULTURE, [0, 0, 1]),
            v.GROUP_OF_LINE: (v.CELL_LINE, [0, 0]),
        },
        coords={v.CELL_LINE: LINES, v.MOLECULAR_GROUP: ["all"]},
    )
    rng = stream(3, "experiments")
    draws = {n: (("chain", "draw", v.CELL_LINE), c + 0.05 * rng.normal(size=(2, 200, 2))) for n, c in CURVE.items()}
    if has_days:
        step = dict(zip(CURVE, (0.3, 0.1, -0.5), strict=True))
        for name, by in step.items():
            draws[f"culture_{name}"] = (("chain", "draw", v.CULTURE), draws[name][1][..., [1, 0, 1]] + by)
        draws[v.SD_EXPERIMENT] = (("chain", "draw"), np.full((2, 200), 0.15))
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords={v.CELL_LINE: LINES})})
    attach_observations(tree, data)
    return tree


def test_a_line_of_one_experiment_has_what_that_one_showed_beside_it():
    tree = result()
    found = e.dose_response_estimands(tree)
    posterior = tree["posterior"].to_dataset()
    shown = [posterior[f"culture_{name}"].isel({v.CULTURE: 1}).to_numpy() for name in CURVE]
    once, twice = found[x.THIS_LOG10_IC50].transpose(v.CELL_LINE, ...).to_numpy()
    assert once == pytest.approx(log10_ic50_um(*shown))
    assert np.isnan(twice).all()
    assert found[x.THIS_LOG10_EC50].isel({v.CELL_LINE: 0}).to_numpy() == pytest.approx(shown[0])
    share = 1.0 / (1.0 + (10.0 ** shown[0] / 10.0) ** np.exp(shown[1]))
    at_top = found[x.THIS_INHIBITION_AT_TOP].isel({v.CELL_LINE: 0}).to_numpy()
    assert at_top == pytest.approx(100.0 * (1.0 - np.exp(-shown[2])) * share)


def test_the_table_says_what_a_row_and_a_column_are_of():
    table = e.summarise_lines(e.dose_response_estimands(result()))
    assert table["experiments"].tolist() == [1, 2]
    assert table["estimate_of"].tolist() == [
        "the line, from 1 experiment; days assumed",
        "the line, from 2 experiments",
    ]
    assert table.loc["once", "this_experiment_ic50_um"] > 1.5 * table.loc["once", "ic50_um"]
    assert table.loc["once", "this_experiment_ic50"].endswith(")")
    assert table.loc["twice", "this_experiment_ic50"] == ""
    assert np.isnan(table.loc["twice", "this_experiment_ic50_um"])


def test_a_fit_without_days_is_of_its_experiment():
    """As an earlier lensim made them, where each line had one culture."""
    found = e.dose_response_estimands(result(has_days=False))
    assert x.THIS_LOG10_IC50 not in found
    assert found[e.ESTIMATE_OF].to_numpy().tolist() == [
        "this 1 experiment; days left out",
        "the line, from 2 experiments",
    ]


def test_a_fit_with_midpoints_alone_has_the_slope_and_effect_of_its_lines():
    tree = result()
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().drop_vars([v.CULTURE_LOG_HILL, v.CULTURE_EFFECT]))
    posterior = tree["posterior"].to_dataset()
    cultures = x.curves_of_cultures(tree, e.observations_of(tree))
    assert (cultures[1].isel({v.CULTURE: 1}) == posterior[v.LOG_HILL].isel({v.CELL_LINE: 0})).all()
    assert (cultures[2].isel({v.CULTURE: 2}) == posterior[v.EFFECT].isel({v.CELL_LINE: 1})).all()


def test_draws_of_other_cultures_than_the_data_have_are_refused():
    tree = result()
    with pytest.raises(InputError, match=r"^a posterior must have the 3 cultures of its observations, got 2$"):
        x.curves_of_cultures(
            xr.DataTree.from_dict({"posterior": tree["posterior"].to_dataset().isel({v.CULTURE: slice(2)})}),
            e.observations_of(tree),
        )


def test_experiments_are_counted_and_cultures_where_none_are_known():
    data = e.observations_of(result())
    assert x.experiments_of_lines(data).tolist() == [1, 2]
    same_day = data.assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, [0, 0, 0])})
    assert x.experiments_of_lines(same_day).tolist() == [1, 1]
    assert x.experiments_of_lines(same_day.drop_vars(v.EXPERIMENT_OF_CULTURE)).tolist() == [1, 2]


def test_the_gate_judges_what_this_experiment_showed_where_draws_reach_it():
    judged = e.judged_estimands(e.dose_response_estimands(result()))
    assert judged[x.THIS_LOG10_IC50].sizes["reached_in_this_experiment"] == 1
