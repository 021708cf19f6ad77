"""Parts of scenarios of all assays: figures that may be uncertain, studies, audit, a grid over any field."""

import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Self

import numpy as np
import xarray as xr
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from lensim import limits
from lensim.bounds import all_of, require_size
from lensim.checks import InputError, one_of
from lensim.config import FrozenConfig, checked
from lensim.inference.settings import SamplerSettings
from lensim.power.rule import BaseRule

ANY: Final = "*"


def require_grid(place: str, grid: Mapping[str, Sequence[Any]]) -> None:
    """Refuse a grid with too many combinations, before any is made.

    Raises
    ------
    InputError
        With their number, and how many values each key has.
    """
    each = " x ".join(f"{len(values):,}" for values in grid.values())
    require_size(
        place,
        math.prod(len(values) for values in grid.values()),
        limits.GRID_POINTS,
        "combinations",
        f"give fewer values, for there are {each}",
    )


def require_names(place: str, names: Iterable[str], known: Sequence[str], instead: str = "") -> None:
    """Refuse names that a design lacks; '*' is any. `instead` says what a name must be where none would do."""
    for name in names:
        if name not in (ANY, *known):
            raise ValueError(f"{place} must be {instead or f'one of {", ".join(known)}'}, got {name!r}")


class Distribution(FrozenConfig):
    """A number that is not known: exactly one of normal, lognormal, uniform.

    Attributes
    ----------
    normal
        Mean and sd.
    lognormal
        Median and sd of the natural log.
    uniform
        Ends.
    """

    normal: tuple[float, float] | None = None
    lognormal: tuple[float, float] | None = None
    uniform: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _one_law(self) -> "Distribution":
        given = [name for name in ("normal", "lognormal", "uniform") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"must be exactly one of normal, lognormal and uniform, got {' and '.join(given) or 'none'}"
            )
        if self.normal and self.normal[1] < 0:
            raise ValueError(f"sd of normal must be 0 or more, got {self.normal[1]:g}")
        if self.lognormal and (self.lognormal[0] <= 0 or self.lognormal[1] < 0):
            raise ValueError(f"lognormal must have a median above 0 and a log sd of 0 or more, got {self.lognormal}")
        if self.uniform and self.uniform[1] < self.uniform[0]:
            raise ValueError(f"uniform must have its ends in order, got {self.uniform}")
        return self

    @property
    def is_positive(self) -> bool:
        """Whether no draw is below 0."""
        if self.normal:
            return self.normal[1] == 0 and self.normal[0] >= 0
        return self.lognormal is not None or (self.uniform is not None and self.uniform[0] >= 0)

    @property
    def is_above_0(self) -> bool:
        """Whether every draw is above 0."""
        if self.normal:
            return self.normal[1] == 0 and self.normal[0] > 0
        return self.lognormal is not None or (self.uniform is not None and self.uniform[0] > 0)

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Independent draws from the distribution (size)."""
        if self.normal:
            return rng.normal(self.normal[0], self.normal[1], size)
        if self.lognormal:
            return self.lognormal[0] * np.exp(self.lognormal[1] * rng.standard_normal(size))
        low, high = self.uniform or (0.0, 0.0)
        return rng.uniform(low, high, size)


def _not_negative(value: Any) -> Any:
    if isinstance(value, Distribution) and not value.is_positive:
        raise ValueError("a spread must have a distribution without negative values, such as lognormal")
    if isinstance(value, int | float) and value < 0:
        raise ValueError(f"must be 0 or more, got {value:g}")
    return value


Number = float | Distribution


NonNegativeNumber = Annotated[float | Distribution, AfterValidator(_not_negative)]


def _positive(value: Any) -> Any:
    if isinstance(value, Distribution) and not value.is_above_0:
        raise ValueError("a ratio must have a distribution above 0, such as lognormal")
    if isinstance(value, int | float) and value <= 0:
        raise ValueError(f"must be above 0, got {value:g}")
    return value


PositiveNumber = Annotated[float | Distribution, AfterValidator(_positive)]


def _share(value: Any) -> Any:
    if isinstance(value, int | float) and not 0 <= value <= 1:
        raise ValueError(f"must lie between 0 and 1, got {value:g}")
    return value


ShareNumber = Annotated[float | Distribution, AfterValidator(_share)]
"""A share; draws of a distribution below 0 count as 0, those above 1 as 1."""


class GrownConfig(FrozenConfig):
    """Data that got fields later: at their default JSON leaves them out, and the digests of before stay.

    Attributes
    ----------
    later
        Names of these fields.
    """

    later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        if info.mode == "json":
            for name in self.later:
                if getattr(self, name) == type(self).model_fields[name].default:
                    content.pop(name, None)
        return content


class StudiesSpec(FrozenConfig):
    """How many studies are simulated at each point of the grid.

    Attributes
    ----------
    count
        Studies, or the most of them where `decide_at` is given.
    decide_at
        Stop at a point as soon as its power is surely above or below this share (99.9% interval, looked at after each
        chunk), for every rule and target.
    chunk
        Studies simulated and stored together; part of what makes the numbers, so not to be changed on the way.
    """

    advice: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("n", "number", "simulations", "n_simulations", "repeats"), "count is the number of simulated studies"
    )
    count: int = Field(default=1000, ge=1, le=limits.STUDIES)
    decide_at: float | None = Field(default=None, gt=0, lt=1)
    chunk: int = Field(default=250, ge=1, le=limits.STUDIES)


class AuditSpec(FrozenConfig):
    """Studies that are fitted again by NUTS, picked at random from all of a run; 0 for none."""

    studies: int = Field(default=8, ge=0, le=limits.GRID_POINTS)
    draws: int = Field(default=1000, ge=100, le=limits.SAMPLER_STEPS)

    @property
    def sampler(self) -> SamplerSettings:
        """How they are fitted."""
        return SamplerSettings(draws=self.draws, tune=600, chains=2, target_accept=0.95, cores=1)


class BaseScenario(FrozenConfig):
    """What questions about any assay share.

    Attributes
    ----------
    name, seed
        Of the whole; the seed is the root of every stream.
    design, truth, analysis, rules
        What is done, what is so, how it is analysed, and when a study counts as a find; each assay has its own.
    studies, audit
        How many, and how many of them twice.
    grid
        Values for any field, by its dotted name ("design.subjects.line", "truth.expression.0.mu_log2_fold_change");
        every combination is a point.
    """

    advice: ClassVar[Mapping[str, str]] = {
        "power": "power is what comes out; the smallest number that reaches it is a question for lensim plan (target)",
        "target": "the smallest number that reaches a target is a question for lensim plan",
        "alpha": 'alpha belongs to a rule, as in rules = [{ rule = "test", test = "t_log2", alpha = 0.05 }]',
        "rule": 'rules is a list, as in rules = [{ rule = "test", test = "t_log2" }]',
        "test": 'rules says the test, as in rules = [{ rule = "test", test = "t_log2" }]',
        "simulations": "studies.count is the number of simulated studies",
        "n": "design says the number of subjects or lines",
        "dropout": "dropout belongs to the table design",
        "conditions": "conditions are of the table design",
        "subjects": "subjects belong to the table design, as in subjects = { donor = 12 }",
    }
    name: str = Field(min_length=1)
    seed: int = Field(default=1, ge=0)
    studies: StudiesSpec = StudiesSpec()
    audit: AuditSpec = AuditSpec()
    grid: dict[str, tuple[Any, ...]] = Field(default={})
    design: Any
    truth: Any
    analysis: Any
    rules: tuple[Any, ...]

    @model_validator(mode="after")
    def _rules_and_grid(self) -> Self:
        if not self.rules:
            raise ValueError("rules must have at least one rule, got none")
        names = [rule.label for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"rules must differ in name, got {', '.join(twice)} twice: give them names")
        for path, values in self.grid.items():
            if path.split(".")[0] in ("grid", "name", "seed", "studies", "audit"):
                raise ValueError(f"grid must be over design, truth, analysis or rules, got {path}")
            if not values:
                raise ValueError(f"grid.{path} must have at least one value, got none")
        require_grid("grid", self.grid)
        points = math.prod(len(values) for values in self.grid.values())
        require_size(
            "studies",
            points * self.studies.count,
            limits.STUDIES,
            "studies of all points",
            f"lower studies.count ({self.studies.count:,}) or the values of grid ({points:,} points)",
        )
        return self

    def require_chunk(self, wells: float, change: str) -> None:
        """Refuse chunks that would take much memory; `wells` are those of a study, and `change` what makes them fewer.

        Raises
        ------
        InputError
            If wells times the studies of a chunk are too many.
        """
        studies = min(self.studies.chunk, self.studies.count)
        require_size(
            "studies.chunk",
            wells * studies,
            limits.CHUNK_WELLS,
            "wells at a time",
            f"lower studies.chunk ({self.studies.chunk:,}) or {change}",
        )

    def items(self, rule: BaseRule) -> tuple[str, ...]:
        """The items on which a rule gives a verdict in each study; each has a row in the results."""
        raise NotImplementedError

    @property
    def is_conditional(self) -> bool:
        """Whether all figures of the truth are plain numbers, so that shares are power and not assurance."""
        return not _is_uncertain(self.truth)

    def points(self) -> Iterator[tuple[dict[str, Any], Self]]:
        """Every combination of the grid, with the scenario that it makes, without a grid of its own.

        Raises
        ------
        InputError
            If a field does not exist, or a value does not suit it.
        """
        number = math.prod(len(values) for values in self.grid.values())
        if number > 1:
            content = self.model_dump(mode="python", exclude={"grid"})
            each = len(list(all_of(content, "", 0)))
            require_size(
                "grid", number * each, limits.GRID_VALUES, "points times values of the scenario", "give fewer values"
            )
        for values in itertools.product(*self.grid.values()):
            setting = dict(zip(self.grid, values, strict=True))
            yield setting, self.at(setting)

    def at(self, setting: Mapping[str, Any]) -> Self:
        """The scenario with some fields changed, by their dotted names, and without a grid.

        Raises
        ------
        InputError
            If a field does not exist, or a value does not suit it.
        """
        content = self.model_dump(mode="python") | {"grid": {}}
        if not any(path.startswith("rules.") for path in setting):
            content["rules"] = self.rules  # a user's own function is not dumped
        for path, value in setting.items():
            content = _put(content, path.split("."), value, path)
        return checked(type(self), content, f"scenario at {dict(setting)}" if setting else self.name)

    def digest(self) -> str:
        """A fingerprint of everything that determines the numbers: a user's own rule by name, a posterior by digest."""
        content = self.model_dump(mode="json")
        if self.truth.posterior is not None:
            content["truth"]["posterior"] = self.truth.posterior.digest
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_uncertain(value: Any) -> bool:
    """Whether any of its figures is a distribution or a posterior."""
    if isinstance(value, Distribution):
        return True
    if isinstance(value, BaseModel):
        return any(
            _is_uncertain(own) or (name == "posterior" and own is not None)
            for name in type(value).model_fields
            for own in [getattr(value, name)]
        )
    return isinstance(value, tuple | list) and any(_is_uncertain(one) for one in value)


