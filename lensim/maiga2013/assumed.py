"""Assumptions for simulating or re-analysing the study, with reasons; none of them is in the paper."""

from typing import Final

from lensim.maiga2013.fact import Fact, StatedRange, assumed

ASSUMED: Final[tuple[Fact, ...]] = (
    assumed(
        "proliferation_dose_um", StatedRange(0.01, 10.0), "uM", "Methods, Cell proliferation assays; Figure 1",
        "doses are not stated; the highest must be about 10 uM, for IC50s beyond it are only called above 10, and the "
        "lowest must lie well below the smallest IC50 of 0.15 uM",
    ),
    assumed(
        "proliferation_dose_step_log10", 0.5, "log10", "Methods, Cell proliferation assays; Figure 1",
        "steps are not stated; half a log is the usual series and puts seven doses between the assumed ends",
    ),
    assumed(
        "proliferation_ic50_meaning", "absolute: half of the control's proliferation", "text", "Results; Figure 1",
        "a line called resistant for an IC50 above the tested doses has none there; its curve may have a midpoint all "
        "the same",
    ),
    assumed(
        "proliferation_sd_meaning", "between the three experiments", "text", "Figure 1",
        "the legend has means of three experiments; wells of one experiment would be pseudo-replicates",
    ),
    assumed(
        "stimulated_lines", StatedRange(1.0, 2.0), "lines", "Discussion",
        "15 percent of ten is no whole number; one and two of ten are the counts nearest to it",
    ),
    assumed(
        "expression_change_meaning", "treated over control, in percent of control", "text", "Results",
        "the smallest values lie below 100 where two of 12 lines went down, and IGF1 is put as treated against control",
    ),
    assumed(
        "expression_p_sides", "two-sided", "text", "Results",
        "sides are not stated; two is the default of statistical programs",
    ),
    assumed(
        "expression_tnf_test", "paired t-test", "text", "Results",
        "the test behind the P values of TNF is not named; IGF1, measured in the same design, has a paired t-test",
    ),
    assumed(
        "qpcr_standard_curve_points", 6.0, "dilutions", "Methods, RNA extraction and quantitative real-time PCR",
        "only the ends are stated; fivefold steps from 20 ng reach 0.04, and the stated end is one point more",
    ),
    assumed(
        "qpcr_standard_curve_replicates", 2.0, "reactions", "Methods, RNA extraction and quantitative real-time PCR",
        "not stated; samples were run in duplicate",
    ),
    assumed(
        "bioassay_calibration_points", 7.0, "concentrations", "Methods, Bioassays of TNF-alpha activity",
        "only the ends are stated; they are exactly six doublings apart, so a twofold series of seven fits",
    ),
    assumed(
        "cell_cycle_dose_um", 10.0, "uM", "Figure 3A",
        "the dose is not stated; every other treatment of the paper that has one is 10 uM",
    ),
    assumed(
        "cell_cycle_brdu_ug_per_ml", 10.0, "ug/ml", "Methods, Cell cycle analysis",
        "10 mg/ml as printed is about a thousand times the usual dose and beyond what dissolves readily; a lost mu",
    ),
    assumed(
        "r10_4_selection", "as LP1-LR", "text", "Results",
        "its schedule is not stated beyond being similar, and the line was a gift",
    ),
    assumed(
        "variant_molecular_group", "that of the parent", "text", "Results",
        "a translocation is not lost by selection; the paper does not say",
    ),
)  # fmt: skip
"""Every assumed fact."""
