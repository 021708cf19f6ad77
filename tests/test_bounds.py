import importlib
import math
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, Field

import lensim
from lensim.bounds import BoundedModel, number_fault, require_above_zero, require_bounded, require_figures
from lensim.checks import InputError
from lensim.config import FrozenConfig, checked
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.read import Roles
from lensim.dose_response.read.columns import as_roles
from lensim.inference.settings import GateSettings


@pytest.mark.parametrize("good", [0, -0.0, 1, 2.5, -1e12, 1e-30, Decimal("0.5"), np.int64(3), np.float32(0.5)])
def test_numbers_of_experiments_are_good(good):
    assert number_fault(good) == ""


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (True, "must be a number, got True"),
        ("3", "must be a number, got '3'"),
        (None, "must be a number, got None"),
        (math.nan, "must be a finite number, got nan"),
        (-math.inf, "must be a finite number, got -inf"),
        (1e308, "must be at most 1e+12 in size, got 1e+308"),
        (-2e12, "must be at most 1e+12 in size, got -2000000000000.0"),
        (10**30, "must fit into 64 bits, got a whole number beyond 1e18 in size"),
        (5e-324, "must be 0 or at least 1e-30 in size, got 5e-324"),
        (Decimal("1e-999"), "must be 0 or at least 1e-30 in size, got Decimal('1E-999')"),
        (Decimal("1e999"), "must be a finite number, got Decimal('1E+999')"),
    ],
)
def test_numbers_that_no_experiment_has_are_refused(value, fault):
    assert number_fault(value) == fault


def test_a_number_of_more_digits_than_python_writes_is_refused():
    assert number_fault(10**5000) == "must fit into 64 bits, got a whole number beyond 1e18 in size"


def test_a_number_may_be_infinite_where_that_has_a_meaning():
    assert number_fault(math.inf, may_be_infinite=True) == ""
    assert number_fault(math.nan, may_be_infinite=True) == "must be a finite number, got nan"


def loop() -> dict[str, Any]:
    content: dict[str, Any] = {}
    content["a"] = content
    return content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": [1, {"b": 10**40}]}, "x: a.1.b must fit into 64 bits, got a whole number beyond 1e18 in size"),
        ({"a": "y" * 1001}, "x: a must have at most 1,000 characters, got 1,001"),
        ({"y" * 1001: 1}, "x must have keys of at most 1,000 characters, got 1,001"),
        ({"a": [0] * 10_001}, "x: a must have at most 10,000 entries, got 10,001"),
        ({"a": [[0] * 9000] * 12}, "x: a.11.987 must be within the first 100,000 values of the whole, got more"),
        (loop(), f"x: {'a.' * 32}a must have at most 32 levels within each other, got more"),
    ],
)
def test_content_beyond_a_bound_is_refused(content, message):
    with pytest.raises(InputError) as error:
        require_bounded(content, "x")
    assert str(error.value) == message


class Inside(FrozenConfig):
    share: float = Field(default=0.5, gt=0, lt=1)


@dataclass(frozen=True)
class Plain:
    sd: float = 1.0


class Everything(FrozenConfig):
    number: float = 0.0
    count: int = Field(default=1, ge=1)
    seed: int = Field(default=1, ge=0, le=2**63 - 1)
    shape: float = Field(default=5.0, allow_inf_nan=True)
    either: float | Inside = 0.0
    text: str = ""
    many: tuple[float, ...] = ()
    by_name: dict[str, float | None] = Field(default={})
    plain: Plain = Plain()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"number": True}, "e: number: must be a number, got True"),
        ({"number": "1.5"}, "e: number: must be a number, got '1.5'"),
        ({"number": math.nan}, "e: number: must be a finite number, got nan"),
        ({"number": 1e308}, "e: number: must be at most 1e+12 in size, got 1e+308"),
        ({"number": 1e-310}, "e: number: must be 0 or at least 1e-30 in size, got 1e-310"),
        ({"count": True}, "e: count: must be a number, got True"),
        ({"count": 1e300}, "e: count: must be at most 1e+12 in size, got 1e+300"),
        ({"count": 1.5}, "e: count: Input should be a valid integer, got a number with a fractional part"),
        ({"count": 10**30}, "e: count must fit into 64 bits, got a whole number beyond 1e18 in size"),
        ({"shape": math.nan}, "e: shape: must be a finite number, got nan"),
        ({"either": "2"}, "e: either.float: must be a number, got '2'"),
        ({"either": {"share": True}}, "e: either.Inside.share: must be a number, got True"),
        ({"text": 3}, "e: text: Input should be a valid string, got 3"),
        ({"many": [1.0, math.inf]}, "e: many.1: must be a finite number, got inf"),
        ({"by_name": {"a": "x"}}, "e: by_name.a: must be a number, got 'x'"),
        ({"plain": {"sd": 1e300}}, "e: plain.sd: must be at most 1e+12 in size, got 1e+300"),
    ],
)
def test_every_number_of_a_model_has_bounds(content, message):
    with pytest.raises(InputError) as error:
        checked(Everything, content, "e")
    assert str(error.value).splitlines()[0] == message


