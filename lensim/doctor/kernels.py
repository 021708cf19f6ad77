"""What is compiled: kernels of the engines, and what PyTensor compiles with."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from lensim.assay import assay_names, find_assay
from lensim.doctor.finding import Finding
from lensim.inference.compiled import are_in_place, cache_folder

OF_POWER: Final = {"exact": "lensim.expression.exact", "laplace": "lensim.dose_response.laplace"}
"""Kernels of the engines of power, which no fit takes."""
COMPILE: Final = "lensim prepare"


def of_kernels() -> Iterator[Finding]:
    """Whether the kernels of each engine are compiled, and where they are kept."""
    for name, package in packages().items():
        what, folder = f"kernels of {name}", cache_folder(_sources(package))
        if folder is None:
            said = "nowhere to keep them: each process compiles them anew"
            yield Finding(what, "slow", said, "see cache and its remedy, in this table")
        elif are_in_place(package):
            yield Finding(what, "ok", f"compiled, in {folder}")
        else:
            yield Finding(what, "slow", "not compiled yet: the first use takes minutes", COMPILE)


def packages() -> dict[str, str]:
    """Packages with kernels, by the engine that runs them."""
    found = {
        engine.name: package
        for name in assay_names()
        for engine in find_assay(name).engines
        for package in engine.kernels
    }
    return found | {f"{name} (power)": package for name, package in OF_POWER.items()}


def all_in_place() -> bool:
    """Whether the kernels of all engines are compiled and kept."""
    return all(map(are_in_place, packages().values()))


def _sources(package: str) -> Path:
    spec = find_spec(package)
    return Path(next(iter((spec.submodule_search_locations if spec else None) or ())))


def of_nuts() -> Finding:
    """What PyTensor compiles the models of --engine nuts with; numba, unless its settings say otherwise."""
    import pytensor
    from pytensor.compile.mode import get_default_mode

    linker = type(get_default_mode().linker).__name__.removesuffix("Linker")
    return of_linker(linker, pytensor.config.cxx)


def of_linker(linker: str, compiler: str) -> Finding:
    """The same of a linker of PyTensor and its compiler of C++, which is empty where there is none."""
    what, has = "compiler for --engine nuts", f"C++: {compiler}" if compiler else "no C++ compiler"
    if linker.lower() == "numba":
        return Finding(what, "ok", f"numba; C++ is not needed ({has})")
    if compiler:
        return Finding(what, "ok", f"linker {linker}, {has}")
    said = f"linker {linker}, {has}"
    return Finding(what, "slow", said, "take the linker out of PYTENSOR_FLAGS and .pytensorrc: numba needs no C++")
