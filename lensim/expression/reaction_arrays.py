"""From a Dataset of RT-qPCR reactions to the arrays that the expression models share, with every check on the way.

Reactions of one gene in one sample on one plate are a *cell*. Where all were detected and early, a cell enters as its
mean and what its replicates show of the spread, with any one of them left out as outlying (`expression_replicates`).
Where copies are few, its reactions enter one by one (*dim* reactions). A gene in a sample then has a *slot*: a latent
biological deviation, as it has where several plates read it.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.evidence import compares_groups
from lensim.expression.priors import SD_OF_STATED_FACTOR
from lensim.expression.reaction_guesses import guesses, series_guesses
from lensim.expression.reaction_parts import parts_of_cells

LATE_CYCLES = 5.0
"""A cell whose mean Ct is within so many cycles of the limit has few copies: five or so at a usual threshold."""

FEWEST_CONTROLS = 2
"""Subjects from which the spread of levels, and so a difference of groups, can be told."""

POINTERS: dict[str, tuple[str, ...]] = {
    v.CT: (v.REACTION,),
    v.GENE_OF_REACTION: (v.REACTION,),
    v.SAMPLE_OF_REACTION: (v.REACTION,),
    v.PLATE_OF_REACTION: (v.REACTION,),
    v.SUBJECT_OF_SAMPLE: (v.SAMPLE,),
    v.CONDITION_OF_SAMPLE: (v.SAMPLE,),
    v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT,),
    v.IS_REFERENCE: (v.GENE,),
    v.IS_CONTROL: (v.CONDITION,),
    v.CYCLE_LIMIT: (),
}


def _names(data: xr.Dataset, dim: str) -> np.ndarray:
    return data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim])


def expression_coords(data: xr.Dataset, slots: int) -> dict[str, np.ndarray]:
    """Names along every dim of an expression model."""
    reference, control = data[v.IS_REFERENCE].to_numpy() == 1, data[v.IS_CONTROL].to_numpy() == 1
    genes, conditions = _names(data, v.GENE), _names(data, v.CONDITION)
    plates = _names(data, v.PLATE)
    return {
        v.GENE: genes,
        v.TARGET: genes[~reference],
        v.REFERENCE: genes[reference],
        v.CONTRAST: conditions[~control],
        v.SUBJECT: _names(data, v.SUBJECT),
        v.CELL_TYPE: _names(data, v.CELL_TYPE),
        v.PLATE: plates,
        v.GENE_ON_PLATE: np.array([f"{genes[g]}, {plates[p]}" for g, p in zip(*genes_on_plates(data), strict=True)]),
        v.SAMPLE: _names(data, v.SAMPLE),
        "slot": np.arange(slots),
    }


def require_expression(data: xr.Dataset, user: str) -> None:
    """Refuse a Dataset that an expression model cannot be fitted to.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, there is no reference or no target, not exactly one control, a Ct is
        above the limit or not above 0, a reference is never detected, or a sample has no control beside it.
    """
    checks.has_variables(data, POINTERS, user)
    genes = _names(data, v.GENE)
    reference = data[v.IS_REFERENCE].to_numpy() == 1
    if not reference.any():
        raise checks.InputError(
            f"{user} needs at least one reference gene, got none among {', '.join(map(str, genes))}"
        )
    if reference.all():
        raise checks.InputError(f"{user} needs at least one target gene, got references only")
    controls = int(data[v.IS_CONTROL].sum())
    if controls != 1 or data.sizes[v.CONDITION] < 2:
        raise checks.InputError(
            f"{user} needs one control condition and at least one other, got {controls} control among "
            f"{', '.join(map(str, _names(data, v.CONDITION)))}"
        )
    ct, limit = data[v.CT].to_numpy(), float(data[v.CYCLE_LIMIT])
    for position in np.flatnonzero(np.isinf(ct) | (ct <= 0) | (ct > limit))[:1]:
        raise checks.InputError(
            f"{v.CT}[{position}] must lie between 0 and the limit of {limit:g}, got {ct[position]:g}"
        )
    gene = data[v.GENE_OF_REACTION].to_numpy()
    for position in np.flatnonzero(reference):
        if not np.isfinite(ct[gene == position]).any():
            raise checks.InputError(f"reference gene {genes[position]} must be detected at least once, got no Ct")
    if compares_groups(data):
        _require_groups(data, user)
        return
    subject, condition = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()
    control = int(np.flatnonzero(data[v.IS_CONTROL].to_numpy() == 1)[0])
    for position, name in enumerate(_names(data, v.SUBJECT)):
        own = condition[subject == position]
        if len(own) and control not in own:
            raise checks.InputError(f"subject {name} must have a control sample, got treated ones only")


def _require_groups(data: xr.Dataset, user: str) -> None:
    """Refuse groups of different subjects that cannot be compared: a pooled level of the control stands for partners.

    Raises
    ------
    InputError
        If the model does not pool subjects, or a cell type with treated samples has fewer than two control subjects.
    """
    if "separate" in user:
        raise checks.InputError(
            f"{user} needs a control of each subject, which a study of groups lacks: choose expression_hierarchical"
        )
    subject, condition = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()
    is_control = data[v.IS_CONTROL].to_numpy()[condition] == 1
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject]
    for k, name in enumerate(_names(data, v.CELL_TYPE)):
        controls, treated = (len(set(subject[(kind == k) & which])) for which in (is_control, ~is_control))
        if treated and controls < FEWEST_CONTROLS:
            raise checks.InputError(
                f"{user} needs at least {FEWEST_CONTROLS} control subjects of cell type {name} to compare groups of "
                f"different subjects, got {controls}"
            )


def _cells(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Gene, sample and plate of each cell (cell, 3), and the cell of each reaction."""
    triple = np.column_stack(
        [data[name].to_numpy() for name in (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.PLATE_OF_REACTION)]
    )
    cells, cell_of_reaction = np.unique(triple, axis=0, return_inverse=True)
    return cells.astype(np.int64), cell_of_reaction.reshape(-1)


