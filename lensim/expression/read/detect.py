"""Exports of instruments to reactions: which format a file has is told by its content, never by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.expression.read import lightcycler, mxpro, quantstudio, rdml, sds, tidy
from lensim.expression.read.reactions import Reactions, check_no_well_twice
from lensim.expression.read.understand import FileReactions, check_stated
from lensim.tables.columns import CtColumns
from lensim.tables.number_text import DecimalMark
from lensim.tables.raw import PARQUET_SIGNATURE, decode, read_bytes

_TEXT_READERS: Final[Mapping[str, Callable[..., FileReactions]]] = {
    "sds": sds.read_sds,
    "quantstudio": quantstudio.read_quantstudio,
    "lightcycler": lightcycler.read_lightcycler,
    "mxpro": mxpro.read_mxpro,
}
_RECOGNISES: Final[Mapping[str, Callable[[str], bool]]] = {  # the more particular first
    "sds": sds.recognises,
    "quantstudio": quantstudio.recognises,
    "lightcycler": lightcycler.recognises,
    "mxpro": mxpro.recognises,
    "tidy": tidy.recognises,
}
FORMATS: Final = (*_RECOGNISES, "rdml")


def read_reactions(
    paths: str | Path | Sequence[str | Path],
    format: str = "",
    *,
    columns: CtColumns | None = None,
    cycle_limit: float | None = None,
    decimal: DecimalMark | None = None,
) -> Reactions:
    """Read one or several exports of one kind of instrument.

    Understood are the text report of MxPro, the Cq export of LightCycler 480, results of ABI SDS 2 (RQ and AQ) and of
    QuantStudio (and ViiA 7, StepOne, 7500) as CSV or text, RDML, and tables with one row a reaction. Each file is a
    plate with the name of the file, unless it names its plates. Encoding, separator and decimal mark are found out.

    Parameters
    ----------
    paths
        The files.
    format
        One of sds, quantstudio, lightcycler, mxpro, tidy, rdml; empty = found out from the content.
    columns
        The names of the columns of a table with one row a reaction; given, the format is tidy.
    cycle_limit
        Cycles run; else as the files say. Where neither does, a Ct above 40 is refused.
    decimal
        The decimal mark, where it cannot be told from the numbers.

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
    files = [paths] if isinstance(paths, str | Path) else list(paths)
    if not files:
        raise InputError("paths must name at least one file, got none")
    if format:
        checks.one_of("format", format, FORMATS)
    if columns is not None and format not in ("", "tidy"):
        raise InputError(f"columns are for the format tidy, got format {format!r}")
    check_stated(cycle_limit, decimal)
    read = [_read_one(file, format, columns, cycle_limit, decimal) for file in files]
    _check_one_instrument([one for one, _ in read])
    faults = FaultReport(read[0][1].place, unit=read[0][1].unit)
    for _, own in read:
        faults.faults += own.faults
    named = _name_plates_apart([one for one, _ in read], files)
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
        cycle_limit=_one_of_all([one.cycle_limit for one in named], "cycle limit", faults.place),
        quantity_unit=_one_of_all([one.quantity_unit or None for one in named], "quantity unit", faults.place) or "",
    )


def format_of(path: str | Path) -> str:
    """Which of `FORMATS` a file has, by its content.

    Raises
    ------
    InputError
        If it is none, or the file cannot be read.
    """
    raw = read_bytes(path)
    if rdml.recognises(raw):
        return "rdml"
    return "tidy" if raw.startswith(PARQUET_SIGNATURE) else recognise(decode(raw, Path(path).name), Path(path).name)


def _read_one(
    path: str | Path,
    format: str,
    columns: CtColumns | None,
    cycle_limit: float | None,
    decimal: DecimalMark | None,
) -> tuple[FileReactions, FaultReport]:
    raw, place, stem = read_bytes(path), Path(path).name, Path(path).stem
    if columns is not None:
        format = "tidy"
    if format not in ("", "rdml") and rdml.recognises(raw):
        raise InputError(f"{place}: the format must be rdml, as the content says, got {format!r}")
    if format == "rdml" or (not format and rdml.recognises(raw)):
        faults = FaultReport(place)
        return rdml.read_rdml(raw, stem, faults, cycle_limit=cycle_limit), faults
    if not format and raw.startswith(PARQUET_SIGNATURE):
        format = "tidy"
    if format != "tidy":
        text = decode(raw, place)
        format = format or recognise(text, place)
    if format == "tidy":
        return tidy.read_tidy_reactions(path, columns or CtColumns(), cycle_limit=cycle_limit, decimal=decimal)
    faults = FaultReport(place)
    return _TEXT_READERS[format](text, stem, faults, cycle_limit=cycle_limit, decimal=decimal), faults


def recognise(text: str, place: str) -> str:
    """The format of a text.

    Raises
    ------
    InputError
        If it is none that is known.
    """
    for format, recognises in _RECOGNISES.items():
        if recognises(text):
            return format
    raise InputError(
        f"{place}: the file must be an export of MxPro, LightCycler 480, ABI SDS, QuantStudio or RDML, or a table with "
        f"columns for gene and ct_cycles; it begins with {text.strip().splitlines()[0][:60]!r}"
    )


def _check_one_instrument(read: Sequence[FileReactions]) -> None:
    first = {one.instrument: one.place for one in reversed(read)}
    if len(first) > 1:
        said = " and ".join(f"{instrument} ({place})" for instrument, place in reversed(first.items()))
        raise InputError(
            f"all files of one call must be of one kind of instrument, got {said}: read them by themselves"
        )


def _name_plates_apart(read: Sequence[FileReactions], paths: Sequence[str | Path]) -> list[FileReactions]:
    """Plates that two files name alike get the file's name before theirs."""
    owners: dict[str, set[int]] = {}
    for at, one in enumerate(read):
        for reaction in one.reactions:
            owners.setdefault(reaction.plate, set()).add(at)
    shared = {plate for plate, files in owners.items() if len(files) > 1}
    if not shared or read[0].instrument == tidy.INSTRUMENT:  # a table that names a plate may be one part of it
        return list(read)
    stems = [Path(path).stem for path in paths]
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


def _one_of_all[T](values: Sequence[T | None], what: str, place: str) -> T | None:
    """What all files say that say anything."""
    said = list(dict.fromkeys(value for value in values if value is not None))
    if len(said) > 1:
        raise InputError(f"{place}: all files must have one {what}, got {' and '.join(map(str, said))}")
    return said[0] if said else None
