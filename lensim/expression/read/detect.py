"""Exports of instruments to reactions. The content of a file shows its format; the name does not count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.expression.read import cfx, lightcycler, mxpro, quantstudio, ratios, rdes, rdml, rotorgene, sds, tidy
from lensim.expression.read.choices import Choices
from lensim.expression.read.columns import COLUMNS, LEVEL_SCALES, RATIO_COLUMNS, SCALES
from lensim.expression.read.empty_cts import Empty
from lensim.expression.read.export import ExportTable, Layout, as_text_table, find_table, fit, has_table, marked_header
from lensim.expression.read.machine_sheets import opened_exports
from lensim.expression.read.near import way_out
from lensim.expression.read.near_names import way_of_inverted, way_of_summary
from lensim.expression.read.rdml_archive import is_rdml
from lensim.expression.read.reactions import Reactions, check_no_well_twice, one_of_all
from lensim.expression.read.understand import FileReactions
from lensim.expression.read.wide import is_wide
from lensim.tables.columns import find_columns
from lensim.tables.number_text import DecimalMark
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import Files, Source
from lensim.tables.table import TextTable


@dataclass(frozen=True)
class _Machine:
    """A program whose exports are text: the layouts of its table, and who reads it."""

    read: Callable[..., FileReactions]
    layouts: tuple[Layout, ...]


_MACHINES: Final[Mapping[str, _Machine]] = {
    "sds": _Machine(sds.read_sds, (sds.LAYOUT,)),
    "quantstudio": _Machine(quantstudio.read_quantstudio, quantstudio.LAYOUTS),
    "cfx": _Machine(cfx.read_cfx, (cfx.LAYOUT, cfx.RENAMED)),
    "lightcycler": _Machine(lightcycler.read_lightcycler, (lightcycler.LAYOUT,)),
    "mxpro": _Machine(mxpro.read_mxpro, (mxpro.LAYOUT,)),
    "rotorgene": _Machine(rotorgene.read_rotorgene, (rotorgene.LAYOUT,)),
}
LAYOUTS: Final = tuple(layout for machine in _MACHINES.values() for layout in machine.layouts)
"""Of the tables of all programs of machines."""

FORMATS: Final = (*_MACHINES, "tidy", "rdml")
"""The kinds that hold reactions."""

KINDS: Final = (*FORMATS, "ratios")
"""What a file of RT-qPCR can be."""


def read_reactions(
    files: Files,
    format: str = "",
    *,
    columns: Mapping[str, str] | None = None,
    cycle_limit: float | None = None,
    decimal: DecimalMark | None = None,
    empty: Empty | None = None,
) -> Reactions:
    """Read one or several exports of one kind of instrument.

    Understood are the text report of MxPro, tables of LightCycler 480 and 96, results of ABI SDS 2 (RQ, AQ and RQ
    Manager), of QuantStudio (and ViiA 7, StepOne, 7500, OpenArray), of Bio-Rad CFX and of Rotor-Gene as CSV or text,
    RDML, RDES, and tables with one row a reaction. Each file is a plate with the name of the file, unless it names its
    plates. Encoding, separator and decimal mark are found out. A Ct that equals the cycle limit is not detected.

    Parameters
    ----------
    files
        Their paths.
    format
        One of sds, quantstudio, cfx, lightcycler, mxpro, rotorgene, tidy, rdml; empty = found out from the content.
    columns
        The names of the columns of a table with one row a reaction, by meaning (see `COLUMNS`); given, the format is
        tidy.
    cycle_limit
        Cycles run; else as the files say. Where neither does, a Ct above 40 is refused.
    decimal
        The decimal mark, where the numbers do not show it.
    empty
        Of a table with one row a reaction: what an empty Ct means, see `settle_empty`.

    Returns
    -------
    Reactions
        With Ct [cycles], None where not detected.

    Raises
    ------
    InputError
        With every fault of the files, each with its line; or that a file is of no known format, or that files are of
        different instruments.
    """
    if format:
        checks.one_of("format", format, FORMATS)
    if columns is not None and format not in ("", "tidy"):
        raise InputError(f"columns are for the format tidy, got format {format!r}")
    choices = Choices(cycle_limit=cycle_limit, decimal=decimal, empty=empty)
    sources = opened(files)
    read = [_read_one(source, format, columns, choices) for source in sources]
    _check_one_instrument([one for one, _ in read])
    faults = FaultReport(read[0][1].place, unit=read[0][1].unit)
    for _, own in read:
        faults.take(own)
    named = _name_plates_apart([one for one, _ in read], [source.stem for source in sources])
    together = tuple(reaction for one in named for reaction in one.reactions)
    check_no_well_twice(together, faults)
    faults.raise_if_any()
    if not together:
        raise InputError(f"{faults.place}: no reaction is left, all wells are empty, omitted or not in use")
    return Reactions(
        instrument=named[0].instrument,
        paths=tuple(one.place for one in named),
        reactions=together,
        ignored=sum(one.ignored for one in named),
        without_result=sum(one.without_result for one in named),
        cycle_limit=one_of_all([one.cycle_limit for one in named], "cycle limit", faults.place),
        quantity_unit=one_of_all([one.quantity_unit or None for one in named], "quantity unit", faults.place) or "",
        notes=tuple(note for one in named for note in one.notes),
    )


def opened(files: Files) -> list[Source]:
    """Files of RT-qPCR, opened: of a workbook the sheet with the reactions or ratios, of an archive the results."""
    return opened_exports(files, REACTIONS)


def kind_of(source: Source, columns: Mapping[str, str] | None = None) -> str:
    """The format of a file, one of `KINDS`, by its content.

    The columns that a user names count as if they had the usual names; a file in which one is named is a table.

    Of machines it is the one that knows most columns of the file's header. A table that names subjects and conditions
    is a tidy table whatever else it has, because no machine knows them.

    Raises
    ------
    InputError
        If it is of none, with what the nearest format lacks; or the file cannot be read.
    """
    if is_rdml(source.raw):
        return "rdml"
    if columns:
        return _kind_of_named(source, columns)
    if ratios.is_ratio_table(source) and not _is_of_machine(source):
        return "ratios"
    is_tidy = tidy.recognises(source)
    if is_tidy and (source.is_parquet or tidy.knows_samples(source) or any(map(rdes.is_rdes, source.headers))):
        return "tidy"
    fits = {name: max(fit(source.text, layout) for layout in machine.layouts) for name, machine in _MACHINES.items()}
    if sds.has_first_line(source.text):
        fits["sds"] += 1
    best = max(fits, key=lambda name: fits[name])
    if fits[best]:
        return best
    if is_tidy:
        return "tidy"
    raise InputError(f"{source.place}: {_why_none(source)}")


def _best_fit(source: Source) -> int:
    return max(fit(source.text, layout) for layout in LAYOUTS)


def _is_of_machine(source: Source) -> bool:
    """Whether a sheet of a workbook is a machine's: its header is found below what such sheets begin with."""
    return source.sheet is not None and _best_fit(source) > 0


