"""The files of a cell-cycle study, of any understood format, to one Dataset."""

from collections.abc import Mapping, Sequence
from typing import Final

import xarray as xr

from lensim.arguments import checked
from lensim.cell_cycle.read.columns import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.cell_cycle.read.counts import CountScale, read_counts
from lensim.cell_cycle.read.events import BrduScale, is_event_table, read_events
from lensim.cell_cycle.read.fcs import is_fcs_sheet, read_fcs_sheet
from lensim.cell_cycle.read.pooling import choose_tubes
from lensim.cell_cycle.read.tubes import phase_of_word
from lensim.checks import InputError
from lensim.tables.choice import Choice, Where
from lensim.tables.columns import names_any
from lensim.tables.number_text import DecimalMark
from lensim.tables.opened import with_sheets
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Files, Format, Source, format_of, sources_of
from lensim.tables.studies import one_a_value

FORMATS: Final = (
    Format("sheet of FCS files", is_fcs_sheet),
    Format("table of events", is_event_table),
    Format("table of counts", lambda source: True),
)
"""What a file can be, the more particular first."""


def _has_phases(header: Sequence[str]) -> bool:
    return names_any(header, COUNT_COLUMNS["condition"]) and any(phase_of_word(name) for name in header)


SHEETS: Final = Sought(
    "a table of events, of counts by phase, or of FCS files",
    {**COUNT_COLUMNS, **EVENT_COLUMNS, **FCS_COLUMNS},
    (
        (("condition",), ("phase",), ("events", "percent")),
        (("condition",), ("brdu",), ("dna",)),
        (("condition",), ("file",)),
    ),
    suits=_has_phases,
    can_be_named=True,
)


@checked
@with_sheets(lambda options: SHEETS)
@one_a_value({**COUNT_COLUMNS, **EVENT_COLUMNS, **FCS_COLUMNS})
def read_cell_cycle(
    files: Files,
    *,
    control: str | None = None,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    scale: CountScale | None = None,
    events_per_tube: int | None = None,
    brdu_scale: BrduScale = "linear",
    channels: Mapping[str, str] | None = None,
    where: Where | None = None,
    ignore: Sequence[str] = (),
    join_names: bool | None = None,
) -> xr.Dataset:
    """Read a cell cycle: tables of counts or percents by phase, tables of single events, or sheets of FCS files.

    The content of the files shows which of these they are. Several files are one study and of one kind. Files that name
    experiments keep these names; of several that name none, each is an experiment, named after its file.

    Parameters
    ----------
    files
        Paths: CSV or TSV text in any usual encoding, or parquet. See `read_counts`, `read_events` and `read_fcs_sheet`.
    control
        The condition that others are compared with; may be left out where is_control or a usual name (control,
        untreated, DMSO ...) shows it.
    columns
        The names of columns by meaning, such as {"condition": "Drug", "cell_line": "=LP-1"} (a value for all rows).
    decimal
        The decimal mark, "." or ",", where the numbers do not show it.
    scale
        "events" or "percent": what columns of phases hold, where neither their names nor a column of totals shows it.
    events_per_tube
        Events that percents are of, where the tables do not say.
    brdu_scale
        Of BrdU in a table of events: "linear", "log10", or "channel" of 1,024 over four decades.
    channels
        Names of the channels for brdu, dna and width in FCS files, where these are not known.
    where
        Rows to read, by a column of the tables and its value, or values: {"time_h": "24"}. Rows with an empty cell
        there go with every value.
    ignore
        Columns that may vary between the tubes of one line and condition: these are pooled.
    join_names
        Whether names that differ by case, blanks, hyphens or underscores alone are one (True) or not (False).
    worksheet
        The sheet of workbooks, by its name, or several that belong together, by their names or a pattern ("Plate *");
        needed where several have what is read.
    by
        A column, each of whose values is a study by itself, such as "time_h".

    Returns
    -------
    xr.Dataset
        With `by` a dict of such, a value of the column each; numbers in order, else as in the file.
        Of counts, events (tube, phase) and events_outside (tube), which a model takes; of single events, their BrdU and
        DNA (event), of which `lensim.cell_cycle.gate_study` makes counts. attrs["assay"] is "cell_cycle".

    Raises
    ------
    InputError
        With every fault of the files, each with its file and line; or that an option does not go with the files.

    Examples
    --------
    >>> read_cell_cycle("tubes.csv", control="DMSO")  # doctest: +SKIP
    """
    sources = sources_of(files)
    kind = _one_kind([(source, _kind_of(source, columns or {})) for source in sources])
    choice = Choice.of(where, ignore, join_names)
    options: dict[str, object] = {"scale": scale, "events per tube": events_per_tube}
    if kind != "table of counts":
        _refuse(sources[0], kind, options)
    if kind != "sheet of FCS files":
        _refuse(sources[0], kind, {"channels": channels})
    if kind != "table of events":
        _refuse(sources[0], kind, {"brdu scale": None if brdu_scale == "linear" else brdu_scale})
    sources, told = choose_tubes(sources, kind, columns, choice)
    if kind == "sheet of FCS files":
        data = read_fcs_sheet(sources, control=control, columns=columns, channels=channels)
    elif kind == "table of events":
        data = read_events(sources, control=control, columns=columns, decimal=decimal, brdu_scale=brdu_scale)
    else:
        data = read_counts(
            sources, control=control, columns=columns, decimal=decimal, scale=scale, events_per_tube=events_per_tube
        )
    return data.assign_attrs(told)


def _kind_of(source: Source, columns: Mapping[str, str]) -> str:
    """What a file is, by the columns that the user names or else by its content."""
    if "file" in columns:
        return "sheet of FCS files"
    if {"brdu", "dna"} & set(columns):
        return "table of events"
    return format_of(source, FORMATS) or "table of counts"


def _one_kind(kinds: list[tuple[Source, str]]) -> str:
    first, kind = kinds[0]
    for source, other in kinds[1:]:
        if other != kind:
            raise InputError(
                f"all files must be of one kind, got a {kind} ({first.place}) and a {other} ({source.place})"
            )
    return kind


def _refuse(source: Source, kind: str, options: Mapping[str, object]) -> None:
    """Refuse options that do not go with a kind of file."""
    given = [name for name, value in options.items() if value]
    if given:
        raise InputError(f"{source.place}: a {kind} must go without {' and '.join(given)}")
