"""A table of many compounds, read once: what is asked of its columns, roles and units is answered for all together."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import xarray as xr

from lensim.arguments import checked
from lensim.checks import InputError, located
from lensim.dose_response.read.columns import COLUMNS
from lensim.dose_response.read.compounds import Compounds, compounds_of
from lensim.dose_response.read.dose_cells import is_untreated_word
from lensim.dose_response.read.sheets import MAP, sought_in
from lensim.dose_response.read.study import read_wells
from lensim.input_digests import with_digests
from lensim.tables.choice import place_of_column, with_rows
from lensim.tables.opened import SHEETS_READ, files_of, opened, told_of
from lensim.tables.source import Files, Source

MOST_READINGS: Final = 4
"""How often a table is read at most: compounds with faulty rows are left out, and the rest is read again."""
SHOWN: Final = 3


def read_compounds(files: Files, options: Mapping[str, Any] | None = None) -> Compounds:
    """Read a dose-response table of many compounds; each is a study by itself, with its untreated wells beside it.

    A fault in a row of a compound is that compound's own: it is refused as it is asked for, with the same sentence, and
    the others are read without its rows. A fault that has no row, or is in a row without a compound, is of all.

    Parameters
    ----------
    files
        As for `lensim.dose_response.read.read_dose_response`.
    options
        Further arguments of that function, but compound and by.

    Raises
    ------
    InputError
        With every fault that is of all compounds; if the table has no column of compounds.
    """
    wanted = dict(options or {})
    if name := next((one for one in ("compound", "by") if wanted.pop(one, None)), ""):
        raise InputError(f"{name} must be left out where every compound is read: each is a study by itself")
    sources, wanted = opened(files, wanted, sought_in, {"plate_map": MAP})
    told, read_here = told_of(sources, wanted), files_of(sources, wanted)
    faults: dict[str, str] = {}
    order: list[str] = []
    first: InputError | None = None
    for _ in range(MOST_READINGS):
        try:
            data = checked(read_wells)(sources, **wanted)
            data = with_digests(data.assign_attrs({SHEETS_READ: told} if told else {}), read_here)
            return Compounds(_with_names(data, sources), faults, order)
        except InputError as error:
            first = first or error
            if not (own := _by_compound(error, sources, wanted)):
                break
            order = order or _names(sources, wanted)
            faults |= own
            sources = _without(sources, wanted, own)
    assert first is not None
    raise first


def _with_names(data: xr.Dataset, sources: Sequence[Source]) -> xr.Dataset:
    if not compounds_of(data):
        raise InputError(
            f"{sources[0].place}: every compound is to be read, so the table needs a column that names them, got none: "
            'say columns={"compound": "NAME"}'
        )
    return data


def _column(source: Source, options: Mapping[str, Any]) -> int | None:
    """Where a table names its compounds; None for a file that is no table, or names none."""
    try:
        return place_of_column(source.table, "compound", COLUMNS, options.get("columns") or {})
    except InputError:
        return None


def _names(sources: Sequence[Source], options: Mapping[str, Any]) -> list[str]:
    """Compounds in the order of the rows, also those whose rows are faulty; without those of untreated wells."""
    found: dict[str, None] = {}
    for source in sources:
        if (at := _column(source, options)) is not None:
            found |= dict.fromkeys(" ".join(row[at].split()) for row in source.table.rows)
    return [name for name in found if name]


def _by_compound(error: InputError, sources: Sequence[Source], options: Mapping[str, Any]) -> dict[str, str]:
    """The faults of a reading by the compound in whose rows they are; empty where one is of all compounds."""
    if not error.faults or options.get("plate_map") is not None:
        return {}
    named: dict[tuple[str, int], str] = {}
    for source in sources:
        if (at := _column(source, options)) is None:
            return {}
        cells = zip(source.table.lines, source.table.rows, strict=True)
        named |= {(source.place, line): " ".join(row[at].split()) for line, row in cells}
    found: dict[str, list[str]] = {}
    for place, line, rule in error.faults:
        name = named.get((place, line), "") if line is not None else ""
        if not name or is_untreated_word(name):
            return {}
        found.setdefault(name, []).append(f"{located(place, line, rule)}: {rule}")
    return {name: _told(lines) for name, lines in found.items()}


def _told(lines: Sequence[str]) -> str:
    more = f"; and {len(lines) - SHOWN} more faults" if len(lines) > SHOWN else ""
    return "; ".join(lines[:SHOWN]) + more


def _without(sources: Sequence[Source], options: Mapping[str, Any], names: Mapping[str, str]) -> list[Source]:
    """The files without the rows of some compounds."""
    kept = []
    for source in sources:
        at = _column(source, options)
        rows = [k for k, row in enumerate(source.table.rows) if at is None or " ".join(row[at].split()) not in names]
        kept.append(source.with_table(with_rows(source.table, rows)))
    return kept
