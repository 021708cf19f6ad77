"""What the paper's Methods state, and how the simulated study uses it."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from lensim.maiga2013.facts import facts
from lensim.maiga2013.stated_methods import STATED_METHODS

RECORD: Final = "kept as a record: nothing simulated depends on it"

USED: Final[Mapping[str, str]] = {
    "selection_dose_um": "ends of the escalating schedule",
    "selection_months": "least length of the escalation",
    "selection_maintenance_dose_um": "dose after the escalation",
    "proliferation_replicate_wells": "wells of a dose in a culture",
    "proliferation_plate_wells": "places of a plate",
    "proliferation_experiments": "independent experiments of the panel",
    "cell_cycle_experiments_shown": "experiments of the cell cycle twin",
    "qpcr_experiments": "independent experiments of each subject",
    "qpcr_replicate_reactions": "reactions of a sample and gene",
    "qpcr_cycles": "cycle limit: later Cts are not seen",
    "qpcr_standard_curve_ng": "ends of the dilution series",
    "qpcr_reference_gene": "reference gene",
    "qpcr_calibrator_line": "calibrator of levels",
    "bioassay_calibration_pg_per_ml": "ends of the standards; six doublings apart",
}
"""How the twin uses a stated number of the Methods, by key."""


def protocol_table() -> pd.DataFrame:
    """Everything that the Methods state, in the order of the paper.

    Returns
    -------
    pandas.DataFrame
        key, claim (the key in words), where, kind ('protocol'), stated (with its unit), comment (how the twin uses it,
        or that the twin does not use it; and how the number is read, where that is not plain).
    """
    table = facts("stated").loc[[entry.key for entry in STATED_METHODS]]
    units = ["" if unit in ("text", "1") else f" {unit}" for unit in table["unit"]]
    return pd.DataFrame(
        {
            "key": table.index,
            "claim": [key.replace("_", " ") for key in table.index],
            "where": table["where"].to_numpy(),
            "kind": "protocol",
            "stated": [value + unit for value, unit in zip(table["value"], units, strict=True)],
            "comment": [
                "; ".join(part for part in (USED.get(key, RECORD), note) if part)
                for key, note in zip(table.index, table["note"], strict=True)
            ],
        }
    )
