"""A table with one row a reaction (CSV, TSV or parquet): to reactions, or with subjects and conditions to a Dataset."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import xarray as xr

from lensim.checks import FaultReport
from lensim.expression.read.assemble import GeneRoles, assemble
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT, Assigned
from lensim.expression.read.export import plain_name
from lensim.expression.read.factors import Factor, check_factors, read_factor
from lensim.expression.read.reactions import DEFAULT_CYCLE_LIMIT, Reaction
from lensim.expression.read.understand import (
    FALSE_WORDS,
    TRUE_WORDS,
    FileReactions,
    Manner,
    RawRow,
    check_stated,
    ct_decimal_mark,
    task_of,
    understand,
)
from lensim.tables.columns import STANDARD_NAMES, CtColumns, Found, find_columns
from lensim.tables.number_text import DecimalMark, is_missing, parse_number
from lensim.tables.table import SEPARATORS, TextTable, read_table

INSTRUMENT: Final = "tidy table"


def recognises(text: str) -> bool:
    """Whether the first line of a text names a gene and a Ct."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for separator in SEPARATORS:
        names = {plain_name(cell.strip().strip('"')) for cell in first.split(separator)}
        if names & set(STANDARD_NAMES["gene"]) and names & set(STANDARD_NAMES["ct_cycles"]):
            return True
    return False


def knows_samples(path: str | Path) -> bool:
    """Whether a table has columns of a subject and a condition, so that `read_cts` needs no sheet.

    Raises
    ------
    InputError
        If the file is no table.
    """
    table, _ = read_table(path)
    names = {plain_name(name) for name in table.header}
    return all(names & set(STANDARD_NAMES[what]) for what in ("subject", "condition"))


def read_tidy_reactions(
    path: str | Path,
    columns: CtColumns,
    *,
    cycle_limit: float | None,
    decimal: DecimalMark | None,
) -> tuple[FileReactions, FaultReport]:
    """The reactions of a table, and its faults. Without a plate they ran on one named as the file.

    Raises
    ------
    InputError
        If the file is no table or lacks a column.
    """
    table, faults = read_table(path)
    found = find_columns(table, asdict(columns), STANDARD_NAMES, ("gene", "ct_cycles"), faults)
    return _read(table, found, Path(path).stem, cycle_limit, decimal, faults), faults


def read_cts(
    path: str | Path,
    columns: CtColumns | None = None,
    *,
    references: Sequence[str] = (),
    control: str = "",
    factors: Mapping[str, Factor] | None = None,
    cycle_limit: float | None = None,
    decimal: DecimalMark | None = None,
) -> xr.Dataset:
    """Read a table with one row a reaction that names subjects and conditions, as `write_cts` writes it.

    Separator (comma, semicolon, tab, |), encoding, decimal mark and line ends are found out. Rows of a standard or
    without template need no subject and no condition.

    Parameters
    ----------
    path
        The file: CSV or TSV text, or parquet.
    columns
        The names of its columns; see `CtColumns` for what is understood without.
    references
        Names of the reference genes; may be left out where the column is_reference tells them.
    control
        Name of the control condition; may be left out where the column is_control tells it.
    factors
        Amplification factors [fold a cycle] with standard errors, as from `read_factors`; for a gene that has one
        here, the column amplification_factor does not count.
    cycle_limit
        Cycles run; else as the column cycle_limit has it, else 40.
    decimal
        The decimal mark, where it cannot be told from the numbers.

    Returns
    -------
    xr.Dataset
        As `assemble_reactions` gives it.

    Raises
    ------
    InputError
        With every fault of the file, each with its line.
    """
    check_stated(cycle_limit, decimal)
    check_factors(factors or {})
    table, faults = read_table(path)
    needed = ("gene", "ct_cycles", "subject", "condition")
    found = find_columns(table, asdict(columns or CtColumns()), STANDARD_NAMES, needed, faults)
    read = _read(table, found, Path(path).stem, cycle_limit, decimal, faults)
    row_of = dict(zip(table.lines, table.rows, strict=True))
    assigned = [_assign(reaction, found, row_of[reaction.line_number], faults) for reaction in read.reactions]
    faults.raise_if_any()
    roles = _roles(found, table, assigned, row_of, (tuple(references), control), decimal, faults)
    roles = replace(roles, factors={**roles.factors, **(factors or {})})
    attrs: dict[str, str | int] = {
        "source": read.place,
        "instrument": INSTRUMENT,
        "wells_ignored": read.ignored + read.without_result,
    }
    return assemble(assigned, roles, read.cycle_limit or DEFAULT_CYCLE_LIMIT, read.quantity_unit, attrs, faults)


def _read(
    table: TextTable,
    found: Found,
    stem: str,
    cycle_limit: float | None,
    decimal: DecimalMark | None,
    faults: FaultReport,
) -> FileReactions:
    rows = []
    for row, line in zip(table.rows, table.lines, strict=True):
        task = task_of(found.cell("task", row))
        if task is None:
            faults.add(
                f"{found.column('task')} must be unknown, standard, no_template or ignored, "
                f"got {found.cell('task', row)!r}",
                line=line,
            )
            continue
        gene = found.cell("gene", row)
        names = [found.cell(what, row) for what in ("subject", "condition", "experiment")]
        sample = found.cell("sample", row) or ", ".join(name for name in names if name)
        plate, well = found.cell("plate", row) or stem, found.cell("well", row)
        ct, quantity = found.cell("ct_cycles", row), found.cell("quantity", row)
        rows.append(RawRow(line, plate, well, sample, gene, task, ct, quantity))
    stated = "." if table.has_decimal_points else decimal
    manner = Manner(
        found.column("ct_cycles"),
        found.column("quantity"),
        "not detected",
        decimal=stated,
        file_limit=_cycle_limit(table, found, stated, faults),
        stated_limit=cycle_limit,
    )
    units = dict.fromkeys(found.cell("quantity_unit", row) for row in table.rows)
    units.pop("", None)
    if len(units) > 1:
        faults.add(f"{found.column('quantity_unit')} must be the same in all rows, got {' and '.join(units)}")
    return understand(rows, INSTRUMENT, manner, faults, next(iter(units), ""))


