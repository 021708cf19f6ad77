"""The rows and names of an RT-qPCR study that a user chooses, before they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lensim.checks import FaultReport
from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS
from lensim.expression.read.controls_kept import with_controls
from lensim.expression.read.match import match_sheet
from lensim.expression.read.own_columns import of_export
from lensim.expression.read.pooling import LABELS, check_ratios, check_reactions, check_sheet
from lensim.expression.read.ratios import with_samples
from lensim.expression.read.reactions import Reactions
from lensim.expression.read.sample_sheet import SampleSheet, read_sheet
from lensim.expression.read.tidy import knows_samples
from lensim.tables.choice import Choice
from lensim.tables.map_source import map_source_of
from lensim.tables.names_alike import check_names
from lensim.tables.number_text import DecimalMark
from lensim.tables.settle import settle
from lensim.tables.source import File, Source

TABLES: Final = ("tidy", "ratios")
"""Kinds of files that are tables; exports of machines are none."""


@dataclass(frozen=True)
class ChosenStudy:
    """Files of a study with the rows that are chosen.

    Attributes
    ----------
    sources, kinds
        The files, and what each is.
    sheet
        The sample sheet with its rows that are kept.
    whole_sheet
        The sheet as the file has it, where rows were left out.
    attrs
        What a Dataset says of columns and names.
    exports
        Machines' exports with the rows of their tables that are kept.
    """

    sources: list[Source]
    kinds: list[str]
    sheet: Source | None
    whole_sheet: Source | None = None
    attrs: Mapping[str, str] = field(default_factory=dict)
    exports: tuple[Source, ...] = ()


def choose_study(
    sources: Sequence[Source],
    kinds: Sequence[str],
    sheet: File | None,
    columns: Mapping[str, str] | None,
    of_sheet: Mapping[str, str],
    choice: Choice,
    control: str = "",
) -> ChosenStudy:
    """The rows of tables and sheet that are kept, names alike joined; what varies within a pooled set is refused.

    Raises
    ------
    InputError
        If a choice names what is not there, names alike are not decided, or a column varies within what is pooled.
    """
    sheet = None if sheet is None else map_source_of(sheet)
    is_ratios = all(kind == "ratios" for kind in kinds)
    tables = [source for source, kind in zip(sources, kinds, strict=True) if kind in TABLES]
    meanings = RATIO_COLUMNS if is_ratios else COLUMNS
    labels = [what for what in LABELS if what in meanings]
    views = [of_export(source, kind) for source, kind in zip(sources, kinds, strict=True)]
    exports = [view for view in views if view is not None]
    named = {**of_sheet, **(columns or {})}
    to_choose = [source.table for source in [*tables, *([sheet] if sheet else [])]] if choice.where else []
    choice = with_controls(to_choose, choice, meanings, named, control)
    settled = settle([*tables, *([sheet] if sheet else [])], choice, meanings, labels, named, exports)
    kept = {one.key: one for one in settled.sources}
    own = [
        (kept.get(source.key, source), kind)
        for source, kind in zip(sources, kinds, strict=True)
        if kind not in TABLES or source.key in kept
    ]
    files = [source for source, _ in own]
    kept_sheet = kept.get(sheet.key) if sheet else None
    attrs = dict(settled.attrs)
    if is_ratios:
        attrs |= check_ratios(files, with_samples(files[0].table, columns or {}), choice, control)
    elif kept_sheet is not None:
        told = [check_sheet(kept_sheet, of_sheet, choice, control)]
        told += [check_reactions(files, columns, choice, by_sample=True)] if tables else []
        attrs |= {name: ", ".join(filter(None, (one.get(name) for one in told))) for one in told for name in one}
    elif tables and all(knows_samples(source, columns) for source in files):
        attrs |= check_reactions(files, columns, choice, control=control)
    is_cut = sheet is not None and kept_sheet is not None and len(kept_sheet.table.rows) < len(sheet.table.rows)
    return ChosenStudy(
        files, [kind for _, kind in own], kept_sheet or sheet, sheet if is_cut else None, attrs, settled.exports
    )


def join_genes(reactions: Reactions, choice: Choice) -> Reactions:
    """Reactions of machines with names of genes that are alike joined.

    Raises
    ------
    InputError
        If such names are there, and the choice does not say what they are.
    """
    faults = FaultReport(", ".join(reactions.paths))
    names = [one.gene for one in reactions.reactions]
    joined = check_names("gene", names, choice.join_names, faults)
    faults.raise_if_any()
    if not joined:
        return reactions
    return replace(
        reactions,
        reactions=tuple(replace(one, gene=joined.get(one.gene, one.gene)) for one in reactions.reactions),
    )


def check_listed(
    reactions: Reactions, whole_sheet: Source, decimal: DecimalMark | None, of_sheet: Mapping[str, str]
) -> None:
    """Refuse samples that the sheet does not have at all, before those that are not chosen are left out.

    Raises
    ------
    InputError
        As `match_sheet`.
    """
    sheet: SampleSheet = read_sheet(whole_sheet, decimal=decimal, columns=of_sheet)
    faults = FaultReport(sheet.place)
    match_sheet(reactions, sheet, "refuse", faults)
    faults.raise_if_any()
