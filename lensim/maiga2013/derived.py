"""Facts that follow from the stated ones by arithmetic alone; each fact carries its arithmetic."""

from collections.abc import Iterator
from typing import Final

from lensim.maiga2013.fact import Fact, derived

_SHARES: Final[tuple[Fact, ...]] = (
    derived(
        "group_lines_in_all", 23.0, "lines", "Results",
        "group_mmset_lines + group_maf_lines + group_ccnd1_lines + group_ccnd3_lines + group_nonrecurrent_lines",
    ),
    derived(
        "sensitive_share_percent", 56.5217, "percent", "Results", "100 * sensitive_lines.count / sensitive_lines.total"
    ),
    derived(
        "resistant_share_percent", 43.4783, "percent", "Results", "100 * resistant_lines.count / resistant_lines.total"
    ),
    derived(
        "sensitive_lines_if_two_thirds", 15.3333, "lines", "Abstract",
        "sensitive_share_in_abstract_percent / 100 * panel_lines",
    ),
    derived(
        "resistant_lines_if_40_percent", 9.2, "lines", "Discussion",
        "resistant_share_in_discussion_percent / 100 * panel_lines",
    ),
    derived(
        "stimulated_lines_if_of_resistant", 1.5, "lines", "Discussion",
        "stimulated_share_of_resistant_percent / 100 * resistant_lines.count",
    ),
    derived(
        "stimulated_lines_if_of_panel", 3.45, "lines", "Discussion",
        "stimulated_share_of_resistant_percent / 100 * panel_lines",
    ),
    derived("lines_without_stated_origin", 4.0, "lines", "Methods",
            "lines_with_stated_origin.total - lines_with_stated_origin.count"),
    derived("sensitive_ic50_lowest_log10_um", -0.823909, "log10 uM", "Results", "log10(sensitive_ic50_um.low)"),
    derived("sensitive_ic50_highest_log10_um", 0.845098, "log10 uM", "Results", "log10(sensitive_ic50_um.high)"),
    derived("sensitive_ic50_spread_fold", 46.6667, "fold", "Results", "sensitive_ic50_um.high / sensitive_ic50_um.low"),
    derived(
        "resistant_bound_over_highest_sensitive_fold", 1.42857, "fold", "Results",
        "resistant_ic50_um.low / sensitive_ic50_um.high",
    ),
)  # fmt: skip

_METHODS: Final[tuple[Fact, ...]] = (
    derived(
        "proliferation_pulse_start_h", 64.0, "h", "Methods, Cell proliferation assays",
        "proliferation_culture_h - proliferation_pulse_h",
    ),
    derived(
        "proliferation_wells_per_line_and_dose", 9.0, "wells", "Methods, Cell proliferation assays; Figure 1",
        "proliferation_replicate_wells * proliferation_experiments",
    ),
    derived(
        "qpcr_reactions_per_gene_line_and_condition", 4.0, "reactions", "Figure 2",
        "qpcr_experiments * qpcr_replicate_reactions",
    ),
    derived(
        "qpcr_cdna_volume_ul", 100.0, "ul", "Methods, RNA extraction and quantitative real-time PCR",
        "1000 * qpcr_rna_ug / qpcr_cdna_ng_per_ul", "where every ng of RNA counts as one of cDNA",
    ),
    derived(
        "qpcr_standard_curve_span_log10", 3.30103, "log10", "Methods, RNA extraction and quantitative real-time PCR",
        "log10(qpcr_standard_curve_ng.high / qpcr_standard_curve_ng.low)",
    ),
    derived(
        "qpcr_standard_curve_span_cycles", 10.9658, "cycles",
        "Methods, RNA extraction and quantitative real-time PCR",
        "log2(qpcr_standard_curve_ng.high / qpcr_standard_curve_ng.low)", "at a perfect amplification factor of 2",
    ),
    derived(
        "qpcr_run_min", 62.0, "min", "Methods, RNA extraction and quantitative real-time PCR",
        "qpcr_ung_min + qpcr_cycles * (qpcr_denaturation_s / 60 + qpcr_extension_min)", "without heating and cooling",
    ),
    derived(
        "bioassay_calibration_doublings", 6.0, "doublings", "Methods, Bioassays of TNF-alpha activity",
        "log2(bioassay_calibration_pg_per_ml.high / bioassay_calibration_pg_per_ml.low)", "a whole number",
    ),
    derived(
        "bioassay_conditioning_cells_behind_a_well", 25000.0, "cells", "Methods, Bioassays of TNF-alpha activity",
        "bioassay_conditioning_cells_per_ml * bioassay_medium_ul / 1000",
    ),
    derived(
        "selection_escalation_fold", 100.0, "fold", "Methods, Development of LP1 LEN-resistant cell line",
        "selection_dose_um.high / selection_dose_um.low",
    ),
    derived(
        "selection_maintenance_over_highest_fold", 3.0, "fold",
        "Methods, Development of LP1 LEN-resistant cell line",
        "selection_maintenance_dose_um / selection_dose_um.high",
    ),
    derived(
        "selection_days_at_least", 182.625, "days", "Methods, Development of LP1 LEN-resistant cell line",
        "selection_months.low * 365.25 / 12",
    ),
    derived("culture_mercaptoethanol_um", 50.0, "uM", "Methods", "1e6 * culture_mercaptoethanol_m"),
)  # fmt: skip

