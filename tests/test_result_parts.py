"""Results that HDF5 reads and whose digest is right, but which hold what no fit writes."""

import numpy as np
import pytest
import xarray as xr

from lensim.checks import InputError
from lensim.output import load_result, save_result
from lensim.result_parts import require_needed, require_parts
from tests.altered_results import DOORS, DOORS_OF, altered, doors_of, read_altered, small_result


def with_variable(tree, group, name, dims, values):
    data = tree[group].to_dataset().drop_vars(name)
    tree[group] = xr.DataTree(data.assign({name: (dims, values)}))
    return tree


def transposed_positions(tree):
    return with_variable(tree, "observations", "line_of_culture", ("culture_x",), [0, 1, 2])


def beyond(tree):
    return with_variable(tree, "observations", "line_of_culture", ("culture",), [0, 1, 3])


def texts(tree):
    return with_variable(tree, "observations", "dose_um", ("well",), ["a"] * tree["observations"].sizes["well"])


def unknown_draws(tree):
    values = np.array(tree["posterior"]["log10_ec50_um"])
    values[0, 0, 0] = np.nan
    return with_variable(tree, "posterior", "log10_ec50_um", ("chain", "draw", "cell_line"), values)


def other_order(tree):
    tree["observations"] = xr.DataTree(tree["observations"].to_dataset().isel(cell_line=[1, 0, 2]))
    return tree


def fewer(tree):
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().isel(cell_line=[0, 1]))
    return tree


def named_twice(tree):
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().assign_coords(cell_line=["a", "a", "b"]))
    return tree


def named_by_numbers(tree):
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().assign_coords(cell_line=[0.5, 1.5, 2.5]))
    return tree


def no_draws(tree):
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().isel(draw=slice(0, 0)))
    return tree


def text_draws(tree):
    shape = tuple(tree["posterior"].sizes[dim] for dim in ("chain", "draw"))
    return with_variable(tree, "posterior", "sd_well", ("chain", "draw"), np.full(shape, "x"))


def odd_seed(tree):
    tree.attrs["seed"] = "x"
    return tree


def odd_plate(tree):
    tree["observations"].attrs["plate_rows"] = -8
    return tree


def text_moves(tree):
    tree["prior_sensitivity"] = xr.DataTree(xr.Dataset({"slope": ("cell_line", ["x", "y", "z"])}))
    return tree


def moves_without_names(tree):
    tree["prior_sensitivity"] = xr.DataTree(xr.Dataset({"slope": ("cell_line", np.zeros(3))}))
    return tree


def text_of_tail(tree):
    tree["prior_sensitivity"] = xr.DataTree(xr.Dataset({"slope": ((), 0.1)}, attrs={"pareto_k": "x"}))
    return tree


REFUSED = {
    text_moves: "must have numbers of 0 or more in slope of its prior_sensitivity, got others",
    moves_without_names: "must have names along cell_line of its prior_sensitivity, got none",
    text_of_tail: "must have a number as pareto_k of its prior_sensitivity, got 'x'",
    transposed_positions: "must have line_of_culture of its observations by culture, got it by culture_x",
    beyond: "must have positions between 0 and 2 in line_of_culture of its observations, got 3",
    texts: "must have numbers in dose_um of its observations, got <U1",
    unknown_draws: "must have numbers between -300 and 300 in log10_ec50_um of its posterior, got nan",
    other_order: "must have the same names along cell_line in its posterior as in its observations, got 'LP-1' and "
    "'L-2' at place 1",
    fewer: "must have as many places along cell_line in its posterior as in its observations, got 2 and 3",
    named_twice: "must have another name at each place along cell_line of its posterior, got 'a' twice",
    named_by_numbers: "must have names along cell_line of its posterior, got float64",
    no_draws: "must hold draws in its posterior, got none",
    text_draws: "must have numbers in sd_well of its posterior, got <U1",
    odd_seed: "must have a whole number of 0 or more as its seed, got 'x'",
    odd_plate: "must have a whole number of 0 or more as plate_rows of its observations, got -8",
}


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: change.__name__)
def test_what_no_fit_has_is_one_sentence(change):
    with pytest.raises(InputError) as told:
        require_parts(change(small_result("dose_response")), "fit.nc")
    assert str(told.value) == f"fit.nc {REFUSED[change]}"


def test_a_result_is_held_against_its_parts_as_it_is_read(tmp_path):
    save_result(beyond(small_result("dose_response")), tmp_path / "fit.nc")
    with pytest.raises(InputError, match="must have positions between 0 and 2 in line_of_culture"):
        load_result(tmp_path / "fit.nc")


def test_of_many_faults_the_first_are_told():
    tree = small_result("bioassay")
    data = tree["observations"].to_dataset()
    names = ("medium_of_well", "plate_of_well", "line_of_medium", "condition_of_medium", "experiment_of_medium")
    tree["observations"] = xr.DataTree(data.assign({name: data[name] + 100 for name in names}))
    with pytest.raises(InputError) as told:
        require_parts(tree, "fit.nc")
    assert len(str(told.value).splitlines()) == 4
    assert str(told.value).endswith("\nfit.nc has 2 more such faults")


def test_data_that_lack_what_tables_need_are_refused():
    with pytest.raises(InputError) as told:
        require_needed(xr.Dataset({"dose_um": ("well", [1.0])}), "dose_response")
    assert str(told.value) == (
        "a result of the assay dose_response needs culture_of_well, line_of_culture in its observations, got none"
    )
    require_needed(xr.Dataset(), "of another package")


@pytest.mark.parametrize("assay", DOORS_OF)
def test_a_whole_result_is_read(assay):
    require_parts(small_result(assay), "fit.nc")


@pytest.mark.parametrize("assay", DOORS_OF)
def test_altered_results_are_read_or_refused(assay):
    """Each of some changes at random, at one door; `InputError` is the only exception."""
    doors = [name for name in doors_of(assay) if name != "figures"]
    read = refused = 0
    for number in range(SHARE):
        said, content = altered(assay, np.random.default_rng([number, len(assay)]))
        if content is None:
            continue
        door = doors[number % len(doors)]
        try:
            DOORS[door](read_altered(content))
            read += 1
        except InputError:
            refused += 1
        except Exception as error:
            error.add_note(f"door {door}, number {number}: {said}")
            raise
    assert read
    assert refused


SHARE = 24
