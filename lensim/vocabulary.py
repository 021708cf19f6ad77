"""Every dim, variable and unit name that a lensim Dataset uses, and nothing else.

A *culture* is one cell line on one plate of one experiment: the cells that share a plate level. Wells point at
cultures, cultures at lines, experiments and plates, lines at molecular groups; each pointer is an integer position
along the dim it names.
"""

from typing import Final

# --- dims, each with an index coordinate of real names where names exist ---
WELL: Final = "well"
BLANK: Final = "blank"
CULTURE: Final = "culture"
CELL_LINE: Final = "cell_line"
MOLECULAR_GROUP: Final = "molecular_group"
EXPERIMENT: Final = "experiment"
PLATE: Final = "plate"
STUDY: Final = "study"

# --- observations of a proliferation assay ---
CPM: Final = "cpm"  # (well) raw signal: counts a minute, or a reader's light units
BLANK_CPM: Final = "blank_cpm"  # (blank) the signal of a well without cells
VIABILITY: Final = "viability_percent"  # (well) signal as percent of untreated, where raw signals are not to be had
DOSE: Final = "dose_um"  # (well) 0 = untreated
PLATE_ROW: Final = "plate_row"  # (well) 0 = A
PLATE_COLUMN: Final = "plate_column"  # (well) 0 = column 1
WELL_NAME: Final = "well_name"  # (well) as the file or the plate calls it, "B7"
CULTURE_OF_WELL: Final = "culture_of_well"
PLATE_OF_BLANK: Final = "plate_of_blank"
LINE_OF_CULTURE: Final = "line_of_culture"
EXPERIMENT_OF_CULTURE: Final = "experiment_of_culture"
PLATE_OF_CULTURE: Final = "plate_of_culture"
GROUP_OF_LINE: Final = "group_of_line"
COUNTING_MINUTES: Final = "counting_minutes"  # () infinite where the signal is no count, so has no counting noise

# --- truths and parameters of a proliferation assay, the same name in both ---
LOG10_EC50: Final = "log10_ec50_um"  # (cell_line) midpoint of the curve, not the dose of half the control
LOG_HILL: Final = "log_hill_slope"  # (cell_line) natural log of the Hill slope
EFFECT: Final = "effect_at_saturation"  # (cell_line) a: residual at saturation is exp(-a); below 0 stimulates
CULTURE_LOG10_EC50: Final = "culture_log10_ec50_um"  # (culture) the midpoint that this culture showed
LOG_TOP: Final = "log_top_cpm"  # (culture) natural log of the untreated signal above background
BACKGROUND: Final = "background_cpm"  # (plate)
SD_WELL: Final = "sd_well"  # () spread of log signal between wells of one culture and dose
NU_WELL: Final = "nu_well"  # () degrees of freedom of that spread
SD_EXPERIMENT: Final = "sd_experiment_log10_ec50_um"  # () EC50 of a line between cultures

UNITS: Final[dict[str, str]] = {
    CPM: "counts/min",
    BLANK_CPM: "counts/min",
    VIABILITY: "percent of untreated",
    DOSE: "uM",
    COUNTING_MINUTES: "min",
    LOG10_EC50: "log10 uM",
    "log10_ic50_um": "log10 uM",
    LOG_HILL: "log",
    EFFECT: "-log residual proliferation",
    CULTURE_LOG10_EC50: "log10 uM",
    LOG_TOP: "log counts/min",
    BACKGROUND: "counts/min",
    SD_WELL: "log counts/min",
    NU_WELL: "1",
    SD_EXPERIMENT: "log10 uM",
}
