"""Images of netCDF files say what those of the netCDF library say, and every reader of it takes them."""

import io

import h5netcdf
import numpy as np
import pytest
import xarray as xr

from lensim.netcdf_image import can_write, image_of
from lensim.output import image_of_result, load_result, save_result
from tests.report.made_up_fits import ASSAYS, made_up_fit


def read(image: bytes) -> xr.DataTree:
    with xr.open_datatree(io.BytesIO(image), engine="h5netcdf") as opened:
        return xr.DataTree.from_dict({node.path: node.to_dataset(inherit=False).load() for node in opened.subtree})


def by_library(tree: xr.DataTree) -> xr.DataTree:
    with io.BytesIO() as file:
        tree.to_netcdf(file, engine="h5netcdf")
        return read(file.getvalue())


def require_alike(one: xr.DataTree, other: xr.DataTree) -> None:
    assert one.groups == other.groups
    assert dict(one.attrs) == dict(other.attrs)
    for node in one.subtree:
        own, of_other = node.to_dataset(), other[node.path].to_dataset()
        assert list(own.variables) == list(of_other.variables)
        assert own.identical(of_other)
        assert own.sizes == of_other.sizes
        assert {name: values.dtype for name, values in own.variables.items()} == {
            name: values.dtype for name, values in of_other.variables.items()
        }


ODD = xr.Dataset(
    {
        "no dims": ((), 1.5),
        "text": ((), "µ"),
        "names": (("well", "of"), [["a", ""], ["long name", "é"]]),
        "yes": ("well", [True, False]),
        "small": ("well", np.array([1, 2], np.uint8)),
        "single": ("well", np.array([np.nan, np.inf], np.float32)),
        "nothing": (("none", "well"), np.empty((0, 2))),
        "no names": ("none", np.empty(0, "<U1")),
        "texts as objects": (("well", "of"), np.array([["a", ""], ["long name", "é"]], object)),
    },
    coords={"well": ["A1", "B1"], "beside": ("well", [1.0, 2.0]), "alone": ("of", ["x", "y"]), "one": 7},
    attrs={
        "text": "é",
        "empty": "",
        "number": 3,
        "share": 0.25,
        "numpy": np.float32(1.5),
        "texts": ["chain", "é", ""],
        "text of a list": ["chain"],
        "texts of a tuple": ("chain", "draw"),
    },
)


@pytest.mark.parametrize("name", ASSAYS)
def test_results_are_read_as_those_of_the_library(name):
    result = made_up_fit(name)
    assert can_write(result)
    require_alike(read(image_of(result)), by_library(result))


def test_odd_values_are_read_as_those_of_the_library():
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=ODD.attrs), "/one": ODD, "/two": ODD[["yes"]]})
    assert can_write(tree)
    require_alike(read(image_of(tree)), by_library(tree))


def test_dims_keep_their_order():
    with h5netcdf.File(io.BytesIO(image_of(xr.DataTree(ODD))), "r") as file:
        assert file["names"].dimensions == ("well", "of")
        assert file["nothing"].dimensions == ("none", "well")
        assert {name: one.size for name, one in file.dimensions.items()} == {"well": 2, "of": 2, "none": 0}


def test_groups_by_well_have_half_the_digits():
    tree = xr.DataTree.from_dict({"/log_likelihood": xr.Dataset({"x": ("y", [0.1])}), "/z": xr.Dataset({"x": 0.1})})
    found = read(image_of(tree, ["log_likelihood"]))
    assert found["log_likelihood"]["x"].dtype == np.float32
    assert found["z"]["x"].dtype == np.float64


@pytest.mark.parametrize(
    "data",
    [
        xr.Dataset({"when": ("x", np.array(["2020-01-01"], "datetime64[ns]"))}),
        xr.Dataset({"any": ("x", np.array(["a", None], object))}),
        xr.Dataset({"none": ("x", np.array([], object))}),
        xr.Dataset({"a": 1}, attrs={"list": [1, 2]}),
        xr.Dataset({"a": 1}, attrs={"list": []}),
        xr.Dataset({"a": 1}, attrs={"list": ["a", 1]}),
        xr.Dataset({"a": 1}, attrs={"yes": True}),
        xr.Dataset({"a": 1}, attrs={"coordinates": "b"}),
    ],
)
def test_the_library_is_left_with_what_is_of_other_kinds(data):
    assert not can_write(xr.DataTree(data))


def test_the_same_result_has_the_same_bytes(tmp_path):
    result = made_up_fit(ASSAYS[0])
    assert bytes(image_of_result(result)) == bytes(image_of_result(result))
    save_result(result, tmp_path / "fit.nc")
    assert load_result(tmp_path / "fit.nc")["posterior"].identical(result["posterior"])
