"""Python and the packages of an installation: versions, extras, and whether the compiled ones load."""

import platform
import struct
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from importlib.util import find_spec
from typing import Final

from packaging.requirements import Requirement

from lensim.checks import fault_of
from lensim.doctor.finding import Finding

PROJECT: Final = "lensim"
OLDEST_PYTHON: Final = (3, 12)
SHOWN: Final = ("numpy", "scipy", "numba", "pymc", "pytensor", "nutpie", "arviz", "h5py", "pandas")
"""Packages whose versions a report of a fault needs."""
COMPILED: Final = ("numpy", "scipy", "pandas", "pyarrow", "h5py", "numba", "matplotlib", "nutpie", "pymc")
"""Modules with compiled parts, which a system can refuse to load."""
FOR_DEVELOPERS: Final = frozenset({"dev", "docs"})


def of_packages() -> Iterator[Finding]:
    """Python, the packages that lensim needs, and those of its extras."""
    yield of_python()
    yield of_requirements()
    yield of_loading()
    yield from of_extras()


def install_command(requirements: list[Requirement]) -> str:
    """The command that installs packages beside this lensim, for its own Python."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    named = " ".join(f'"{one.name}{one.specifier}"' for one in requirements)
    if find_spec("pip") is None:  # as in the environments of uv
        return f"uv pip install --python {python} {named}"
    return f"{python} -m pip install {named}"


def of_python() -> Finding:
    """Whether this Python is new enough, and of 64 bits as the packages are."""
    bits = 8 * struct.calcsize("P")
    said = f"{platform.python_version()}, {bits} bits, at {sys.executable}"
    oldest = ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info[:2] >= OLDEST_PYTHON and bits == 64:
        return Finding("Python", "ok", said, is_needed=True)
    return Finding("Python", "missing", said, f"install Python {oldest} or newer for 64 bits", is_needed=True)


def of_requirements() -> Finding:
    """Whether every package that lensim needs is there in a version that it takes."""
    needed = requirements()
    lacking = [one for one in needed if not is_met(one)]
    if lacking:
        got = ", ".join(f"{one.name} {version_of(one.name) or 'not there'}" for one in lacking)
        return Finding("packages", "missing", got, install_command(lacking), is_needed=True)
    shown = ", ".join(f"{name} {found}" for name in SHOWN if (found := version_of(name)))
    return Finding("packages", "ok", f"all {len(needed)} are there: {shown}", is_needed=True)


def of_loading() -> Finding:
    """Whether the packages with compiled parts load on this system."""
    faults = {}
    for name in COMPILED:
        try:
            import_module(name)
        except Exception as error:  # what a library raises where the system refuses it
            faults[name] = fault_of(error)
    if not faults:
        return Finding("compiled packages", "ok", f"{len(COMPILED)} of {len(COMPILED)} load", is_needed=True)
    said = "; ".join(f"{name} does not load ({fault})" for name, fault in faults.items())
    broken = [one for one in requirements() if one.name in faults]
    remedy = install_command(broken).replace(" install ", " install --force-reinstall ", 1)
    if sys.platform == "win32":
        remedy += ", and Microsoft's Visual C++ Redistributable if that does not help"
    return Finding("compiled packages", "missing", said, remedy, is_needed=True)


def of_extras() -> Iterator[Finding]:
    """Which extras are installed, and how to get the others."""
    for extra in sorted(set(metadata(PROJECT).get_all("Provides-Extra") or ()) - FOR_DEVELOPERS):
        own = requirements(extra)
        lacking = [one for one in own if not is_met(one)]
        what, names = f"extra {extra}", ", ".join(f"{one.name} {version_of(one.name) or ''}".strip() for one in own)
        if lacking:
            yield Finding(what, "not installed", f"lensim works without ({names})", install_command(lacking))
        else:
            yield Finding(what, "ok", names)


def requirements(extra: str = "") -> list[Requirement]:
    """What an installation of lensim needs on this system: the base, or an extra alone."""
    all_of_them = [Requirement(line) for line in requires(PROJECT) or ()]
    return [
        one
        for one in all_of_them
        if (one.marker is None if not extra else one.marker is not None and one.marker.evaluate({"extra": extra}))
    ]


def is_met(requirement: Requirement) -> bool:
    """Whether a package is there in a version that is taken."""
    found = version_of(requirement.name)
    return bool(found) and requirement.specifier.contains(found, prereleases=True)


def version_of(name: str) -> str:
    """The version of a package; empty where it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
