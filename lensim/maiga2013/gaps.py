"""What the paper does not state, and the assumption used where one is needed."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Gap:
    """A number or choice that the paper does not state.

    Attributes
    ----------
    key
        Name of the gap.
    what
        What is unknown.
    where
        The place where it would be expected.
    filled_by
        Keys of the assumed facts used instead; empty where nothing may be invented.
    """

    key: str
    what: str
    where: str
    filled_by: tuple[str, ...] = ()


GAPS: Final[tuple[Gap, ...]] = (
    Gap(
        "qpcr_panel",
        "which 12 lines had RT-qPCR, and whether they are the same 12 for TNF and IGF1; NCI-H929, KMS12-PE and LP-1 "
        "are named with expression results, but not as members of the 12",
        "Results; Figure 2",
    ),
    Gap(
        "proliferation_doses",
        "the doses and their number",
        "Methods, Cell proliferation assays; Figure 1",
        ("proliferation_dose_um", "proliferation_dose_step_log10"),
    ),
    Gap("line_ic50", "the IC50 of each line outside Figure 1, and any interval for it", "Results; Figure 1"),
    Gap(
        "stimulated_line_names",
        "which resistant lines grew more, how many, and by how much",
        "Discussion",
        ("stimulated_lines",),
    ),
    Gap("p53_status", "the p53 status of every line", "Results"),
    Gap(
        "il6_of_the_rest",
        "whether a line that is not listed with IL-6 grows without it; SBN's needs are not stated",
        "Methods, Cell lines, primary myeloma cells and culture conditions",
    ),
    Gap("bmsc_donors", "the number of stromal-cell donors, and the spread of the 35 percent", "Results; Figure 2B"),
    Gap("primary_patients", "anything on the four patients", "Methods"),
    Gap(
        "standard_curve_points",
        "the number of dilutions and replicates, and the efficiencies found",
        "Methods, RNA extraction and quantitative real-time PCR",
        ("qpcr_standard_curve_points", "qpcr_standard_curve_replicates"),
    ),
    Gap(
        "enzyme_activation",
        "a hot start between the UNG step and the first cycle, and the volume of a reaction",
        "Methods, RNA extraction and quantitative real-time PCR",
    ),
    Gap(
        "expression_tests",
        "the test behind the P values of TNF, the scale of every paired t-test, and whether tests had two sides",
        "Results",
        ("expression_tnf_test", "expression_p_sides"),
    ),
    Gap(
        "calibration_points",
        "the concentrations between the ends of the TNF calibration, and all TNF concentrations found",
        "Methods, Bioassays of TNF-alpha activity; Figure 2C",
        ("bioassay_calibration_points",),
    ),
    Gap(
        "cell_cycle_dose",
        "the dose, the number of events and of experiments, and the phases beside S",
        "Methods, Cell cycle analysis; Figure 3A",
        ("cell_cycle_dose_um",),
    ),
    Gap("selection_steps", "the steps of the escalation and how long each took", "Methods"),
    Gap("r10_4_schedule", "the selection of NCI-H929 R10-4", "Results", ("r10_4_selection",)),
    Gap("variant_changes", "how much the genes rose in the variants; Figure 3B only shows it", "Results; Figure 3B"),
)
"""What is unknown; a simulator has to choose it, and must not call it the paper's."""
