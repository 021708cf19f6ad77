"""Columns of a time or a condition that some files of a study have and others lack."""

import json
from collections.abc import Sequence

from lensim.checks import FaultReport
from lensim.tables.kinds import Kind
from lensim.tables.unused import Column, PooledRow


def check_every_table(column: Column, rows: Sequence[PooledRow], kind: Kind, faults: FaultReport) -> None:
    """Note a column of a time or a condition that some files of one effect have and others lack."""
    if kind not in ("splits", "control"):
        return
    having = {row.place for row, text, _ in column.cells if text}
    effects = {row.effect for row, _, _ in column.cells}
    lacking = next((row for row in rows if row.place not in having and row.effect in effects), None)
    if lacking is not None and having:
        key = json.dumps(column.name, ensure_ascii=False)
        faults.add(
            f"the column {column.name!r} is missing or empty, while {', '.join(sorted(having))} has it for "
            f"{lacking.words}: fill it in every file, or pool them with ignore=[{key}]",
            place=lacking.place,
        )
