"""lensim: simulate, model and plan dose-response panels and paired RT-qPCR studies.

    data = lensim.read.dose_response("wells.csv", dose_unit="uM")
    lensim.check(data).table
    fit = lensim.fit(data, seed=1, exclude="exclusions.csv")
    fit.verdict, fit.summary(), fit.tables, fit.plot(), fit.tree
    lensim.power("study.toml").table
    lensim.plan("next.toml", prior=fit).text
    lensim.screen("screen.csv", "screen/", workers=2).table
    truth, data = lensim.simulate.expression(design, seed=1)
    lensim.load("fit.nc"); fit.save("fit.nc"); lensim.models(); lensim.InputError

Everything is imported when it is first asked for.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from lensim.private_folders import provide_for_libraries

if TYPE_CHECKING:
    from lensim import read, simulate
    from lensim.checks import InputError
    from lensim.face.check import RunCheck, check
    from lensim.face.fit import Fit, fit
    from lensim.face.load import load
    from lensim.face.models import models
    from lensim.face.plan import plan
    from lensim.face.power import power
    from lensim.face.published import published
    from lensim.face.screen import Screen, screen

__version__ = version("lensim")

provide_for_libraries()  # before one of them is imported

__all__ = [
    "Fit",
    "InputError",
    "RunCheck",
    "Screen",
    "__version__",
    "check",
    "fit",
    "load",
    "models",
    "plan",
    "power",
    "published",
    "read",
    "screen",
    "simulate",
]

_PLACES: Final = {
    "Fit": "lensim.face.fit",
    "InputError": "lensim.checks",
    "RunCheck": "lensim.face.check",
    "Screen": "lensim.face.screen",
    "check": "lensim.face.check",
    "fit": "lensim.face.fit",
    "load": "lensim.face.load",
    "published": "lensim.face.published",
}
_MODULES: Final = ("models", "plan", "power", "read", "screen", "simulate")


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    if name in _MODULES:
        return import_module(f"lensim.{name}")
    raise AttributeError(f"module 'lensim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
