"""Where the paper disagrees with itself or with arithmetic, which reading lensim uses, and why."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Contradiction:
    """Two places of the paper that disagree, or one that cannot be right as printed.

    Attributes
    ----------
    key
        Name of the contradiction.
    readings
        Pairs of place and short reading, at least one.
    chosen
        What we go by.
    why
        The reason.
    facts
        Keys of the facts that are concerned.
    """

    key: str
    readings: tuple[tuple[str, str], ...]
    chosen: str
    why: str
    facts: tuple[str, ...] = ()


_COUNTS: Final[tuple[Contradiction, ...]] = (
    Contradiction(
        "sensitive_share",
        (("Abstract", "two thirds of the lines inhibited"), ("Results", "13 of 23, which is 56.5 percent")),
        "13 of 23",
        "the count is exact and its lines can be named; two thirds of 23 would be 15.3",
        ("sensitive_share_in_abstract_percent", "sensitive_lines", "sensitive_share_percent"),
    ),
    Contradiction(
        "resistant_share",
        (("Discussion", "around 40 percent, later plain 40"), ("Results", "10 of 23, which is 43.5 percent")),
        "10 of 23",
        "all ten are named; 40 percent of 23 would be 9.2",
        ("resistant_share_in_discussion_percent", "resistant_lines", "resistant_share_percent"),
    ),
    Contradiction(
        "stimulated_share",
        (("Discussion", "15 percent of the resistant lines"), ("Results", "ten resistant lines: 1.5 lines")),
        "one or two of ten, which ones unknown",
        "15 percent of 10 is 1.5 and of 23 is 3.45; neither is whole, and the sentence is about the resistant lines",
        (
            "stimulated_share_of_resistant_percent",
            "stimulated_lines_if_of_resistant",
            "stimulated_lines_if_of_panel",
            "stimulated_lines",
        ),
    ),
    Contradiction(
        "groups_with_resistance",
        (("Discussion", "MMSET, MAF and CCND1"), ("Results", "also KMM-1, the only CCND3 line; no nonrecurrent line")),
        "2 of 5, 3 of 7, 4 of 7, 1 of 1, 0 of 3",
        "counted from the lists of names",
        ("resistant_mmset_lines", "resistant_ccnd3_lines", "resistant_nonrecurrent_lines"),
    ),
    Contradiction(
        "panel_of_12",
        (
            ("Results; Figure 2B", "10 of 12 lines for TNF, which NCI-H929 lacks"),
            ("Results; Figure 2E", "10 of 12 lines for IGF1, which KMS12-PE lacks"),
        ),
        "12 lines with a ratio for each gene, not necessarily the same 12",
        "a line without the transcript has no ratio, so a common dozen could not hold both lines",
        ("tnf_lines_increased", "igf1_lines_increased", "tnf_absent_line", "igf1_absent_line"),
    ),
    Contradiction(
        "igf1_in_primary_cells",
        (
            ("Results; Figure 2D", "wording that can be read as no IGF1 in primary cells"),
            ("Results; Figure 2D", "23-fold more IGF1 in primary cells than in lines"),
        ),
        "primary cells express IGF1; KMS12-PE alone does not",
        "the fold and its P value need expression in both",
        ("igf1_absent_line", "igf1_primary_over_lines_fold"),
    ),
)
_STATISTICS: Final[tuple[Contradiction, ...]] = (
    Contradiction(
        "increase_or_ratio",
        (
            ("Results, TNF", "median increase of 179 percent, from 58 to 369, with 10 of 12 up"),
            ("Results, IGF1", "treated against control, 242 percent, from 61 to 545, with 10 of 12 up"),
        ),
        "treated over control x 100 for both genes",
        "a gain of 58 percent would be an increase, but two lines went down; so 58 lies below 100",
        ("tnf_lines_median_percent", "tnf_lines_range_percent", "expression_change_meaning"),
    ),
    Contradiction(
        "tnf_lines_p_value",
        (
            ("Results; Figure 2B", "P 0.006 without a test, for a range of 58 to 369 percent"),
            ("Results; Figure 2E", "P 0.0024 by paired t-test for IGF1, of wider relative range"),
        ),
        "P is kept as printed, as a result of an unnamed test",
        "whether a t-test can give it, on ratios or on their logs, is for an analysis of attainable values to say",
        ("tnf_lines_p", "expression_tnf_test"),
    ),
    Contradiction(
        "tnf_primary_p_value",
        (
            ("Results; Figure 2B", "P 0.012 for four samples, median 292, range 170 to 509 percent"),
            ("arithmetic", "a two-sided paired t-test has P of 0.055 or more on ratios, 0.017 or more on their logs"),
            ("arithmetic", "on expression levels it has any P up to 0.39, by the untreated levels"),
        ),
        "the summary is used, the P value is not",
        "untreated levels are not printed: where they differ 2.04-fold or more between patients, a paired t-test of "
        "levels can give 0.012, and such a P says little of the ratios",
        ("tnf_primary_p", "tnf_primary_median_percent", "tnf_primary_range_percent"),
    ),
    Contradiction(
        "igf1_primary_significance",
        (
            ("Results; Figure 2E", "raised in all four samples, yet P 0.0706 by paired t-test"),
            (
                "arithmetic",
                "0.070 to 0.072 on ratios, 0.029 to 0.031 on their logs, any up to 0.39 on levels",
            ),
        ),
        "ratios or expression levels were tested, not logs; the log scale is ours for analysis",
        "a paired t-test of levels can give both P values in patients, so they may well be of one analysis; skewed "
        "ratios, or levels, hide an effect that logs show",
        ("igf1_primary_p", "igf1_primary_median_percent", "igf1_primary_range_percent"),
    ),
    Contradiction(
        "bmsc_strength",
        (("Discussion", "strong inhibition of TNF by stroma"), ("Results; Figure 2B", "35 percent")),
        "35 percent",
        "the number, not the adjective; its spread is not stated",
        ("tnf_bmsc_inhibition_percent",),
    ),
    Contradiction(
        "il8_on_treatment",
        (
            ("Abstract", "lenalidomide raised IL-8 in sensitive and resistant cells"),
            ("Results; Figure 3B", "IL-8 reported for NCI-H929 R10-4 against its parent, after days without the drug"),
        ),
        "no treated-against-untreated change of CXCL8 is known",
        "the only IL-8 result of the text compares two lines, not two treatments",
        ("r10_4_raised_genes",),
    ),
)
_METHODS: Final[tuple[Contradiction, ...]] = (
    Contradiction(
        "washout",
        (
            ("Methods", "5 days without the drug before experiments, LP1-LR"),
            ("Results; Figure 3B", "7 days before RNA, both variants"),
        ),
        "7 days for Figure 3B, 5 days otherwise",
        "the specific statement holds for its figure, twice printed; the general one for the rest",
        ("selection_washout_days", "fig3b_washout_days"),
    ),
    Contradiction(
        "brdu_concentration",
        (("Methods, Cell cycle analysis", "BrdU at 10 mg/ml"), ("Methods, Cell cycle analysis", "PI at 10 ug/ml")),
        "10 ug/ml",
        "a thousandfold above common use, and next to a stain in ug; a lost mu is the likeliest cause",
        ("cell_cycle_brdu_as_printed_mg_per_ml", "cell_cycle_brdu_ug_per_ml"),
    ),
    Contradiction(
        "pulse_timing",
        (("Methods, Cell proliferation assays", "pulse in the 'past' 8 h"),),
        "the last 8 of 72 h",
        "a pulse ends with the culture; a slip of the pen",
        ("proliferation_pulse_h", "proliferation_pulse_start_h"),
    ),
    Contradiction(
        "figure_panels",
        (
            ("Results", "Figure 2A cited for the change of TNF under treatment"),
            ("Figure 2", "panel A shows expression, panel B its change under treatment"),
        ),
        "Figure 2B for changes of TNF, 2A for expression",
        "the legend describes its own panels, and the text cites 2B for the same change in primary cells",
        ("tnf_lines_median_percent", "tnf_lines_increased"),
    ),
    Contradiction(
        "assay_spelling",
        (("Methods", "Hs00174128_m1"), ("Figure 2; Figure 3", "Hs00174128-m1, and two with a space and a hyphen")),
        "no space, with underscore",
        "that is how the maker writes its identifiers, and all four are written so in the Methods",
        ("qpcr_assay_tnf", "qpcr_assay_cxcl8", "qpcr_assay_igf1"),
    ),
    Contradiction(
        "gene_names",
        (("throughout", "TNF-alpha, IL-8, IGF-1, RPL37a"),),
        "TNF, CXCL8, IGF1, RPL37A",
        "the approved symbols of the human genes; the assay identifiers fix which genes are meant",
        ("qpcr_reference_gene",),
    ),
)
_NAMES: Final[tuple[Contradiction, ...]] = (
    Contradiction(
        "line_spellings",
        (
            ("Methods", "LP1, XG-3, XG-5"),
            ("Results", "LP-1 and LP1, XG3, XG-5 and XG5, KMM-1 and KMM1"),
        ),
        "LP-1, XG-3, XG-5, KMM-1; the rest are aliases",
        "the spelling of the panel's list, made alike within the XG family",
    ),
    Contradiction(
        "jim_and_jin",
        (
            ("Methods", "JIM-3 with an origin, JIN3 not named"),
            ("Results", "JIM-3 in the MMSET group, JIN3 in the MAF group, both resistant"),
        ),
        "two lines, JIM-3 and JIN3",
        "they are in different groups and both are needed for 23; JIN3 may be the MAF line known as JJN-3, an alias",
    ),
    Contradiction(
        "r10_4_name",
        (("Results", "NCI-H929 R10-4"), ("Figure 3B", "NCI-H929 10-4")),
        "NCI-H929 R10-4",
        "used in the text and the acknowledgements; the legend alone drops the R",
    ),
    Contradiction(
        "lp1_lr_number",
        (("Methods", "LP1-LR as cell lines and as one cell line"), ("Results", "one line, LP1-LR")),
        "one line",
        "every result is of one",
    ),
    Contradiction(
        "missing_origins",
        (("Methods", "all lines characterised; origins of 19"), ("Results", "23 lines")),
        "no origin for JIN3, KMS12-PE, KMM-1 and SBN",
        "none is stated, and none is invented",
        ("lines_with_stated_origin", "lines_without_stated_origin"),
    ),
    Contradiction(
        "missing_comma",
        (("Methods", "NAN-1 MDN without a comma between"), ("Results", "NAN-1 in the MAF, MDN in the CCND1 group")),
        "two lines, NAN-1 and MDN",
        "they are in different groups",
        ("lines_grown_with_il6",),
    ),
    Contradiction(
        "il6_dependence",
        (
            ("Methods", "3 ng/ml IL-6 for the nine lines made in Nantes"),
            ("Figure 1", "3 ng/ml IL-6 for lines that depend on it, unnamed"),
        ),
        "the nine lines are those that depend on it",
        "same concentration and no other lines named; the rest are recorded as not mentioned",
        ("lines_grown_with_il6", "culture_il6_ng_per_ml"),
    ),
    Contradiction(
        "maf_group_name",
        (("Results", "C-MAF or MAF B"), ("Discussion", "MAF")),
        "MAF/MAFB",
        "the genes' symbols; which line has which of the two is not stated",
        ("group_maf_lines",),
    ),
    Contradiction(
        "nonrecurrent_group_name",
        (("Results", "a group of translocations, called nonrecurrent"), ("Discussion", "not mentioned")),
        "nonrecurrent",
        "short, and the group is what is left rather than a shared lesion",
        ("group_nonrecurrent_lines",),
    ),
    Contradiction(
        "cited_author",
        (("Introduction", "Sprinski et al, 2009"), ("Discussion; References", "Sprynski et al, 2009")),
        "Sprynski",
        "the spelling of the reference",
    ),
)

CONTRADICTIONS: Final[tuple[Contradiction, ...]] = (*_COUNTS, *_STATISTICS, *_METHODS, *_NAMES)
"""Counts first, then statistics, methods and names."""
