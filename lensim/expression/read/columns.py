"""Which columns of a table with one row a reaction, or one row a ratio, are understood."""

from collections.abc import Mapping
from typing import Final

from lensim.tables.columns import EXPERIMENT_NAMES, PLATE_NAMES, Meaning
from lensim.tables.names import plain_name

SUBJECT_NAMES: Final = (
    "subject", "cell_line", "donor", "patient", "stromal_culture", "subject_id", "donor_id", "patient_id", "animal",
    "animal_id", "mouse", "mouse_id", "rat", "individual", "culture", "flask",
)  # fmt: skip
"""Names of a column of subjects; the first counts before the others, of which there may be one."""

EXPERIMENTS: Final = tuple(name for name in EXPERIMENT_NAMES if name != "run")
"""Names of a column of experiments; a run is a plate here."""

COLUMNS: Final[Mapping[str, Meaning]] = {
    "plate": Meaning((*PLATE_NAMES, "run"), is_optional=True, is_ranked=True),
    "well": Meaning(
        ("well", "well_position", "well_name", "pos", "position", "plate_position"),
        may_be_constant=False,
        is_optional=True,
    ),
    "sample": Meaning(("sample", "sample_name"), is_optional=True),
    "task": Meaning(("task", "well_type", "sample_type", "content"), is_optional=True),
    "gene": Meaning(("gene", "target", "target_name", "detector", "assay")),
    "is_reference": Meaning(("is_reference",), is_optional=True),
    "subject": Meaning(SUBJECT_NAMES),
    "cell_type": Meaning(("cell_type",), is_optional=True),
    "condition": Meaning(("condition", "treatment")),
    "is_control": Meaning(("is_control",), is_optional=True),
    "is_calibrator": Meaning(("is_calibrator",), is_optional=True),
    "experiment": Meaning(EXPERIMENTS, is_optional=True, is_ranked=True),
    "ct_cycles": Meaning(
        (
            "ct_cycles",
            "ct",
            "cq",
            "cp",
            "ct_value",
            "cq_value",
            "cp_value",
            "crossing_point",
            "threshold_cycle",
            "cycle_threshold",
            "quantification_cycle",
        ),
        units=frozenset({"cycles", "value", "cycle"}),
        may_be_constant=False,
    ),
    "quantity": Meaning(
        ("quantity", "starting_quantity_sq", "starting_quantity", "sq"),
        units=frozenset({"ng", "pg", "ug", "fg", "copies", "ng_ul", "copies_ul", "ng_well"}),
        is_optional=True,
    ),
    "quantity_unit": Meaning(("quantity_unit",), is_optional=True),
    "amplification_factor": Meaning(("amplification_factor",), is_optional=True),
    "amplification_factor_sd": Meaning(
        ("amplification_factor_sd", "efficiency_sd", "efficiency_percent_sd"), is_optional=True
    ),
    "efficiency_percent": Meaning(
        ("efficiency_percent", "percent_efficiency", "efficiency_pct", "pct_efficiency"), is_optional=True
    ),
    "efficiency": Meaning(
        ("efficiency", "primer_efficiency", "pcr_efficiency", "amplification_efficiency", "eff", "e"), is_optional=True
    ),
    "slope": Meaning(("slope", "slope_of_standard_curve", "standard_curve_slope"), is_optional=True),
    "cycle_limit": Meaning(("cycle_limit",), is_optional=True),
}
"""What a table with one row a reaction can have; gene and ct_cycles are needed, and without a sheet subject, condition.

Ct [cycles] is empty, or a word such as "No Ct", where nothing was detected. task is unknown, standard, no_template,
no_rt, plate_calibrator or ignored, or an instrument's words for these. is_reference, is_control and
amplification_factor [fold a cycle] are the same for all rows of a gene or a condition; instead of a factor,
efficiency_percent, efficiency or slope may be there, see `read_factors`."""

SHEET_COLUMNS: Final[Mapping[str, Meaning]] = {
    **{
        what: COLUMNS[what]
        for what in (
            "sample", "plate", "well", "gene", "subject", "cell_type", "condition", "is_control", "experiment",
            "quantity",
        )
    },
    "task": Meaning(("task",), is_optional=True),
}  # fmt: skip
"""What a sample sheet can have."""

FACTOR_COLUMNS: Final = {
    what: COLUMNS[what]
    for what in (
        "gene", "amplification_factor", "amplification_factor_sd", "efficiency_percent", "efficiency", "slope",
    )
}  # fmt: skip
"""What a table of amplification factors can have."""

RATIO_COLUMNS: Final[Mapping[str, Meaning]] = {
    "target": Meaning(("target", "gene", "target_name")),
    "subject": Meaning(SUBJECT_NAMES),
    "cell_type": Meaning(("cell_type",), is_optional=True),
    "contrast": Meaning(("contrast", "condition", "treatment"), is_optional=True),
    "experiment": Meaning(EXPERIMENTS, is_optional=True, is_ranked=True),
    "ratio": Meaning(
        (
            "ratio", "fold_change", "pfaffl_ratio", "livak_ratio", "rq", "fold", "foldchange", "fc", "fold_induction",
            "2_ddct", "2_ddcq", "2_ddcp",
        ),
        may_be_constant=False,
    ),
    "percent_of_control": Meaning(("percent_of_control", "percent", "fold_change_percent"), may_be_constant=False),
    "log2_ratio": Meaning(("log2_ratio", "log2_fold_change", "log2fc"), may_be_constant=False),
    "log2_ratio_sd": Meaning(("log2_ratio_sd", "se_log2_ratio", "log2_ratio_se", "log2_level_sd"), is_optional=True),
    "dct": Meaning(
        (
            "dct", "dcq", "dcp", "dct_cycles", "d_ct", "d_cq", "d_cp", "delta_ct", "delta_cq", "delta_cp", "deltact",
            "deltacq", "deltacp",
        ),
        may_be_constant=False,
        inverted=lambda name: plain_name(name).startswith("d"),
    ),
    "relative_level": Meaning(
        (
            "relative_level", "relative_expression", "relative_quantity", "relative_mrna", "relative_mrna_level",
            "relative_mrna_expression", "normalised_expression", "normalized_expression",
            "relative_normalised_expression", "relative_normalized_expression", "nrq", "2_dct", "2_dcq", "2_dcp",
            "2_d_ct", "2_d_cq", "2_delta_ct", "2_delta_cq", "2_deltact", "2_deltacq",
        ),
        may_be_constant=False,
    ),
    "log2_level": Meaning(
        (
            "log2_level", "log2_relative_level", "log2_expression", "log2_relative_expression", "log2_nrq",
            "minus_dct", "minus_dcq", "minus_delta_ct", "neg_dct", "negative_dct", "40_dct", "40_dcq",
        ),
        may_be_constant=False,
    ),
    "is_control": COLUMNS["is_control"],
}  # fmt: skip
"""What a table with one row a ratio or a level can have; target, subject and one of the scales are needed."""

SCALES: Final = ("log2_ratio", "ratio", "percent_of_control")
"""What a number of a treated sample over its control may be."""

LEVEL_SCALES: Final = ("log2_level", "relative_level", "dct")
"""What a number of one sample may be: a level over the references, which a lower dCt means more of."""