_CELL_CYCLE: Final[tuple[Fact, ...]] = (
    derived(
        "lp1_s_phase_change_percent_points", -22.0, "percent points", "Results; Figure 3A",
        "lp1_s_phase_treated_percent - lp1_s_phase_untreated_percent",
    ),
    derived(
        "lp1_s_phase_fold", 0.568627, "fold", "Results; Figure 3A",
        "lp1_s_phase_treated_percent / lp1_s_phase_untreated_percent",
    ),
    derived(
        "lp1_s_phase_log_odds_change", -0.935389, "log odds", "Results; Figure 3A",
        "log(lp1_s_phase_treated_percent / (100 - lp1_s_phase_treated_percent))"
        " - log(lp1_s_phase_untreated_percent / (100 - lp1_s_phase_untreated_percent))",
    ),
)  # fmt: skip

_EXPRESSION: Final[tuple[Fact, ...]] = (
    derived("tnf_bmsc_fold", 0.65, "fold", "Results; Figure 2B", "1 - tnf_bmsc_inhibition_percent / 100"),
    derived(
        "tnf_bmsc_log2_fold", -0.621488, "log2 fold", "Results; Figure 2B",
        "log2(1 - tnf_bmsc_inhibition_percent / 100)",
    ),
    derived(
        "tnf_lines_over_bmsc_log2_fold", 1.46145, "log2 fold", "Results; Figure 2B",
        "log2(tnf_lines_median_percent / 100) - log2(1 - tnf_bmsc_inhibition_percent / 100)",
        "contrast of the two treatment effects",
    ),
    derived(
        "igf1_primary_over_lines_log2_fold", 4.52356, "log2 fold", "Results; Figure 2D",
        "log2(igf1_primary_over_lines_fold)",
    ),
    derived(
        "igf1_primary_over_lines_p_at_u_1", 0.00636181, "1", "Results; Figure 2D",
        "normal_two_sided_p((igf1_primary_increased.total * igf1_lines_increased.total / 2 - 1 - 0.5)"
        " / sqrt(igf1_primary_increased.total * igf1_lines_increased.total"
        " * (igf1_primary_increased.total + igf1_lines_increased.total + 1) / 12))",
        "4 samples against 12 lines, U = 1, normal approximation with continuity correction: rounds to the stated P",
    ),
)  # fmt: skip


def _fold_changes() -> Iterator[Fact]:
    """Median, minimum and maximum of each published set of ratios, as fold change and its log2."""
    printed = {
        "tnf_lines": ((1.79, 0.58, 3.69), (0.839960, -0.785875, 1.88362), "Results; Figure 2B"),
        "tnf_primary": ((2.92, 1.70, 5.09), (1.54597, 0.765535, 2.34767), "Results; Figure 2B"),
        "igf1_lines": ((2.42, 0.61, 5.45), (1.27501, -0.713119, 2.44626), "Results; Figure 2E"),
        "igf1_primary": ((1.60, 1.47, 2.81), (0.678072, 0.555816, 1.49057), "Results; Figure 2E"),
    }
    for name, (folds, log2_folds, where) in printed.items():
        sources = (f"{name}_median_percent", f"{name}_range_percent.low", f"{name}_range_percent.high")
        parts = ("median", "lowest", "highest")
        for part, fold, log2_fold, source in zip(parts, folds, log2_folds, sources, strict=True):
            yield derived(f"{name}_{part}_fold", fold, "fold", where, f"{source} / 100")
            yield derived(f"{name}_{part}_log2_fold", log2_fold, "log2 fold", where, f"log2({source} / 100)")
        increased = f"{name}_increased"
        left_over, unit = (2.0, "lines") if name.endswith("lines") else (0.0, "samples")
        yield derived(f"{name}_not_increased", left_over, unit, where, f"{increased}.total - {increased}.count")


DERIVED: Final[tuple[Fact, ...]] = (*_SHARES, *_METHODS, *_CELL_CYCLE, *_EXPRESSION, *_fold_changes())
"""Every derived fact."""
