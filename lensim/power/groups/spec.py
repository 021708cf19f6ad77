"""Designs, truths and analyses of studies of groups of different subjects, as strict data."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
import xarray as xr
from pydantic import AfterValidator, Field, model_validator

from lensim import limits
from lensim import vocabulary as v
from lensim.bounds import number_fault, require_size
from lensim.config import FrozenConfig
from lensim.expression.groups.comparisons import Comparison, comparisons_of
from lensim.expression.groups.levels import names_of_groups
from lensim.expression.priors import LevelPriors
from lensim.power.design_prior import FileOfPosterior
from lensim.power.expression.spec import ON_GENES, WHOLE, AssaySpec, ReactionFaultSpec, ReactionsDesignSpec
from lensim.power.spec import ANY, NonNegativeNumber, Number, PositiveNumber

EVERY: Final = "all"
"""The cell type of a design that names none."""
SIZES: Final = (
    "groups has the number of subjects of each group, as in groups = { control = 8, drug = 8 }; with subjects = 8 "
    "these numbers are a ratio, as in groups = { control = 2, drug = 1 }"
)
TWO_FACTORS: Final = (
    "with two factors each cell type has groups of its own, as in groups = { wild_type = { vehicle = 6, drug = 6 }, "
    "mutant = { vehicle = 6, drug = 6 } }"
)
CONTROL: Final = "the first group is the control"


def _sizes(groups: dict[str, Any]) -> dict[str, Any]:
    """Refuse what is neither a number of subjects nor a table of them, and a mixture of both."""
    nested = [name for name, one in groups.items() if isinstance(one, dict)]
    if nested and len(nested) < len(groups):
        plain = next(name for name in groups if name not in nested)
        raise ValueError(f"must all be numbers, or all tables of a cell type, got a number for {plain}: {TWO_FACTORS}")
    faults = []
    for name, one in groups.items():
        for condition, amount in one.items() if isinstance(one, dict) else ((name, one),):
            fault = number_fault(amount, largest=limits.ENTRIES)
            if not fault and not amount > 0:
                fault = f"must be above 0, got {amount:g}"
            if fault:
                faults.append(f"{f'{name}.{condition}' if nested else name} {fault}")
    if faults:
        raise ValueError("; ".join(faults))
    return groups


Sizes = Annotated[dict[str, Any], AfterValidator(_sizes)]


@dataclass(frozen=True)
class GroupSize:
    """A group as a design names it: cell type, condition, and the subjects that are recruited and analysed."""

    cell_type: str
    condition: str
    recruited: int
    analysed: int


class GroupsDesignSpec(ReactionsDesignSpec):
    """The study whose power is asked.

    Attributes
    ----------
    assay
        'groups': reactions are simulated, and become levels; 'levels': log2 levels are simulated.
    groups
        Number of subjects of each group, the control first; or the same for each cell type, by its name. With
        `subjects` the numbers are a ratio.
    subjects
        Subjects of a group for each 1 of its number in `groups`, rounded up.
    targets, references
        Genes.
    samples
        Of each subject.
    technical_replicates, dilutions, dilution_replicates, cycle_limit
        As `ExpressionDesign` has them.
    dropout
        Share of the subjects that are lost: of n that are recruited in a group, n (1 - dropout), rounded down, are
        analysed, and all are paid for.
    """

    advice: ClassVar[Mapping[str, str]] = (
        ON_GENES
        | dict.fromkeys(("n", "size", "n_subjects", "patients", "animals", "donors", "lines", "per_group"), SIZES)
        | dict.fromkeys(("ratio", "allocation", "sizes"), SIZES)
        | dict.fromkeys(("conditions", "treatments", "arms", "times", "doses"), f"{SIZES}; {CONTROL}")
        | dict.fromkeys(("cell_types", "factors", "genotypes"), TWO_FACTORS)
        | dict.fromkeys(("control", "reference_group"), CONTROL)
        | dict.fromkeys(("contrast", "contrasts"), "contrasts belong to a rule; without them it is about each")
        | dict.fromkeys(("experiments", "biological_replicates"), "samples is the number of samples of each subject")
        | dict.fromkeys(("replicates", "triplicates", "wells"), "technical_replicates are wells of one sample and gene")
        | dict.fromkeys(
            ("drop_out", "attrition", "loss", "missing", "lost"),
            "dropout is the share of subjects that are lost; truth.faults.lost_probability is that of lost wells",
        )
    )
    assay: Literal["groups", "levels"] = "groups"
    groups: Sizes = Field(default={"control": 6, "treated": 6})
    subjects: int | None = Field(default=None, ge=1, le=limits.ENTRIES)
    samples: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _groups_are_two(self) -> "GroupsDesignSpec":
        for kind, condition, amount in self.amounts():
            if self.subjects is None and abs(amount - round(amount)) > WHOLE:
                place = f"groups.{condition}" if condition in self.groups else f"groups.{kind}.{condition}"
                raise ValueError(
                    f"{place} must be a whole number of subjects, got {amount:g}: numbers are a ratio where subjects "
                    "is given"
                )
        if len(list(self.amounts())) < 2:
            raise ValueError(f"groups must be two or more, got {', '.join(self.groups) or 'none'}")
        require_size("groups", self.recruited, limits.ENTRIES, "subjects", "give fewer of each group")
        for one, name in zip(self.sizes, self.names, strict=True):
            if not one.analysed:
                raise ValueError(
                    f"dropout must leave at least one subject of {name}, got {self.dropout:g} of {one.recruited}: "
                    "give more subjects (size.low of a plan)"
                )
        return self

    def amounts(self) -> Iterator[tuple[str, str, float]]:
        """Cell type, condition and number of each group, as they were given."""
        for name, own in self.groups.items():
            if isinstance(own, dict):
                yield from ((name, condition, amount) for condition, amount in own.items())
            else:
                yield EVERY, name, own

    @property
    def control(self) -> str:
        """The condition that others are compared with: that of the first group."""
        return next(self.amounts())[1]

    @property
    def sizes(self) -> tuple[GroupSize, ...]:
        """Every group, in the order of the analysis: by cell type, the control of each first."""
        found = []
        for kind, condition, amount in self.amounts():
            n = round(amount) if self.subjects is None else math.ceil(self.subjects * amount - WHOLE)
            found.append(GroupSize(kind, condition, n, self.left_of(n)))
        kinds = list(dict.fromkeys(one.cell_type for one in found))
        conditions = list(dict.fromkeys((self.control, *(one.condition for one in found))))
        return tuple(
            sorted(found, key=lambda one: (kinds.index(one.cell_type), conditions.index(one.condition))),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Of the groups, as a fit names them: the condition, with the cell type where there are several."""
        return frame_of(self).names

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What is compared, as in a fit of `level_groups`."""
        return frame_of(self).comparisons

    @property
    def recruited(self) -> int:
        """Subjects of all groups."""
        return sum(one.recruited for one in self.sizes)

    @property
    def all_samples(self) -> int:
        """Those of each subject."""
        return self.recruited * self.samples

    @property
    def samples_together(self) -> int:
        """One: all genes of a sample are on one plate."""
        return 1

    @property
    def has_reactions(self) -> bool:
        """Whether reactions are simulated, and not levels."""
        return self.assay == "groups"


@dataclass(frozen=True)
class GroupFrame:
    """Names of the groups of a design, and what is compared."""

    names: tuple[str, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def weights(self) -> np.ndarray:
        """Of the mean of each group in each comparison (comparison, group)."""
        return np.array([one.weights for one in self.comparisons]).reshape(len(self.comparisons), len(self.names))


def frame_of(design: GroupsDesignSpec) -> GroupFrame:
    """The frame of a design; it does not depend on sizes."""
    return _frame(tuple((one.cell_type, one.condition) for one in design.sizes), design.control)


@lru_cache(maxsize=256)
def _frame(groups: tuple[tuple[str, str], ...], control: str) -> GroupFrame:
    kinds = list(dict.fromkeys(kind for kind, _ in groups))
    conditions = list(dict.fromkeys((control, *(condition for _, condition in groups))))
    pairs = np.array([(kinds.index(kind), conditions.index(condition)) for kind, condition in groups])
    levels = xr.Dataset(
        {
            v.CELL_TYPE_OF_GROUP: (v.GROUP, pairs[:, 0]),
            v.CONDITION_OF_GROUP: (v.GROUP, pairs[:, 1]),
            v.IS_CONTROL: (v.CONDITION, [int(name == control) for name in conditions]),
        },
        coords={v.CELL_TYPE: kinds, v.CONDITION: conditions},
    )
    names = names_of_groups(pairs, np.array(kinds), np.array(conditions))
    return GroupFrame(tuple(names), tuple(comparisons_of(levels)))


class GroupSpec(FrozenConfig):
    """True levels of a target in a group; '*' is any. A later entry overrides what it states of an earlier one.

    Attributes
    ----------
    target, group, cell_type
        Of which it is; `group` is the condition.
    fold_change, percent_of_control, log2_fold_change
        One of them: the group's mean level against that of the control of its cell type (the ratio of geometric means).
    sd_log2_between_subjects
        Between the subjects of the group [log2].
    mu_log2_level
        Mean level of the control of the cell type [log2 of the unit of a dilution series].
    """

    advice: ClassVar[Mapping[str, str]] = (
        dict.fromkeys(
            ("fold", "ratio", "effect", "mu_log2_fold_change", "difference"),
            "fold_change is the ratio to the control, percent_of_control the same in percent, and log2_fold_change its "
            "log2",
        )
        | dict.fromkeys(
            ("sd", "spread", "sigma", "cv", "biological_sd", "sigma_log2_level", "sigma_log2_fold_change"),
            "sd_log2_between_subjects is the sd of log2 levels between the subjects of a group",
        )
        | {"condition": "group is the condition", "gene": "target is the gene", "mean": "mu_log2_level is the mean"}
    )
    target: str = ANY
    group: str = ANY
    cell_type: str = ANY
    fold_change: PositiveNumber | None = None
    percent_of_control: PositiveNumber | None = None
    log2_fold_change: Number | None = None
    sd_log2_between_subjects: NonNegativeNumber | None = None
    mu_log2_level: Number | None = None

    @model_validator(mode="after")
    def _one_change(self) -> "GroupSpec":
        names = ("fold_change", "percent_of_control", "log2_fold_change")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"the change must be given once, got {' and '.join(given)}")
        return self


class GroupAssaySpec(AssaySpec):
    """The true figures of a gene's primers. Samples of a subject differ by sd_log2_biological, 0 unless it is given."""

    sd_log2_biological: NonNegativeNumber = 0.0


