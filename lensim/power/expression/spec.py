"""Designs, truths and analyses of paired RT-qPCR studies and of ratios, as strict data."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from lensim.config import FrozenConfig
from lensim.expression.design import FIVEFOLD_DILUTIONS
from lensim.expression.priors import FoldChangePriors
from lensim.power.design_prior import FileOfPosterior
from lensim.power.spec import ANY, NonNegativeNumber, Number


class ExpressionDesignSpec(FrozenConfig):
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
    """

    assay: Literal["expression", "ratios"] = "expression"
    subjects: dict[str, Annotated[int, Field(ge=1)]] = Field(default={"line": 12})
    targets: tuple[str, ...] = ("TNF",)
    references: tuple[str, ...] = ("RPL37A",)
    experiments: int = Field(default=2, ge=1)
    technical_replicates: int = Field(default=2, ge=1)
    dilutions: tuple[Annotated[float, Field(gt=0)], ...] = FIVEFOLD_DILUTIONS
    dilution_replicates: int = Field(default=2, ge=0)
    cycle_limit: float = Field(default=40.0, gt=0)

    @model_validator(mode="after")
    def _someone(self) -> "ExpressionDesignSpec":
        if not self.subjects:
            raise ValueError("subjects must name at least one cell type, got none")
        if not self.targets:
            raise ValueError("targets must name at least one gene, got none")
        return self

    @property
    def has_reactions(self) -> bool:
        """Whether reactions are simulated, and not ratios."""
        return self.assay == "expression"


class ExpressionSpec(FrozenConfig):
    """True fold changes and levels of a target in a cell type; '*' is any. A later entry overrides an earlier one."""

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


class ExpressionTruthSpec(FrozenConfig):
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
    nuisance
        Of a posterior: "drawn" takes all figures of a study from one draw; "mean" takes all but those of the effect
        (what a rule asks about) at their posterior mean.
    scale, shift
        Figures multiplied, then shifted, after all else, by their names in a truth's Dataset: what if spreads were
        half as large again.
    """

    expression: tuple[ExpressionSpec, ...] = (ExpressionSpec(),)
    assays: tuple[AssaySpec, ...] = (AssaySpec(),)
    log2_reference_level: Number = 4.3
    sd_log2_input: NonNegativeNumber = 0.4
    sd_technical_cycles: NonNegativeNumber = 0.12
    sd_plate_cycles: NonNegativeNumber = 0.15
    sd_log2_pair: NonNegativeNumber = 0.35
    faults: ReactionFaultSpec = ReactionFaultSpec()
    posterior: FileOfPosterior | None = None
    nuisance: Literal["drawn", "mean"] = "drawn"
    scale: dict[str, Annotated[float, Field(ge=0)]] = Field(default={})
    shift: dict[str, float] = Field(default={})


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
