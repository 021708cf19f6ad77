"""Which columns of a bioassay's tables are understood, and the words of roles and units."""

from collections.abc import Mapping
from typing import Final

from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.tables.columns import EXPERIMENT_NAMES, PLATE_NAMES, Meaning
from lensim.tables.log_scale import LOG_WORDS
from lensim.tables.raw_signal import SIGNAL_UNITS, is_raw_signal

PG_PER_ML: Final[Mapping[str, float]] = {"pg/ml": 1.0, "ng/ml": 1000.0}

_CONCENTRATION_NAMES: Final = ("concentration", "conc", "tnf", "tnf_alpha", "tnf_a", "standard", "dose")

COLUMNS: Final[Mapping[str, Meaning]] = {
    "plate": Meaning(PLATE_NAMES, is_optional=True, is_ranked=True),
    "well": Meaning(("well", "well_name", "well_position", "well_id"), may_be_constant=False, is_optional=True),
    "role": Meaning(("role", "well_role", "well_type", "type"), is_optional=True),
    "concentration": Meaning(
        _CONCENTRATION_NAMES,
        units=frozenset({"pg_per_ml", "pg_ml", "ng_per_ml", "ng_ml"}),
        may_be_constant=False,
        last=tuple(f"{log}_{name}" for log in LOG_WORDS for name in _CONCENTRATION_NAMES),
    ),
    "cell_line": Meaning(("cell_line", "line", "sample", "sample_name", "subject", "donor")),
    "condition": Meaning(("condition", "treatment"), is_optional=True),
    "is_control": Meaning(("is_control",), is_optional=True),
    "experiment": Meaning(EXPERIMENT_NAMES, is_optional=True, is_ranked=True),
    "unit": Meaning(("unit", "units", "concentration_unit", "conc_unit"), is_optional=True),
    "dilution_factor": Meaning(("dilution_factor", "dilution")),
    "od": Meaning(
        ("optical_density", "od", "od570", "od_570", "absorbance", "a570", "signal"),
        units=SIGNAL_UNITS,
        may_be_constant=False,
        likely=is_raw_signal,
    ),
}
"""What a table with one row a well can have. od is needed, but not in a map of plates; well is needed there.

The concentration of standards may have its unit in its name: concentration_pg_per_ml, "TNF (ng/ml)"."""

ROLE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    STANDARD: ("standard", "std", "calibrator"),
    "untreated": ("untreated", "zero", "zero_standard", "cells_alone", "cells"),
    SAMPLE: ("sample", "unknown", "medium", "conditioned_medium"),
    BLANK: ("blank", "background"),
    "ignored": ("ignored", "empty", "excluded"),
}
"""Words of the column role; `untreated` is a standard of concentration 0."""
