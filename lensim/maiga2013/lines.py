"""The 23 myeloma cell lines of the paper, and the two variants made resistant.

Canonical names are the spellings of the panel's list in the Results, which has all 23, with one
exception: XG-3, which that list alone writes XG3 while its six sisters have a hyphen. A variant made resistant has the
spelling that its text uses most. Aliases are the paper's other spellings and those that cell-line catalogues use;
lookups ignore case, hyphens, dots and spaces.
"""

from dataclasses import dataclass
from typing import Final, Literal

from lensim.checks import InputError

MolecularGroup = Literal["MMSET", "MAF/MAFB", "CCND1", "CCND3", "nonrecurrent"]
Call = Literal["sensitive", "resistant"]

MOLECULAR_GROUPS: Final[tuple[MolecularGroup, ...]] = ("MMSET", "MAF/MAFB", "CCND1", "CCND3", "nonrecurrent")


@dataclass(frozen=True)
class CellLine:
    """One line of the panel.

    Attributes
    ----------
    name
        Canonical name.
    molecular_group
        Group by translocation (Results).
    published_call
        "sensitive": IC50 of 0.15 to 7 uM; "resistant": IC50 above 10 uM (Results). The IC50 of a single line is
        in Figure 1 only.
    origin
        Where the authors had the line from (Methods); None where they do not say.
    il6_ng_per_ml
        Interleukin-6 in its medium [ng/ml] (Methods); None where none is mentioned.
    aliases
        Other spellings.
    """

    name: str
    molecular_group: MolecularGroup
    published_call: Call
    origin: str | None
    il6_ng_per_ml: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResistantVariant:
    """A line made resistant by culture in lenalidomide.

    Attributes
    ----------
    name, parent
        Canonical names of the variant and of the line that it came from.
    origin
        Who made it.
    selection_dose_um
        Lowest and highest dose of the escalation [uM]; None where not stated.
    selection_months_at_least
        Least duration of the escalation [months]; None where not stated.
    maintenance_dose_um
        Dose of the continuous culture afterwards [uM]; None where not stated.
    washout_days
        Days without the drug before experiments in general [days]; None where not stated.
    washout_days_before_rna
        Days without the drug before the RNA of Figure 3B [days].
    aliases
        Other spellings.
    """

    name: str
    parent: str
    origin: str
    selection_dose_um: tuple[float, float] | None
    selection_months_at_least: float | None
    maintenance_dose_um: float | None
    washout_days: float | None
    washout_days_before_rna: float
    aliases: tuple[str, ...] = ()


_DSMZ: Final = "DSMZ (Braunschweig)"
_ATCC: Final = "ATCC (Rockville)"
_OWN: Final = "established by the authors (Nantes)"
_IL6: Final = 3.0  # ng/ml, for the lines that the authors established

LINES: Final[tuple[CellLine, ...]] = (
    CellLine("NCI-H929", "MMSET", "sensitive", _DSMZ, aliases=("H929",)),
    CellLine("OPM-2", "MMSET", "sensitive", _DSMZ),
    CellLine("LP-1", "MMSET", "sensitive", _DSMZ, aliases=("LP1",)),
    CellLine("XG-7", "MMSET", "resistant", _OWN, _IL6),
    CellLine("JIM-3", "MMSET", "resistant", "Dr I MacLennan (Birmingham)"),
    CellLine("BCN", "MAF/MAFB", "sensitive", _OWN, _IL6),
    CellLine("NAN-1", "MAF/MAFB", "sensitive", _OWN, _IL6),
    CellLine("L363", "MAF/MAFB", "sensitive", _DSMZ, aliases=("L-363",)),
    CellLine("MM.1S", "MAF/MAFB", "sensitive", "Dr ST Rosen (Chicago)", aliases=("MM1S",)),
    CellLine("XG-6", "MAF/MAFB", "resistant", _OWN, _IL6),
    CellLine("RPMI-8226", "MAF/MAFB", "resistant", _ATCC),
    CellLine("JIN3", "MAF/MAFB", "resistant", None, aliases=("JJN-3",)),
    CellLine("U266", "CCND1", "sensitive", _ATCC),
    CellLine("XG-1", "CCND1", "sensitive", _OWN, _IL6),
    CellLine("XG-5", "CCND1", "sensitive", _OWN, _IL6, aliases=("XG5",)),
    CellLine("Karpas-620", "CCND1", "resistant", "Dr A Karpas (Cambridge)"),
    CellLine("SKMM2", "CCND1", "resistant", _DSMZ, aliases=("SK-MM-2",)),
    CellLine("KMS12-PE", "CCND1", "resistant", None, aliases=("KMS-12-PE",)),
    CellLine("MDN", "CCND1", "resistant", _OWN, _IL6),
    CellLine("KMM-1", "CCND3", "resistant", None, aliases=("KMM1",)),
    CellLine("XG-2", "nonrecurrent", "sensitive", _OWN, _IL6),
    CellLine("XG-3", "nonrecurrent", "sensitive", _OWN, _IL6, aliases=("XG3",)),
    CellLine("SBN", "nonrecurrent", "sensitive", None),
)
"""The panel, in the order of the Results."""

