"""The kernels of every engine are compiled by one call."""

import pytest

from lensim.assay import assay_names, find_assay
from lensim.checks import InputError
from lensim.face.prepare import prepare
from lensim.inference.compiled import are_in_place

PACKAGES = {package for name in assay_names() for engine in find_assay(name).engines for package in engine.kernels}


NAMES = {"exact engine of power", "exact engine of power, groups", "Laplace engine of power"}


@pytest.mark.sampling
@pytest.mark.parametrize("workers", [1, 2])
def test_all_kernels_are_in_place_behind_it(workers):
    told: list[str] = []
    prepare(told.append, workers=workers)
    assert {package for package in PACKAGES if not are_in_place(package)} == set()
    if workers == 1:
        assert told[0].startswith("1 of ")
        assert all(one.endswith(" ...") for one in told[::2])
        told = told[1::2]
    else:
        assert told[0].startswith("2 processes compile engine laplace of ")
        told = told[1:]
    assert all(one.endswith(" s") for one in told)
    compiled = {one.rsplit(": ", 1)[0] for one in told}
    engines = [engine for name in assay_names() for engine in find_assay(name).engines if engine.kernels]
    assert compiled == NAMES | {f"engine {engine.name} of {model}" for engine in engines for model in engine.models}


def test_no_process_is_refused():
    with pytest.raises(InputError, match="workers must be at least 1"):
        prepare(workers=0)


def test_a_package_without_kernels_has_none_in_place():
    assert not are_in_place("lensim.tables")
    assert not are_in_place("lensim.no_such_package")
