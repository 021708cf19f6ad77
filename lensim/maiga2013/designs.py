"""The designs of the paper's assays, each a frozen view of the stated facts.

Every number here is read from `lensim.maiga2013.facts`, so each number is written in one place, and its source in one
place. What a design leaves open is a `Gap`, not a default.
"""

from dataclasses import dataclass
from typing import Final

from lensim.maiga2013.fact import StatedRange
from lensim.maiga2013.facts import number, span, text


@dataclass(frozen=True)
class ProliferationProtocol:
    """3H-thymidine incorporation (Figure 1); doses are not stated."""

    cells_per_well: float
    replicate_wells: int
    plate_wells: int
    culture_h: float
    thymidine_uci_per_well: float
    pulse_h: float
    experiments: int
    counter: str


@dataclass(frozen=True)
class QpcrProtocol:
    """RT-qPCR of TNF, CXCL8 and IGF1 against a reference gene (Figures 2 and 3B).

    `assay_of_gene` maps a gene's symbol to the identifier of its TaqMan assay, the reference gene among them.
    """

    assay_of_gene: tuple[tuple[str, str], ...]
    reference_gene: str
    dose_um: float
    treatment_h: float
    experiments: int
    replicate_reactions: int
    rna_ug: float
    cdna_ng_per_ul: float
    standard_curve_ng: StatedRange
    calibrator_line: str
    calibrator_ng: float
    cycles: int
    ung_c: float
    ung_min: float
    denaturation_c: float
    denaturation_s: float
    extension_c: float
    extension_min: float
    instrument: str


@dataclass(frozen=True)
class BioassayProtocol:
    """TNF activity in conditioned media, by the viability of WEHI-164 cells (Figure 2C)."""

    cell_lines: tuple[str, ...]
    conditioning_cells_per_ml: float
    conditioning_h: float
    dose_um: float
    indicator_cells_per_well: float
    medium_ul: float
    incubation_h: float
    incubation_c: float
    carbon_dioxide_percent: float
    calibration_pg_per_ml: StatedRange
    readout: str


@dataclass(frozen=True)
class CellCycleProtocol:
    """BrdU and propidium iodide (Figure 3A); BrdU's concentration is left out, see `CONTRADICTIONS`."""

    cell_lines: tuple[str, ...]
    cells: float
    treatment_h: float
    brdu_min: float
    propidium_iodide_ug_per_ml: float
    experiments_shown: int
    instrument: str


@dataclass(frozen=True)
class SelectionProtocol:
    """How LP1-LR was selected, and the days without drug before measurements."""

    parent: str
    variant: str
    dose_um: StatedRange
    months: StatedRange
    maintenance_dose_um: float
    washout_days: float
    washout_days_before_rna: float


@dataclass(frozen=True)
class CultureProtocol:
    """How lines, primary cells and stromal cells were kept."""

    medium: str
    serum_percent: float
    glutamine_mm: float
    mercaptoethanol_m: float
    il6_ng_per_ml: float
    primary_purity_percent: StatedRange
    bmsc_medium: str
    bmsc_serum_percent: float
    bmsc_culture_weeks: StatedRange


PROLIFERATION: Final = ProliferationProtocol(
    cells_per_well=number("proliferation_cells_per_well"),
    replicate_wells=int(number("proliferation_replicate_wells")),
    plate_wells=int(number("proliferation_plate_wells")),
    culture_h=number("proliferation_culture_h"),
    thymidine_uci_per_well=number("proliferation_thymidine_uci_per_well"),
    pulse_h=number("proliferation_pulse_h"),
    experiments=int(number("proliferation_experiments")),
    counter=text("proliferation_counter"),
)
QPCR: Final = QpcrProtocol(
    assay_of_gene=(
        ("TNF", text("qpcr_assay_tnf")),
        ("CXCL8", text("qpcr_assay_cxcl8")),
        ("IGF1", text("qpcr_assay_igf1")),
        ("RPL37A", text("qpcr_assay_rpl37a")),
    ),
    reference_gene=text("qpcr_reference_gene"),
    dose_um=number("qpcr_dose_um"),
    treatment_h=number("qpcr_treatment_h"),
    experiments=int(number("qpcr_experiments")),
    replicate_reactions=int(number("qpcr_replicate_reactions")),
    rna_ug=number("qpcr_rna_ug"),
    cdna_ng_per_ul=number("qpcr_cdna_ng_per_ul"),
    standard_curve_ng=span("qpcr_standard_curve_ng"),
    calibrator_line=text("qpcr_calibrator_line"),
    calibrator_ng=number("qpcr_calibrator_ng"),
    cycles=int(number("qpcr_cycles")),
    ung_c=number("qpcr_ung_c"),
    ung_min=number("qpcr_ung_min"),
    denaturation_c=number("qpcr_denaturation_c"),
    denaturation_s=number("qpcr_denaturation_s"),
    extension_c=number("qpcr_extension_c"),
    extension_min=number("qpcr_extension_min"),
    instrument=text("qpcr_instrument"),
)
BIOASSAY: Final = BioassayProtocol(
    cell_lines=("KMS12-PE", "XG-5"),
    conditioning_cells_per_ml=number("bioassay_conditioning_cells_per_ml"),
    conditioning_h=number("bioassay_conditioning_h"),
    dose_um=number("bioassay_dose_um"),
    indicator_cells_per_well=number("bioassay_indicator_cells_per_well"),
    medium_ul=number("bioassay_medium_ul"),
    incubation_h=number("bioassay_incubation_h"),
    incubation_c=number("bioassay_incubation_c"),
    carbon_dioxide_percent=number("bioassay_carbon_dioxide_percent"),
    calibration_pg_per_ml=span("bioassay_calibration_pg_per_ml"),
    readout=text("bioassay_readout"),
)
CELL_CYCLE: Final = CellCycleProtocol(
    cell_lines=("LP-1", "LP1-LR"),
    cells=number("cell_cycle_cells"),
    treatment_h=number("cell_cycle_treatment_h"),
    brdu_min=number("cell_cycle_brdu_min"),
    propidium_iodide_ug_per_ml=number("cell_cycle_propidium_iodide_ug_per_ml"),
    experiments_shown=int(number("cell_cycle_experiments_shown")),
    instrument=text("cell_cycle_instrument"),
)
SELECTION: Final = SelectionProtocol(
    parent="LP-1",
    variant="LP1-LR",
    dose_um=span("selection_dose_um"),
    months=span("selection_months"),
    maintenance_dose_um=number("selection_maintenance_dose_um"),
    washout_days=number("selection_washout_days"),
    washout_days_before_rna=number("fig3b_washout_days"),
)
CULTURE: Final = CultureProtocol(
    medium=text("culture_medium"),
    serum_percent=number("culture_serum_percent"),
    glutamine_mm=number("culture_glutamine_mm"),
    mercaptoethanol_m=number("culture_mercaptoethanol_m"),
    il6_ng_per_ml=number("culture_il6_ng_per_ml"),
    primary_purity_percent=span("primary_purity_percent"),
    bmsc_medium=text("bmsc_medium"),
    bmsc_serum_percent=number("bmsc_serum_percent"),
    bmsc_culture_weeks=span("bmsc_culture_weeks"),
)
