"""The kernels of every engine are compiled by one call."""

import pytest

from lensim.assay import assay_names, find_assay
from lensim.face.prepare import prepare
from lensim.inference.compiled import are_in_place

PACKAGES = {package for name in assay_names() for engine in find_assay(name).engines for package in engine.kernels}


@pytest.mark.sampling
def test_all_kernels_are_in_place_behind_it():
    told: list[str] = []
    prepare(told.append)
    assert told[0].startswith("1 of ")
    assert told[0].endswith(", exact engine of power ...")
    assert told[1].startswith("exact engine of power: ")
    assert told[3].startswith("exact engine of power, groups: ")
    assert told[5].startswith("Laplace engine of power: ")
    assert {package for package in PACKAGES if not are_in_place(package)} == set()
    assert all(one.endswith(" s") for one in told[1::2])


def test_a_package_without_kernels_has_none_in_place():
    assert not are_in_place("lensim.tables")
    assert not are_in_place("lensim.no_such_package")