def _put(content: Any, path: list[str], value: Any, whole: str) -> Any:
    """A copy of nested content with one field replaced, which must be there."""
    first, rest = path[0], path[1:]
    if isinstance(content, Mapping):
        if first not in content:
            raise InputError(
                f"fields must be ones that there are: {whole} has no {first!r}; "
                f"there are {', '.join(map(str, content))}"
            )
        return {**content, first: _put(content[first], rest, value, whole) if rest else value}
    if isinstance(content, list | tuple):
        if not first.isdigit() or int(first) >= len(content):
            raise InputError(
                f"fields must be ones that there are: {whole} needs a position of 0 to {len(content) - 1}, "
                f"got {first!r}"
            )
        changed = list(content)
        changed[int(first)] = _put(changed[int(first)], rest, value, whole) if rest else value
        return tuple(changed)
    raise InputError(f"fields must be ones that there are: {whole} goes below a plain value at {first!r}")


def changed(parameters: xr.Dataset, truth: Any) -> xr.Dataset:
    """Figures of every study after the scale and shift of a truth.

    Raises
    ------
    InputError
        If there is no figure of such a name.
    """
    for what, change in (("scale", truth.scale), ("shift", truth.shift)):
        for name, by in change.items():
            one_of(f"truth.{what}, the figure,", name, [str(known) for known in parameters.data_vars])
            parameters[name] = parameters[name] * by if what == "scale" else parameters[name] + by
    return parameters


def picked(values: np.ndarray, pick: np.ndarray, *, at_mean: bool) -> np.ndarray:
    """Draws of a figure (draw, ...) for studies (study, ...): those picked, or their mean for all."""
    return np.repeat(values.mean(axis=0, keepdims=True), len(pick), axis=0) if at_mean else values[pick]


def stream_path(setting: Mapping[str, Any], chunk: int) -> tuple[str | int, ...]:
    """Names of the streams of one chunk: those of a point do not depend on what other points there are."""
    return ("point", json.dumps(dict(setting), sort_keys=True, default=str), "chunk", chunk)
