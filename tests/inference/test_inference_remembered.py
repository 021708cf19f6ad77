"""What is remembered depends on the content of data alone."""

import numpy as np
import pytest
import xarray as xr

from lensim.inference.remembered import KEPT, digest_of_data, remembered

DATA = xr.Dataset({"x": ("well", [1.0, 2.0]), "name": ("well", ["a", "b"])}, attrs={"assay": "toy", "notes": "n"})
OTHERS = {
    "a value": DATA.assign(x=("well", [1.0, 3.0])),
    "a text": DATA.assign(name=("well", ["a", "c"])),
    "texts that run together alike": DATA.assign(name=("well", ["ab", ""])),
    "a type": DATA.assign(x=("well", [1, 2])),
    "a dim": xr.Dataset({"x": ("tube", [1.0, 2.0]), "name": ("tube", ["a", "b"])}, attrs=DATA.attrs),
    "a name": DATA.rename(x="y"),
    "an attr": DATA.assign_attrs(assay="other"),
    "a coordinate": DATA.assign_coords(well=[0, 1]),
}


@pytest.mark.parametrize("what", OTHERS)
def test_data_that_differ_have_another_digest(what):
    assert digest_of_data(OTHERS[what]) != digest_of_data(DATA)


def test_copies_have_one_digest_whatever_the_width_of_texts():
    wide = DATA.assign(name=("well", np.array(["a", "b"], dtype="<U50")))
    assert digest_of_data(wide) == digest_of_data(DATA.copy(deep=True)) == digest_of_data(DATA)
    assert digest_of_data(DATA.assign_attrs(notes="other"), ("notes",)) == digest_of_data(DATA, ("notes",))


def test_a_function_is_worked_out_once_for_data_and_numbers():
    asked = []

    @remembered
    def total(data: xr.Dataset, factor: float = 1.0) -> float:
        asked.append(factor)
        return float(data["x"].sum()) * factor

    assert total(DATA) == total(DATA.copy(deep=True)) == 3.0
    assert total(DATA, 2.0) == 6.0
    assert total(OTHERS["a value"]) == 4.0
    assert asked == [1.0, 2.0, 1.0]


def test_few_results_are_kept():
    asked = []

    @remembered
    def first(data: xr.Dataset) -> float:
        asked.append(1)
        return float(data["x"][0])

    many = [DATA.assign(x=("well", [float(k), 0.0])) for k in range(KEPT + 1)]
    for one in (*many, many[0]):
        first(one)
    assert len(asked) == KEPT + 2