REACTIONS: Final = Sought(
    "a table of Cts, of ratios or of levels",
    {**RATIO_COLUMNS, **COLUMNS},
    (
        (("gene",), ("ct_cycles",), ("subject",), ("condition",)),
        (("gene",), ("ct_cycles",)),
        (("subject", "sample"), tuple(SCALES)),
        (("subject", "sample", "contrast"), tuple(LEVEL_SCALES)),
    ),
    suits=is_wide,
    recognises=lambda source: bool(kind_of(source)),
    can_be_named=True,
    rank=_best_fit,
)
"""What a sheet of a workbook must have."""


def export_table(source: Source, kind: str) -> ExportTable | None:
    """The table of wells in a machine's export; None where the file is none, or cannot be read."""
    if kind not in _MACHINES:
        return None
    for layout in _MACHINES[kind].layouts:
        try:
            if has_table(source.text, layout):
                return find_table(source.text, layout, FaultReport(source.place))
        except InputError:
            return None
    return None


def table_to_choose_from(source: Source) -> TextTable:
    """The table whose columns a user may name: that of a machine's wells, or the file's own."""
    try:
        table = export_table(source, kind_of(source))
    except InputError:
        table = None
    return source.table if table is None else as_text_table(table, source.place)


def _kind_of_named(source: Source, columns: Mapping[str, str]) -> str:
    """A table of reactions or of ratios, by the columns that a user names.

    Raises
    ------
    InputError
        If a named column is not there, or what else a table needs.
    """
    named = source.with_names(columns)
    if set(columns) & set(RATIO_COLUMNS) - set(COLUMNS) or ratios.is_ratio_table(named):
        return "ratios"
    if "ct_cycles" in columns or tidy.recognises(named):
        return "tidy"
    find_columns(source.table, COLUMNS, FaultReport(source.place), stated=columns)
    raise InputError(f"{source.place}: {_why_none(source, columns)}")


