"""Exports that name no gene, as those of LightCycler 480: files that are named after genes tell them."""

from collections.abc import Sequence
from dataclasses import replace

from lensim.expression.read.reactions import Reactions


def with_genes_of_files(reactions: Reactions, references: Sequence[str]) -> Reactions:
    """The same reactions with the name of their file as their gene, where files are named after genes.

    That is so where no reaction has a gene, there are several files, and each reference gene is the name of one. A
    plate is named after its file there. All files are read as one plate, since the shift of a plate with one gene
    cannot be told from the gene's level. Names of wells are kept where no two files share one.

    Parameters
    ----------
    reactions
        Of all files.
    references
        Names of the reference genes.
    """
    plates = list(dict.fromkeys(one.plate for one in reactions.reactions))
    if len(plates) < 2 or len(plates) != len(reactions.paths) or any(one.gene for one in reactions.reactions):
        return reactions
    if not references or not set(references) <= set(plates):
        return reactions
    files_of_well: dict[str, set[str]] = {}
    for one in reactions.reactions:
        files_of_well.setdefault(one.well, set()).add(one.plate)
    is_one_plate = all(len(files) == 1 for files in files_of_well.values())
    plate = ", ".join(plates)
    named = tuple(
        replace(one, gene=one.plate, plate=plate, well=one.well if is_one_plate else "") for one in reactions.reactions
    )
    told = f"{', '.join(reactions.paths)}: no gene is named, and each file is read as the gene that it is named after"
    return replace(reactions, reactions=named, notes=(*reactions.notes, f"{told} ({plate})"))
