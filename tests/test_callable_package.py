"""A package that can be called hands on to a function, which is imported when it is called."""

import inspect
import sys
from types import ModuleType

import pytest

from lensim.callable_package import make_callable


@pytest.fixture
def package(monkeypatch) -> ModuleType:
    own = ModuleType("toy_package")
    monkeypatch.setitem(sys.modules, "toy_package", own)
    return own


def test_a_call_is_handed_on(package):
    make_callable("toy_package", "math", "hypot")
    assert package(3, 4) == 5.0
    assert sys.modules["toy_package"] is package


def test_the_signature_is_that_of_the_function(package):
    make_callable("toy_package", "textwrap", "dedent")
    import textwrap

    assert inspect.signature(package) == inspect.signature(textwrap.dedent)


def test_nothing_is_imported_before_the_call(package):
    make_callable("toy_package", "no_such_module", "f")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        package()
