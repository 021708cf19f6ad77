"""Columns of a machine's export that its users filled: they must not vary within a sample unseen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.assigned import Assigned
from lensim.expression.read.columns import COLUMNS
from lensim.expression.read.detect import export_table
from lensim.expression.read.export import ExportTable, as_text_table
from lensim.expression.read.match import match_sheet
from lensim.expression.read.reactions import Reactions
from lensim.expression.read.sample_sheet import SampleSheet
from lensim.tables.choice import Choice
from lensim.tables.columns import Found
from lensim.tables.flags import parse_flag
from lensim.tables.kinds import kind_of
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_missing, parse_number
from lensim.tables.pooled import Pooling, check_pooled
from lensim.tables.source import Source
from lensim.tables.unused import PooledRow, ReadTable

OF_MACHINE: Final = re.compile(
    r"|no|nr|number|index|id|well|well_(?!note|comment|desc).*|pos|position|row|col|column|include.*|exclude.*|omit.*"
    r"|fluor|dye|reporter|quencher|passive_reference|channel|filter.*|detection.*|detector.*|target.*|gene.*|assay.*"
    r"|(sample_)?type|content|task|name|sample(_name|_id)?|standard|status|flags?|.*_flag|barcode|block.*|instrument.*"
    r"|(.*_)?(threshold|baseline|efficiency|confidence|conf|score|quality|call|calls|result|results|status|error|issues?"
    r"|grade|curve|tm|rfu|slope|intercept|concentration|conc|quantity|sq|rq|delta_?c[tqp])(_.*)?"
    r"|(c[tqp]|crt|c_t|threshold_cycle|tm|melt|peak|rq|rep|replicates?|auto|automatic|amp|delta|end_point|set_point)(_?.*)"
    r"|y_intercept|r_?2|rsq|colou?r|run|experiment_(name|file|type).*|file.*|date.*|time_?stamp|reference|calibrator"
    r"|highsd|noamp|expfail|noise|spike|nosignal|outlierrg|badrox|blfail|cqconf|thold|mtp|prfdrop|prflow|drnmin|offscale"
)
"""Names that programs of machines give to columns; no user wrote what stands there."""


_MEANINGS: Final = {what: meaning for what, meaning in COLUMNS.items() if what not in ("condition", "experiment")}
"""What is known of an export's columns; conditions and experiments are in the sheet."""


_SHOWN: Final = 3


def of_export(source: Source, kind: str) -> Source | None:
    """An export whose table is that of its wells, for rows to be chosen; None where it has none."""
    table = export_table(source, kind)
    return None if table is None else source.with_part(as_text_table(table, source.place))


def only_chosen(reactions: Reactions, exports: Sequence[Source]) -> Reactions:
    """The reactions in rows of exports that were chosen.

    Raises
    ------
    InputError
        If none is left.
    """
    lines = {one.place: set(one.table.lines) for one in exports}
    kept = [one for one in reactions.reactions if one.place not in lines or one.line_number in lines[one.place]]
    if not kept:
        raise InputError(f"{', '.join(reactions.paths)}: where must keep at least one reaction, got none")
    return replace(reactions, reactions=tuple(kept))


def check_exports(
    sources: Sequence[Source], kinds: Sequence[str], reactions: Reactions, sheet: SampleSheet, choice: Choice
) -> dict[str, str]:
    """What exports have that users wrote and nothing reads, for attrs; by the samples that the sheet tells.

    Raises
    ------
    InputError
        If such a column varies within the reactions of one gene, subject and condition.
    """
    tables = [_read_table(source, kind) for source, kind in zip(sources, kinds, strict=True)]
    known = [one for one in tables if one is not None]
    if not known:
        return {}
    assigned, _, _ = match_sheet(reactions, sheet, "ignore", FaultReport(sheet.place))
    rows = [_pooled(one) for one in assigned if one.reaction.task == "unknown"]
    faults = FaultReport(", ".join(reactions.paths))
    told = check_pooled(rows, known, choice, Pooling("one fold change", _MEANINGS, ("ct_cycles",)), faults)
    faults.raise_if_any()
    return {name: text for name, text in told.items() if name in ("columns_not_used", "remarks")}


def left_out_of_reactions(sources: Sequence[Source], kinds: Sequence[str]) -> tuple[str, ...]:
    """Columns of several values that users filled, which a table of reactions alone does not have: a note a file."""
    notes = []
    for source, kind in zip(sources, kinds, strict=True):
        if (one := _read_table(source, kind)) is None:
            continue
        taken, said = set(one.found.position.values()), []
        for at, name in enumerate(one.table.header):
            values = list(dict.fromkeys(cell for row in one.table.rows if (cell := row[at].strip())))
            if at not in taken and len(values) > 1:
                said.append(f"{name!r} ({len(values)} values: {', '.join(values[:_SHOWN])})")
        if said:
            notes.append(
                f"{source.place}: this table leaves out {', '.join(said)}; where such a column parts samples, read the "
                "export itself, with sheet="
            )
    return tuple(notes)


def joined_attrs(attrs: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """What two checks tell, together."""
    return {**attrs, **{name: ", ".join(filter(None, (attrs.get(name), text))) for name, text in more.items()}}


def _read_table(source: Source, kind: str) -> ReadTable | None:
    """The wells of an export, with the machine's own columns as used ones."""
    table = export_table(source, kind)
    if table is None:
        return None
    read = as_text_table(table, source.place)
    own = {f"{at}": at for at, name in enumerate(read.header) if _is_of_machine(table, at, name)}
    return ReadTable(read, Found({**table.position, **own}, {}))


def _is_of_machine(table: ExportTable, at: int, name: str) -> bool:
    """Whether a program filled a column: by its name, or because it has numbers or flags alone and no known name."""
    if OF_MACHINE.fullmatch(plain_name(name)):
        return True
    if kind_of(name) not in ("unknown", "measured"):
        return False
    cells = {cell for _, row in table.rows if at < len(row) and not is_missing(cell := row[at].strip())}
    return all(parse_flag(cell) is not None or parse_number(cell, ".") is not None for cell in cells)


def _pooled(one: Assigned) -> PooledRow:
    return PooledRow(
        one.reaction.place,
        one.reaction.line_number,
        base=(one.reaction.gene, one.subject),
        effect=(one.reaction.gene, one.subject, one.condition),
        replicate=(one.experiment, one.reaction.plate),
        cell=(),
        is_control=False,
        words=f"{one.reaction.gene} of {one.subject} under {one.condition}",
    )
