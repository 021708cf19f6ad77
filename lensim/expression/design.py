"""Designs of an RT-qPCR study: subjects, conditions, genes, replicates, dilutions and plates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_size
from lensim.tables.well_names import well_name

FIVEFOLD_DILUTIONS: Final = (20.0, 4.0, 0.8, 0.16, 0.04, 0.01)
"""From 20 to 0.01 ng of pooled cDNA (stated), in six points of about a fifth (assumed)."""


@dataclass(frozen=True)
class ExpressionDesign:
    """An RT-qPCR study of several subjects, each under every condition in every experiment.

    A sample is the cDNA of one subject under one condition in one experiment; each gene is read from it in replicate.
    A subject's samples of one experiment share a plate, all genes of them, as space permits.

    Attributes
    ----------
    subjects, cell_type_of_subject
        Names of lines, donors or stromal cultures, and what each is, in the same order.
    targets, references
        Genes of interest, and those that show the amount of cDNA.
    conditions
        Names; the first is the control.
    experiments
        Independent repeats of the whole (stated for the default: two).
    technical_replicates
        Reactions of one sample and gene (stated for the default: duplicate).
    dilutions
        Quantities of the dilution series of each gene, on a plate of its own; empty for none.
    dilution_replicates, no_template_replicates
        Reactions of each gene at each dilution, and of each gene on each plate without template (assumed).
    calibrator
        Subject that levels are given against; empty for none.
    cycle_limit
        Cycles run (stated for the default: 40).
    plate_rows, plate_columns
        Shape of a plate (stated for the default: 96 wells).
    quantity_unit
        Unit of the dilution series.

    Raises
    ------
    InputError
        If a number is out of its range, names repeat or do not match, or the reactions of a subject or a dilution
        series do not fit on a plate.
    """

    subjects: Sequence[str]
    cell_type_of_subject: Sequence[str]
    targets: Sequence[str] = ("TNF", "CXCL8", "IGF1")
    references: Sequence[str] = ("RPL37A",)
    conditions: Sequence[str] = ("untreated", "lenalidomide")
    experiments: int = 2
    technical_replicates: int = 2
    dilutions: Sequence[float] = FIVEFOLD_DILUTIONS
    dilution_replicates: int = 2
    no_template_replicates: int = 1
    calibrator: str = ""
    cycle_limit: float = 40.0
    plate_rows: int = 8
    plate_columns: int = 12
    quantity_unit: str = "ng"

    def __post_init__(self) -> None:
        require_figures(self)
        for name in ("subjects", "cell_type_of_subject", "targets", "references", "conditions", "dilutions"):
            object.__setattr__(self, name, tuple(getattr(self, name)))  # hashable, and no list shared with the caller
        for name in ("subjects", "targets", "references"):
            checks.at_least(f"ExpressionDesign.{name}, their number,", len(getattr(self, name)), 1)
        checks.at_least("ExpressionDesign.conditions, their number,", len(self.conditions), 2)
        checks.unique("ExpressionDesign.subjects", self.subjects)
        checks.unique("ExpressionDesign.targets and references", self.genes)
        checks.unique("ExpressionDesign.conditions", self.conditions)
        if len(self.cell_type_of_subject) != len(self.subjects):
            raise checks.InputError(
                f"ExpressionDesign.cell_type_of_subject must have one name a subject ({len(self.subjects)}), "
                f"got {len(self.cell_type_of_subject)}"
            )
        if self.calibrator:
            checks.one_of("ExpressionDesign.calibrator", self.calibrator, self.subjects)
        for name in ("experiments", "technical_replicates", "plate_rows", "plate_columns"):
            checks.at_least(f"ExpressionDesign.{name}", getattr(self, name), 1)
        checks.plate("ExpressionDesign", self.plate_rows, self.plate_columns)
        for name in ("dilution_replicates", "no_template_replicates"):
            checks.at_least(f"ExpressionDesign.{name}", getattr(self, name), 0)
        checks.above("ExpressionDesign.cycle_limit", self.cycle_limit, 0)
        for position, quantity in enumerate(self.dilutions):
            checks.above(f"ExpressionDesign.dilutions[{position}]", quantity, 0)
        if self.subjects_per_plate < 1:
            raise checks.InputError(
                f"ExpressionDesign.technical_replicates must let a subject's {self._wells_per_subject} reactions fit "
                f"on a plate of {self.plate_rows} x {self.plate_columns} wells, got {self.technical_replicates}"
            )
        if self._wells_per_series > self.plate_rows * self.plate_columns:
            raise checks.InputError(
                f"ExpressionDesign.dilution_replicates must let {self._wells_per_series} standards fit on a plate of "
                f"{self.plate_rows} x {self.plate_columns} wells, got {self.dilution_replicates}"
            )
        plates = self.experiments * -(-len(self.subjects) // self.subjects_per_plate)
        require_size(
            "ExpressionDesign",
            plates * self.plate_rows * self.plate_columns,
            limits.DESIGN_WELLS,
            "wells on all plates",
            f"lower experiments ({self.experiments:,}), technical_replicates ({self.technical_replicates:,}) or "
            f"subjects ({len(self.subjects):,})",
        )

    @property
    def genes(self) -> tuple[str, ...]:
        """Targets, then references."""
        return (*self.targets, *self.references)

    @property
    def _wells_per_subject(self) -> int:
        return len(self.conditions) * len(self.genes) * self.technical_replicates

    @property
    def _wells_per_series(self) -> int:
        return len(self.genes) * (len(self.dilutions) * self.dilution_replicates + self.no_template_replicates)

    @property
    def subjects_per_plate(self) -> int:
        """How many subjects one plate holds beside its no-template controls."""
        room = self.plate_rows * self.plate_columns - len(self.genes) * self.no_template_replicates
        return room // self._wells_per_subject


def lay_out(design: ExpressionDesign) -> xr.Dataset:
    """The sheet of a study: the contents of each well, before measurement.

    Samples are in order of experiment, subject and condition; reactions in order of sample, gene and replicate; plates
    in order of experiment, the dilution series last.

    Returns
    -------
    xr.Dataset
        gene_of_reaction, sample_of_reaction, plate_of_reaction, well_name (reaction); standard_quantity [unit in
        attrs], gene_of_standard, plate_of_standard (standard); gene_of_no_template, plate_of_no_template (no_template);
        subject_of_sample, condition_of_sample, experiment_of_sample (sample); cell_type_of_subject (subject);
        is_reference, stated_amplification_factor (gene); is_control (condition); cycle_limit () [cycles].
    """
    subjects, conditions, genes = len(design.subjects), len(design.conditions), len(design.genes)
    grid = np.indices((design.experiments, subjects, conditions)).reshape(3, -1)
    experiment_of_sample, subject_of_sample, condition_of_sample = grid
    plates_an_experiment = -(-subjects // design.subjects_per_plate)
    plate_of_sample = experiment_of_sample * plates_an_experiment + subject_of_sample // design.subjects_per_plate
    sample, gene, _ = np.indices((grid.shape[1], genes, design.technical_replicates)).reshape(3, -1)
    plates = design.experiments * plates_an_experiment
    has_series = bool(design.dilutions) and design.dilution_replicates > 0
    dilution, standard_gene, _ = np.indices(
        (len(design.dilutions) if has_series else 0, genes, design.dilution_replicates)
    ).reshape(3, -1)
    all_plates = plates + int(has_series)
    control_plate, control_gene, _ = np.indices((all_plates, genes, design.no_template_replicates)).reshape(3, -1)
    plate = plate_of_sample[sample]
    cell_types = list(dict.fromkeys(design.cell_type_of_subject))
    plate_names = [
        f"experiment {1 + p // plates_an_experiment}, plate {1 + p % plates_an_experiment}" for p in range(plates)
    ] + ["dilution series"] * int(has_series)
    sheet = xr.Dataset(
        {
            v.GENE_OF_REACTION: (v.REACTION, gene),
            v.SAMPLE_OF_REACTION: (v.REACTION, sample),
            v.PLATE_OF_REACTION: (v.REACTION, plate),
            v.WELL_NAME: (v.REACTION, _names_in_order(plate, design.plate_columns)),
            v.STANDARD_QUANTITY: (v.STANDARD, np.asarray(design.dilutions, dtype=float)[dilution]),
            v.GENE_OF_STANDARD: (v.STANDARD, standard_gene),
            v.PLATE_OF_STANDARD: (v.STANDARD, np.full(len(dilution), plates)),
            v.GENE_OF_NO_TEMPLATE: (v.NO_TEMPLATE, control_gene),
            v.PLATE_OF_NO_TEMPLATE: (v.NO_TEMPLATE, control_plate),
            v.SUBJECT_OF_SAMPLE: (v.SAMPLE, subject_of_sample),
            v.CONDITION_OF_SAMPLE: (v.SAMPLE, condition_of_sample),
            v.EXPERIMENT_OF_SAMPLE: (v.SAMPLE, experiment_of_sample),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, [cell_types.index(name) for name in design.cell_type_of_subject]),
            v.IS_REFERENCE: (v.GENE, np.repeat([0, 1], [len(design.targets), len(design.references)])),
            v.STATED_FACTOR: (v.GENE, np.full(genes, np.nan)),
            v.STATED_FACTOR_SD: (v.GENE, np.full(genes, np.nan)),
            v.IS_CONTROL: (v.CONDITION, (np.arange(conditions) == 0).astype(np.int64)),
            v.CYCLE_LIMIT: design.cycle_limit,
        },
        coords={
            v.SUBJECT: list(design.subjects),
            v.CELL_TYPE: cell_types,
            v.CONDITION: list(design.conditions),
            v.GENE: list(design.genes),
            v.EXPERIMENT: [f"experiment {1 + e}" for e in range(design.experiments)],
            v.PLATE: plate_names,
        },
        attrs={v.ASSAY: v.EXPRESSION, "calibrator": design.calibrator},
    )
    sheet[v.STANDARD_QUANTITY].attrs["units"] = design.quantity_unit
    sheet[v.CYCLE_LIMIT].attrs["units"] = v.UNITS[v.CYCLE_LIMIT]
    return sheet


def _names_in_order(plate: np.ndarray, columns: int) -> list[str]:
    """Well names in order of pipetting on each plate."""
    seen: dict[int, int] = {}
    names = []
    for own in plate.tolist():
        position = seen.get(own, 0)
        seen[own] = position + 1
        names.append(well_name(*divmod(position, columns)))
    return names
