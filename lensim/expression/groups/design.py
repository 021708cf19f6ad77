"""Designs of groups of different subjects: each is under one condition, and groups alternate over the plates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_size
from lensim.expression.design import FIVEFOLD_DILUTIONS
from lensim.expression.groups.levels import groups_of, names_of_groups
from lensim.tables.well_names import well_name

SERIES: Final = "dilution series"


@dataclass(frozen=True)
class GroupOfSubjects:
    """Subjects of one cell type under one condition, and how many they are."""

    cell_type: str
    condition: str
    subjects: int

    def __post_init__(self) -> None:
        require_figures(self)
        checks.at_least("GroupOfSubjects.subjects", self.subjects, 1)


@dataclass(frozen=True)
class GroupDesign:
    """An RT-qPCR study of groups of different subjects.

    A sample is the cDNA of one subject; all genes of a sample are on one plate. Samples of the groups alternate over
    the plates, so that no group has plates of its own.

    Attributes
    ----------
    groups
        Each a cell type under a condition.
    control
        Condition that others are compared with.
    targets, references
        Genes of interest, and those that show the amount of cDNA.
    samples
        Of each subject.
    technical_replicates, dilutions, dilution_replicates, cycle_limit
        As `lensim.expression.design.ExpressionDesign` has them.
    plate_rows, plate_columns
        Shape of a plate.

    Raises
    ------
    InputError
        If a number is out of its range, names repeat, there are fewer than two groups, or a sample or a dilution series
        does not fit on a plate.
    """

    groups: Sequence[GroupOfSubjects]
    control: str
    targets: Sequence[str] = ("TNF",)
    references: Sequence[str] = ("RPL37A",)
    samples: int = 1
    technical_replicates: int = 2
    dilutions: Sequence[float] = FIVEFOLD_DILUTIONS
    dilution_replicates: int = 2
    cycle_limit: float = 40.0
    plate_rows: int = 8
    plate_columns: int = 12

    def __post_init__(self) -> None:
        require_figures(self)
        checks.at_least("GroupDesign.groups, their number,", len(self.groups), 2)
        checks.unique("GroupDesign.groups", [f"{one.cell_type}, {one.condition}" for one in self.groups])
        checks.one_of("GroupDesign.control", self.control, [one.condition for one in self.groups])
        for name in ("targets", "references"):
            checks.at_least(f"GroupDesign.{name}, their number,", len(getattr(self, name)), 1)
        checks.unique("GroupDesign.targets and references", self.genes)
        for name in ("samples", "technical_replicates", "plate_rows", "plate_columns"):
            checks.at_least(f"GroupDesign.{name}", getattr(self, name), 1)
        checks.plate("GroupDesign", self.plate_rows, self.plate_columns)
        for what, wells in (("technical_replicates", self.wells_of_sample), ("dilution_replicates", self._of_series)):
            if wells > self.plate_rows * self.plate_columns:
                raise checks.InputError(
                    f"GroupDesign.{what} must let {wells} reactions fit on a plate of {self.plate_rows} x "
                    f"{self.plate_columns} wells, got {getattr(self, what)}"
                )
        require_size(
            "GroupDesign",
            self.wells_of_sample * self.samples * sum(one.subjects for one in self.groups),
            limits.DESIGN_WELLS,
            "wells on all plates",
            "lower the subjects, genes or replicates",
        )

    @property
    def genes(self) -> tuple[str, ...]:
        """Targets, then references."""
        return (*self.targets, *self.references)

    @property
    def wells_of_sample(self) -> int:
        """Reactions of one sample, which lie on one plate."""
        return len(self.genes) * self.technical_replicates

    @property
    def _of_series(self) -> int:
        return len(self.genes) * len(self.dilutions) * self.dilution_replicates


def lay_out_groups(design: GroupDesign) -> xr.Dataset:
    """The sheet of a study of groups, with the variables of `lensim.expression.design.lay_out`.

    Subjects are in order of group; reactions in order of sample, gene and replicate; the dilution series has the last
    plate.
    """
    number = [one.subjects for one in design.groups]
    of_subject = np.repeat(np.arange(len(number)), number)
    rank = np.concatenate([(np.arange(n) + 0.5) / n for n in number])
    order = np.lexsort((of_subject, rank))  # groups alternate
    kinds = list(dict.fromkeys(one.cell_type for one in design.groups))
    conditions = list(dict.fromkeys((design.control, *(one.condition for one in design.groups))))
    subject_of_sample = np.repeat(order, design.samples)
    a_plate = design.plate_rows * design.plate_columns // design.wells_of_sample
    plate_of_sample = np.arange(len(subject_of_sample)) // a_plate
    sample, gene, _ = np.indices((len(subject_of_sample), len(design.genes), design.technical_replicates)).reshape(
        3, -1
    )
    has_series = bool(design.dilutions) and design.dilution_replicates > 0
    dilution, standard_gene, _ = np.indices(
        (len(design.dilutions) if has_series else 0, len(design.genes), design.dilution_replicates)
    ).reshape(3, -1)
    plates = int(plate_of_sample[-1]) + 1
    in_group = np.concatenate([np.arange(n) for n in number])
    condition_of_subject = np.array([conditions.index(one.condition) for one in design.groups])[of_subject]
    kind_of_subject = np.array([kinds.index(one.cell_type) for one in design.groups])[of_subject]
    of_well = np.arange(len(sample)) % (a_plate * design.wells_of_sample)
    sheet = xr.Dataset(
        {
            v.GENE_OF_REACTION: (v.REACTION, gene),
            v.SAMPLE_OF_REACTION: (v.REACTION, sample),
            v.PLATE_OF_REACTION: (v.REACTION, plate_of_sample[sample]),
            v.WELL_NAME: (v.REACTION, [well_name(*divmod(int(at), design.plate_columns)) for at in of_well]),
            v.STANDARD_QUANTITY: (v.STANDARD, np.asarray(design.dilutions, dtype=float)[dilution], {"units": "ng"}),
            v.GENE_OF_STANDARD: (v.STANDARD, standard_gene),
            v.PLATE_OF_STANDARD: (v.STANDARD, np.full(len(dilution), plates)),
            v.GENE_OF_NO_TEMPLATE: (v.NO_TEMPLATE, np.zeros(0, dtype=np.int64)),
            v.PLATE_OF_NO_TEMPLATE: (v.NO_TEMPLATE, np.zeros(0, dtype=np.int64)),
            v.SUBJECT_OF_SAMPLE: (v.SAMPLE, subject_of_sample),
            v.CONDITION_OF_SAMPLE: (v.SAMPLE, condition_of_subject[subject_of_sample]),
            v.EXPERIMENT_OF_SAMPLE: (v.SAMPLE, np.tile(np.arange(design.samples), len(order))),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, kind_of_subject),
            v.IS_REFERENCE: (v.GENE, np.repeat([0, 1], [len(design.targets), len(design.references)])),
            v.STATED_FACTOR: (v.GENE, np.full(len(design.genes), np.nan)),
            v.STATED_FACTOR_SD: (v.GENE, np.full(len(design.genes), np.nan)),
            v.IS_CONTROL: (v.CONDITION, (np.array(conditions) == design.control).astype(np.int64)),
            v.CYCLE_LIMIT: ((), design.cycle_limit, {"units": v.UNITS[v.CYCLE_LIMIT]}),
        },
        coords={
            v.CELL_TYPE: kinds,
            v.CONDITION: conditions,
            v.GENE: list(design.genes),
            v.EXPERIMENT: [f"experiment {1 + e}" for e in range(design.samples)],
            v.PLATE: [f"plate {1 + p}" for p in range(plates)] + [SERIES] * int(has_series),
        },
        attrs={v.ASSAY: v.EXPRESSION, "calibrator": "", v.UNPAIRED: "groups"},
    )
    of_group, pairs = groups_of(sheet.assign_coords({v.SUBJECT: np.arange(len(of_subject))}))
    names = names_of_groups(pairs, np.array(kinds), np.array(conditions))
    named = [f"{names[g]} {1 + k}" for g, k in zip(of_group, in_group, strict=True)]
    return sheet.assign_coords({v.SUBJECT: named})