def test_whole_decimals_large_seeds_and_infinite_shapes_are_taken():
    found = checked(Everything, {"count": 1e3, "seed": 2**63 - 1, "shape": math.inf, "either": {"share": 0.1}}, "e")
    assert (found.count, found.seed, found.shape, found.either) == (1000, 2**63 - 1, math.inf, Inside(share=0.1))


@dataclass(frozen=True)
class Figures:
    number: float = 0.0
    count: int = 1
    shape: float = 3.0
    name: str = ""
    is_on: bool = False
    many: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        require_figures(self, infinite=("shape",))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"number": True}, "Figures.number must be a number, got True"),
        ({"number": math.inf}, "Figures.number must be a finite number, got inf"),
        ({"count": 1.5}, "Figures.count must be a whole number, got 1.5"),
        ({"count": 10**20}, "Figures.count must fit into 64 bits, got a whole number beyond 1e18 in size"),
        ({"count": "x"}, "Figures.count must be a number, got 'x'"),
        ({"name": 3}, "Figures.name must be a text, got 3"),
        ({"is_on": 1}, "Figures.is_on must be True or False, got 1"),
        ({"many": (0.5, math.nan)}, "Figures.many[1] must be a finite number, got nan"),
        ({"many": 3}, "Figures.many must be a list, got 3"),
    ],
)
def test_every_figure_of_a_dataclass_has_bounds(given, message):
    assert Figures(shape=math.inf).shape == math.inf
    with pytest.raises(InputError) as error:
        Figures(**given)
    assert str(error.value) == message


def models() -> list[type[BaseModel]]:
    """Every pydantic model of lensim."""
    for module in pkgutil.walk_packages(lensim.__path__, "lensim."):
        importlib.import_module(module.name)

    def below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return [one for one in dict.fromkeys(below(BaseModel)) if one.__module__.startswith("lensim")]


def unbounded(schema: Any, place: str, seen: set[int]) -> Iterator[str]:
    """Numbers without ends, and texts and lists without a length, in a schema of pydantic."""
    if isinstance(schema, list | tuple):
        for one in schema:
            yield from unbounded(one, place, seen)
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    kind = schema.get("type")
    if kind in ("int", "float"):
        ends = [
            any(isinstance(schema.get(name), int | float) for name in pair) for pair in (("ge", "gt"), ("le", "lt"))
        ]
        if not all(ends) and schema.get("allow_inf_nan") is not True:
            yield place
    if kind in ("str", "list", "dict", "set") and "max_length" not in schema:
        yield place
    if kind == "tuple" and "variadic_item_index" in schema and "max_length" not in schema:
        yield place
    for name, part in schema.items():
        if name not in ("metadata", "serialization", "config", "default", "cls"):
            yield from unbounded(part, f"{place}.{name}" if name not in ("schema", "fields") else place, seen)


def test_no_number_text_or_list_of_any_model_is_without_bounds():
    found = models()
    assert len(found) > 40
    assert [one.__name__ for one in found if not issubclass(one, BoundedModel)] == []
    assert [fault for one in found for fault in unbounded(one.__pydantic_core_schema__, one.__name__, set())] == []


def test_a_number_without_bounds_is_seen():
    class Loose(BaseModel):
        inside: dict[str, tuple[float, ...]] = {}

    assert len([*unbounded(Loose.__pydantic_core_schema__, "Loose", set())]) == 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GateSettings(largest_r_hat=math.nan), "GateSettings.largest_r_hat must be a finite number, got nan"),
        (lambda: GateSettings(largest_r_hat=0.9), "GateSettings.largest_r_hat must be at least 1, got 0.9"),
        (lambda: GateSettings(smallest_ess="400"), "GateSettings.smallest_ess must be a number, got '400'"),
        (lambda: GateSettings(smallest_e_bfmi=3), "GateSettings.smallest_e_bfmi must lie between 0 and 1, got 3"),
        (lambda: DoseResponsePriors(curves=1), "DoseResponsePriors.curves must be of the class CurvePriors, got 1"),
        (
            lambda: DoseResponsePriors(wells=object()),
            "DoseResponsePriors.wells must be of the class WellPriors, got a value of the type object",
        ),
        (lambda: Roles(blank=None), "Roles.blank must be a list of texts, got None"),
        (
            lambda: as_roles({"NC-1": "untreated", "B": "blank", "X": "blank"}),
            "roles must name a role and then its words, got the word 'NC-1' before its role 'untreated'; write "
            "roles={'untreated': 'NC-1', 'blank': ['B', 'X']}",
        ),
        (lambda: Roles(blank=[1]), "Roles.blank must be a list of texts, got [1]"),
    ],
)
def test_settings_priors_and_roles_refuse_what_they_cannot_be(make, message):
    with pytest.raises(InputError) as refused:
        make()
    assert str(refused.value) == message


def test_numbers_of_a_dataclass_are_above_zero_but_for_those_of_a_prefix():
    @dataclass(frozen=True)
    class Priors:
        mean_a: float = -1.0
        sd_a: float = 1.0

    require_above_zero(Priors(), but="mean_")
    with pytest.raises(InputError, match=r"^Priors\.mean_a must be above 0, got -1"):
        require_above_zero(Priors())
    with pytest.raises(InputError, match=r"^Priors\.sd_a must be above 0, got 0"):
        require_above_zero(Priors(sd_a=0.0), but="mean_")