def _is_dim(ct: np.ndarray, cell: np.ndarray, cells: int, limit: float) -> np.ndarray:
    """Whether a cell has a reaction that was not detected, or comes late on average."""
    detected = np.isfinite(ct)
    missing = np.bincount(cell[~detected], minlength=cells) > 0
    count = np.maximum(np.bincount(cell[detected], minlength=cells), 1)
    mean = np.bincount(cell[detected], weights=ct[detected], minlength=cells) / count
    return np.asarray(missing | (mean > limit - LATE_CYCLES))


class _Units(NamedTuple):
    """Genes in samples, and which have a slot: a biological deviation of their own that is not integrated out.

    A unit has one where copies are few, and where several plates read it, since they read the same deviation.
    """

    of_cell: np.ndarray
    has_slot: np.ndarray
    gene_and_sample: np.ndarray  # (unit, 2)


def _units(cells: np.ndarray, dim: np.ndarray) -> _Units:
    pairs, unit = np.unique(cells[:, :2], axis=0, return_inverse=True)
    unit = unit.reshape(-1)
    is_dim = np.bincount(unit[dim], minlength=len(pairs)) > 0
    return _Units(unit, is_dim | (np.bincount(unit, minlength=len(pairs)) > 1), pairs)


def needed_slots(data: xr.Dataset) -> int:
    """How many genes in samples need a slot."""
    cells, cell_of_reaction = _cells(data)
    ct = data[v.CT].to_numpy()
    dim = _is_dim(ct, cell_of_reaction, len(cells), float(data[v.CYCLE_LIMIT]))
    return int(_units(cells, dim).has_slot.sum())


