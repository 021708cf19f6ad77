"""What the abstract, the Results and the Discussion of the paper state: what was found."""

from typing import Final

from lensim.maiga2013.fact import CountOf, Fact, StatedRange, stated

_RATIO: Final = "treated over control, in percent of control: 100 is no change"
_FROM_LISTS: Final = "counted from the lists of names"
_OPEN: Final = float("inf")

PANEL: Final[tuple[Fact, ...]] = (
    stated("panel_lines", 23.0, "lines", "Abstract; Results"),
    stated("group_mmset_lines", 5.0, "lines", "Results", _FROM_LISTS),
    stated("group_maf_lines", 7.0, "lines", "Results", _FROM_LISTS),
    stated("group_ccnd1_lines", 7.0, "lines", "Results", _FROM_LISTS),
    stated("group_ccnd3_lines", 1.0, "lines", "Results", _FROM_LISTS),
    stated("group_nonrecurrent_lines", 3.0, "lines", "Results", _FROM_LISTS),
    stated("lines_grown_with_il6", CountOf(9, 23), "lines", "Methods", _FROM_LISTS),
    stated("lines_with_stated_origin", CountOf(19, 23), "lines", "Methods", _FROM_LISTS),
)

PROLIFERATION: Final[tuple[Fact, ...]] = (
    stated("sensitive_lines", CountOf(13, 23), "lines", "Results"),
    stated("resistant_lines", CountOf(10, 23), "lines", "Results", "ten, named"),
    stated("resistant_mmset_lines", CountOf(2, 5), "lines", "Results", _FROM_LISTS),
    stated("resistant_maf_lines", CountOf(3, 7), "lines", "Results", _FROM_LISTS),
    stated("resistant_ccnd1_lines", CountOf(4, 7), "lines", "Results", _FROM_LISTS),
    stated("resistant_ccnd3_lines", CountOf(1, 1), "lines", "Results", _FROM_LISTS),
    stated("resistant_nonrecurrent_lines", CountOf(0, 3), "lines", "Results", _FROM_LISTS),
    stated("sensitive_ic50_um", StatedRange(0.15, 7.0), "uM", "Results; Discussion; Figure 1"),
    stated("resistant_ic50_um", StatedRange(10.0, _OPEN), "uM", "Results; Figure 1", "above 10"),
    stated("sensitive_share_in_abstract_percent", 200 / 3, "percent", "Abstract", "printed in words, two thirds"),
    stated("resistant_share_in_discussion_percent", 40.0, "percent", "Discussion", "once with 'around', once without"),
    stated("stimulated_share_of_resistant_percent", 15.0, "percent", "Discussion", "weak increase, also without serum"),
    stated("p53_and_sensitivity", "no correlation, data not shown", "text", "Results"),
)

TNF: Final[tuple[Fact, ...]] = (
    stated("tnf_bmsc_inhibition_percent", 35.0, "percent", "Results; Figure 2B", "a decrease: 65 percent of control"),
    stated("tnf_absent_line", "NCI-H929", "text", "Results; Figure 2A", "the only line without it"),
    stated("tnf_lines_against_bmsc", "weaker in lines", "text", "Results; Figure 2A"),
    stated("tnf_lines_increased", CountOf(10, 12), "lines", "Results; Figure 2B"),
    stated("tnf_lines_median_percent", 179.0, "percent of control", "Results; Figure 2B", _RATIO),
    stated("tnf_lines_range_percent", StatedRange(58.0, 369.0), "percent of control", "Results; Figure 2B", _RATIO),
    stated("tnf_lines_p", 0.006, "1", "Results; Figure 2B", "test not named"),
    stated("tnf_primary_increased", CountOf(4, 4), "samples", "Results; Figure 2B"),
    stated("tnf_primary_median_percent", 292.0, "percent of control", "Results; Figure 2B", _RATIO),
    stated("tnf_primary_range_percent", StatedRange(170.0, 509.0), "percent of control", "Results; Figure 2B", _RATIO),
    stated("tnf_primary_p", 0.012, "1", "Results; Figure 2B", "test not named"),
    stated("tnf_activity_increased", CountOf(2, 2), "lines", "Results; Figure 2C", "KMS12-PE and XG-5"),
)

IGF1: Final[tuple[Fact, ...]] = (
    stated("igf1_absent_line", "KMS12-PE", "text", "Results; Figure 2D", "the only line without it"),
    stated("igf1_primary_over_lines_fold", 23.0, "fold", "Results; Figure 2D", "of what average is not stated"),
    stated("igf1_primary_over_lines_p", 0.0064, "1", "Results; Figure 2D", "Mann-Whitney"),
    stated("igf1_bmsc_against_primary", "weaker in BMSCs", "text", "Results; Figure 2D"),
    stated("igf1_lines_increased", CountOf(10, 12), "lines", "Results; Figure 2E"),
    stated("igf1_lines_median_percent", 242.0, "percent of control", "Results; Figure 2E", _RATIO),
    stated("igf1_lines_range_percent", StatedRange(61.0, 545.0), "percent of control", "Results; Figure 2E", _RATIO),
    stated("igf1_lines_p", 0.0024, "1", "Results; Figure 2E", "paired t-test"),
    stated("igf1_primary_increased", CountOf(4, 4), "samples", "Results; Figure 2E"),
    stated("igf1_primary_median_percent", 160.0, "percent of control", "Results; Figure 2E", _RATIO),
    stated("igf1_primary_range_percent", StatedRange(147.0, 281.0), "percent of control", "Results; Figure 2E", _RATIO),
    stated("igf1_primary_p", 0.0706, "1", "Results; Figure 2E", "paired t-test"),
)

RESISTANT_VARIANTS: Final[tuple[Fact, ...]] = (
    stated("lp1_s_phase_untreated_percent", 51.0, "percent", "Results; Figure 3A"),
    stated("lp1_s_phase_treated_percent", 29.0, "percent", "Results; Figure 3A"),
    stated("lp1_lr_s_phase", "unchanged", "text", "Results; Figure 3A"),
    stated("lp1_lr_raised_genes", "TNF, IGF1", "text", "Results; Figure 3B", "against LP-1"),
    stated("r10_4_raised_genes", "CXCL8, IGF1", "text", "Results; Figure 3B", "against NCI-H929"),
)

STATED_RESULTS: Final[tuple[Fact, ...]] = (*PANEL, *PROLIFERATION, *TNF, *IGF1, *RESISTANT_VARIANTS)
"""In the order of the paper."""
