"""What a file of RT-qPCR may be that no reader takes: curves, genotypes, or Cts under other names; and the way out."""

import re
from collections.abc import Mapping
from typing import Final

from lensim.checks import InputError
from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS
from lensim.expression.read.quoting import quoted
from lensim.expression.read.ratio_scales import way_of_ddct
from lensim.tables.columns import as_stated, names_any
from lensim.tables.names import plain_name
from lensim.tables.number_text import is_missing, parse_number
from lensim.tables.source import Source
from lensim.tables.summary_words import is_spread
from lensim.tables.table import TextTable, first_rows
from lensim.tables.well_names import parse_well_name

FEWEST_WELLS: Final = 3
CTS: Final = (8.0, 45.0)
"""Numbers in such a column may be Cts [cycles]."""

_CYCLE: Final = frozenset({"cycle", "cycles", "cycle_number"})
_CURVES: Final = re.compile(r"^\[?(?:multicomponent|amplification) data\]?", re.IGNORECASE)
_DDCT: Final = re.compile(r"(?:minus_|neg_|negative_)?(?:mean_)?(?:d_?d|delta_?delta)_?c[tqp]")
_DCT: Final = re.compile(r"(?:mean_)?(?:2_)?(?:d|delta)_?c[tqp]")
_LOG10: Final = re.compile(r"(?:log10|lg)_?(?:fc|fold_?change|ratio|rq)")
_LEVELS: Final = frozenset(
    {"expression", "level", "levels", "value", "values", "mrna", "mrna_level", "expr", "gene_expression", "relative",
     "mean_expression", "norm_expression", "mrna_expression", "transcript_level"}
)  # fmt: skip
"""Names of columns of levels that do not say what their numbers are."""
_LEVEL_POWER: Final = re.compile(r"^2_(?:mean_)?(?:d|delta)")
_GENOTYPES: Final = re.compile(r"\bSNP Assay Name\b|\bAllele ?1 C[tq]\b", re.IGNORECASE)


def way_out(source: Source, columns: Mapping[str, str]) -> str:
    """What a file may be, and what to do; empty where nothing is known of it. `columns` are those that a user names."""
    if is_table_of_curves(source.text):
        return (
            "the table has the fluorescence of each cycle, and no Ct: export the table of the Ct (Cq, Cp) values of "
            "the run instead"
        )
    if _GENOTYPES.search(source.text):
        return "the file has genotypes (alleles of a SNP), not Cts of genes"
    try:
        return (
            _no_ratio(source.table)
            or _ratio_under_another_name(source.table)
            or _cts_under_other_names(source.table, columns)
        )
    except InputError:
        return ""


def _no_ratio(table: TextTable) -> str:
    """Columns near ratios, in a table without Cts, and the ratios that there are."""
    if names_any(table.header, COLUMNS["ct_cycles"]) or not names_any(table.header, RATIO_COLUMNS["target"]):
        return ""
    for name in table.header:
        plain = plain_name(name)
        if _DDCT.fullmatch(plain):
            way = way_of_ddct(name)
        elif _DCT.fullmatch(plain):
            way = "it needs a column for the condition of each row, and for the subject"
        elif _LOG10.fullmatch(plain):
            way = "write a column log2_ratio with its values divided by 0.30103"
        elif plain in _LEVELS:
            return (
                f"the column {name!r} does not say what its numbers are: if levels of samples, state "
                f'columns={{"relative_level": {quoted(name)}}} for 2^-dCt and the like, '
                f'columns={{"log2_level": {quoted(name)}}} for their log2, '
                f'columns={{"dct": {quoted(name)}}} for Ct of the target less Ct of the reference'
            )
        else:
            continue
        return (
            "a table of ratios has one column of ratio (RQ, fold change, 2^-ddCt), percent_of_control or log2_ratio; "
            f"for {name!r} {way}"
            if not _DCT.fullmatch(plain)
            else f"the column {name!r} holds levels of samples: {way}"
        )
    return ""


