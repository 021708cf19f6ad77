"""What is asked of a design, as strict data: design, truth, analysis, rules and a grid; TOML and Python alike.

The truth is what the world is taken to be (the design prior, where it is uncertain); the analysis prior is what the
later analysis will assume, and is a thing of its own. A truth of plain numbers gives power, conditional on them; one
with distributions, or draws of a posterior, gives assurance, the mean power over what is believed.
"""

import hashlib
import itertools
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from lensim.checks import InputError
from lensim.power.rules import Rule
from lensim.qpcr.design import FIVEFOLD_DILUTIONS
from lensim.qpcr.fold_change_priors import FoldChangePriors

ANY: Final = "*"


class Strict(BaseModel):
    """A value that refuses unknown keys and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Distribution(Strict):
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

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """So many numbers."""
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


PositiveNumber = Annotated[float | Distribution, AfterValidator(_not_negative)]


class DesignSpec(Strict):
    """The study whose power is asked.

    Attributes
    ----------
    assay
        'qpcr': reactions are simulated, and become pairs; 'ratios': log2 ratios are, with one spread between pairs.
    subjects
        Number of lines or donors of each cell type.
    targets, references
        Genes.
    experiments, technical_replicates, dilutions, dilution_replicates
        As `QpcrDesign` has them; of ratios, experiments alone.
    """

    assay: Literal["qpcr", "ratios"] = "qpcr"
    subjects: dict[str, Annotated[int, Field(ge=1)]] = {"line": 12}
    targets: tuple[str, ...] = ("TNF",)
    references: tuple[str, ...] = ("RPL37A",)
    experiments: int = Field(default=2, ge=1)
    technical_replicates: int = Field(default=2, ge=1)
    dilutions: tuple[Annotated[float, Field(gt=0)], ...] = FIVEFOLD_DILUTIONS
    dilution_replicates: int = Field(default=2, ge=0)
    cycle_limit: float = Field(default=40.0, gt=0)

    @model_validator(mode="after")
    def _someone(self) -> "DesignSpec":
        if not self.subjects:
            raise ValueError("subjects must name at least one cell type, got none")
        if not self.targets:
            raise ValueError("targets must name at least one gene, got none")
        return self


class ExpressionSpec(Strict):
    """True fold changes and levels of a target in a cell type; '*' is any. A later entry overrides an earlier one."""

    target: str = ANY
    cell_type: str = ANY
    mu_log2_fold_change: Number = 0.0
    sigma_log2_fold_change: PositiveNumber = 0.5
    mu_log2_level: Number = 1.0
    sigma_log2_level: PositiveNumber = 1.0


class AssaySpec(Strict):
    """The true figures of a gene's primers; '*' is any gene. A later entry overrides an earlier one."""

    gene: str = ANY
    amplification_factor: PositiveNumber = 1.93
    ct_of_unit_quantity: Number = 26.0
    ct_of_one_copy: Number = 37.5
    sd_log2_biological: PositiveNumber = 0.2


class FaultSpec(Strict):
    """What goes wrong in wells; see `QpcrFaults`. None by default."""

    outlier_probability: float = Field(default=0.0, ge=0, le=1)
    outlier_cycles: float = 1.5
    lost_probability: float = Field(default=0.0, ge=0, le=1)


class TruthSpec(Strict):
    """What the world is taken to be.

    Attributes
    ----------
    expression, assays
        By target and cell type, and by gene.
    log2_reference_level, sd_log2_input, sd_technical_cycles, sd_plate_cycles
        Of the machine and the samples; reactions only.
    sd_log2_pair
        Between pairs of one subject; ratios only.
    posterior
        A result file of lensim: every figure that it has comes from one of its draws, all from the same; the rest is
        as said here.
    """

    expression: tuple[ExpressionSpec, ...] = (ExpressionSpec(),)
    assays: tuple[AssaySpec, ...] = (AssaySpec(),)
    log2_reference_level: Number = 4.3
    sd_log2_input: PositiveNumber = 0.4
    sd_technical_cycles: PositiveNumber = 0.12
    sd_plate_cycles: PositiveNumber = 0.15
    sd_log2_pair: PositiveNumber = 0.35
    faults: FaultSpec = FaultSpec()
    posterior: Path | None = None


class AnalysisSpec(Strict):
    """How the later study is analysed.

    Attributes
    ----------
    engine
        'auto': exact where a study is Gaussian, else NUTS on its reactions; 'exact': the rest count as failed; 'nuts'.
    factors
        Whether the error of efficiencies is carried ('uncertain'), the standard curve is taken for the truth
        ('plug_in'), or efficiency for perfect ('perfect').
    priors
        Of the analysis.
    """

    engine: Literal["auto", "exact", "nuts"] = "auto"
    factors: Literal["uncertain", "plug_in", "perfect"] = "uncertain"
    priors: FoldChangePriors = FoldChangePriors()


class StudiesSpec(Strict):
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

    count: int = Field(default=1000, ge=1)
    decide_at: float | None = Field(default=None, gt=0, lt=1)
    chunk: int = Field(default=250, ge=1)


class AuditSpec(Strict):
    """Studies that are fitted again by NUTS, picked at random over the grid; 0 for none."""

    studies: int = Field(default=8, ge=0)
    draws: int = Field(default=1000, ge=100)


