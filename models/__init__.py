"""The catalogue of statistical models; installed as `lensim.models`. `lensim.models()` lists them."""

from lensim import vocabulary as v
from lensim.bioassay.priors import BioassayPriors
from lensim.callable_package import make_callable
from lensim.cell_cycle.priors import CellCyclePriors
from lensim.dose_response.priors import DoseResponsePriors
from lensim.expression.priors import ExpressionPriors, FoldChangePriors, LevelPriors, RepeatedLevelPriors
from lensim.expression.reaction_arrays import expression_arrays, needed_slots
from lensim.inference.catalogue import Later, ModelEntry
from lensim.summaries.names import PRINTED_LOW
from lensim.summaries.priors import SummaryPriors

CATALOGUE: dict[str, ModelEntry] = {
    "dose_response_hierarchical": ModelEntry(
        Later(f"{__name__}.dose_response_hierarchical", "build_dose_response_hierarchical"),
        Later(f"{__name__}.dose_response_panel", "raw_arrays"),
        v.SIGNAL,
        "IC50 of each line of a panel, pooled within molecular groups, from raw signals",
        DoseResponsePriors,
    ),
    "dose_response_separate": ModelEntry(
        Later(f"{__name__}.dose_response_separate", "build_dose_response_separate"),
        Later(f"{__name__}.dose_response_panel", "raw_arrays"),
        v.SIGNAL,
        "IC50 of each line on its own, from raw signals",
        DoseResponsePriors,
    ),
    "dose_response_plate_position": ModelEntry(
        Later(f"{__name__}.dose_response_plate_position", "build_dose_response_plate_position"),
        Later(f"{__name__}.dose_response_panel", "position_arrays"),
        v.SIGNAL,
        "as dose_response_hierarchical, with edge effects and gradients of each plate",
        DoseResponsePriors,
    ),
    "dose_response_separate_plate_position": ModelEntry(
        Later(f"{__name__}.dose_response_separate_plate_position", "build_dose_response_separate_plate_position"),
        Later(f"{__name__}.dose_response_panel", "position_arrays"),
        v.SIGNAL,
        "as dose_response_separate, with edge effects and gradients of each plate",
        DoseResponsePriors,
    ),
    "dose_response_hierarchical_normalised": ModelEntry(
        Later(f"{__name__}.dose_response_hierarchical_normalised", "build_dose_response_hierarchical_normalised"),
        Later(f"{__name__}.dose_response_panel", "normalised_arrays"),
        v.VIABILITY,
        "IC50 of each line of a panel, pooled within molecular groups, from percent viabilities",
        DoseResponsePriors,
    ),
    "dose_response_separate_normalised": ModelEntry(
        Later(f"{__name__}.dose_response_separate_normalised", "build_dose_response_separate_normalised"),
        Later(f"{__name__}.dose_response_panel", "normalised_arrays"),
        v.VIABILITY,
        "IC50 of each line on its own, from percent viabilities",
        DoseResponsePriors,
    ),
    "expression_hierarchical": ModelEntry(
        Later(f"{__name__}.expression_hierarchical", "build_expression_hierarchical"),
        expression_arrays,
        v.CT,
        "fold change of each subject, pooled within cell types, from the reactions of all genes",
        ExpressionPriors,
        needed_slots,
    ),
    "expression_hierarchical_responding": ModelEntry(
        Later(f"{__name__}.expression_hierarchical_responding", "build_expression_hierarchical_responding"),
        expression_arrays,
        v.CT,
        "as expression_hierarchical, with references that may respond to the treatment as well",
        ExpressionPriors,
        needed_slots,
    ),
    "expression_separate": ModelEntry(
        Later(f"{__name__}.expression_separate", "build_expression_separate"),
        expression_arrays,
        v.CT,
        "fold change of each subject on its own, from the reactions of all genes",
        ExpressionPriors,
        needed_slots,
    ),
    "fold_change_hierarchical": ModelEntry(
        Later(f"{__name__}.fold_change_hierarchical", "build_fold_change_hierarchical"),
        Later(f"{__name__}.fold_change_hierarchical", "fold_change_arrays"),
        v.LOG2_RATIO,
        "fold change of each subject, pooled within cell types, from ratios where there are no Cts",
        FoldChangePriors,
    ),
    "level_groups": ModelEntry(
        Later(f"{__name__}.level_groups", "build_level_groups"),
        Later(f"{__name__}.level_groups", "level_arrays"),
        v.SUBJECT_LEVEL,
        "difference of groups of different subjects, from their levels or reactions",
        LevelPriors,
    ),
    "level_repeated_measures": ModelEntry(
        Later(f"{__name__}.level_repeated_measures", "build_level_repeated_measures"),
        Later(f"{__name__}.level_repeated_measures", "repeated_arrays"),
        v.SUBJECT_LEVEL,
        "difference of groups whose subjects are in one or in several, from their levels or reactions",
        RepeatedLevelPriors,
    ),
    "published_summary": ModelEntry(
        Later(f"{__name__}.published_summary", "build_published_summary"),
        Later(f"{__name__}.published_summary", "summary_arrays"),
        PRINTED_LOW,
        "effect and spread of lines or donors from a published summary",
        SummaryPriors,
    ),
    "bioassay_calibration": ModelEntry(
        Later(f"{__name__}.bioassay_calibration", "build_bioassay_calibration"),
        Later(f"{__name__}.bioassay_calibration", "bioassay_arrays"),
        v.OPTICAL_DENSITY,
        "TNF of conditioned media by inverse prediction, standards and samples together, bounds beyond the standards",
        BioassayPriors,
    ),
    "cell_cycle_phases": ModelEntry(
        Later(f"{__name__}.cell_cycle_phases", "build_cell_cycle_phases"),
        Later(f"{__name__}.cell_cycle_phases", "cell_cycle_arrays"),
        v.EVENTS,
        "shares of the phases of the cell cycle and what a drug does to them, from events of a flow cytometer",
        CellCyclePriors,
    ),
}

make_callable(__name__, "lensim.face.models", "models")
