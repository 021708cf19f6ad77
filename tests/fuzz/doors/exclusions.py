"""Files of wells and reactions that a person excludes."""

from pathlib import Path
from typing import Any, Final

from lensim.assay import assay_of
from lensim.exclude import Excluding, exclude_wells
from lensim.tables.excluded_record import digests_of_record, table_of_excluded, told_of_excluded
from lensim.tables.exclusions import require_readable
from tests.fuzz.case import Case, Door
from tests.fuzz.corpus import exclusions, tables


def _left(folder: Path, case: Case) -> Any:
    """What is left of the data of an assay, or of two studies, and what commands say of it."""
    [name] = case.files
    data, by = exclusions.data_of_assays()[Path(name).stem], case.options.get("by")
    if by is None:
        found = {"": exclude_wells(data, folder / name)}
    else:
        read = require_readable(folder / name, by)
        assert read is not None
        found = dict(Excluding({"24": data, "48": data}, read, by=by))
    for left in found.values():
        own = assay_of(left)
        prepared = own.prepared(left)
        own.counts(prepared)
        own.notes(prepared)
        own.default_model(prepared)
        assert len(told_of_excluded(left)) == len(digests_of_record(left)) <= len(table_of_excluded(left))
    return found


def _rows(found: Any, folder: Path) -> list[str]:
    assay = assay_of(next(iter(found.values()))).name
    return tables.table_of(assay)(found, folder)


DOORS: Final = (
    Door("exclusions", exclusions.exclusion_cases, _left, {"by": ("time_h", "plate", "dose", "x")}, table_of=_rows),
)
