"""What can be changed in the world that simulated RT-qPCR studies come from; one value a world."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from lensim import checks
from lensim.bounds import require_figures, require_spreads
from lensim.expression.design import FIVEFOLD_DILUTIONS, ExpressionDesign

FoldChanges = Literal["usual", "strong", "rising", "one_strong", "two_kinds"]
CONDITIONS: Final = ("control", "treated")
MOST_IN_DUPLICATE: Final = 8
"""Genes whose dilution series fit on one plate in duplicate."""


@dataclass(frozen=True)
class StudyWorld:
    """An RT-qPCR study as a laboratory measures it; the defaults are the world in which nothing is odd.

    All numbers are assumed. They are sizes that laboratories report, not fits to data.

    Attributes
    ----------
    name, words
        How tables call it, and what is changed, in a sentence.
    subjects, experiments, targets, references, replicates, has_series
        Subjects are donors, each under control and treatment in every experiment; reactions of a sample and gene;
        whether each gene has a dilution series.
    has_ratios
        The data are a table of log2 ratios, one each target, subject and experiment, and no Cts.
    fold_changes
        Population means of targets [log2]. "usual": normal around 0 with sd 1. "strong": 2 to 12. "rising": 2 to 7, all
        of them. "one_strong": the first 9, the others 1 to 2.5. "two_kinds": as usual, but each subject lies 0.8 above
        or below the mean, as where some respond and others do not.
    sd_subject
        Spread of subjects' log2 fold changes around the mean.
    log2_copies, log2_copies_of_first
        Copies a reaction of a target under control, and of the first target.
    sd_log2_copies
        Spread of that between subjects.
    sd_log2_input, sd_log2_sample
        cDNA a reaction between samples; a gene's own deviation between samples.
    sd_reading_cycles, sd_plate_cycles, sd_gene_plate_cycles
        Of a reaction; of a plate, shared by its genes; of the first target on a plate, as by another threshold.
    plates
        "together": control and treated sample of a subject are on one plate. "apart": treated samples are on plates of
        their own. "two": each sample is read on two plates, half of its reactions on each.
    reference_change
        Log2 fold change of the first reference.
    stated_factor_error
        Factors are stated, without an error, and that of each gene is too high or too low by so much [fold a cycle],
        but never above 2; 0 where a dilution series tells them.
    late_share, late_wells, late_cycles
        Share of reactions that come late; number of reactions of treated samples that do; by how many cycles.
    lost_share, missing_share
        Reactions that were not run; samples that are not there, but for the controls of those that have a partner.
    """

    name: str = "nothing odd"
    words: str = "Six donors in two experiments, three targets, one reference, duplicates, a dilution series."
    subjects: int = 6
    experiments: int = 2
    targets: int = 3
    references: int = 1
    replicates: int = 2
    has_series: bool = True
    has_ratios: bool = False
    fold_changes: FoldChanges = "usual"
    sd_subject: float = 0.4
    log2_copies: float = 10.0
    log2_copies_of_first: float = 10.0
    sd_log2_copies: float = 1.0
    sd_log2_input: float = 0.4
    sd_log2_sample: float = 0.2
    sd_reading_cycles: float = 0.12
    sd_plate_cycles: float = 0.15
    sd_gene_plate_cycles: float = 0.0
    plates: Literal["together", "apart", "two"] = "together"
    reference_change: float = 0.0
    stated_factor_error: float = 0.0
    late_share: float = 0.0
    late_wells: int = 0
    late_cycles: float = 2.0
    lost_share: float = 0.0
    missing_share: float = 0.0

    def __post_init__(self) -> None:
        require_figures(self)
        checks.one_of("StudyWorld.fold_changes", self.fold_changes, get_args(FoldChanges))
        checks.one_of("StudyWorld.plates", self.plates, ("together", "apart", "two"))
        for name in ("late_share", "lost_share", "missing_share"):
            checks.between(f"StudyWorld.{name}", getattr(self, name), 0.0, 0.9)
        require_spreads(self)
        _ = self.design  # refuses what no plate can hold

    @property
    def design(self) -> ExpressionDesign:
        """Subjects, genes and plates; donors of one cell type."""
        return ExpressionDesign(
            [f"donor {1 + k}" for k in range(self.subjects)],
            ["donors"] * self.subjects,
            [f"target {1 + k}" for k in range(self.targets)],
            [f"reference {1 + k}" for k in range(self.references)],
            CONDITIONS,
            self.experiments,
            self.replicates,
            FIVEFOLD_DILUTIONS if self.has_series and not self.stated_factor_error else (),
            dilution_replicates=2 if self.targets + self.references <= MOST_IN_DUPLICATE else 1,
            no_template_replicates=0,
        )
