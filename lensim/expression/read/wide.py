"""Wide tables of Cts, with a column for each gene or each replicate, to one row a reaction."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from lensim.expression.read.columns import COLUMNS
from lensim.tables.columns import names_any
from lensim.tables.names import plain_name
from lensim.tables.number_text import parse_number
from lensim.tables.table import TextTable

_CT: Final = r"(?:c[tqp]|c\(t\))"
_BEFORE_GENE: Final = re.compile(_CT, re.IGNORECASE)
_BEHIND_GENE: Final = re.compile(rf"(?P<open>[(\[]?){_CT}(?P<close>[)\]]?)\Z", re.IGNORECASE)
_PARTS: Final = "_.:-"
_OF_REPLICATE: Final = re.compile(rf"{_CT}[ _.-]*(?:r|rep|replicate|well)?[ _.-]*[0-9]+", re.IGNORECASE)
_STATISTICS: Final = re.compile(
    r"(?:\A|_)(?:mean|avg|average|ave|sd|se|sem|std|dev|median|plusminus|sigma|mw|mittelwert|stabw|moyenne|promedio|threshold|delta|d|dd|ddelta|conf|confidence|cycles|limit|"
    r"status|value|values|method|min|max|cv|norm|normali[sz]ed|adj|corrected)(?:_|\Z)"
)
_FOLDS: Final = (1.5, 2.2)
"""What an amplification factor can be, and nothing else: [fold a cycle]."""

CT: Final = "ct_cycles"
FACTOR: Final = "amplification_factor"
EFFICIENCY: Final = "efficiency"
_EFFICIENCIES: Final = ((0.5, 1.2), (50.0, 120.0), _FOLDS)
"""What a number of a column that is named E or efficiency of a gene can be: a fraction, a percent or a fold."""

_OF_ALLELE: Final = re.compile(r"allele ?[12] c[tqp]", re.IGNORECASE)


def is_wide(header: Sequence[str]) -> bool:
    """Whether a header has a column of Ct for each of several genes, or for each replicate of a gene."""
    if any(_OF_ALLELE.fullmatch(name.strip()) for name in header):
        return False  # the two dyes of a genotype
    return len(columns_of_genes(header)) > 1 or len(columns_of_replicates(header)) > 1


def columns_of_genes(header: Sequence[str]) -> dict[int, str]:
    """Columns named after a gene and Ct, such as Ct_TNF or "TNF (Cq)"; none where a column names the gene."""
    if names_any(header, COLUMNS["gene"]) or names_any(header, COLUMNS[CT]):
        return {}
    found = {at: gene for at, name in enumerate(header) if (gene := _gene_of(name))}
    return found if len(set(found.values())) == len(found) else {}


def columns_of_replicates(header: Sequence[str]) -> list[int]:
    """Columns such as Ct1, Ct2 or "Cq rep 1", in a table that has a column for the gene."""
    if not names_any(header, COLUMNS["gene"]) or names_any(header, COLUMNS[CT]):
        return []
    return [at for at, name in enumerate(header) if _OF_REPLICATE.fullmatch(name.strip())]


def _gene_of(name: str) -> str:
    genes = (gene.strip() for gene in _genes_of(name.strip()))
    return next((gene for gene in genes if gene and not gene.isdigit() and not _is_statistic(gene)), "")


def _is_statistic(name: str) -> bool:
    return bool(_STATISTICS.search(plain_name(name)))


def _genes_of(name: str) -> Iterator[str]:
    """What may be the gene in "Ct (TNF)", "TNF [Cq]", "Ct_TNF" and "TNF - Ct", in this order."""
    before = _BEFORE_GENE.match(name)
    rest = name[before.end() :] if before else ""
    if rest.lstrip()[:1] in ("(", "[") and rest[-1] in ")]":
        yield rest.lstrip()[1:-1]
    behind = _BEHIND_GENE.search(name)
    if behind and behind["open"] and behind["close"]:
        yield name[: behind.start()]
    if rest[:1].isspace() or rest[:1] in tuple(_PARTS):
        yield _without_part(rest.lstrip())
    if behind and not behind["open"] and not behind["close"] and behind.start():
        parted = name[: behind.start()]
        if parted[-1].isspace() or parted[-1] in _PARTS:
            yield _without_part(parted.rstrip()[::-1])[::-1]


def _without_part(text: str) -> str:
    return text[1:].lstrip() if text[:1] in tuple(_PARTS) else text


def as_long(table: TextTable) -> TextTable:
    """A table with one row a reaction; a table that is not wide stays as it is.

    A column named as a gene, or as a gene with E or efficiency, whose values are all one number from 1.5 to 2.2 is the
    gene's amplification factor [fold a cycle]; one named E or efficiency may hold fractions or percents as well.
    """
    if genes := columns_of_genes(table.header) if is_wide(table.header) else {}:
        factors = _factors(table, genes)
        used = {*genes, *(at for at, _ in factors.values())}
        kept = [at for at in range(len(table.header)) if at not in used]
        is_fold = all(_is_in(text, (_FOLDS,)) for _, text in factors.values())
        added = ["gene", CT, *([FACTOR if is_fold else EFFICIENCY] if factors else [])]
        rows = [
            [
                *(row[k] for k in kept),
                gene,
                row[at],
                *([factors[gene][1] if gene in factors else ""] if factors else []),
            ]
            for row in table.rows
            for at, gene in genes.items()
        ]
        note = f"{table.place}: each row has the Cts of {len(genes)} genes: {', '.join(genes.values())}"
        told = [note, *_told_of_factors(table, factors)]
        return replace(_long(table, kept, added, rows, len(genes)), notes=(*table.notes, *told))
    if replicates := columns_of_replicates(table.header) if is_wide(table.header) else []:
        kept = [at for at in range(len(table.header)) if at not in replicates]
        rows = [[*(row[k] for k in kept), row[at]] for row in table.rows for at in replicates]
        names = ", ".join(table.header[at] for at in replicates)
        note = f"{table.place}: each row has {len(replicates)} replicates: {names}"
        return replace(_long(table, kept, [CT], rows, len(replicates)), notes=(*table.notes, note))
    return table


def _long(table: TextTable, kept: Sequence[int], added: Sequence[str], rows: list[list[str]], times: int) -> TextTable:
    header = (*(table.header[at] for at in kept), *added)
    return replace(table, header=header, rows=rows, lines=[line for line in table.lines for _ in range(times)])


def _factors(table: TextTable, genes: Mapping[int, str]) -> dict[str, tuple[int, str]]:
    """The column, and the text, of the amplification factor of each gene that has one."""
    found: dict[str, tuple[int, str]] = {}
    for gene in genes.values():
        own = re.compile(
            rf"{re.escape(gene)}(?:[ _.-]*(?:e|eff|efficiency))?|(?:e|eff|efficiency)[ _.-]+{re.escape(gene)}",
            re.IGNORECASE,
        )
        for at, name in enumerate(table.header):
            texts = {row[at].strip() for row in table.rows}
            ranges = (_FOLDS,) if name.strip().casefold() == gene.casefold() else _EFFICIENCIES
            is_one = len(texts) == 1 and _is_in(next(iter(texts)), ranges)
            if at not in genes and own.fullmatch(name.strip()) and is_one:
                found[gene] = at, next(iter(texts))
    return found


def _is_in(text: str, ranges: Sequence[tuple[float, float]]) -> bool:
    number = parse_number(text.replace(",", ".").removesuffix("%").strip(), ".")
    return number is not None and any(low <= number <= high for low, high in ranges)


def _told_of_factors(table: TextTable, factors: Mapping[str, tuple[int, str]]) -> list[str]:
    if not factors:
        return []
    if not all(_is_in(text, (_FOLDS,)) for _, text in factors.values()):
        said = ", ".join(f"{table.header[at]} ({text})" for at, text in factors.values())
        return [f"{table.place}: efficiencies are those of the columns {said}"]
    said = ", ".join(f"{table.header[at]} ({text})" for at, text in factors.values())
    return [f"{table.place}: amplification factors [fold a cycle] are those of the columns {said}"]