def _cycle_limit(table: TextTable, found: Found, decimal: DecimalMark | None, faults: FaultReport) -> float | None:
    words: dict[str, int] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        words.setdefault(found.cell("cycle_limit", row), line)
    words.pop("", None)
    if not words:
        return None
    word, line = next(iter(words.items()))
    number = parse_number(word, ct_decimal_mark([word], [], decimal, faults))
    if len(words) > 1:
        faults.add(f"{found.column('cycle_limit')} must be the same in all rows, got {' and '.join(words)}", line=line)
    elif number is None or not math.isfinite(number) or number <= 0:
        faults.add(f"{found.column('cycle_limit')} must be a number above 0, got {word!r}", line=line)
        return None
    return number


def _assign(reaction: Reaction, found: Found, row: list[str], faults: FaultReport) -> Assigned:
    """What the row says of the sample; only reactions of a sample need it."""
    names = {what: found.cell(what, row) for what in ("subject", "cell_type", "condition", "experiment")}
    if not reaction.gene:
        faults.add(f"{found.column('gene')} must not be empty", line=reaction.line_number)
    if reaction.task == "unknown":
        for what in ("subject", "condition"):
            if not names[what]:
                faults.add(f"{found.column(what)} must not be empty", line=reaction.line_number)
        for what in ("cell_type", "experiment"):
            if found.has(what) and not names[what]:
                faults.add(f"{found.column(what)} must not be empty", line=reaction.line_number)
    return Assigned(
        reaction,
        subject=names["subject"],
        cell_type=names["cell_type"] or DEFAULT_CELL_TYPE,
        condition=names["condition"],
        experiment=names["experiment"] or DEFAULT_EXPERIMENT,
        is_named=found.has("sample"),
    )


def _roles(
    found: Found,
    table: TextTable,
    assigned: Sequence[Assigned],
    row_of: dict[int, list[str]],
    stated: tuple[tuple[str, ...], str],
    decimal: DecimalMark | None,
    faults: FaultReport,
) -> GeneRoles:
    """References, control and stated factors, from the arguments or else from the columns."""
    references, control = stated
    unknown = [one for one in assigned if one.reaction.task == "unknown"]
    if not references:
        flags = _flags(found, "is_reference", assigned, lambda one: one.reaction.gene, row_of, faults)
        references = tuple(gene for gene, flag in flags.items() if flag)
    if not control:
        flags = _flags(found, "is_control", unknown, lambda one: one.condition, row_of, faults)
        controls = [condition for condition, flag in flags.items() if flag]
        if len(controls) > 1:
            faults.add(f"{found.column('is_control')} must mark one condition, got {', '.join(controls)}")
        control = controls[0] if controls else ""
    return GeneRoles(references, control, _factors(found, table, assigned, row_of, decimal, faults))


def _flags(
    found: Found,
    what: str,
    assigned: Sequence[Assigned],
    name_of: Callable[[Assigned], str],
    row_of: dict[int, list[str]],
    faults: FaultReport,
) -> dict[str, bool]:
    """Yes or no of each gene or condition; that rows disagree is a fault."""
    flags: dict[str, bool] = {}
    if not found.has(what):
        return flags
    for one in assigned:
        word, line = found.cell(what, row_of[one.reaction.line_number]), one.reaction.line_number
        name = name_of(one)
        if word.casefold() not in TRUE_WORDS | FALSE_WORDS:
            faults.add(f"{found.column(what)} must be 1 or 0, got {word!r}", line=line)
        elif flags.setdefault(name, word.casefold() in TRUE_WORDS) != (word.casefold() in TRUE_WORDS):
            faults.add(f"{found.column(what)} must be the same in all rows of {name}, got {word!r}", line=line)
    return flags


def _factors(
    found: Found,
    table: TextTable,
    assigned: Sequence[Assigned],
    row_of: dict[int, list[str]],
    decimal: DecimalMark | None,
    faults: FaultReport,
) -> dict[str, Factor]:
    factors: dict[str, Factor] = {}
    texts: dict[str, tuple[str, str]] = {}
    names = ("amplification_factor", "amplification_factor_sd")
    every = [found.cell(what, row) for row in table.rows for what in names]
    mark = "." if table.has_decimal_points else ct_decimal_mark(every, [], decimal, faults)
    for one in assigned:
        line, gene = one.reaction.line_number, one.reaction.gene
        factor, sd = (found.cell(what, row_of[line]) for what in names)
        own = ("" if is_missing(factor) else factor, "" if is_missing(sd) else sd)
        if own == ("", "") or texts.get(gene) == own:
            continue
        if gene in texts:
            faults.add(f"{found.column(names[0])} must be the same in all rows of {gene}, got {factor!r}", line=line)
            continue
        texts[gene] = own
        number = read_factor(own, (found.column(names[0]), found.column(names[1])), mark, line, faults)
        if number is not None:
            factors[gene] = number
    return factors
