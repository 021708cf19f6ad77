"""The planning question as strict data: a scenario, a target, and the parts that are to be answered."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from lensim import limits
from lensim.checks import InputError, shown
from lensim.config import FrozenConfig, checked
from lensim.plan.cost import Costs
from lensim.plan.panel_questions import DosesQuestion, LinesQuestion
from lensim.power.assays import assay_of
from lensim.power.design_prior import DesignPrior, design_prior_at, genes_of, posterior_of
from lensim.power.scenario import Scenario, scenario_of
from lensim.power.spec import require_grid
from lensim.toml_file import read_toml

OF_REACTIONS: Final = ("expression", "groups")
"""Assays of designs with reactions, which have reference genes."""
MORE_SPREAD: Final = 1.5
LESS_EFFECT: Final = 0.75
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SizeQuestion(FrozenConfig):
    """The smallest value of a field for which the target is reached.

    Attributes
    ----------
    field
        Dotted name of a whole number of the scenario, such as design.subjects.line.
    low, high
        Where to look.
    budget
        Studies to spend at most.
    """

    field: str
    low: int = Field(default=2, ge=1)
    high: int = Field(default=100, ge=2)
    budget: int = Field(default=40_000, ge=100, le=limits.STUDIES)

    @model_validator(mode="after")
    def _in_order(self) -> "SizeQuestion":
        if self.high <= self.low:
            raise ValueError(f"high must be above low, got {self.low} and {self.high}")
        return self


class FrontierQuestion(FrozenConfig):
    """Designs to compare by cost: values for any fields, every combination one design.

    Attributes
    ----------
    grid
        As that of a scenario.
    studies
        Of each design.
    largest
        Resources that no design may exceed, such as {"plates": 6, "hours": 20}.
    """

    grid: dict[str, tuple[Any, ...]]
    studies: int = Field(default=1000, ge=100, le=limits.STUDIES)
    largest: dict[str, Positive] = Field(default={})

    @model_validator(mode="after")
    def _few(self) -> "FrontierQuestion":
        require_grid("grid", self.grid)
        return self


class Shift(FrozenConfig):
    """Another world to try a plan in.

    Attributes
    ----------
    name
        In words, to follow "unless" in a sentence.
    scale, shift
        As a truth has them.
    """

    name: str = Field(min_length=1)
    scale: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default={})
    shift: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = Field(default={})


def default_worlds(scenario: Scenario, rule: int = 0, item: int = 0) -> tuple[Shift, ...]:
    """Default worlds for every recommendation: subjects that differ more, and a smaller effect, where figures have it.

    Parameters
    ----------
    scenario
        What is planned.
    rule, item
        Positions of the deciding rule and of its deciding item.
    """
    assay = assay_of(scenario)
    effects = assay.effects(scenario, scenario.rules[rule], item)
    worlds = (
        Shift(name=f"{assay.who_differs} half as much again", scale=dict.fromkeys(assay.spreads, MORE_SPREAD)),
        Shift(name="the effect is a quarter smaller", scale=dict.fromkeys(effects, LESS_EFFECT)),
    )
    return tuple(world for world in worlds if world.scale)


class InterimQuestion(FrozenConfig):
    """Interim looks after given numbers of subjects: the probability of success at the planned number.

    Attributes
    ----------
    after
        Subjects at each look.
    stop_below
        Predictive probability below which one would stop.
    studies, completions
        Studies simulated, and ways in which each may go on.
    """

    after: tuple[Annotated[int, Field(ge=2)], ...]
    stop_below: float = Field(default=0.1, gt=0, lt=1)
    studies: int = Field(default=200, ge=10, le=limits.GRID_POINTS)
    completions: int = Field(default=200, ge=50, le=limits.GRID_POINTS)


class DetectionQuestion(FrozenConfig):
    """Share of reactions without a Ct, for the planned and for larger amounts of cDNA.

    Attributes
    ----------
    cdna
        Amounts in a reaction, as multiples of the design's.
    """

    cdna: tuple[Positive, ...] = (1.0, 2.0, 5.0, 10.0)
    studies: int = Field(default=200, ge=10, le=limits.GRID_POINTS)


class BracketingQuestion(FrozenConfig):
    """Probability that the IC50 of each line of a fit lies below a top dose [uM].

    Attributes
    ----------
    top_doses_um
        Candidates [uM].
    """

    top_doses_um: tuple[Positive, ...] = (3.0, 10.0, 30.0, 100.0)


class LayoutQuestion(FrozenConfig):
    """The same panel on different plate maps, with and without faults of plates."""

    studies: int = Field(default=50, ge=10, le=limits.GRID_POINTS)


class Question(FrozenConfig):
    """A planning question.

    Attributes
    ----------
    name
        Of the whole.
    target
        Share of studies that should be a find.
    rule
        Label of the rule that decides; by default the first.
    scenario
        As for `lensim power`, without a grid.
    size, frontier, interim, detection, bracketing, layouts, doses, lines
        What is asked; each may be left out.
    robustness
        Worlds that the recommendation is tried in; those of `default_worlds` where it is left out, none where it is
        empty.
    costs
        What everything costs; needed for a frontier.
    """

    advice: ClassVar[Mapping[str, str]] = {
        "power": "target is the share of studies that shall be a find",
        "alpha": 'alpha belongs to a rule, as in rules = [{ rule = "test", test = "t_log2", alpha = 0.05 }]',
        "n": "size asks for the smallest number: field, low and high",
        "sample_size": "size asks for the smallest number: field, low and high",
        "design": "it is a table of the scenario: [scenario.design]",
        "truth": "it is a table of the scenario: [scenario.truth]",
        "rules": "they belong to the scenario: [scenario] rules = [...]",
        "dropout": "dropout belongs to [scenario.design]",
        "budget": "frontier has largest, such as { plates = 6, hours = 20 }",
        "contrast": "contrast belongs to [scenario.truth], where a posterior has several",
    }
    name: str = Field(min_length=1)
    target: float = Field(default=0.8, gt=0, lt=1)
    rule: str = ""
    item: str = ""
    scenario: Any
    size: SizeQuestion | None = None
    costs: Costs | None = None
    frontier: FrontierQuestion | None = None
    robustness: tuple[Shift, ...] | None = None
    interim: InterimQuestion | None = None
    detection: DetectionQuestion | None = None
    bracketing: BracketingQuestion | None = None
    layouts: LayoutQuestion | None = None
    doses: DosesQuestion | None = None
    lines: LinesQuestion | None = None

    @model_validator(mode="after")
    def _together(self) -> "Question":
        if self.frontier and self.costs is None:
            raise ValueError("costs must be given where a frontier is asked, got none")
        if self.robustness and self.size is None and self.frontier is None:
            raise ValueError("size or frontier must be asked where robustness is, got none")
        if self.interim:
            if self.size is None:
                raise ValueError("size must be asked where interim is, got none")
            if min(self.interim.after) >= self.size.high:
                raise ValueError(
                    f"interim.after must have a look before size.high ({self.size.high}), got {min(self.interim.after)}"
                )
        labels = [rule.label for rule in self.scenario.rules]
        if self.rule and self.rule not in labels:
            raise ValueError(f"rule must be one of {', '.join(labels)}, got {self.rule!r}")
        if self.scenario.grid:
            raise ValueError("scenario.grid must be left out: a plan varies fields itself")
        items = self.scenario.items(self.scenario.rules[self.rule_number])
        if self.item and self.item not in items:
            raise ValueError(f"item must be one of {', '.join(items)}, got {self.item!r}")
        if self.size:
            self.scenario.at({self.size.field: self.size.low})  # refuses a field that there is not
        return self

    @property
    def worlds(self) -> tuple[Shift, ...]:
        """Worlds that the recommendation is tried in."""
        return (
            default_worlds(self.scenario, self.rule_number, self.item_number)
            if self.robustness is None
            else self.robustness
        )

    @property
    def rule_number(self) -> int:
        """Position of the deciding rule among those of the scenario."""
        return [rule.label for rule in self.scenario.rules].index(self.rule) if self.rule else 0

    @property
    def item_number(self) -> int:
        """Position of the deciding item among those of the deciding rule."""
        items = self.scenario.items(self.scenario.rules[self.rule_number])
        return items.index(self.item) if self.item else 0


def question_of(content: dict[str, Any], place: str = "plan") -> Question:
    """A checked question from nested content.

    Raises
    ------
    InputError
        With every fault.
    """
    scenario: Any = content.get("scenario")
    if isinstance(scenario, dict):
        scenario = scenario_of({"name": content.get("name", "plan"), **scenario}, f"{place} scenario")
    if scenario is None:
        raise InputError(f"{place}: scenario must be there, got none")
    return checked(Question, {**content, "scenario": scenario}, place)


def read_question(path: Path, posterior: DesignPrior | Path | None = None) -> Question:
    """A question from a TOML file; `posterior` becomes the truth of its scenario.

    Targets and references that the design does not name are those of a fit of RT-qPCR that becomes the truth.

    Raises
    ------
    InputError
        As `read_toml`, or says nothing of the truth; else as `question_of`.
    """
    content = read_toml(path, "a plan")
    truth = _table(_table(content, "scenario", path.name), "truth", f"{path.name}: scenario")
    if isinstance(truth.get("posterior"), str):
        truth["posterior"] = path.parent / truth["posterior"]
    if posterior is not None:
        truth["posterior"] = posterior
        prior = posterior if isinstance(posterior, DesignPrior) else design_prior_at(posterior)
        design = _table(_table(content, "scenario", path.name), "design", f"{path.name}: scenario")
        if design.get("assay", "expression") in OF_REACTIONS:
            for name, genes in genes_of(posterior_of(prior)).items():
                design.setdefault(name, genes)
    question = question_of(content, path.name)
    if not truth:
        raise InputError(
            f"{path.name}: scenario.truth must be given, or a fit or a paper named with prior=, got neither"
        )
    return question


def _table(content: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    """The table of a key, made where there is none."""
    found = content.setdefault(key, {})
    if not isinstance(found, dict):
        raise InputError(f"{place}: {key} must be a table, got {shown(found)}")
    return found


__all__ = ["Question", "Scenario", "question_of", "read_question"]
