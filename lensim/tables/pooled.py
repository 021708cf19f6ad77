"""Columns that no reader uses must not vary within what is pooled: they are chosen, pooled by choice, or refused."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.tables.by_content import kind_by_content
from lensim.tables.choice import Choice, shown_values, value_key
from lensim.tables.columns import Found, Meanings, find_columns
from lensim.tables.confounded import AND_ITS_CONTROL, is_zero, mixed_in_contrasts
from lensim.tables.control import CONTROL_WORDS
from lensim.tables.empty_cells import has_samples
from lensim.tables.factor_columns import follows_cells, is_factor
from lensim.tables.kinds import Kind, is_dose, is_time, kind_of
from lensim.tables.lacking import check_every_table
from lensim.tables.names import plain_name
from lensim.tables.parted import note_parted
from lensim.tables.remarks import set_aside
from lensim.tables.set_aside import sets_aside
from lensim.tables.source import Source
from lensim.tables.table import TextTable
from lensim.tables.unused import Column, PooledRow, ReadTable, in_order, told_of_column, unused_columns

OWN_VALUE: Final = 0.8
"""Where so large a share of the rows have a value of their own, a column tells rows apart, such as a time stamp."""

MANY_ROWS: Final = 20
"""So many rows it takes to tell a time stamp from a time."""


CONTRAST: Final = "one contrast"
FREE_REMARKS: Final = 2
"""So many rows may have a remark that no other row has."""

CONTROL_SIGNS: Final = frozenset({"-", "no", "neg", "negative", "off", "minus", "without"})
"""Values for no treatment, beside those of controls."""


@dataclass(frozen=True)
class Pooling:
    """What an assay pools.

    Attributes
    ----------
    whole
        For messages: "one curve".
    meanings
        Of its columns.
    measured
        Meanings that are measurements, of which a table may have another beside the one that is used.
    has_replicates
        Whether experiments or plates are told apart, beside those that a column tells apart.
    technical
        Meaning of a column of technical replicates, where the assay needs one to have several.
    has_time_zero
        Whether wells of time zero, which the choice time_zero names, are of use.
    """

    whole: str
    meanings: Meanings
    measured: tuple[str, ...]
    has_replicates: bool = False
    technical: str = ""
    has_time_zero: bool = False


RowOf = Callable[[TextTable, Found, list[str], int], PooledRow | None]
"""What a row of a table is pooled with; None for a row that is no observation of a sample."""


def check_tables(
    sources: Sequence[Source],
    columns: Mapping[str, str] | None,
    choice: Choice,
    pooling: Pooling,
    row_of: RowOf,
    is_used: Callable[[str], bool] = lambda name: False,
) -> dict[str, str]:
    """As `check_pooled`, for the tables of a study before they are read.

    Parameters
    ----------
    row_of
        What each row is pooled with.
    is_used
        Whether a column is used that has no meaning of its own, such as one for each phase.

    Raises
    ------
    InputError
        If a column that is not used varies within what is pooled. A table whose columns cannot be found is left to the
        reader, which says so.
    """
    tables = []
    for source in sources:
        try:
            table = source.table
            found = find_columns(table, pooling.meanings, FaultReport(table.place), stated=columns)
        except InputError:
            return {}
        more = {name: at for at, name in enumerate(table.header) if is_used(name)}
        named = Found({**found.position, **more}, {**found.name, **{name: name for name in more}}, found.constant)
        tables.append(ReadTable(table, named))
    rows = [
        row
        for one in tables
        for cells, line in zip(one.table.rows, one.table.lines, strict=True)
        if (row := row_of(one.table, one.found, cells, line)) is not None
    ]
    faults = FaultReport(", ".join(one.table.place for one in tables))
    told = check_pooled(rows, tables, choice, pooling, faults)
    faults.raise_if_any()
    return told


def check_pooled(
    rows: Sequence[PooledRow],
    tables: Sequence[ReadTable],
    choice: Choice,
    pooling: Pooling,
    faults: FaultReport,
) -> dict[str, str]:
    """Note every column that varies within what would be pooled; attrs that say what was used and what was not.

    A column of time, density, medium, patient ... must be the same in all rows of one effect and in its controls; one
    of a condition or of a second compound in all treated rows, and in all controls. One of a day, an operator, a lot,
    and one without a known name whose few values recur, may differ between replicates, but not within one. A column
    that nearly follows the rows (a measurement, a place, a time stamp) is told alone.
    """
    if any(one.found.has(what) for one in tables for what in ("experiment", "plate")):
        pooling = replace(pooling, has_replicates=True)
    columns = unused_columns(rows, tables)
    names = {plain_name(column.name) for column in columns}
    not_used = []
    for column in columns:
        texts = column.texts()
        ignored = any(_is_named(column.name, name) for name in choice.ignore)
        if not ignored and len(tables) > 1:
            check_every_table(column, rows, _kind(column.name, pooling), faults)
        if len(texts) > 1 and not ignored:
            before = len(faults.faults)
            _judge(column, tables, pooling, names, faults)
            if len(faults.faults) == before:
                note_parted(column, faults)
        if len(texts) > 1 or not any(_is_named(column.name, name) for name in choice.where):
            not_used.append(told_of_column(column.name, texts))
    used = dict.fromkeys(
        what if plain_name(name) == what else f"{what} = {name}"
        for one in tables
        for what, name in one.found.name.items()
    )
    kept = [f"{column} = {' or '.join(values)}" for column, values in choice.where.items()]
    told = {
        "columns_used": ", ".join(used),
        "columns_not_used": ", ".join(not_used),
        "rows_kept": ", ".join(kept),
        "remarks": set_aside(columns),
    }
    return {name: text for name, text in told.items() if text}


def _is_named(column: str, name: str) -> bool:
    """Whether a user's name is the column's, but for case, blanks and signs."""
    return name.strip() == column.strip() or (plain_name(name) == plain_name(column) != "")


def _judge(
    column: Column, tables: Sequence[ReadTable], pooling: Pooling, names: Collection[str], faults: FaultReport
) -> None:
    """Note a column that varies within what would be pooled."""
    kind = kind_by_content(column, _kind(column.name, pooling), names)
    if kind in ("measured", "technical") or (column.is_of_well and kind == "unknown"):
        return
    if kind in ("splits", "control", "unknown") and _is_of_rows(column):
        return
    whole = pooling.whole
    mixed = {
        "splits": _mixed_with_controls,
        "control": _mixed_apart,
        "replicate": _mixed_in_replicates,
        "ambiguous": _mixed_ambiguous,
        "remark": _mixed_remarks,
        "unknown": _mixed_unknown,
    }[kind](column, pooling)
    if not mixed:
        mixed, whole = mixed_in_contrasts(column), CONTRAST
    if mixed:
        row, texts = mixed[0]
        _refuse(column, kind, row, texts, len(mixed) - 1, tables, replace(pooling, whole=whole), faults)


def _kind(name: str, pooling: Pooling) -> Kind:
    kind = kind_of(name)
    if any(pooling.meanings[what].rank(name) is not None for what in pooling.measured):
        return "measured"
    if kind == "unknown" and any(meaning.rank(name) is not None for meaning in pooling.meanings.values()):
        return "splits"
    return kind


def _is_of_rows(column: Column) -> bool:
    """Whether nearly every row has a value of its own."""
    return len(column.cells) >= MANY_ROWS and len({key for _, _, key in column.cells}) >= OWN_VALUE * len(column.cells)


Mixed = list[tuple[PooledRow, list[str]]]
"""A row where a second value begins, and the values that would be pooled, for each group that has several."""


def _mixed(groups: Mapping[Hashable, list[tuple[PooledRow, str, str | float]]]) -> Mixed:
    found: Mixed = []
    for cells in groups.values():
        first: dict[str | float, str] = {}
        second = None
        for row, text, key in cells:
            if key not in first and first and second is None:
                second = row
            first.setdefault(key, text)
        if second is not None:
            found.append((second, in_order(first)))
    return found


def _mixed_with_controls(column: Column, pooling: Pooling) -> Mixed:
    """Effects that have several values, controls of the same base counted; a control without a value goes with all."""
    controls: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    groups: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        if row.is_control and text:
            controls[row.base].append((row, text, key))
        elif not row.is_control:
            groups[row.effect].append((row, text, key))
    for cells in groups.values():
        cells += controls.get(cells[0][0].base, [])
    mixed = _mixed(groups)
    return mixed or _mixed({("control", base): cells for base, cells in controls.items()})


def _mixed_apart(column: Column, pooling: Pooling) -> Mixed:
    """Effects whose treated rows, or whose controls, have several values."""
    groups: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        if not (row.is_control and not text):
            groups[(row.is_control, row.base if row.is_control else row.effect)].append((row, text, key))
    if is_dose(column.name) and follows_cells(column):
        return []
    return _mixed(groups)


def _mixed_in_replicates(column: Column, pooling: Pooling) -> Mixed:
    """Replicates that have several values."""
    groups: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        if text:
            groups[(row.base, row.replicate)].append((row, text, key))
    return _mixed(groups)


def _mixed_ambiguous(column: Column, pooling: Pooling) -> Mixed:
    """Sets of rows measured alike with several values; with replicates, only where a value is there twice."""
    groups: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        groups[(row.effect, row.replicate, row.cell)].append((row, text, key))
    if pooling.has_replicates and not pooling.technical:
        groups_of_several = {
            group: cells for group, cells in groups.items() if len({key for _, _, key in cells}) < len(cells)
        }
        return _mixed(groups_of_several)
    apart: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        apart[row.effect].append((row, text, key))
    return _mixed(apart)


def _mixed_unknown(column: Column, pooling: Pooling) -> Mixed:
    """Replicates of an effect that have several values of a column that seems to be a factor."""
    groups: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        groups[(row.is_control, row.effect, row.replicate)].append((row, text, key))
    mixed = _mixed(groups)
    if not mixed or not is_factor(column) or follows_cells(column):
        return []
    return mixed


def _mixed_remarks(column: Column, pooling: Pooling) -> Mixed:
    """As `_mixed_unknown`, for remarks of which a few recur; a free remark here and there is none.

    One remark beside none is a factor where it is in the same number of rows of each set.
    """
    filled = [cell for cell in column.cells if cell[1]]
    if len(filled) <= FREE_REMARKS or not is_factor(replace(column, cells=filled)):
        return []
    groups: defaultdict[Hashable, list[tuple[PooledRow, str, str | float]]] = defaultdict(list)
    for row, text, key in column.cells:
        groups[(row.is_control, row.effect, row.replicate)].append((row, text, key))
    shares = {sum(bool(text) for _, text, _ in cells) for cells in groups.values()}
    is_of_one = len({key for _, _, key in filled}) == 1
    return [] if is_of_one and len(shares) > 1 else _mixed(groups)


def _most_frequent(column: Column) -> str:
    """The value that most rows have; of several as frequent the last."""
    counts = Counter(key for _, _, key in column.cells)
    return max(reversed(column.texts()), key=lambda text: counts[value_key(text)])


def _refuse(
    column: Column,
    kind: Kind,
    row: PooledRow,
    texts: Sequence[str],
    more: int,
    tables: Sequence[ReadTable],
    pooling: Pooling,
    faults: FaultReport,
) -> None:
    name, key = column.name, json.dumps(column.name, ensure_ascii=False)
    also = f", and so in {more} more" if more else ""
    has_experiment = any(one.found.has("experiment") for one in tables)
    as_experiment = f'columns={{"experiment": {key}}}'
    pool = f"ignore=[{key}]"
    if kind == "ambiguous":
        alike = f'columns={{"{pooling.technical}": {key}}}' if pooling.technical else pool
        wells = f"{pooling.technical}s" if pooling.technical else "wells"
        faults.add(
            f"the column {name!r} has {len(texts)} values ({shown_values(texts)}) in {row.words}{also}: say "
            f"{as_experiment} if they are experiments, or {alike} if they are {wells} of one culture",
            line=row.line,
            place=row.place,
        )
        return
    if column.has_no_name:
        faults.add(
            f"{name} has no name and {len(texts)} values ({shown_values(texts)}) in {row.words}{also}, which would be "
            f"pooled in {pooling.whole}: give it a name in the file, by which it can be chosen",
            line=row.line,
            place=row.place,
        )
        return
    ways = [f"keep one with where={{{key}: {json.dumps(_example(column, texts), ensure_ascii=False)}}}"]
    if "" not in texts or has_samples(pooling.meanings):
        ways.append(f"read each by itself with by={key}")
    if row.words.endswith(AND_ITS_CONTROL):
        ways.clear()
    zeros = [text for text in texts if text and is_zero(text)]
    if pooling.has_time_zero and zeros and is_time(name):
        zero = json.dumps(zeros[0], ensure_ascii=False)
        ways.insert(0, f"say time_zero={{{key}: {zero}}} if wells at {zeros[0]} were read when the drug was added")
    if "condition" in pooling.meanings and kind == "control" and not any(one.found.has("condition") for one in tables):
        ways.insert(0, f'compare them with columns={{"condition": {key}}}')
    if "contrast" in pooling.meanings and not any(one.found.has("contrast") for one in tables):
        ways.insert(0, f'compare them with columns={{"contrast": {key}}}')
    if (
        kind in ("replicate", "unknown")
        and pooling.whole != CONTRAST
        and not has_experiment
        and "experiment" in pooling.meanings
    ):
        ways.append(f"say that they are experiments with {as_experiment}")
    ways.append(f"pool them with {pool}")
    faults.add(
        f"the column {name!r} has {len(texts)} values ({shown_values(texts)}) in {row.words}{also}, which would be "
        f"pooled in {pooling.whole}: {', '.join(ways[:-1])}{', or ' if ways[1:] else ''}{ways[-1]}",
        line=row.line,
        place=row.place,
    )


def _example(column: Column, texts: Sequence[str]) -> str:
    """A value to keep: the empty one, whose rows go with every other; else the most frequent that is no control's.

    Of a column such as outlier it is a value for no.
    """
    if "" in texts:
        return ""
    aside = sets_aside(column.name)
    treated = [cell for cell in column.cells if _is_of_control(cell[1]) == aside]
    return _most_frequent(replace(column, cells=treated or column.cells))


def _is_of_control(text: str) -> bool:
    return is_zero(text) or plain_name(text) in CONTROL_WORDS or text.casefold() in CONTROL_SIGNS
