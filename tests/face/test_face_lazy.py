"""`import lensim`: light, lazy, and with all that its docstring lists."""

import subprocess
import sys

import pytest

import lensim

HEAVY = ("numpy", "pandas", "xarray", "matplotlib", "pymc", "arviz", "numba", "scipy")


def loaded_by(code: str) -> set[str]:
    """Heavy libraries that a piece of code has imported at its end."""
    tell = f"; import sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code + tell], capture_output=True, text=True, check=True)
    return set(eval(said.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["lensim", "lensim.cli.main"])
def test_import_loads_no_heavy_library(module):
    assert loaded_by(f"import {module}") == set()


def test_reading_loads_neither_sampler_nor_figures():
    assert loaded_by("import lensim; lensim.read.dose_response") & {"pymc", "arviz", "matplotlib"} == set()


def test_every_name_of_the_face_is_there():
    for name in ("Fit", "InputError", "fit", "load", "models", "plan", "power", "published", "read", "simulate"):
        assert name in dir(lensim)
        assert getattr(lensim, name) is not None
    for name in ("dose_response", "expression", "bioassay", "cell_cycle"):
        assert name in dir(lensim.read)
        assert callable(getattr(lensim.read, name))
        assert callable(getattr(lensim.simulate, name))


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'lensim' has no attribute 'fits'"):
        lensim.fits  # noqa: B018
    with pytest.raises(AttributeError, match=r"lensim\.read has no 'elisa': the assays are bioassay, "):
        lensim.read.elisa  # noqa: B018
    with pytest.raises(AttributeError, match=r"lensim\.simulate has no 'elisa'"):
        lensim.simulate.elisa  # noqa: B018


def test_callable_packages_stay_packages():
    from lensim.power.sweep import sweep  # noqa: F401

    assert callable(lensim.power)
    assert lensim.power.sweep is not None
    assert callable(lensim.plan)
    assert callable(lensim.models)


RATIOS = """target,subject,cell_type,contrast,ratio
CDKN1A,P1,primary,lenalidomide,2.1
CDKN1A,P2,primary,lenalidomide,1.6
CDKN1A,P3,primary,lenalidomide,3.0
CDKN1A,P4,primary,lenalidomide,1.2
"""
FIT = """
import sys
import lensim
fit = lensim.fit(lensim.read.expression("ratios.csv"))
assert fit.tree.attrs["engine"] == "exact"
heavy = {"pymc", "pytensor", "nutpie", "numba", "arviz", "sklearn", "matplotlib"}
print(len(fit.summary()), *sorted(heavy & set(sys.modules)))
"""


def test_a_fit_of_ratios_loads_no_sampler_no_compiler_and_no_figures(tmp_path):
    (tmp_path / "ratios.csv").write_text(RATIOS)
    run = subprocess.run([sys.executable, "-c", FIT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("4\n", "")
