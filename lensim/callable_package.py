"""Packages that can also be called: `lensim.power("study.toml")` beside `from lensim.power.sweep import sweep`.

Such a package has, as the last statement of its `__init__`,

    make_callable(__name__, "lensim.face.power", "power")

and the function is imported when it is called.
"""

import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class CallablePackage(ModuleType):
    """A package that can be called; the call goes to a function of another module."""

    __function_at__: tuple[str, str]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import the function, and call it."""
        return _function_of(self)(*args, **kwargs)

    @property
    def __signature__(self) -> inspect.Signature:
        """That of the function, for help and completion."""
        return inspect.signature(_function_of(self))


def _function_of(package: CallablePackage) -> Any:
    module, name = package.__function_at__
    return getattr(import_module(module), name)


def make_callable(package: str, module: str, function: str) -> None:
    """Make a package that is being imported callable; a call imports `module` and calls its `function`."""
    own = sys.modules[package]
    own.__class__ = CallablePackage
    own.__function_at__ = (module, function)  # type: ignore[attr-defined]
