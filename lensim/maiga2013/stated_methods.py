"""What the Methods and the figure legends of the paper state: how cells were kept, treated and measured."""

from typing import Final

from lensim.maiga2013.fact import Fact, StatedRange, stated

_PAPER: Final = "first page"
_LINES: Final = "Methods, Cell lines, primary myeloma cells and culture conditions"
_SELECTION: Final = "Methods, Development of LP1 LEN-resistant cell line"
_PROLIFERATION: Final = "Methods, Cell proliferation assays"
_CYCLE: Final = "Methods, Cell cycle analysis"
_PCR: Final = "Methods, RNA extraction and quantitative real-time PCR"
_BIOASSAY: Final = "Methods, Bioassays of TNF-alpha activity"
_OPEN: Final = float("inf")

PUBLICATION: Final[tuple[Fact, ...]] = (
    stated("paper_received_date", "2012-12-04", "text", _PAPER),
    stated("paper_revised_date", "2013-03-19", "text", _PAPER),
    stated("paper_accepted_date", "2013-04-02", "text", _PAPER),
    stated("paper_published_online_date", "2013-04-30", "text", _PAPER),
)

CULTURE: Final[tuple[Fact, ...]] = (
    stated("culture_il6_ng_per_ml", 3.0, "ng/ml", f"{_LINES}; Figure 1", "recombinant, for the lines that need it"),
    stated("culture_medium", "RPMI-1640", "text", _LINES),
    stated("culture_serum_percent", 5.0, "percent", f"{_LINES}; Figure 3A", "foetal calf serum, by volume"),
    stated("culture_glutamine_mm", 2.0, "mM", _LINES),
    stated("culture_mercaptoethanol_m", 5e-5, "M", _LINES),
    stated("primary_purity_percent", StatedRange(90.0, 100.0), "percent", _LINES, "above 90, by morphology or CD138"),
    stated("primary_selection", "CD138 immunomagnetic beads (Miltenyi)", "text", _LINES),
    stated("bmsc_medium", "DMEM", "text", _LINES),
    stated("bmsc_serum_percent", 10.0, "percent", _LINES),
    stated("bmsc_culture_weeks", StatedRange(2.0, 3.0), "weeks", _LINES, "2 or 3"),
)

SELECTION: Final[tuple[Fact, ...]] = (
    stated("selection_dose_um", StatedRange(0.1, 10.0), "uM", _SELECTION, "rising; the steps are not stated"),
    stated("selection_months", StatedRange(6.0, _OPEN), "months", _SELECTION, "at least"),
    stated("selection_maintenance_dose_um", 30.0, "uM", _SELECTION, "continuous, after the escalation"),
    stated("selection_washout_days", 5.0, "days", _SELECTION, "before experiments in general"),
    stated("fig3b_washout_days", 7.0, "days", "Results; Figure 3B", "before RNA extraction, both variants"),
)

PROLIFERATION: Final[tuple[Fact, ...]] = (
    stated("proliferation_cells_per_well", 1e4, "cells", _PROLIFERATION),
    stated("proliferation_replicate_wells", 3.0, "wells", _PROLIFERATION),
    stated("proliferation_plate_wells", 96.0, "wells", _PROLIFERATION),
    stated("proliferation_culture_h", 72.0, "h", _PROLIFERATION),
    stated("proliferation_culture_days", 3.0, "days", "Figure 1"),
    stated("proliferation_thymidine_uci_per_well", 1.0, "uCi", _PROLIFERATION, "a well: our reading of the pulse"),
    stated("proliferation_pulse_h", 8.0, "h", _PROLIFERATION, "the last hours of the culture"),
    stated("proliferation_counter", "1450 MicroBeta Jet (Perkin-Elmer)", "text", _PROLIFERATION),
    stated("proliferation_experiments", 3.0, "experiments", "Figure 1", "independent"),
    stated("proliferation_shown", "mean and s.d. of the percentage of inhibition", "text", "Figure 1"),
)

CELL_CYCLE: Final[tuple[Fact, ...]] = (
    stated("cell_cycle_treatment_h", 72.0, "h", f"{_CYCLE}; Results; Figure 3A"),
    stated("cell_cycle_cells", 1e6, "cells", _CYCLE),
    stated("cell_cycle_brdu_as_printed_mg_per_ml", 10.0, "mg/ml", _CYCLE, "surely a slip, see CONTRADICTIONS"),
    stated("cell_cycle_brdu_min", 30.0, "min", _CYCLE),
    stated("cell_cycle_brdu_c", 37.0, "C", _CYCLE),
    stated("cell_cycle_washes", 2.0, "washes", _CYCLE),
    stated("cell_cycle_ethanol_percent", 50.0, "percent", _CYCLE),
    stated("cell_cycle_storage_h", 24.0, "h", _CYCLE),
    stated("cell_cycle_storage_c", 4.0, "C", _CYCLE),
    stated("cell_cycle_acid_n", 2.0, "N", _CYCLE, "hydrochloric acid"),
    stated("cell_cycle_acid_min", 30.0, "min", _CYCLE),
    stated("cell_cycle_acid_c", 37.0, "C", _CYCLE),
    stated("cell_cycle_antibody_c", 4.0, "C", _CYCLE, "overnight"),
    stated("cell_cycle_propidium_iodide_ug_per_ml", 10.0, "ug/ml", _CYCLE),
    stated("cell_cycle_instrument", "FACSCalibur, CellQuest Pro (Becton Dickinson)", "text", _CYCLE),
    stated("cell_cycle_experiments_shown", 1.0, "experiments", "Figure 3A", "called representative"),
)

