"""A Dataset of levels to a table with one row a level."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.groups.levels import group_of_each_level
from lensim.expression.read.written import number_text, write_rows
from lensim.tables.names import names_along

COLUMNS: Final = ("target", "subject", "cell_type", "condition", "is_control", "log2_level", "log2_level_sd")

_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys((v.SUBJECT_LEVEL, v.TARGET_OF_LEVEL, v.SUBJECT_OF_LEVEL), (v.LEVEL,)),
    **dict.fromkeys((v.CELL_TYPE_OF_GROUP, v.CONDITION_OF_GROUP), (v.GROUP,)),
    v.IS_CONTROL: (v.CONDITION,),
}


def write_levels(data: xr.Dataset, path: str | Path) -> None:
    """Write log2 levels of subjects, a row each: tab-separated in a .tsv, else with commas.

    Read with unpaired="keep" they are the same Dataset.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, or the file cannot be written.
    """
    checks.has_variables(data, _NEEDED, "write_levels")
    write_rows(path, COLUMNS, _rows(data))


def _rows(data: xr.Dataset) -> Iterator[dict[str, str]]:
    targets, subjects, kinds, conditions = (
        names_along(data, dim) for dim in (v.TARGET, v.SUBJECT, v.CELL_TYPE, v.CONDITION)
    )
    target, subject = (data[name].to_numpy() for name in (v.TARGET_OF_LEVEL, v.SUBJECT_OF_LEVEL))
    group = group_of_each_level(data)
    kind, condition = (data[name].to_numpy()[group] for name in (v.CELL_TYPE_OF_GROUP, v.CONDITION_OF_GROUP))
    is_control = data[v.IS_CONTROL].to_numpy()
    sd = data[v.SUBJECT_LEVEL_SD].to_numpy() if v.SUBJECT_LEVEL_SD in data else 0.0 * data[v.SUBJECT_LEVEL].to_numpy()
    for at, level in enumerate(data[v.SUBJECT_LEVEL].to_numpy()):
        yield {
            "target": targets[target[at]],
            "subject": subjects[subject[at]],
            "cell_type": kinds[kind[at]],
            "condition": conditions[condition[at]],
            "is_control": str(int(is_control[condition[at]])),
            "log2_level": number_text(level),
            "log2_level_sd": number_text(sd[at]),
        }