def _ratio_under_another_name(table: TextTable) -> str:
    """Columns whose names have a word for a ratio beside others, and what a table needs of them."""
    if names_any(table.header, COLUMNS["ct_cycles"]) or not names_any(table.header, RATIO_COLUMNS["target"]):
        return ""
    near = {name: scale for name in table.header if (scale := scale_near(name))}
    if not near:
        return ""
    ways = " or ".join(f"columns={{{quoted(scale)}: {quoted(name)}}}" for name, scale in near.items())
    named = " and ".join(map(repr, near))
    return (
        "a table of ratios has one column of ratio (fold change, 2^-ddCt), percent_of_control or log2_ratio, and one "
        f"of levels relative_level (2^-dCt); {named} may be it: state {ways}"
    )


def scale_near(name: str) -> str:
    """What a column may hold by the words in its name: a ratio, percents, a log2 ratio or levels; empty for none."""
    words = plain_name(name).split("_")
    if not words[0] or is_spread(name) or {"p", "pvalue", "log10", "lg", "ln"} & set(words):
        return ""
    is_ratio = any(re.fullmatch(r"ratio|fold|foldchange|fc|rq|log2?fc", word) for word in words)
    if _LEVEL_POWER.search(plain_name(name)):
        return "ratio" if "dd" in plain_name(name) or "delta_delta" in plain_name(name) else "relative_level"
    if is_ratio and any(word.startswith("log") for word in words):
        return "log2_ratio"
    if ("%" in name or {"percent", "pct"} & set(words)) and (is_ratio or {"control", "ctrl", "untreated"} & set(words)):
        return "percent_of_control"
    return "ratio" if is_ratio else ""


def is_table_of_curves(text: str) -> bool:
    """Whether a text has a column for the cycle, and wells as columns or a column for the fluorescence."""
    if _CURVES.match(text.strip()):
        return True
    for header in first_rows(text):
        names = [plain_name(name) for name in header]
        wells = sum(parse_well_name(name) is not None for name in header)
        if _CYCLE & set(names) and (wells >= FEWEST_WELLS or {"rn", "delta_rn", "rfu", "fluorescence"} & set(names)):
            return True
    return False


def _cts_under_other_names(table: TextTable, stated: Mapping[str, str]) -> str:
    """Columns that may hold Cts: one for all genes, one for each gene, or one for each sample."""
    columns = [name for at, name in enumerate(table.header) if name and _may_be_cts(table, at)]
    header = as_stated(table.header, stated)
    has_gene = names_any([name for name in header if name not in columns], COLUMNS["gene"])
    if not columns:
        return ""
    named = ", ".join(repr(name) for name in columns[:6]) + ", ..." * (len(columns) > 6)
    if names_any(header, COLUMNS["ct_cycles"]):
        there = ", ".join(repr(name) for name in table.header)
        return f'no column is named gene; there are {there}: name one, columns={{"gene": "NAME"}}, or write one'
    if len(columns) == 1 and has_gene:
        remedy = f'columns={{"ct_cycles": {quoted(columns[0])}}}'
        return f"no column is named ct_cycles, Ct, Cq or Cp; if {named} holds the Ct, state {remedy}"
    if has_gene:
        return (
            f"no column is named ct_cycles, Ct, Cq or Cp; if {named} hold the Cts of a sample each, write one row a "
            "reaction, with the columns gene, sample and ct_cycles"
        )
    if len(columns) == 1:
        return f"no columns are named gene and ct_cycles; if {named} holds the Ct, name it so, and write a column gene"
    return (
        f"no columns are named gene and ct_cycles; if {named} hold the Cts of a gene each, name them so (Ct_GAPDH), or "
        "write one row a reaction, with the columns gene and ct_cycles"
    )


def _may_be_cts(table: TextTable, at: int) -> bool:
    """Whether all numbers of a column are those of Cts, some with decimals."""
    cells = [row[at].strip() for row in table.rows if not is_missing(row[at])]
    numbers = [parse_number(cell, "," if "," in cell and "." not in cell else ".") for cell in cells]
    known = [number for number in numbers if number is not None]
    return (
        len(known) >= max(2, 0.7 * len(cells))
        and all(CTS[0] <= number <= CTS[1] for number in known)
        and sum(not number.is_integer() for number in known) >= len(known) / 2
    )