QPCR: Final[tuple[Fact, ...]] = (
    stated("qpcr_dose_um", 10.0, "uM", "Figure 2"),
    stated("qpcr_treatment_h", 24.0, "h", "Figure 2"),
    stated("qpcr_experiments", 2.0, "experiments", "Figure 2; Figure 3B", "independent"),
    stated("qpcr_replicate_reactions", 2.0, "reactions", f"{_PCR}; Figure 2; Figure 3B"),
    stated("qpcr_rna_kit", "Nucleospin RNA II (Macherey Nagel)", "text", _PCR),
    stated("qpcr_rna_quality", "Nanodrop; Agilent 2100 Bioanalyzer, RNA 6000", "text", _PCR),
    stated("qpcr_reverse_transcriptase", "M-MLV (Invitrogen)", "text", _PCR),
    stated("qpcr_rna_ug", 2.0, "ug", _PCR, "total RNA reverse transcribed"),
    stated("qpcr_cdna_ng_per_ul", 20.0, "ng/ul", _PCR),
    stated("qpcr_master_mix", "TaqMan Universal PCR Master Mix (Applied Biosystems)", "text", _PCR),
    stated("qpcr_instrument", "Mx3005 (Stratagene)", "text", _PCR),
    stated("qpcr_assay_tnf", "Hs00174128_m1", "text", f"{_PCR}; Figure 2"),
    stated("qpcr_assay_cxcl8", "Hs00174103_m1", "text", f"{_PCR}; Figure 3"),
    stated("qpcr_assay_igf1", "Hs00153126_m1", "text", f"{_PCR}; Figure 2"),
    stated("qpcr_assay_rpl37a", "Hs01102345_m1", "text", _PCR),
    stated("qpcr_reference_gene", "RPL37A", "text", _PCR),
    stated("qpcr_cycles", 40.0, "cycles", _PCR),
    stated("qpcr_ung_c", 50.0, "C", _PCR),
    stated("qpcr_ung_min", 2.0, "min", _PCR),
    stated("qpcr_denaturation_c", 95.0, "C", _PCR),
    stated("qpcr_denaturation_s", 30.0, "s", _PCR),
    stated("qpcr_extension_c", 60.0, "C", _PCR, "annealing and extension"),
    stated("qpcr_extension_min", 1.0, "min", _PCR),
    stated(
        "qpcr_standard_curve_ng", StatedRange(0.01, 20.0), "ng", _PCR, "pooled cDNA of myeloma cells, one curve a gene"
    ),
    stated("qpcr_calibrator_line", "LP-1", "text", f"{_PCR}; Figure 2; Figure 3B"),
    stated("qpcr_calibrator_ng", 20.0, "ng", _PCR),
    stated("qpcr_quantification", "Pfaffl 2001", "text", f"{_PCR}; Figure 2; Figure 3B"),
)

BIOASSAY: Final[tuple[Fact, ...]] = (
    stated("bioassay_conditioning_cells_per_ml", 0.5e6, "cells/ml", _BIOASSAY),
    stated("bioassay_dose_um", 10.0, "uM", _BIOASSAY),
    stated("bioassay_conditioning_h", 48.0, "h", _BIOASSAY),
    stated("bioassay_indicator_cells_per_well", 3e4, "cells", _BIOASSAY, "WEHI-164"),
    stated("bioassay_medium_ul", 50.0, "ul", _BIOASSAY, "conditioned medium in a well"),
    stated("bioassay_incubation_h", 24.0, "h", _BIOASSAY),
    stated("bioassay_incubation_c", 37.0, "C", _BIOASSAY),
    stated("bioassay_carbon_dioxide_percent", 5.0, "percent", _BIOASSAY),
    stated("bioassay_calibration_pg_per_ml", StatedRange(12.5, 800.0), "pg/ml", _BIOASSAY, "human TNF"),
    stated("bioassay_readout", "MTT reduction", "text", _BIOASSAY),
)

STATED_METHODS: Final[tuple[Fact, ...]] = (
    *PUBLICATION,
    *CULTURE,
    *SELECTION,
    *PROLIFERATION,
    *CELL_CYCLE,
    *QPCR,
    *BIOASSAY,
)
"""In the order of the paper."""
