"""Designs, truths and analyses of paired RT-qPCR studies and of ratios, as strict data."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from lensim import limits
from lensim.bounds import require_size
from lensim.config import FrozenConfig
from lensim.expression.design import FIVEFOLD_DILUTIONS
from lensim.expression.priors import FoldChangePriors
from lensim.power.design_prior import FileOfPosterior
from lensim.power.spec import ANY, GrownConfig, NonNegativeNumber, Number
from lensim.tables.well_names import STANDARD_PLATES

ONE_TREATMENT: Final = (
    "a study has a control and one treatment; ask for each of several treatments in a scenario of its own, with alpha "
    "divided by their number (0.05 / 2 for two), and for one against another as if the other were the control"
)
TWO_GROUPS: Final = (
    'groups of different subjects have an assay of their own: assay = "groups" with groups = { healthy = 6, patient = '
    "12 }; fold changes of paired cell types, subjects = { patient = 12, healthy = 6 }, are compared by rule = "
    '"unpaired_t" or "mann_whitney" with first and second'
)
NUMBERS: Final = "subjects says how many of each cell type there are, as in subjects = { donor = 12 }"
PLATES: Final = STANDARD_PLATES[:2]
"""Rows and columns of the plates that reactions are planned on, the smallest first."""
CONDITIONS: Final = ("control", "treated")
WHOLE: Final = 1e-9
"""Error of arithmetic in a number of subjects that is whole."""

ON_GENES: Final = dict.fromkeys(
    ("genes", "gene", "target"), 'targets is a list, as in targets = ["TNF"]'
) | dict.fromkeys(("reference", "reference_gene", "housekeeping"), 'references is a list, as in ["RPL37A"]')
"""Advice on keys that people try for genes."""


class ReactionsDesignSpec(GrownConfig):
    """The part of a design that all RT-qPCR studies have: genes, replicates, the dilution series, and dropout.

    Attributes
    ----------
    assay, subjects
        Which study it is, and how many subjects; each design says of what.
    targets, references
        Genes.
    technical_replicates, dilutions, dilution_replicates, cycle_limit
        As `ExpressionDesign` has them.
    dropout
        Share of the subjects that are lost: of n that are recruited, n (1 - dropout), rounded down, are analysed, and
        all are paid for.
    """

    assay: str
    subjects: Any
    targets: tuple[str, ...] = ("TNF",)
    references: tuple[str, ...] = ("RPL37A",)
    technical_replicates: int = Field(default=2, ge=1)
    dilutions: tuple[Annotated[float, Field(gt=0)], ...] = FIVEFOLD_DILUTIONS
    dilution_replicates: int = Field(default=2, ge=0)
    cycle_limit: float = Field(default=40.0, gt=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _has_targets(self) -> Self:
        if not self.targets:
            raise ValueError("targets must name at least one gene, got none")
        return self

    @property
    def has_reactions(self) -> bool:
        """Whether reactions are simulated, and not what is computed from them."""
        raise NotImplementedError

    @property
    def all_samples(self) -> int:
        """Samples of all subjects that are recruited."""
        raise NotImplementedError

    @property
    def samples_together(self) -> int:
        """Samples whose reactions lie on one plate."""
        raise NotImplementedError

    @property
    def genes(self) -> tuple[str, ...]:
        """Targets, then references."""
        return (*self.targets, *self.references)

    @property
    def series_wells(self) -> int:
        """Reactions of the dilution series of all genes."""
        return len(self.genes) * len(self.dilutions) * self.dilution_replicates

    @property
    def wells(self) -> int:
        """Reactions of a study; without reactions the numbers that they would give, one of each sample and gene."""
        if not self.has_reactions:
            return self.all_samples * len(self.genes)
        return self.all_samples * len(self.genes) * self.technical_replicates + self.series_wells

    @property
    def plate(self) -> tuple[int, int] | None:
        """Rows and columns of the smallest plate that holds the samples together, and a dilution series."""
        together = self.samples_together * len(self.genes) * self.technical_replicates
        return next((one for one in PLATES if one[0] * one[1] >= max(together, self.series_wells)), None)

    def left_of(self, recruited: int) -> int:
        """Subjects that are analysed of those recruited."""
        return math.floor(recruited * (1.0 - self.dropout) + WHOLE)


class ExpressionDesignSpec(ReactionsDesignSpec):
    """The study whose power is asked.

    Attributes
    ----------
    assay
        'expression': reactions are simulated, and become pairs; 'ratios': log2 ratios are simulated, with one spread
        between pairs.
    subjects
        Number of lines or donors of each cell type.
    targets, references
        Genes.
    experiments, technical_replicates, dilutions, dilution_replicates
        As `ExpressionDesign` has them; of ratios, experiments alone.
    dropout
        Share of the subjects that give no pair: of n that are recruited, n (1 - dropout), rounded down, are analysed,
        and all are paid for. So for m with a pair, m / (1 - dropout) are needed.
    """

    later: ClassVar[tuple[str, ...]] = ("dropout",)
    advice: ClassVar[Mapping[str, str]] = (
        ON_GENES
        | dict.fromkeys(("conditions", "treatments", "arms", "contrasts", "doses", "times"), ONE_TREATMENT)
        | dict.fromkeys(("groups", "unpaired", "paired", "cell_types", "controls"), TWO_GROUPS)
        | dict.fromkeys(("n", "lines", "donors", "patients", "samples", "animals", "size", "n_subjects"), NUMBERS)
        | dict.fromkeys(
            ("replicates", "triplicates", "wells", "biological_replicates"),
            "experiments are independent repeats of a pair, technical_replicates are wells of one sample",
        )
        | dict.fromkeys(("efficiency", "amplification_factor"), "the table truth.assays has amplification_factor")
        | dict.fromkeys(
            ("drop_out", "attrition", "loss", "missing", "lost"),
            "dropout is the share of subjects without a pair; truth.faults.lost_probability is that of lost wells",
        )
    )
    assay: Literal["expression", "ratios"] = "expression"
    subjects: dict[str, Annotated[int, Field(ge=1)]] = Field(default={"line": 12})
    experiments: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _someone(self) -> "ExpressionDesignSpec":
        if not self.subjects:
            raise ValueError("subjects must name at least one cell type, got none")
        require_size(
            "subjects", sum(self.subjects.values()), limits.ENTRIES, "subjects", "give fewer of each cell type"
        )
        for kind, number in self.completing.items():
            if not number:
                raise ValueError(
                    f"dropout must leave at least one subject of {kind}, got {self.dropout:g} of {self.subjects[kind]}"
                )
        return self

    @property
    def completing(self) -> dict[str, int]:
        """Subjects with a pair by cell type: those recruited less those that drop out."""
        return {kind: self.left_of(n) for kind, n in self.subjects.items()}

    @property
    def all_samples(self) -> int:
        """One of each subject under each condition in each experiment."""
        return sum(self.subjects.values()) * len(CONDITIONS) * self.experiments

    @property
    def samples_together(self) -> int:
        """Those of a subject in one experiment."""
        return len(CONDITIONS)

    @property
    def has_reactions(self) -> bool:
        """Whether reactions are simulated, and not ratios."""
        return self.assay == "expression"


class ExpressionSpec(FrozenConfig):
    """True fold changes and levels of a target in a cell type; '*' is any. A later entry overrides an earlier one."""

    advice: ClassVar[Mapping[str, str]] = (
        dict.fromkeys(
            ("fold_change", "ratio", "effect", "mu_fold_change"),
            "mu_log2_fold_change is the mean log2 of the fold change: 1.0 is a fold change of 2, -1.0 one of a half",
        )
        | dict.fromkeys(("log2_fold_change", "mean", "mu"), "mu_log2_fold_change is the mean over subjects")
        | dict.fromkeys(
            ("sd", "spread", "sigma", "cv", "sd_log2_fold_change", "between_subject_sd"),
            "sigma_log2_fold_change is the sd between subjects of the log2 fold change",
        )
        | dict.fromkeys(("gene", "targets"), "target is the gene")
        | dict.fromkeys(("group", "condition", "subject"), "cell_type is the group of subjects")
    )
    target: str = ANY
    cell_type: str = ANY
    mu_log2_fold_change: Number = 0.0
    sigma_log2_fold_change: NonNegativeNumber = 0.5
    mu_log2_level: Number = 1.0
    sigma_log2_level: NonNegativeNumber = 1.0


class AssaySpec(FrozenConfig):
    """The true figures of a gene's primers; '*' is any gene. A later entry overrides an earlier one."""

    gene: str = ANY
    amplification_factor: NonNegativeNumber = 1.93
    ct_of_unit_quantity: Number = 26.0
    ct_of_one_copy: Number = 37.5
    sd_log2_biological: NonNegativeNumber = 0.2