class Scenario(Strict):
    """A question about a design; see the attributes' own classes.

    Attributes
    ----------
    name, seed
        Of the whole; the seed is the root of every stream.
    design, truth, analysis, rules
        What is done, what is so, how it is analysed, and when a study counts as a find.
    studies, audit
        How many, and how many of them twice.
    grid
        Values for any field, by its dotted name ("design.subjects.line", "truth.expression.0.mu_log2_fold_change");
        every combination is a point.
    """

    name: str = Field(min_length=1)
    seed: int = Field(default=1, ge=0)
    design: DesignSpec = DesignSpec()
    truth: TruthSpec = TruthSpec()
    analysis: AnalysisSpec = AnalysisSpec()
    rules: tuple[Annotated[Rule, Field(discriminator="rule")], ...]
    studies: StudiesSpec = StudiesSpec()
    audit: AuditSpec = AuditSpec()
    grid: dict[str, tuple[Any, ...]] = {}

    @model_validator(mode="after")
    def _whole(self) -> "Scenario":
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
        for rule in self.rules:
            rule.check(tuple(self.design.subjects), self.design.targets)
        for place, names_of, known in (
            ("truth.expression target", [e.target for e in self.truth.expression], self.design.targets),
            ("truth.expression cell_type", [e.cell_type for e in self.truth.expression], tuple(self.design.subjects)),
            ("truth.assays gene", [a.gene for a in self.truth.assays], self.design.targets + self.design.references),
        ):
            for name in names_of:
                if name not in (ANY, *known):
                    raise ValueError(f"{place} must be one of {', '.join(known)}, got {name!r}")
        return self

    @property
    def is_conditional(self) -> bool:
        """Whether the truth is one of plain numbers, so that shares are power and not assurance."""
        parts = [self.truth, *self.truth.expression, *self.truth.assays]
        uncertain = any(
            isinstance(getattr(part, name), Distribution) for part in parts for name in type(part).model_fields
        )
        return not uncertain and self.truth.posterior is None

    def points(self) -> Iterator[tuple[dict[str, Any], "Scenario"]]:
        """Every combination of the grid, with the scenario that it makes, without a grid of its own.

        Raises
        ------
        InputError
            If a field does not exist, or a value does not suit it.
        """
        for values in itertools.product(*self.grid.values()):
            setting = dict(zip(self.grid, values, strict=True))
            content = self.model_dump(mode="python") | {"grid": {}}
            if not any(path.startswith("rules.") for path in setting):
                content["rules"] = self.rules  # a user's own function is not dumped
            for path, value in setting.items():
                content = _put(content, path.split("."), value, path)
            yield setting, scenario_of(content, f"grid at {setting}" if setting else self.name)

    def digest(self) -> str:
        """A fingerprint of everything that makes the numbers; of a user's own rule, its name.

        Raises
        ------
        InputError
            If the file of a posterior cannot be read.
        """
        content = self.model_dump(mode="json")
        if self.truth.posterior is not None:
            try:
                content["posterior_digest"] = hashlib.sha256(self.truth.posterior.read_bytes()).hexdigest()
            except OSError as error:
                raise InputError(
                    f"truth.posterior must be a result file, got {str(self.truth.posterior)!r} ({error.strerror})"
                ) from None
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _put(content: Any, path: list[str], value: Any, whole: str) -> Any:
    """A copy of nested content with one field replaced, which must be there."""
    first, rest = path[0], path[1:]
    if isinstance(content, Mapping):
        if first not in content:
            raise InputError(
                f"grid must be over a field that there is: {whole} has no {first!r}; "
                f"there are {', '.join(map(str, content))}"
            )
        return {**content, first: _put(content[first], rest, value, whole) if rest else value}
    if isinstance(content, list | tuple):
        if not first.isdigit() or int(first) >= len(content):
            raise InputError(
                f"grid must be over a field that there is: {whole} needs a position of 0 to {len(content) - 1}, "
                f"got {first!r}"
            )
        changed = list(content)
        changed[int(first)] = _put(changed[int(first)], rest, value, whole) if rest else value
        return tuple(changed)
    raise InputError(f"grid must be over a field that there is: {whole} goes below a plain value at {first!r}")


def scenario_of(content: Mapping[str, Any], place: str = "scenario") -> Scenario:
    """A checked scenario from nested content.

    Raises
    ------
    InputError
        With every fault: an unknown key, a value out of its range, a rule that the design cannot answer.
    """
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        faults = []
        for e in error.errors():
            if e["loc"][-1:] == ("float",) and isinstance(e["input"], Mapping):
                continue  # a number or a distribution: it was meant as the latter, whose own fault is told
            where = ".".join(str(part) for part in e["loc"] if not str(part).startswith(("function-", "Distribution")))
            message = e["msg"].removeprefix("Value error, ")
            got = "" if "got" in message or isinstance(e["input"], dict | Scenario) else f", got {e['input']!r}"
            faults.append(f"{place}: {where + ': ' if where else ''}{message}{got}")
        raise InputError("\n".join(dict.fromkeys(faults))) from None
    return scenario


def read_scenario(path: Path) -> Scenario:
    """A scenario from a TOML file; the path of a posterior is taken from the file's own folder.

    Raises
    ------
    InputError
        If it is absent or no TOML; else as `scenario_of`, and if a point of the grid is faulty.
    """
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path} must be a scenario file, got nothing there") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} must be TOML: {error}") from None
    truth = content.get("truth")
    if isinstance(truth, dict) and isinstance(truth.get("posterior"), str):
        truth["posterior"] = path.parent / truth["posterior"]
    scenario = scenario_of(content, path.name)
    for _ in scenario.points():
        pass
    return scenario
