"""Which columns of a cell cycle's tables are understood."""

from collections.abc import Mapping
from typing import Final

from lensim import vocabulary as v
from lensim.tables.columns import EXPERIMENT_NAMES, Meaning

TUBE_COLUMNS: Final[Mapping[str, Meaning]] = {
    "cell_line": Meaning(("cell_line", "line", "subject", "cells_of"), is_optional=True),
    "condition": Meaning(("condition", "treatment", "drug")),
    "is_control": Meaning(("is_control",), is_optional=True),
    "experiment": Meaning(EXPERIMENT_NAMES, is_optional=True, is_ranked=True),
    "tube": Meaning(
        ("tube", "tube_name", "sample", "sample_name", "technical_replicate", "tech_rep"), is_optional=True
    ),
}
"""What a tube is, in every table; condition is needed."""

COUNT_COLUMNS: Final[Mapping[str, Meaning]] = {
    **TUBE_COLUMNS,
    "phase": Meaning(("phase", "cell_cycle_phase", "gate"), may_be_constant=False),
    "events": Meaning(("events", "event_count", "count", "counts", "cells", "number_of_events"), may_be_constant=False),
    "percent": Meaning(("percent", "percentage", "pct", "share_percent", "percent_of_cells"), may_be_constant=False),
    "total_events": Meaning(("total_events", "events_total", "total", "total_cells", "all_events"), is_optional=True),
}
"""What a table of events or percents by phase can have, beside columns that are named as phases."""

EVENT_COLUMNS: Final[Mapping[str, Meaning]] = {
    **TUBE_COLUMNS,
    "brdu": Meaning(
        (v.BRDU, "brdu", "brdu_fitc", "brdu_a", "brdu_h", "fitc", "fitc_a", "fitc_h", "fl1_h", "fl1_a", "edu"),
        may_be_constant=False,
        is_ranked=True,
    ),
    "dna": Meaning(
        (v.DNA, "propidium_iodide", "pi", "pi_a", "dna", "dna_a", "fl2_a", "fl3_a", "fl2_h", "pe_a", "dapi"),
        may_be_constant=False,
        is_ranked=True,
    ),
    "width": Meaning(
        (v.DNA_WIDTH, "pi_w", "pi_width", "fl2_w", "fl3_w", "dna_width", "pe_w"),
        may_be_constant=False,
        is_optional=True,
        is_ranked=True,
    ),
}
"""What a table with one row an event can have; brdu and dna are needed."""

FCS_COLUMNS: Final[Mapping[str, Meaning]] = {
    **TUBE_COLUMNS,
    "file": Meaning(("file", "fcs", "fcs_file", "file_name", "filename"), may_be_constant=False),
}
"""What a sheet of FCS files can have; file is needed."""