def expression_arrays(data: xr.Dataset, slots: int | None = None) -> dict[str, np.ndarray]:
    """The arrays of an expression model, by the names under which the model holds them.

    `slots` is the number of latent quantities; more than `needed_slots` leaves the rest idle, so that a compiled model
    takes studies that differ in this.

    Raises
    ------
    InputError
        If `slots` is below the number that is needed.
    """
    ct, limit = data[v.CT].to_numpy().astype(float), float(data[v.CYCLE_LIMIT])
    cells, cell = _cells(data)
    dim = _is_dim(ct, cell, len(cells), limit)
    units = _units(cells, dim)
    needed = int(units.has_slot.sum())
    slots = needed if slots is None else slots
    checks.at_least("slots", slots, needed)

    bright = ~dim
    place = np.cumsum(bright) - 1  # of a bright cell among the bright
    in_bright = bright[cell]
    bright_cell, bright_ct = place[cell[in_bright]], ct[in_bright]
    replicates = np.bincount(bright_cell, minlength=int(bright.sum()))
    mean = np.bincount(bright_cell, weights=bright_ct, minlength=int(bright.sum())) / np.maximum(replicates, 1)
    slot_of_cell = (np.cumsum(units.has_slot) - 1)[units.of_cell]
    has_slot = units.has_slot[units.of_cell]
    standards = _standards(data, limit)
    dim_ct, dim_cell = ct[~in_bright], cell[~in_bright]
    samples, anchors = samples_of(data), _anchors(data, mean, cells[bright, 0])

    def padded(column: int) -> np.ndarray:
        return np.concatenate([units.gene_and_sample[units.has_slot, column], np.zeros(slots - needed, dtype=np.int64)])

    return (
        {
            "cell_ct": mean,
            "gene_of_cell": cells[bright, 0],
            "sample_of_cell": cells[bright, 1],
            "plate_of_cell": cells[bright, 2],
            "slot_of_cell": np.where(has_slot, slot_of_cell, slots)[bright].astype(np.int64),
            "gene_of_slot": padded(0),
            "sample_of_slot": padded(1),
            "dim_ct": np.concatenate([np.where(np.isfinite(dim_ct), dim_ct, limit), standards.pop("dim_standard_ct")]),
            "slot_of_dim": slot_of_cell[dim_cell].astype(np.int64),
            "plate_of_dim": cells[dim_cell, 2],
            "cycle_limit": np.asarray(limit),
        }
        | parts_of_cells(bright_ct, bright_cell, len(mean))
        | samples
        | standards
        | anchors
        | guesses(data, mean, cells[bright], samples, anchors["anchor_ct_of_gene"])
        | (series_guesses(data, standards) if genes_with_series(data).any() else {})
    )


