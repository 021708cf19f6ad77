"""Packages that are there, lack or do not load, each with the command that installs it."""

import shlex
import sys

import pytest
from packaging.requirements import Requirement

from lensim.doctor import packages


def test_what_is_installed_is_found():
    found = {one.what: one for one in packages.of_packages()}
    for what in ("Python", "packages", "compiled packages"):
        assert (found[what].state, found[what].is_needed) == ("ok", True), found[what]
    assert "numba " in found["packages"].said
    assert {"extra instruments", "extra rdml"} <= set(found)
    assert not {"extra dev", "extra docs"} & set(found)


def test_an_old_python_is_told(monkeypatch):
    monkeypatch.setattr(packages, "OLDEST_PYTHON", (4, 1))
    found = packages.of_python()
    assert found.is_broken
    assert found.remedy == "install Python 4.1 or newer for 64 bits"


def test_a_package_that_lacks_or_is_too_old_is_told_with_its_command(monkeypatch):
    needed = [Requirement("numpy>=1"), Requirement("numpy>=9999"), Requirement("no-such-package<2")]
    monkeypatch.setattr(packages, "requirements", lambda extra="": needed)
    found = packages.of_requirements()
    assert found.is_broken
    assert f"numpy {packages.version_of('numpy')}, no-such-package not there" in found.said
    assert shlex.split(found.remedy)[-2:] == ["numpy>=9999", "no-such-package<2"]


@pytest.mark.parametrize("has_pip", [True, False])
@pytest.mark.parametrize("python", ["/usr/bin/python", "/a folder/python"])
def test_the_command_is_for_this_python(monkeypatch, has_pip, python):
    monkeypatch.setattr(sys, "executable", python)
    monkeypatch.setattr(packages, "find_spec", lambda name: object() if has_pip else None)
    words = shlex.split(packages.install_command([Requirement("a-b>=1,<2")]))
    name, bounds = words.pop()[:3], set(Requirement("a-b>=1,<2").specifier)
    assert (name, bounds) == ("a-b", set(Requirement("a-b<2,>=1").specifier))
    assert words == ([python, "-m", "pip", "install"] if has_pip else ["uv", "pip", "install", "--python", python])


def test_a_package_that_does_not_load_is_told(monkeypatch):
    monkeypatch.setattr(packages, "COMPILED", ("numpy", "numba"))

    def load(name: str) -> None:
        if name == "numba":
            raise ImportError("DLL load failed while importing _helper")

    monkeypatch.setattr(packages, "import_module", load)
    found = packages.of_loading()
    assert found.is_broken
    assert found.said == "numba does not load (ImportError: DLL load failed while importing _helper)"
    assert "--force-reinstall" in found.remedy
    assert "numba" in shlex.split(found.remedy.split(",")[0])[-1] or "numba" in found.remedy


def test_an_extra_that_lacks_is_missing_and_not_needed(monkeypatch):
    monkeypatch.setattr(packages, "requirements", lambda extra="": [Requirement("no-such-package>=3")])
    found = list(packages.of_extras())
    assert found
    for one in found:
        assert (one.state, one.is_broken) == ("not installed", False)
        assert one.remedy.endswith('"no-such-package>=3"')


def test_requirements_of_extras_are_apart_from_those_of_the_base():
    base, rdml = packages.requirements(), packages.requirements("rdml")
    assert "numpy" in {one.name for one in base}
    assert [one.name for one in rdml] == ["rdmlpython"]
    assert not {one.name for one in base} & {"rdmlpython", "allotropy", "pytest"}