VARIANTS: Final[tuple[ResistantVariant, ...]] = (
    ResistantVariant("LP1-LR", "LP-1", _OWN, (0.1, 10.0), 6.0, 30.0, 5.0, 7.0, aliases=("LP-1-LR",)),
    ResistantVariant(
        "NCI-H929 R10-4",
        "NCI-H929",
        "A Lopez-Girona (Lopez-Girona et al, 2011)",
        None,
        None,
        None,
        None,
        7.0,
        aliases=("NCI-H929 10-4", "H929 R10-4"),
    ),
)
"""The resistant variants. How NCI-H929 R10-4 was selected is stated only as similar to LP1-LR."""

CELL_LINES: Final[tuple[str, ...]] = tuple(line.name for line in LINES)
"""Canonical names, in the order of `LINES`."""

GROUP_OF_LINE: Final[tuple[MolecularGroup, ...]] = tuple(line.molecular_group for line in LINES)
"""Molecular group of each line, in the order of `CELL_LINES`."""

PUBLISHED_CALL: Final[tuple[Call, ...]] = tuple(line.published_call for line in LINES)
"""Published call of each line, in the order of `CELL_LINES`."""


def cell_line(name: str) -> CellLine:
    """The line of the panel called `name`, in any spelling.

    Raises
    ------
    InputError
        If no line goes by that name; the message lists those that there are, or says that the name is a variant's.
    """
    found = _LINE_BY_SPELLING.get(_spelling(name))
    if found is not None:
        return found
    as_variant = _VARIANT_BY_SPELLING.get(_spelling(name))
    if as_variant is not None:
        raise InputError(f"cell line must be one of the panel's {len(LINES)}, got the variant {as_variant.name!r}")
    raise InputError(f"cell line must be one of {', '.join(CELL_LINES)}, got {name!r}")


def resistant_variant(name: str) -> ResistantVariant:
    """The resistant variant called `name`, in any spelling.

    Raises
    ------
    InputError
        If none does.
    """
    found = _VARIANT_BY_SPELLING.get(_spelling(name))
    if found is None:
        raise InputError(f"resistant variant must be one of {', '.join(v.name for v in VARIANTS)}, got {name!r}")
    return found


def lines_of(molecular_group: MolecularGroup | None = None, published_call: Call | None = None) -> tuple[CellLine, ...]:
    """The lines of one molecular group, of one call, or of both; all 23 where neither is given.

    Raises
    ------
    InputError
        If the group or the call is unknown.
    """
    for place, chosen, known in (
        ("molecular group", molecular_group, MOLECULAR_GROUPS),
        ("published call", published_call, ("sensitive", "resistant")),
    ):
        if chosen is not None and chosen not in known:
            raise InputError(f"{place} must be one of {', '.join(known)}, got {chosen!r}")
    return tuple(
        line
        for line in LINES
        if molecular_group in (None, line.molecular_group) and published_call in (None, line.published_call)
    )


def _spelling(name: str) -> str:
    """A name without case, hyphens, dots and spaces; JIM-3 and JIN3 stay two."""
    return "".join(letter for letter in name.casefold() if letter not in " -._")


_LINE_BY_SPELLING: Final = {_spelling(name): line for line in LINES for name in (line.name, *line.aliases)}
_VARIANT_BY_SPELLING: Final = {_spelling(name): line for line in VARIANTS for name in (line.name, *line.aliases)}