def samples_of(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Subject and contrast of each sample; the contrast of a control is the number of contrasts: one past the last."""
    control = data[v.IS_CONTROL].to_numpy() == 1
    contrast_of_condition = np.where(control, (~control).sum(), np.cumsum(~control) - 1)
    plate_of_sample = np.zeros(data.sizes[v.SAMPLE], dtype=np.int64)
    plate_of_sample[data[v.SAMPLE_OF_REACTION].to_numpy()] = data[v.PLATE_OF_REACTION].to_numpy()
    return {
        "plate_of_sample": plate_of_sample,  # one of them, where a sample is on several
        "subject_of_sample": data[v.SUBJECT_OF_SAMPLE].to_numpy().astype(np.int64),
        "contrast_of_sample": contrast_of_condition[data[v.CONDITION_OF_SAMPLE].to_numpy()].astype(np.int64),
    }


def _standards(data: xr.Dataset, limit: float) -> dict[str, np.ndarray]:
    """Dilution series, reaction by reaction: the plain ones, and those of a quantity with few copies."""
    if v.STANDARD_CT not in data or not data.sizes.get(v.STANDARD, 0):
        empty, none = np.empty(0), np.empty(0, dtype=np.int64)
        return {
            "standard_ct": empty,
            "log2_quantity_of_standard": empty,
            "gene_of_standard": none,
            "plate_of_standard": none,
            "dim_standard_ct": empty,
            "log2_quantity_of_dim_standard": empty,
            "gene_of_dim_standard": none,
            "plate_of_dim_standard": none,
        }
    ct, quantity = data[v.STANDARD_CT].to_numpy().astype(float), data[v.STANDARD_QUANTITY].to_numpy().astype(float)
    gene, plate = data[v.GENE_OF_STANDARD].to_numpy(), data[v.PLATE_OF_STANDARD].to_numpy()
    triples = np.column_stack([gene, quantity, plate])
    cells, cell = np.unique(triples, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    dim = _is_dim(ct, cell, len(cells), limit)[cell]
    shown = np.where(np.isfinite(ct), ct, limit)
    return {
        "standard_ct": ct[~dim],
        "log2_quantity_of_standard": np.log2(quantity[~dim]),
        "gene_of_standard": gene[~dim].astype(np.int64),
        "plate_of_standard": plate[~dim].astype(np.int64),
        "dim_standard_ct": shown[dim],
        "log2_quantity_of_dim_standard": np.log2(quantity[dim]),
        "gene_of_dim_standard": gene[dim].astype(np.int64),
        "plate_of_dim_standard": plate[dim].astype(np.int64),
    }


def _anchors(data: xr.Dataset, cell_ct: np.ndarray, gene_of_cell: np.ndarray) -> dict[str, np.ndarray]:
    """Ct near which a gene's unit lies a priori, and the factor that is known of it where it is stated.

    With a dilution series the unit is that of the series; without one it is anchored at the gene's mean Ct, and levels
    are relative.
    """
    genes = data.sizes[v.GENE]
    has_series = genes_with_series(data)
    centre = np.array([cell_ct[gene_of_cell == g].mean() if (gene_of_cell == g).any() else 33.0 for g in range(genes)])
    if has_series.any():
        ct, quantity = data[v.STANDARD_CT].to_numpy(), data[v.STANDARD_QUANTITY].to_numpy()
        gene = data[v.GENE_OF_STANDARD].to_numpy()
        for g in np.flatnonzero(has_series):
            own = (gene == g) & np.isfinite(ct)
            centre[g] = np.mean(ct[own] + np.log2(quantity[own])) if own.any() else centre[g]
    stated = data[v.STATED_FACTOR].to_numpy() if v.STATED_FACTOR in data else np.full(genes, np.nan)
    stated_sd = data[v.STATED_FACTOR_SD].to_numpy() if v.STATED_FACTOR_SD in data else np.full(genes, np.nan)
    is_stated = np.isfinite(stated)
    return {
        "anchor_ct_of_gene": centre,
        "factor_is_stated_of_gene": is_stated.astype(float),
        "stated_factor_of_gene": np.where(is_stated, stated, 2.0),
        "stated_factor_sd_of_gene": np.where(np.isfinite(stated_sd), stated_sd, SD_OF_STATED_FACTOR),
    }


def genes_on_plates(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Gene and plate of what may have a shift of its own: a gene that is on several plates, with other genes."""
    read = np.zeros((data.sizes[v.GENE], data.sizes[v.PLATE]), dtype=bool)
    read[data[v.GENE_OF_REACTION].to_numpy(), data[v.PLATE_OF_REACTION].to_numpy()] = True
    if v.GENE_OF_STANDARD in data and data.sizes.get(v.STANDARD, 0):
        read[data[v.GENE_OF_STANDARD].to_numpy(), data[v.PLATE_OF_STANDARD].to_numpy()] = True
    gene, plate = np.nonzero(read & (read.sum(axis=1) > 1)[:, None] & (read.sum(axis=0) > 1))
    return gene, plate


def genes_with_series(data: xr.Dataset) -> np.ndarray:
    """Which genes have a dilution series (gene)."""
    genes = data.sizes[v.GENE]
    if v.GENE_OF_STANDARD not in data or not data.sizes.get(v.STANDARD, 0):
        return np.zeros(genes, dtype=bool)
    return np.bincount(data[v.GENE_OF_STANDARD].to_numpy(), minlength=genes) > 0