class GroupsTruthSpec(FrozenConfig):
    """What the world is taken to be.

    Attributes
    ----------
    groups, assays
        By target and group, and by gene.
    log2_reference_level, sd_log2_input, sd_technical_cycles, sd_plate_cycles
        Of the machine and the samples; reactions only.
    posterior
        A fit of groups (`lensim fit expression --unpaired groups`): means and spreads of a study come from one of its
        draws; the rest is as said here.
    nuisance
        Of a posterior: "drawn" takes spreads from the same draw, "mean" takes them at their posterior mean.
    scale, shift
        Figures multiplied, then shifted, after all else, by name: log2_fold_change, sd_log2_between_subjects ...
    """

    advice: ClassVar[Mapping[str, str]] = {
        "fit": "posterior is the file of a fit of groups",
        "prior": "posterior is the file of a fit of groups; analysis.priors are those of the analysis",
        "fold_change": "it stands in a table of its own, [[truth.groups]]",
        "percent_of_control": "it stands in a table of its own, [[truth.groups]]",
        "log2_fold_change": "it stands in a table of its own, [[truth.groups]]",
        "sd_log2_between_subjects": "it stands in a table of its own, [[truth.groups]]",
        "expression": "of groups it is [[truth.groups]], with group, fold_change and sd_log2_between_subjects",
        "contrast": "a fit of groups has levels of each group: name the groups in design.groups",
        "dropout": "dropout belongs to the table design",
    }
    groups: tuple[GroupSpec, ...] = (GroupSpec(),)
    assays: tuple[GroupAssaySpec, ...] = (GroupAssaySpec(),)
    log2_reference_level: Number = 4.3
    sd_log2_input: NonNegativeNumber = 0.4
    sd_technical_cycles: NonNegativeNumber = 0.12
    sd_plate_cycles: NonNegativeNumber = 0.15
    faults: ReactionFaultSpec = ReactionFaultSpec()
    posterior: FileOfPosterior | None = None
    nuisance: Literal["drawn", "mean"] = "drawn"
    scale: dict[str, Annotated[float, Field(ge=0)]] = Field(default={})
    shift: dict[str, float] = Field(default={})


class GroupsAnalysisSpec(FrozenConfig):
    """How the later study is analysed.

    Attributes
    ----------
    engine
        'auto': exact, and a study with a reaction without Ct by NUTS on its reactions; 'exact': such a study counts as
        failed; 'nuts'.
    factors
        Whether the error of efficiencies is carried ('uncertain'), the standard curve is taken for the truth
        ('plug_in'), or efficiency for perfect ('perfect').
    priors
        Of the analysis.
    """

    engine: Literal["auto", "exact", "nuts"] = "auto"
    factors: Literal["uncertain", "plug_in", "perfect"] = "uncertain"
    priors: LevelPriors = LevelPriors()
