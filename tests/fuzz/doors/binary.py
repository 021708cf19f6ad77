"""Readers of binary formats: RDML, FCS, parquet, workbooks."""

from typing import Final

from tests.fuzz.case import Door
from tests.fuzz.corpus import binary, exports
from tests.fuzz.doors import readers as r

DOORS: Final[tuple[Door, ...]] = (
    r.reader_door("rdml", "expression", binary.rdml_cases, r.EXPRESSION),
    r.reader_door("fcs", "cell_cycle", binary.fcs_cases, r.CELL_CYCLE),
    r.reader_door("workbooks", "dose_response", exports.workbook_cases, r.DOSE),
    *(
        r.reader_door(f"parquet_{assay}", assay, lambda assay=assay: binary.parquet_cases()[assay], choices)
        for assay, choices in (
            ("dose_response", r.DOSE), ("expression", r.EXPRESSION), ("bioassay", r.BIOASSAY), ("cell_cycle", r.CELL_CYCLE),
        )
    ),
)  # fmt: skip