def _why_none(source: Source, columns: Mapping[str, str] | None = None) -> str:
    """What the format lacks that is nearest to a file, or which formats there are."""
    if rdes.is_melting(source.headers):
        return f"the {rdes.MELTING}"
    for machine in _MACHINES.values() if not columns else ():
        layout = machine.layouts[0]
        if marked := marked_header(source.text, layout):
            line, header = marked
            missing = [what for what in layout.needed if what not in layout.find_any(header)]
            wanted = " and ".join("/".join(layout.names[what][:3]) for what in missing)
            there = ", ".join(repr(name) for name in header if name)
            return (
                f"the header on line {line} is that of {layout.instrument}, but no column is named {wanted}; "
                f"there are {there}"
            )
    if said := next(filter(None, map(way_of_inverted, source.headers)), ""):
        return said
    if said := way_out(source, columns or {}) or next(filter(None, map(way_of_summary, source.headers)), ""):
        return said
    machines = ", ".join(machine.layouts[0].instrument for machine in _MACHINES.values())
    return (
        f"the file must be an export of {machines} or RDML, or a table with columns for gene and ct_cycles; it begins "
        f"with {source.text.strip().splitlines()[0][:60]!r}"
    )


def _read_one(
    source: Source,
    format: str,
    columns: Mapping[str, str] | None,
    choices: Choices,
) -> tuple[FileReactions, FaultReport]:
    if columns is not None:
        format = "tidy"
    if format not in ("", "rdml") and is_rdml(source.raw):
        raise InputError(f"{source.place}: the format must be rdml, as the content says, got {format!r}")
    format = format or kind_of(source)
    if format == "ratios":
        raise InputError(f"{source.place}: a table of ratios has no Ct, reactions are needed")
    if format == "tidy":
        return tidy.read_tidy_reactions(source, columns or {}, choices)
    faults = FaultReport(source.place)
    if format == "rdml":
        return rdml.read_rdml(source.raw, source.stem, faults, cycle_limit=choices.cycle_limit), faults
    return _MACHINES[format].read(
        source.text, source.stem, faults, cycle_limit=choices.cycle_limit, decimal=choices.decimal
    ), faults


def _check_one_instrument(read: Sequence[FileReactions]) -> None:
    first = {one.instrument: one.place for one in reversed(read)}
    if len(first) > 1:
        said = " and ".join(f"{instrument} ({place})" for instrument, place in reversed(first.items()))
        raise InputError(
            f"all files of one call must be of one kind of instrument, got {said}: read them by themselves"
        )


def _name_plates_apart(read: Sequence[FileReactions], stems: Sequence[str]) -> list[FileReactions]:
    """Plates that two files name alike get the file's name before theirs."""
    owners: dict[str, set[int]] = {}
    for at, one in enumerate(read):
        for reaction in one.reactions:
            owners.setdefault(reaction.plate, set()).add(at)
    shared = {plate for plate, files in owners.items() if len(files) > 1}
    if not shared or read[0].instrument == tidy.INSTRUMENT:  # a table that names a plate may be one part of it
        return list(read)
    for at, one in enumerate(read):
        same = [other for other in range(at) if stems[other] == stems[at]]
        if same and any(reaction.plate in shared for reaction in one.reactions):
            raise InputError(
                f"{one.place}: two files must not have one name, since plates are named after them: rename one"
            )
    return [
        replace(
            one,
            reactions=tuple(replace(r, plate=f"{stem}, {r.plate}") if r.plate in shared else r for r in one.reactions),
        )
        for one, stem in zip(read, stems, strict=True)
    ]
