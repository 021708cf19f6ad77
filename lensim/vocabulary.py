"""Every dim, variable and unit name that a lensim Dataset uses, and nothing else.

A *culture* is one cell line on one plate of one experiment: the cells that share a plate level. Wells point at
cultures, cultures at lines, experiments and plates, lines at molecular groups; each pointer is an integer position
along the dim it names.

In RT-qPCR a *sample* is one cDNA: one subject (a line, a donor, a stromal culture) under one condition in one
experiment. Reactions point at samples, genes and plates; dilution series (standard) and no-template controls have
dims of their own. A *contrast* is a condition against the control condition; a *target* is a gene that is no
reference. A *pair* is the treated sample of one subject against its control of the same experiment, for one target.

In flow cytometry a *culture* is one cell line under one condition in one experiment, and *tubes* are stained from it.
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
REACTION: Final = "reaction"
STANDARD: Final = "standard"
NO_TEMPLATE: Final = "no_template"
NO_RT: Final = "no_rt"
SAMPLE: Final = "cdna"  # one sample; ArviZ keeps the word sample for draws
SUBJECT: Final = "subject"
CELL_TYPE: Final = "cell_type"
CONDITION: Final = "condition"
CONTRAST: Final = "contrast"
GENE: Final = "gene"
TARGET: Final = "target"
REFERENCE: Final = "reference"
CLONE: Final = "clone"
DAY: Final = "day"  # of a selection, from its beginning
TUBE: Final = "tube"
EVENT: Final = "event"
TIME_ZERO: Final = "time_zero"  # wells read when the drug was added
TIME_ZERO_BLANK: Final = "time_zero_blank"
TIME_ZERO_PLATE: Final = "time_zero_plate"
SEEDING: Final = "seeding"  # what time-zero wells are of: one line in one experiment, under one condition or all
PHASE: Final = "phase"
LATER_PHASE: Final = "later_phase"  # all phases but G0/G1, which log ratios are taken against

# --- what a Dataset and a result say in their attrs ---
ASSAY: Final = "assay"  # one of the five names below, or that of an assay of another package
DOSE_RESPONSE: Final = "dose_response"
EXPRESSION: Final = "expression"
BIOASSAY: Final = "bioassay"
CELL_CYCLE: Final = "cell_cycle"
SELECTION: Final = "selection"
NOTES: Final = "notes"  # what a reader understood and a user should know, a sentence a line
CONTROL: Final = "control"  # the condition that others are compared with
UNPAIRED: Final = "unpaired"  # refuse, drop, keep or groups: groups of different subjects are compared
CALIBRATOR: Final = "calibrator"  # the subject that levels are given against
PLATES_CORRECTED: Final = "plates_corrected"  # 1 where plate calibrators corrected Cts
READ_NOTES: Final = "read_notes"  # what a reader tells, a sentence a line
EXCLUSIONS: Final = "exclusions"  # what a person excluded by files, with reasons (JSON): lensim.tables.excluded_record
CONTROL_KNOWN_BY: Final = "control_known_by"  # stated, a column, its name
PLATE_ROWS: Final = "plate_rows"  # rows and columns of every plate, not only of its filled part
PLATE_COLUMNS: Final = "plate_columns"
PLATE_SIZE_FROM: Final = "plate_size_from"  # where these are known from

# --- observations of a dose-response panel ---
SIGNAL: Final = "signal"  # (well) raw signal: counts a minute, or a reader's light units
BLANK_SIGNAL: Final = "blank_signal"  # (blank) the signal of a well without cells
VIABILITY: Final = "viability_percent"  # (well) signal as percent of untreated, where raw signals are not to be had
DOSE: Final = "dose_um"  # (well) 0 = untreated
PLATE_ROW: Final = "plate_row"  # (well) 0 = A
PLATE_COLUMN: Final = "plate_column"  # (well) 0 = column 1
WELL_NAME: Final = "well_name"  # (well) as the file or the plate calls it, "B7"
COMPOUND: Final = "compound"  # (well) its name, empty for an untreated well
BLANK_ROW: Final = "blank_row"  # (blank) 0 = A
BLANK_COLUMN: Final = "blank_column"  # (blank) 0 = column 1
CULTURE_OF_WELL: Final = "culture_of_well"
PLATE_OF_BLANK: Final = "plate_of_blank"
LINE_OF_CULTURE: Final = "line_of_culture"
EXPERIMENT_OF_CULTURE: Final = "experiment_of_culture"
PLATE_OF_CULTURE: Final = "plate_of_culture"
GROUP_OF_LINE: Final = "group_of_line"
LINE_OF_CURVE: Final = "line_of_curve"  # (cell_line) name of the line, where it has a curve for each condition
CONDITION_OF_CURVE: Final = "condition_of_curve"  # (cell_line) name of the condition, such as with a cytokine
PARENT_OF_CURVE: Final = (
    "parent_of_curve"  # (cell_line) line that it was made from, such as LP-1 of LP1-LR; "" for none
)
COUNTING_MINUTES: Final = "counting_minutes"  # () infinite where the signal is no count, so has no counting noise
TIME_ZERO_SIGNAL: Final = "time_zero_signal"  # (time_zero) raw, in the unit of the signal
TIME_ZERO_BLANK_SIGNAL: Final = "time_zero_blank_signal"  # (time_zero_blank)
TIME_ZERO_WELL_NAME: Final = "time_zero_well_name"  # (time_zero)
SEEDING_OF_TIME_ZERO: Final = "seeding_of_time_zero"
PLATE_OF_TIME_ZERO: Final = "plate_of_time_zero"  # (time_zero) along time_zero_plate
PLATE_OF_TIME_ZERO_BLANK: Final = "plate_of_time_zero_blank"  # (time_zero_blank) along time_zero_plate
SEEDING_OF_CULTURE: Final = "seeding_of_culture"  # (culture) -1 where it has no time-zero wells
LINE_OF_SEEDING: Final = "line_of_seeding"  # (seeding) name of the line
CONDITION_OF_SEEDING: Final = "condition_of_seeding"  # (seeding) "" for wells that go with all conditions
EXPERIMENT_OF_SEEDING: Final = "experiment_of_seeding"  # (seeding) name of the experiment
ASSAY_HOURS: Final = "assay_hours"  # () from time zero to the end

# --- observations of RT-qPCR; a Ct of NaN is a reaction that was run and not detected up to the cycle limit ---
CT: Final = "ct_cycles"  # (reaction)
GENE_OF_REACTION: Final = "gene_of_reaction"
SAMPLE_OF_REACTION: Final = "sample_of_reaction"
PLATE_OF_REACTION: Final = "plate_of_reaction"
STANDARD_CT: Final = "standard_ct_cycles"  # (standard)
STANDARD_QUANTITY: Final = "standard_quantity"  # (standard) in the unit of its attrs: ng of pooled cDNA, copies
GENE_OF_STANDARD: Final = "gene_of_standard"
PLATE_OF_STANDARD: Final = "plate_of_standard"
STANDARD_WELL: Final = "standard_well_name"  # (standard) as the file calls it
NO_TEMPLATE_CT: Final = "no_template_ct_cycles"  # (no_template)
GENE_OF_NO_TEMPLATE: Final = "gene_of_no_template"
PLATE_OF_NO_TEMPLATE: Final = "plate_of_no_template"
NO_TEMPLATE_WELL: Final = "no_template_well_name"  # (no_template) as the file calls it
NO_RT_CT: Final = "no_rt_ct_cycles"  # (no_rt) of RNA without reverse transcriptase; absent where none was run
GENE_OF_NO_RT: Final = "gene_of_no_rt"
PLATE_OF_NO_RT: Final = "plate_of_no_rt"
NO_RT_WELL: Final = "no_rt_well_name"  # (no_rt) as the file calls it
NO_RT_SAMPLE: Final = "no_rt_sample_name"  # (no_rt) what the file calls its sample
SAMPLE_NAME: Final = "sample_name"  # (reaction) what the file calls its sample, where it names samples
SUBJECT_OF_SAMPLE: Final = "subject_of_sample"
CONDITION_OF_SAMPLE: Final = "condition_of_sample"
EXPERIMENT_OF_SAMPLE: Final = "experiment_of_sample"
CELL_TYPE_OF_SUBJECT: Final = "cell_type_of_subject"
IS_REFERENCE: Final = "is_reference"  # (gene) 1 where a gene is a reference, else 0
IS_CONTROL: Final = "is_control"  # (condition) 1 for the one that others are compared with, else 0
STATED_FACTOR: Final = "stated_amplification_factor"  # (gene) fold a cycle, 2 when perfect; NaN where none is stated
STATED_FACTOR_SD: Final = "stated_amplification_factor_sd"  # (gene) its standard error; NaN where none is stated
PAIR: Final = "pair"
REPLICATE: Final = "replicate"
LOG2_RATIO: Final = "log2_ratio"  # (pair) treated over control of one subject in one experiment
LOG2_RATIO_SD: Final = "log2_ratio_sd"  # (pair) standard error that is known of a ratio; 0 where none is
TARGET_OF_PAIR: Final = "target_of_pair"
SUBJECT_OF_PAIR: Final = "subject_of_pair"
CONTRAST_OF_PAIR: Final = "contrast_of_pair"
EXPERIMENT_OF_PAIR: Final = "experiment_of_pair"
REFERENCE_RESPONSE_SD: Final = "reference_response_sd"  # (contrast) of the mean response of the references
TECHNICAL_SHARE: Final = "technical_variance_share"  # (pair) of log2_ratio's variance, times sd_technical_cycles^2
REPLICATE_CONTRAST: Final = "replicate_contrast_cycles"  # (replicate) orthonormal, between reactions of one sample
SUM_OF_SQUARES: Final = "sum_of_squares"  # (study) between replicate reactions of one cell
FREEDOM: Final = "degrees_of_freedom"  # (study) of that sum
IS_GAUSSIAN: Final = "is_gaussian"  # (study) no reaction undetected, no cell with few copies
CT_CHANGE: Final = "ct_change_cycles"  # (pair) of the target, control less treated
GROUP: Final = "group"  # a cell type under a condition, of which each subject is in one alone
LEVEL: Final = "level"
SUBJECT_LEVEL: Final = "log2_level_of_subject"  # (level) of a target over the references
SUBJECT_LEVEL_SD: Final = "log2_level_of_subject_sd"  # (level) standard error that is known of it; 0 where none is
TARGET_OF_LEVEL: Final = "target_of_level"
SUBJECT_OF_LEVEL: Final = "subject_of_level"
GROUP_OF_SUBJECT: Final = "group_of_subject"
GROUP_OF_LEVEL: Final = "group_of_level"  # (level) in place of that of subjects, where some are in several groups
CELL_TYPE_OF_GROUP: Final = "cell_type_of_group"
CONDITION_OF_GROUP: Final = "condition_of_group"
FACTOR_ERROR_SD: Final = "factor_error_sd"  # (gene) standard error of doublings a cycle
FACTOR_SLOPE: Final = "factor_slope"  # (target, group, gene) by how much its error moves a group's mean level
CYCLE_LIMIT: Final = "cycle_limit"  # () a reaction that has not crossed by this cycle is not detected

# --- observations of a cell cycle by flow cytometry ---
EVENTS: Final = "events"  # (tube, phase) cells that the gates put into each phase
EVENTS_OUTSIDE: Final = "events_outside"  # (tube) debris, sub-G1, doublets: in no phase
EVENTS_RECORDED: Final = "events_recorded"  # (tube) all that the cytometer wrote down
CULTURE_OF_TUBE: Final = "culture_of_tube"
CONDITION_OF_CULTURE: Final = "condition_of_culture"
TUBE_OF_EVENT: Final = "tube_of_event"
BRDU: Final = "brdu_fluorescence"  # (event) linear, 1 to 10,000 over four decades of the machine
DNA: Final = "propidium_iodide_channel"  # (event) linear, area of the pulse
DNA_WIDTH: Final = "propidium_iodide_width"  # (event) width of the pulse, which shows doublets
KIND_OF_EVENT: Final = "kind_of_event"  # (event) position of its true phase, or that of debris or doublets behind them

# --- truths and parameters of a cell cycle, the same name in both ---
PHASE_LOG_RATIO: Final = "phase_log_ratio"  # (cell_line, later_phase) log of share over that of G0/G1, under control
PHASE_LOG_RATIO_CHANGE: Final = "phase_log_ratio_change"  # (cell_line, contrast, later_phase)
DIRICHLET: Final = "concentration"  # () of cultures' shares around their line's: sd^2 = p (1 - p) / (it + 1)
CULTURE_SHARE: Final = "culture_share"  # (culture, phase) what one culture's cells truly were

# --- truths and parameters of RT-qPCR, the same name in both ---
FACTOR: Final = "amplification_factor"  # (gene) fold a cycle
UNIT_CT: Final = "ct_of_unit_quantity"  # (gene) mean Ct of a reaction with one unit of the standards' quantity
ONE_COPY_CT: Final = "ct_of_one_copy"  # (gene) mean Ct of a reaction that starts from one copy
LOG2_LEVEL: Final = "log2_level"  # (target, subject) log2 quantity under the control condition at a mean input
LOG2_REFERENCE_LEVEL: Final = "log2_reference_level"  # (reference) the same of a reference, alike in all subjects
LOG2_REFERENCE_FOLD_CHANGE: Final = "log2_reference_fold_change"  # (reference, contrast) where it may respond
SD_REFERENCE_FOLD_CHANGE: Final = "sd_log2_reference_fold_change"  # () of several references
LOG2_FOLD_CHANGE: Final = "log2_fold_change"  # (target, subject, contrast)
LOG2_INPUT: Final = "log2_input"  # (sample) cDNA in a reaction against the mean, shared by the genes of a sample
LOG2_BIOLOGICAL: Final = "log2_biological"  # (gene, sample) a gene's own deviation from one sample to the next
PLATE_SHIFT: Final = "plate_shift_cycles"  # (plate)
SHARE_OUTLYING: Final = "share_of_outlying_reactions"  # () reactions far from the others of their cell
SD_TECHNICAL: Final = "sd_technical_cycles"  # () between replicate reactions, beside the drawing of copies
SD_INPUT: Final = "sd_log2_input"  # ()
SD_BIOLOGICAL: Final = "sd_log2_biological"  # (gene)
SD_PLATE: Final = "sd_plate_cycles"  # ()
GENE_ON_PLATE: Final = "gene_on_plate"
GENE_ON_PLATE_SHIFT: Final = "gene_on_plate_shift_cycles"  # (gene_on_plate)
SD_GENE_ON_PLATE: Final = "sd_gene_on_plate_cycles"  # ()
SD_PAIR: Final = "sd_log2_pair"  # (target) ratios of one subject between experiments, beside technical spread
DOUBLINGS: Final = "doublings_per_cycle"  # (target) log2 of the amplification factor
REFERENCE_RESPONSE: Final = "mean_reference_response"  # (contrast) log2, of all references together
DOUBLINGS_SD: Final = "doublings_per_cycle_sd"  # (target) its standard error
MU_FOLD_CHANGE: Final = f"mu_{LOG2_FOLD_CHANGE}"  # (target, cell_type, contrast) mean of subjects
SIGMA_FOLD_CHANGE: Final = f"sigma_{LOG2_FOLD_CHANGE}"  # (target, cell_type, contrast) spread of subjects
MU_LEVEL: Final = f"mu_{LOG2_LEVEL}"  # (target, cell_type)
SIGMA_LEVEL: Final = f"sigma_{LOG2_LEVEL}"  # (target, cell_type)
MEAN_LEVEL: Final = "mean_log2_level"  # (target, group) of a group's subjects over the references, at stated factors
SD_SUBJECTS: Final = "sd_log2_between_subjects"  # (target, group) of levels
SUBJECT_EFFECT: Final = (
    "log2_subject_effect"  # (target, subject) how far a subject lies from its groups, in all of them
)
SD_SUBJECT_EFFECT: Final = "sd_log2_subject_effect"  # (target)
SD_WITHIN: Final = "sd_log2_within_subjects"  # (target, group) of levels around mean and subject
TYPICAL_SD_WITHIN: Final = "typical_sd_log2_within_subjects"  # (target) that those of groups lie around
TYPICAL_SD_SUBJECTS: Final = "typical_sd_log2_between_subjects"  # (target) that those of groups lie around
FACTOR_ERROR: Final = "factor_error"  # (gene) doublings a cycle, true less stated
LOG2_COPIES_PER_UNIT: Final = "log2_copies_per_unit"  # (gene)

# --- truths and parameters of a dose-response panel, the same name in both ---
LOG10_EC50: Final = "log10_ec50_um"  # (cell_line) midpoint of the curve, not the dose of half the control
LOG_HILL: Final = "log_hill_slope"  # (cell_line) natural log of the Hill slope
EFFECT: Final = "effect_at_saturation"  # (cell_line) a: residual at saturation is exp(-a); below 0 stimulates
LOG10_IC50: Final = "log10_ic50_um"  # (cell_line) dose at half the untreated signal; +inf where it is never reached
CULTURE_LOG10_EC50: Final = "culture_log10_ec50_um"  # (culture) the midpoint that this culture showed
CULTURE_LOG_HILL: Final = "culture_log_hill_slope"  # (culture) the slope that it showed
CULTURE_EFFECT: Final = "culture_effect_at_saturation"  # (culture) the effect that it showed
LOG_TOP: Final = "log_top_signal"  # (culture) natural log of the untreated signal above background
BACKGROUND: Final = "background_signal"  # (plate)
SD_WELL: Final = "sd_well"  # () spread of log signal between wells of one culture and dose
SD_FLOOR: Final = "sd_floor"  # () spread of percents (as fractions) of wells in which no signal is left
NU_WELL: Final = "nu_well"  # () degrees of freedom of that spread
SHARED_SHARE: Final = "shared_share_of_experiment"  # () of a line's variance between experiments: under all conditions
DAY_SHARE: Final = "day_share_of_experiment"  # () of the variance of EC50s between experiments: alike in all lines
EXPERIMENT_LOG10_EC50: Final = "experiment_log10_ec50_um"  # (experiment) deviation of all lines treated that day
DAY_LOG10_EC50: Final = "line_experiment_log10_ec50_um"  # (line_experiment) deviation of a line in one experiment
SD_EXPERIMENT: Final = "sd_experiment_log10_ec50_um"  # () EC50 of a line between cultures
SD_EXPERIMENT_LOG_HILL: Final = "sd_experiment_log_hill_slope"  # () log slope of a line between cultures
SD_EXPERIMENT_EFFECT: Final = "sd_experiment_effect_at_saturation"  # () effect of a line between cultures

# --- selection of resistance: course, truths and what is seen of two clones ---
IS_PASSAGE: Final = "is_passage"  # (day)
INITIAL_CELLS: Final = "initial_cells"  # (clone)
SPLIT_CELLS: Final = "split_cells"  # () what a passage leaves
CAPACITY_CELLS: Final = "capacity_cells"  # () what a culture holds
LAST_DOSE: Final = "last_dose_um"  # () the dose that a culture has to grow in at the end
DIVISION: Final = "division_per_day"  # (clone) of a cell without drug
DEATH: Final = "death_per_day"  # (clone) of a cell without drug
DEATH_RISE: Final = "death_rise_per_day"  # (clone) what the drug adds at saturation
ASSAY_DAYS: Final = "assay_days"  # (clone) days of drug before the signal of a curve; 0 for a curve of divisions
MUTATION: Final = "mutation_probability"  # () of a sensitive cell's division, to a resistant daughter
CELLS: Final = "cells"  # (clone, day) alive, after a passage where there is one
MUTANTS: Final = "mutants"  # () resistant cells that arose by mutation
# --- observations of a bioassay: a *medium* is one conditioned medium, of one line under one condition in one
# experiment; wells of the role sample point at media, others at -1 ---
MEDIUM: Final = "medium"
CURVE_PARAMETER: Final = "curve_parameter"  # log_top_od, log10_ec50_pg_per_ml, log_hill_slope, log_effect_at_saturation
OPTICAL_DENSITY: Final = "optical_density"  # (well) as read, blank not taken off
ROLE: Final = "role"  # (well) standard (of concentration 0: indicator cells alone), sample or blank
CONCENTRATION: Final = "concentration_pg_per_ml"  # (well) of a standard; NaN in other wells
DILUTION: Final = "dilution_factor"  # (well) 4 is one part of medium in four; 1 for undiluted and other wells
MEDIUM_OF_WELL: Final = "medium_of_well"
PLATE_OF_WELL: Final = "plate_of_well"
LINE_OF_MEDIUM: Final = "line_of_medium"
CONDITION_OF_MEDIUM: Final = "condition_of_medium"
EXPERIMENT_OF_MEDIUM: Final = "experiment_of_medium"

# --- truths and parameters of a bioassay, the same name in both; log_hill_slope, effect_at_saturation (plate) too ---
LOG10_TNF: Final = "log10_tnf_pg_per_ml"  # (medium)
LOG10_TNF_OF_LINE: Final = "log10_line_tnf_pg_per_ml"  # (cell_line) mean of its media under the control condition
LOG10_EC50_TNF: Final = "log10_ec50_pg_per_ml"  # (plate)
LOG_EFFECT: Final = "log_effect_at_saturation"  # of a curve: natural log of an effect that is surely above 0
LOG_TOP_OD: Final = "log_top_od"  # (plate) natural log of the signal above background of indicator cells alone
BACKGROUND_OD: Final = "background_od"  # (plate)
SD_BIOLOGICAL_TNF: Final = "sd_biological_log10_tnf"  # () media of one line and condition between experiments
SD_LOG_OD: Final = "sd_log_od"  # () spread of a well that grows with its signal
SD_OD: Final = "sd_od"  # () spread of a well whatever its signal

UNITS: Final[dict[str, str]] = {
    SIGNAL: "counts/min",
    BLANK_SIGNAL: "counts/min",
    VIABILITY: "percent of untreated",
    DOSE: "uM",
    COUNTING_MINUTES: "min",
    ASSAY_HOURS: "h",
    LOG10_EC50: "log10 uM",
    "log10_ic50_um": "log10 uM",
    LOG_HILL: "log",
    EFFECT: "-log residual proliferation",
    CULTURE_LOG10_EC50: "log10 uM",
    CULTURE_LOG_HILL: "log",
    CULTURE_EFFECT: "-log residual proliferation",
    SHARED_SHARE: "1",
    DAY_SHARE: "1",
    DAY_LOG10_EC50: "log10 uM",
    EXPERIMENT_LOG10_EC50: "log10 uM",
    LOG_TOP: "log counts/min",
    BACKGROUND: "counts/min",
    SD_WELL: "log counts/min",
    NU_WELL: "1",
    SD_EXPERIMENT: "log10 uM",
    SD_EXPERIMENT_LOG_HILL: "log",
    SD_EXPERIMENT_EFFECT: "-log residual proliferation",
    CT: "cycles",
    STANDARD_CT: "cycles",
    NO_TEMPLATE_CT: "cycles",
    NO_RT_CT: "cycles",
    CYCLE_LIMIT: "cycles",
    STATED_FACTOR: "fold/cycle",
    STATED_FACTOR_SD: "fold/cycle",
    FACTOR: "fold/cycle",
    ONE_COPY_CT: "cycles",
    UNIT_CT: "cycles",
    LOG2_LEVEL: "log2",
    LOG2_REFERENCE_LEVEL: "log2",
    LOG2_REFERENCE_FOLD_CHANGE: "log2",
    LOG2_INPUT: "log2",
    LOG2_BIOLOGICAL: "log2",
    PLATE_SHIFT: "cycles",
    LOG2_FOLD_CHANGE: "log2",
    SD_TECHNICAL: "cycles",
    SD_INPUT: "log2",
    SD_BIOLOGICAL: "log2",
    SD_PLATE: "cycles",
    GENE_ON_PLATE_SHIFT: "cycles",
    SD_GENE_ON_PLATE: "cycles",
    LOG2_RATIO: "log2",
    LOG2_RATIO_SD: "log2",
    SD_PAIR: "log2",
    REFERENCE_RESPONSE: "log2",
    SD_REFERENCE_FOLD_CHANGE: "log2",
    REFERENCE_RESPONSE_SD: "log2",
    TECHNICAL_SHARE: "log2^2/cycles^2",
    REPLICATE_CONTRAST: "cycles",
    SUM_OF_SQUARES: "cycles^2",
    CT_CHANGE: "cycles",
    DOUBLINGS: "1/cycle",
    DOUBLINGS_SD: "1/cycle",
    SUBJECT_LEVEL: "log2",
    SUBJECT_LEVEL_SD: "log2",
    MEAN_LEVEL: "log2",
    SD_SUBJECTS: "log2",
    TYPICAL_SD_SUBJECTS: "log2",
    FACTOR_ERROR: "1/cycle",
    FACTOR_ERROR_SD: "1/cycle",
    FACTOR_SLOPE: "cycles",
    LAST_DOSE: "uM",
    DIVISION: "1/day",
    DEATH: "1/day",
    DEATH_RISE: "1/day",
    ASSAY_DAYS: "days",
    MUTATION: "1/division",
    CELLS: "cells",
    MUTANTS: "cells",
    OPTICAL_DENSITY: "optical density",
    CONCENTRATION: "pg/ml",
    DILUTION: "1",
    LOG10_TNF: "log10 pg/ml",
    LOG10_TNF_OF_LINE: "log10 pg/ml",
    LOG10_EC50_TNF: "log10 pg/ml",
    LOG_TOP_OD: "log optical density",
    BACKGROUND_OD: "optical density",
    SD_BIOLOGICAL_TNF: "log10 pg/ml",
    SD_LOG_OD: "log optical density",
    SD_OD: "optical density",
    EVENTS: "cells",
    EVENTS_OUTSIDE: "events",
    EVENTS_RECORDED: "events",
    BRDU: "fluorescence units",
    DNA: "channel",
    DNA_WIDTH: "channel",
    PHASE_LOG_RATIO: "log",
    PHASE_LOG_RATIO_CHANGE: "log",
    DIRICHLET: "1",
    CULTURE_SHARE: "1",
}
