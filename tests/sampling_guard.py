"""A test that compiles a model for the sampler says so by the marker `sampling`; others that compile fail."""

import importlib.util
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

SAMPLER = "nutpie"
COMPILE = "compile_pymc_model"


class SamplingGuard(MetaPathFinder):
    """Watches the sampler's compiler from the moment that something imports it; costs nothing before."""

    def __init__(self) -> None:
        self.unmarked = ""
        """Name of the test that runs without the marker; empty where it has it."""
        self.is_asking = False
        """Whether the search for the sampler's own spec is under way."""
        self.caught: set[str] = set()
        """Tests without the marker that compiled a model."""

    def install(self) -> None:
        """Watch from now on."""
        if SAMPLER in sys.modules:
            self.watch(sys.modules[SAMPLER])
        else:
            sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """The sampler's own way of being imported, with the watch at its end."""
        if fullname != SAMPLER or self.is_asking:
            return None
        self.is_asking = True  # others only ask whether it is there, so the guard stays until it is imported
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.is_asking = False
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_watch(module: ModuleType) -> None:
            execute(module)
            self.watch(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)

        spec.loader.exec_module = execute_and_watch  # type: ignore[method-assign]
        return spec

    def watch(self, module: ModuleType) -> None:
        """Let the compiler note which test it runs for."""
        setattr(module, COMPILE, self.noting(getattr(module, COMPILE)))

    def noting(self, compiler: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, which notes the test that runs where it carries no marker."""

        def compile_and_note(*arguments: Any, **options: Any) -> Any:
            if self.unmarked:
                self.caught.add(self.unmarked)
            return compiler(*arguments, **options)

        return compile_and_note
