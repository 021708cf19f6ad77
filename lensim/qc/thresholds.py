"""Limits of the checks, each with its source; those without one are assumed, and say so.

Where many wells, cells or plates are looked at, a limit of size alone cries in every run, and one of probability alone
cries over what hardly matters. So most checks ask for both: a size from here, and evidence that chance alone gives in
`FALSE_ALARM` of all clean runs (`lensim.qc.evidence`).

Sources
-------
MIQE 2.0 (doi:10.1093/clinchem/hvaf043) asks for efficiency, linear range and limit of detection with intervals, and for
controls without template and without RT; it sets few limits. Efficiency of 90 to 110% and R2 of 0.98: minimum
performance of GMO tests, in table 2 of doi:10.1016/j.reth.2021.06.005. Limit of detection at 95%:
doi:10.1016/j.bdq.2017.04.001. Five cycles between a sample and its control without RT are 3% of its signal, as makers
of kits write. geNorm's M, 0.5 for like and 1 for unlike samples: doi:10.1186/gb-2007-8-2-r19. Z' of 0.5:
doi:10.1177/108705719900400206. CV of 20%, and drift or edge effects of 20%: Assay Guidance Manual, chapter HTS assay
validation.
"""

from typing import Final

FALSE_ALARM: Final = 0.02
"""Probability that a check cries about a clean run whose noise is as assumed; heavy tails make it larger (assumed)."""

# --- RT-qPCR [cycles unless said otherwise] ---
MARGIN_CYCLES: Final = 5.0
"""Of the latest sample before the earliest control: 3% of its signal. Less is looked at (makers of kits)."""
LEAST_MARGIN_CYCLES: Final = 3.0
"""One eighth of the signal of a sample. Less fails (assumed)."""
LATE_CYCLES: Final = 5.0
"""Within so many cycles of the limit replicates differ by the drawing of copies (assumed)."""
SD_TO_LOOK: Final = 0.25
"""Replicates of a larger sd tell a doubling from nothing in fewer than 95% of cases (makers of machines)."""
SD_TO_FAIL: Final = 0.5  # assumed
WELL_TO_LOOK: Final = 0.5
"""A well nearer to its replicates hardly moves a fold change (assumed)."""
WELL_TO_FAIL: Final = 1.0  # a factor of two; assumed
EFFICIENCY_PERCENT: Final = (90.0, 110.0)
EFFICIENCY_TO_FAIL_PERCENT: Final = (80.0, 120.0)  # assumed
EFFICIENCY_WIDTH_PERCENT: Final = 20.0
"""An interval that reaches further to one side says little (assumed)."""
R2_TO_LOOK: Final = 0.98
R2_TO_FAIL: Final = 0.95  # assumed
BEND_CYCLES: Final = 0.3
"""A point of a series that is nearer to the line of the others counts as on it (assumed)."""
BEYOND_SERIES_CYCLES: Final = 2.0
"""A sample so far beyond the ends of a series, a factor of four, is extrapolated (assumed)."""
BEYOND_SERIES_PERCENT: Final = 10.0  # of samples; assumed
DETECTED_SHARE: Final = 0.95
"""The limit of detection is the quantity that is found in this share of reactions."""
SHIFT_TO_LOOK: Final = 0.5
"""Of a plate by its calibrator (assumed)."""
SHIFT_TO_FAIL: Final = 2.0  # assumed: thresholds or volumes differ
M_TO_LOOK: Final = 0.5
M_TO_FAIL: Final = 1.0

# --- plates ---
Z_PRIME_TO_LOOK: Final = 0.5
Z_PRIME_TO_FAIL: Final = 0.0
SIGNAL_TO_BACKGROUND: Final = 3.0  # assumed: below, a fifth of the signal left cannot be told from none
CV_TO_LOOK_PERCENT: Final = 20.0
CV_TO_FAIL_PERCENT: Final = 40.0  # assumed
PLACE_TO_LOOK_PERCENT: Final = 10.0
"""Of an edge, a gradient or a drift; less than a usual spread of wells (assumed)."""
PLACE_TO_FAIL_PERCENT: Final = 20.0
PLATE_LEVEL_FOLD: Final = 2.0
"""Of a plate's untreated level against the other plates of the line (assumed)."""
PLATEAU_TO_LOOK_PERCENT: Final = 15.0  # assumed: moves an IC50 of a slope of 1 by a third
PLATEAU_TO_FAIL_PERCENT: Final = 30.0  # assumed
WELL_FOLD: Final = 1.5
"""A well of a plate nearer to its replicates is left to the model, whose noise has heavy tails (assumed)."""
AT_ONE_VALUE: Final = 3
"""So many wells at the highest number of a plate, to the last digit, are where a reader stops (assumed)."""
