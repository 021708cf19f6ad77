"""Which wells are pooled in one curve, for the rule that no column may vary within it unseen."""

from collections.abc import Sequence

from lensim.checks import FaultReport
from lensim.dose_response.read.columns import COLUMNS
from lensim.dose_response.read.wells import Well
from lensim.tables.choice import Choice
from lensim.tables.pooled import Pooling, check_pooled
from lensim.tables.unused import PooledRow, ReadTable


def check_wells(
    wells: Sequence[Well],
    tables: Sequence[ReadTable],
    choice: Choice,
    faults: FaultReport,
    *,
    has_plates: bool = False,
) -> dict[str, str]:
    """What was used and what was not, for attrs; wells of one line and compound are one curve.

    `has_plates`: the files are plates, whether or not a column tells these apart.

    Raises
    ------
    InputError
        With all faults so far, if a column that is not used varies within a curve.
    """
    before = len(faults.faults)
    rows = [
        PooledRow(
            well.place,
            well.line,
            base=well.curve,
            effect=(well.curve, well.compound),
            replicate=(well.experiment, well.plate),
            cell=well.dose_um,
            is_control=well.role == "untreated",
            words=f"cell line {well.curve}" + (f" with {well.compound}" if well.compound else ""),
        )
        for well in wells
        if well.role != "blank"
    ]
    measured = ("signal", "viability", "inhibition", "well")
    pooling = Pooling("one curve", COLUMNS, measured, has_plates, has_time_zero=True)
    told = check_pooled(rows, tables, choice, pooling, faults)
    if len(faults.faults) > before:
        faults.raise_if_any()
    return told
