"""Exports of instruments to reactions. The content of a file shows its format; the name does not count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim import checks
from lensim.checks import FaultReport, InputError
from lensim.expression.read import lightcycler, mxpro, quantstudio, ratios, rdml, sds, tidy
from lensim.expression.read.choices import Choices
from lensim.expression.read.empty_cts import Empty
from lensim.expression.read.reactions import Reactions, check_no_well_twice, one_of_all
from lensim.expression.read.understand import FileReactions
from lensim.tables.number_text import DecimalMark
from lensim.tables.source import Files, Format, Source, format_of, sources_of

_TEXT_READERS: Final[Mapping[str, Callable[..., FileReactions]]] = {
    "sds": sds.read_sds,
    "quantstudio": quantstudio.read_quantstudio,
    "lightcycler": lightcycler.read_lightcycler,
    "mxpro": mxpro.read_mxpro,
}
KINDS: Final = (  # the more particular first
    Format("rdml", lambda source: rdml.recognises(source.raw)),
    Format("ratios", ratios.is_ratio_table),
    # no instrument knows subjects and conditions, but a table may name its wells as one does
    Format("tidy", lambda source: tidy.recognises(source) and tidy.knows_samples(source)),
    Format("sds", lambda source: not source.is_parquet and sds.recognises(source.text)),
    Format("quantstudio", lambda source: not source.is_parquet and quantstudio.recognises(source.text)),
    Format("lightcycler", lambda source: not source.is_parquet and lightcycler.recognises(source.text)),
    Format("mxpro", lambda source: not source.is_parquet and mxpro.recognises(source.text)),
    Format("tidy", tidy.recognises),
)
"""What a file of RT-qPCR can be."""

FORMATS: Final = ("sds", "quantstudio", "lightcycler", "mxpro", "tidy", "rdml")
"""The kinds that hold reactions: all but ratios."""


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

    Understood are the text report of MxPro, the Cq export of LightCycler 480, results of ABI SDS 2 (RQ and AQ) and of
    QuantStudio (and ViiA 7, StepOne, 7500) as CSV or text, RDML, and tables with one row a reaction. Each file is a
    plate with the name of the file, unless it names its plates. Encoding, separator and decimal mark are found out.

    Parameters
    ----------
    files
        Their paths.
    format
        One of sds, quantstudio, lightcycler, mxpro, tidy, rdml; empty = found out from the content.
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
    sources = sources_of(files)
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
        notes=tuple(said for one in named for said in one.notes),
    )


def kind_of(source: Source) -> str:
    """The format of a file, one of `KINDS`, by its content.

    Raises
    ------
    InputError
        If it is of none, or the file cannot be read.
    """
    kind = format_of(source, KINDS)
    if kind is None:
        raise InputError(
            f"{source.place}: the file must be an export of MxPro, LightCycler 480, ABI SDS, QuantStudio or RDML, or a "
            f"table with columns for gene and ct_cycles; it begins with {source.text.strip().splitlines()[0][:60]!r}"
        )
    return kind


def _read_one(
    source: Source,
    format: str,
    columns: Mapping[str, str] | None,
    choices: Choices,
) -> tuple[FileReactions, FaultReport]:
    if columns is not None:
        format = "tidy"
    if format not in ("", "rdml") and rdml.recognises(source.raw):
        raise InputError(f"{source.place}: the format must be rdml, as the content says, got {format!r}")
    format = format or kind_of(source)
    if format == "ratios":
        raise InputError(f"{source.place}: a table of ratios has no Ct, reactions are needed")
    if format == "tidy":
        return tidy.read_tidy_reactions(source, columns or {}, choices)
    faults = FaultReport(source.place)
    if format == "rdml":
        return rdml.read_rdml(source.raw, source.stem, faults, cycle_limit=choices.cycle_limit), faults
    reader = _TEXT_READERS[format]
    return reader(source.text, source.stem, faults, cycle_limit=choices.cycle_limit, decimal=choices.decimal), faults


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
