"""The files of an RT-qPCR study, of any understood format, to one Dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import xarray as xr

from lensim import checks
from lensim.arguments import checked
from lensim.checks import InputError
from lensim.expression.read.assemble import assemble_reactions
from lensim.expression.read.choices import Choices, Unpaired
from lensim.expression.read.chosen import check_listed, choose_study, join_genes
from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS
from lensim.expression.read.controls_kept import values_of_treated
from lensim.expression.read.detect import FORMATS, kind_of, opened, read_reactions, table_to_choose_from
from lensim.expression.read.empty_cts import Empty
from lensim.expression.read.factors import EfficiencyScale, Factor, read_factors
from lensim.expression.read.genes_of_files import with_genes_of_files
from lensim.expression.read.match import Unlisted
from lensim.expression.read.own_columns import check_exports, joined_attrs, only_chosen
from lensim.expression.read.ratios import as_ratio_columns, read_ratios
from lensim.expression.read.sample_sheet import read_sheet
from lensim.expression.read.sheets import TABLES, sought_in
from lensim.expression.read.stated import columns_of_each
from lensim.expression.read.tidy import in_rows, knows_samples, missing_names, read_cts
from lensim.tables.choice import Choice, Where
from lensim.tables.columns import places_of_stated
from lensim.tables.map_source import map_source_of
from lensim.tables.number_text import DecimalMark
from lensim.tables.opened import with_sheets
from lensim.tables.source import File, Files, Source
from lensim.tables.studies import one_a_value


@checked
@with_sheets(sought_in, **TABLES)
@one_a_value({**RATIO_COLUMNS, **COLUMNS}, table_of=table_to_choose_from, values_in=values_of_treated)
def read_expression(
    files: Files,
    *,
    sheet: File | None = None,
    references: Sequence[str] = (),
    control: str | None = None,
    calibrator: str | None = None,
    factors: File | Mapping[str, Factor] | None = None,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    cycle_limit: float | None = None,
    format: str | None = None,
    unlisted: Unlisted = "refuse",
    empty: Empty | None = None,
    efficiency_scale: EfficiencyScale | None = None,
    unpaired: Unpaired = "refuse",
    where: Where | None = None,
    ignore: Sequence[str] = (),
    join_names: bool | None = None,
) -> xr.Dataset:
    """Read an RT-qPCR study: exports of instruments with a sample sheet, tables of Cts, of ratios, or of levels.

    The content of the files shows which of these they are. Several files are one study and of one kind. Plates keep the
    names that files give them, else are named after their file; without a column for the experiment all samples are of
    "experiment 1", in all files.

    Parameters
    ----------
    files
        Paths: text in any usual encoding, workbooks (.xlsx, .xls, .xlsb, .ods), parquet, or RDML.
    sheet
        A table that says which sample, or which well, is which subject under which condition; needed unless the tables
        themselves name subjects and conditions.
    references
        Names of the reference genes; may be left out where a column is_reference marks them.
    control
        The condition that others are compared with; may be left out where a column is_control or a usual name (control,
        untreated, DMSO ...) shows it. Of a table of ratios it is the condition that they are divided by, or "absent"
        where each ratio is already against a control that is not in the table; of levels it is in the table.
    calibrator
        The subject that levels are given against, noted in attrs["calibrator"].
    factors
        A table gene, amplification_factor (and amplification_factor_sd), or a mapping as from `read_factors`.
    columns
        The names of columns by meaning, such as {"gene": "Detector", "condition": "=untreated"} (a value for all rows);
        see `lensim.expression.read.COLUMNS` and `RATIO_COLUMNS` for what is understood without. A name that is in the
        header of the sheet counts there.
    decimal
        The decimal mark, "." or ",", where the numbers do not show it.
    cycle_limit
        Cycles run, where the files do not say and it was not 40.
    format
        One of `FORMATS`, or ratios, where the content does not show it.
    unlisted
        What becomes of a reaction of a sample that the sheet does not have: "refuse", or "ignore" and count.
    empty
        What an empty Ct means in a table: "no_result" (the well was taken out) or "not_detected". Not needed where
        replicates of the same sample and gene come early: an empty well beside them has no result.
    efficiency_scale
        What numbers for amplification are: "fraction" (0.97), "percent" (97) or "fold" (1.97); needed where a column is
        named efficiency alone.
    unpaired
        What becomes of a treated sample without a control of the same subject and experiment: "refuse", "drop", or
        "keep" to compare groups of different subjects, or "groups" where all conditions have different subjects,
        whatever their names. Of a table of ratios or levels "keep" uses all subjects, under one condition or several.
    where
        Rows to read, by a column of the tables or the sheet and its value, or values: {"time_h": "24"}. Rows with an
        empty cell there, such as standards, go with every value; so do controls, where all are at 0 (time, dose) there.
    ignore
        Columns that may vary within a sample or a fold change: their rows are pooled.
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
        As `assemble_reactions` gives it, or of a table of ratios as `read_ratios`; attrs["assay"] is "expression".

    Raises
    ------
    InputError
        With every fault of the files, each with its file and line; or that an option does not go with the files.

    Examples
    --------
    >>> read_expression("run1.txt", sheet="samples.csv", references=["RPL37A"], control="untreated")  # doctest: +SKIP
    """
    if format is not None:
        checks.one_of("format", format, (*FORMATS, "ratios"))
    choices = Choices(cycle_limit, decimal, empty, efficiency_scale, unpaired)
    sources, sheet = opened(files), None if sheet is None else map_source_of(sheet)
    columns, of_sheet = columns_of_each(sources, sheet, columns)
    kinds = [format or kind_of(source, columns) for source in sources]
    sources = [
        in_rows(source, columns or {}) if kind == "tidy" else source
        for source, kind in zip(sources, kinds, strict=True)
    ]
    if all(kind == "ratios" for kind in kinds):
        columns = as_ratio_columns(columns)
    choice = Choice.of(where, ignore, join_names)
    chosen = choose_study(sources, kinds, sheet, columns, of_sheet, choice, control or "")
    sources, kinds, sheet = chosen.sources, chosen.kinds, chosen.sheet
    if all(kind == "ratios" for kind in kinds):
        stated: dict[str, object] = {"sheet": sheet, "references": references, "factors": factors}
        stated |= {"cycle limit": cycle_limit, "empty": empty, "efficiency_scale": efficiency_scale}
        useless = [name for name, value in stated.items() if value]
        if useless:
            raise InputError(
                f"{sources[0].place}: a table of ratios must go without {', '.join(useless)}: it has no Ct"
            )
        data = read_ratios(sources, columns=columns, decimal=decimal, control=control or "", unpaired=unpaired)
    else:
        stated_factors = _factors(factors, choices)
        if sheet is None and all(
            kind == "tidy" and knows_samples(source, columns) for kind, source in zip(kinds, sources, strict=True)
        ):
            data = read_cts(
                sources,
                columns,
                references=references,
                control=control or "",
                factors=stated_factors,
                cycle_limit=cycle_limit,
                decimal=decimal,
                empty=empty,
                efficiency_scale=efficiency_scale,
                unpaired=unpaired,
            )
        else:
            reactions = read_reactions(
                sources, format or "", columns=columns, cycle_limit=cycle_limit, decimal=decimal, empty=empty
            )
            reactions = only_chosen(join_genes(reactions, choice), chosen.exports)
            if chosen.whole_sheet is not None and unlisted == "refuse":
                check_listed(reactions, chosen.whole_sheet, decimal, of_sheet)
                unlisted = "ignore"
            needed_sheet = _needed_sheet(sheet, sources, kinds, columns)
            listed = read_sheet(needed_sheet, decimal=decimal, columns=of_sheet)
            if not any(row.gene for row in listed.rows):
                reactions = with_genes_of_files(reactions, references)
            of_exports = check_exports(sources, kinds, reactions, listed, choice)
            chosen = replace(chosen, attrs=joined_attrs(chosen.attrs, of_exports))
            ignored = any(places_of_stated(needed_sheet.table.header, name) for name in ignore)
            data = assemble_reactions(
                reactions,
                replace(listed, pools_names=ignored),
                references=references,
                control=control or "",
                factors=stated_factors,
                unlisted=unlisted,
                unpaired=unpaired,
            )
    data = data.assign_attrs(chosen.attrs)
    if calibrator:
        checks.one_of("calibrator", calibrator, [str(name) for name in data["subject"].values])
        data = data.assign_attrs(calibrator=calibrator)
    return data


def _needed_sheet(
    sheet: Source | None, sources: Sequence[Source], kinds: Sequence[str], columns: Mapping[str, str] | None
) -> Source:
    """The sheet; a missing sheet is reported after the faults of the files themselves."""
    if sheet is not None:
        return sheet
    raise InputError(f"sheet must say which sample is which, got none: {without_sheet(sources, kinds, columns)}")


def without_sheet(sources: Sequence[Source], kinds: Sequence[str], columns: Mapping[str, str] | None) -> str:
    """What files lack that would make a sheet needless, in words."""
    place = sources[0].place
    if any(kind != "tidy" for kind in kinds):
        return f"{place} is of the format {kinds[0]}"
    absent = missing_names(sources[0], columns)
    there = ", ".join(repr(name) for name in max(sources[0].headers, key=len) if name)
    ways = " and ".join(f'columns={{"{what}": "NAME"}}' for what in absent)
    names = " and no ".join(absent)
    return f"{place} names no {names}; the columns are {there}: if one of them is meant, name it, {ways}"


def _factors(factors: File | Mapping[str, Factor] | None, choices: Choices) -> Mapping[str, Factor] | None:
    if factors is None or isinstance(factors, Mapping):
        return factors
    return read_factors(factors, decimal=choices.decimal, efficiency_scale=choices.efficiency_scale)
