"""Kernels of engines: compiled or not, where, and what PyTensor compiles with."""

import pytest

from lensim.doctor import kernels

NUTS = {("Numba", ""): "ok", ("Numba", "/usr/bin/g++"): "ok", ("CVM", "/usr/bin/g++"): "ok", ("CVM", ""): "slow"}


def test_every_engine_with_kernels_is_looked_at():
    assert {"kernel", "laplace", "exact (power)", "laplace (power)"} <= set(kernels.packages())
    for package in kernels.packages().values():
        assert kernels._sources(package).is_dir()


@pytest.mark.parametrize("are_there", [True, False])
def test_kernels_are_compiled_or_not(monkeypatch, tmp_path, are_there):
    monkeypatch.setattr(kernels, "cache_folder", lambda sources: tmp_path)
    monkeypatch.setattr(kernels, "are_in_place", lambda package: are_there)
    found = list(kernels.of_kernels())
    assert {(one.state, one.remedy) for one in found} == {("ok", "") if are_there else ("slow", "lensim prepare")}
    assert kernels.all_in_place() is are_there
    if are_there:
        assert all(str(tmp_path) in one.said for one in found)


def test_nowhere_to_keep_kernels_is_told(monkeypatch):
    monkeypatch.setattr(kernels, "cache_folder", lambda sources: None)
    assert {one.state for one in kernels.of_kernels()} == {"slow"}


@pytest.mark.parametrize(("of", "state"), NUTS.items())
def test_a_compiler_of_cpp_is_needed_by_other_linkers_alone(of, state):
    assert kernels.of_linker(*of).state == state


def test_the_linker_of_this_machine_is_numba():
    found = kernels.of_nuts()
    assert found.state == "ok"
    assert found.said.startswith("numba; C++ is not needed")