class ReactionFaultSpec(FrozenConfig):
    """What goes wrong in wells; see `ReactionFaults`. None by default."""

    outlier_probability: float = Field(default=0.0, ge=0, le=1)
    outlier_cycles: float = 1.5
    lost_probability: float = Field(default=0.0, ge=0, le=1)


class ExpressionTruthSpec(GrownConfig):
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
    contrast
        Of a posterior with several treatments, the one whose fold changes the next study will have; it must be named.
    nuisance
        Of a posterior: "drawn" takes all figures of a study from one draw; "mean" takes all but those of the effect
        (what a rule asks about) at their posterior mean.
    scale, shift
        Figures multiplied, then shifted, after all else, by their names in a truth's Dataset: what if spreads were
        half as large again.
    """

    later: ClassVar[tuple[str, ...]] = ("contrast",)
    advice: ClassVar[Mapping[str, str]] = {
        "fit": "posterior is the file of a fit",
        "prior": "posterior is the file of a fit or of published summaries; analysis.priors are those of the analysis",
        "treatment": "contrast names one treatment of a posterior that has several",
        "condition": "contrast names one treatment of a posterior that has several",
        "fold_change": "mu_log2_fold_change in a table truth.expression is the mean log2 of it",
        "mu_log2_fold_change": "it stands in a table of its own, [[truth.expression]]",
        "sigma_log2_fold_change": "it stands in a table of its own, [[truth.expression]]",
        "dropout": "dropout belongs to the table design",
    }
    expression: tuple[ExpressionSpec, ...] = (ExpressionSpec(),)
    assays: tuple[AssaySpec, ...] = (AssaySpec(),)
    log2_reference_level: Number = 4.3
    sd_log2_input: NonNegativeNumber = 0.4
    sd_technical_cycles: NonNegativeNumber = 0.12
    sd_plate_cycles: NonNegativeNumber = 0.15
    sd_log2_pair: NonNegativeNumber = 0.35
    faults: ReactionFaultSpec = ReactionFaultSpec()
    posterior: FileOfPosterior | None = None
    contrast: str = ""
    nuisance: Literal["drawn", "mean"] = "drawn"
    scale: dict[str, Annotated[float, Field(ge=0)]] = Field(default={})
    shift: dict[str, float] = Field(default={})

    @model_validator(mode="after")
    def _contrast_is_of_something(self) -> "ExpressionTruthSpec":
        if self.contrast and self.posterior is None:
            raise ValueError(f"contrast must come with a posterior that has it, got {self.contrast!r} alone")
        return self


class ExpressionAnalysisSpec(FrozenConfig):
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
