"""A study and the constants of its priors as the block of numbers that kernels take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, log
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.kernel.study import (
    CT,
    ESTIMATE,
    INFORMATION,
    MEAN,
    ROWS,
    SD,
    SECTIONS,
    SHARE,
    SHIFT,
    UNIT_CT,
    WEIGHT,
)
from lensim.expression.priors import ExpressionPriors
from lensim.expression.reaction_arrays import expression_arrays, expression_coords, genes_on_plates, genes_with_series
from lensim.expression.reaction_parts import ABSENT

OF_CHANGES: Final = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
DECLARED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "sd_technical": (v.SD_TECHNICAL, ()),
    "sd_input": (v.SD_INPUT, ()),
    "sd_biological": (v.SD_BIOLOGICAL, (v.GENE,)),
    "sd_plate": (v.SD_PLATE, ()),
    "sd_gene_on_plate": (v.SD_GENE_ON_PLATE, ()),
    "sd_response": (v.SD_REFERENCE_FOLD_CHANGE, ()),
    "sigma_change": (f"sigma_{v.LOG2_FOLD_CHANGE}", OF_CHANGES),
    "sigma_level": (f"sigma_{v.LOG2_LEVEL}", (v.TARGET,)),
    "share": (v.SHARE_OUTLYING, ()),
    "factor": (v.FACTOR, (v.GENE,)),
    "one_copy_ct": (v.ONE_COPY_CT, (v.GENE,)),
    "plate_shift": (v.PLATE_SHIFT, (v.PLATE,)),
    "gene_on_plate_shift": (v.GENE_ON_PLATE_SHIFT, (v.GENE_ON_PLATE,)),
    "reference_level": (v.LOG2_REFERENCE_LEVEL, (v.REFERENCE,)),
    "response": (v.LOG2_REFERENCE_FOLD_CHANGE, (v.REFERENCE, v.CONTRAST)),
    "mu_change": (f"mu_{v.LOG2_FOLD_CHANGE}", OF_CHANGES),
    "change": (v.LOG2_FOLD_CHANGE, (v.TARGET, v.SUBJECT, v.CONTRAST)),
    "mu_level": (f"mu_{v.LOG2_LEVEL}", (v.TARGET, v.CELL_TYPE)),
    "level": (v.LOG2_LEVEL, (v.TARGET, v.SUBJECT)),
    "input": (v.LOG2_INPUT, (v.SAMPLE,)),
    "deviation": ("log2_biological_of_slot", ("slot",)),
    "unit_ct": (v.UNIT_CT, (v.GENE,)),
}
"""Name and dims in the model of each variable, in the order of sections."""
NOT_DECLARED: Final = "deviation"
"""The model has a coordinate of it alone."""


@dataclass(frozen=True)
class Packed:
    """A study for the kernels.

    Attributes
    ----------
    block
        All of its numbers, in one array of 64 bits.
    shapes
        Shape of each variable that the model has.
    at
        Where each section of a flat vector begins, and where the last ends.
    free
        Number of coordinates.
    first
        Coordinates at the medians of the priors.
    coords
        Names along every dim of the model.
    """

    block: np.ndarray
    shapes: Mapping[str, tuple[int, ...]]
    at: np.ndarray
    free: int
    first: np.ndarray
    coords: Mapping[str, np.ndarray]

    def sections(self) -> dict[str, slice]:
        """The part of a flat vector that each variable has, of those that the model has."""
        ends = zip(DECLARED, self.at, self.at[1:], strict=False)
        return {name: slice(first, last) for name, first, last in ends if name in self.shapes}

    def about(self, centre: np.ndarray, scale: np.ndarray) -> "Packed":
        """The same study, in which the sampler's numbers are coordinates less `centre`, over `scale`."""
        block = self.block.copy()
        block[-2 * self.free :] = np.concatenate([centre, scale]).astype(np.float64).view(np.int64)
        return replace(self, block=block)


def packed(data: xr.Dataset, priors: ExpressionPriors, *, is_pooled: bool, is_by_input: bool = False) -> Packed:
    """A study and its priors, of a model with the fold changes of subjects pooled or each on its own.

    Parameters
    ----------
    data
        As `lensim.expression.reaction_arrays.require_expression` asks for.
    priors
        Priors of the model.
    is_pooled
        Whether subjects are pooled within cell types.
    is_by_input
        Whether inputs of treated samples have the mean of the others, so that they tell how references respond.
    """
    held = expression_arrays(data)
    coords = expression_coords(data, len(held["gene_of_slot"]))
    shapes = _shapes(data, priors, coords, is_pooled=is_pooled)
    has_series = bool(genes_with_series(data).any())
    genes, references, contrasts, plates, samples = (
        len(coords[dim]) for dim in (v.GENE, v.REFERENCE, v.CONTRAST, v.PLATE, v.SAMPLE)
    )
    derived = [genes, genes * plates, plates, contrasts, references * contrasts, 1, 1, genes * samples, 1, 1]
    lengths = [int(np.prod(shapes[name])) if name in shapes else 0 for name in DECLARED]
    at = np.cumsum([0, *lengths, *derived])
    free = int(at[UNIT_CT + 1] if has_series else at[UNIT_CT])
    law, parts = _law(held, priors, shapes, at), _parts(held)
    sizes = [
        *(len(coords[dim]) for dim in (v.GENE, v.TARGET, v.REFERENCE, v.CONTRAST, v.SUBJECT, v.CELL_TYPE)),
        *(plates, samples, parts[0].shape[1], free, is_pooled, is_by_input, has_series),
    ]
    arrays = [
        at,
        np.array(sizes),
        law,
        *_cells(held, parts),
        *_series(held),
        *_dims(held),
        *_places(data, held, plates),
        np.array([float(held["cycle_limit"]), priors.sd_outlying_cycles**2]),
        np.zeros(free),
        np.ones(free),
    ]
    first = np.zeros(free)
    first[: at[SHARE]] = law[MEAN, : at[SHARE]]
    first[at[SHARE]] = -log(law[MEAN, at[SHARE]])
    return Packed(_block(arrays), shapes, at, free, first, coords)


def _block(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Its own length, where each array begins and the last ends, and the arrays; numbers as their 64 bits."""
    flat = [np.ascontiguousarray(one).reshape(-1) for one in arrays]
    bits = [one.astype(np.float64).view(np.int64) if one.dtype.kind == "f" else one.astype(np.int64) for one in flat]
    ends = np.cumsum([len(arrays) + 2, *(len(one) for one in bits)])
    return np.concatenate([[ends[-1]], ends, *bits])


def _shapes(
    data: xr.Dataset, priors: ExpressionPriors, coords: Mapping[str, np.ndarray], *, is_pooled: bool
) -> dict[str, tuple[int, ...]]:
    """Shape of each variable that the model has."""
    shapes = {name: tuple(len(coords[dim]) for dim in dims) for name, (_, dims) in DECLARED.items()}
    absent = set()
    if not is_pooled:
        absent |= {"sigma_change", "sigma_level", "mu_change", "mu_level"}
    if data.sizes[v.PLATE] == 1:
        absent |= {"sd_plate", "plate_shift"}
    if data.sizes[v.PLATE] == 1 or not len(genes_on_plates(data)[0]):
        absent |= {"sd_gene_on_plate", "gene_on_plate_shift"}
    is_given = priors.sd_log2_reference_fold_change > 0.0
    if is_given or len(coords[v.REFERENCE]) < 2:
        absent.add("sd_response")
    if not is_given and len(coords[v.REFERENCE]) < 2:
        absent.add("response")
    return {name: shape for name, shape in shapes.items() if name not in absent}


def _law(
    held: Mapping[str, np.ndarray], priors: ExpressionPriors, shapes: Mapping[str, tuple[int, ...]], at: np.ndarray
) -> np.ndarray:
    """Constants of the prior and of the coordinate of each element (row, element), as `Study` has them."""
    is_stated = held["factor_is_stated_of_gene"] > 0.5
    medians = {
        "sd_technical": (priors.median_sd_technical_cycles, priors.log_sd_sd_technical_cycles),
        "sd_input": (priors.median_sd_log2_input, priors.log_sd_sd_log2_input),
        "sd_biological": (priors.median_sd_log2_biological, priors.log_sd_sd_log2_biological),
        "sd_plate": (priors.median_sd_plate_cycles, priors.log_sd_sd_plate_cycles),
        "sd_gene_on_plate": (priors.median_sd_gene_on_plate_cycles, priors.log_sd_sd_gene_on_plate_cycles),
        "sd_response": (priors.median_sd_log2_reference_fold_change, priors.log_sd_sd_log2_reference_fold_change),
        "sigma_change": (priors.median_sigma_log2_fold_change, priors.log_sd_sigma_log2_fold_change),
        "sigma_level": (priors.median_sigma_log2_level, priors.log_sd_sigma_log2_level),
    }
    mean: dict[str, Any] = {name: log(median) for name, (median, _) in medians.items()} | {
        "share": 1.0 / priors.mean_share_of_outlying_reactions - 1.0,
        "factor": np.where(is_stated, held["stated_factor_of_gene"], priors.mean_amplification_factor),
        "one_copy_ct": priors.mean_ct_of_one_copy,
        "unit_ct": held["anchor_ct_of_gene"],
    }
    sd: dict[str, Any] = {name: log_sd for name, (_, log_sd) in medians.items()} | {
        "factor": np.where(is_stated, held["stated_factor_sd_of_gene"], priors.sd_amplification_factor),
        "one_copy_ct": priors.sd_ct_of_one_copy,
        "reference_level": priors.sd_log2_reference_level,
        "response": priors.sd_log2_reference_fold_change,
        "mu_change": priors.sd_mu_log2_fold_change,
        "change": priors.sd_separate_log2_fold_change,
        "mu_level": priors.sd_mu_log2_level,
        "level": hypot(priors.sd_mu_log2_level, priors.median_sigma_log2_level),
        "unit_ct": priors.sd_ct_of_unit_quantity,
    }
    information = {
        "reference_level": held["information_on_reference_level"],
        "mu_change": held["information_on_mu_fold_change"],
        "change": held["information_on_fold_change"],
        "mu_level": held["information_on_mu_level"],
        "level": held["information_on_level"],
        "input": held["information_on_input"],
        "unit_ct": held.get("information_on_unit_ct", 0.0),
    }
    estimate = {
        "mu_change": held["estimate_of_mu_fold_change"],
        "change": held["estimate_of_fold_change"],
        "mu_level": held["estimate_of_mu_level"],
        "unit_ct": held.get("mean_standard_ct", 0.0),
    }
    ct = {"reference_level": held["mean_ct_of_reference"], "level": held["mean_target_ct"]}
    weight = {
        "change": held["share_of_contrast"],
        "level": held["mean_reference_deviation"],
        "input": held["reference_deviation_of_sample"],
        "unit_ct": held.get("mean_log2_quantity", 0.0),
    }
    law = np.zeros((ROWS, at[SECTIONS]))
    law[SD] = 1.0
    given = {MEAN: mean, SD: sd, INFORMATION: information, ESTIMATE: estimate, CT: ct, WEIGHT: weight}
    for row, of_row in given.items():
        for name, first, last in zip(DECLARED, at, at[1:], strict=False):
            if name in shapes and name in of_row:
                law[row, first:last] = np.broadcast_to(np.asarray(of_row[name], dtype=float), shapes[name]).reshape(-1)
    if "plate_share_of_standards" in held:
        law[WEIGHT, at[SHIFT] : at[SHIFT + 1]] = held["plate_share_of_standards"].reshape(-1)
    return law


def _parts(held: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What each part of each bright cell keeps."""
    is_there = held["kind_of_part"] != ABSENT
    return [np.where(is_there, held[f"{what}_of_part"], 0.0) for what in ("shift", "square", "away")]


def _cells(held: Mapping[str, np.ndarray], parts: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The arrays of `Cells`."""
    slot = held["slot_of_cell"]
    return [
        held["cell_ct"],
        *parts,
        held["kept_of_part"][:, 0].astype(np.int64),
        *(held[f"{what}_of_cell"] for what in ("gene", "sample", "plate")),
        np.where(slot < len(held["gene_of_slot"]), slot, -1),
    ]


def _series(held: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The arrays of `Reactions`, of bright reactions of series."""
    none = np.full(len(held["standard_ct"]), -1)
    names = ("standard_ct", "log2_quantity_of_standard", "gene_of_standard", "plate_of_standard")
    return [*(held[name] for name in names), none, np.zeros_like(none)]


def _dims(held: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The arrays of `Reactions`, of dim ones."""
    slot, none = held["slot_of_dim"], np.full(len(held["gene_of_dim_standard"]), -1)
    return [
        held["dim_ct"],
        np.concatenate([np.zeros(len(slot)), held["log2_quantity_of_dim_standard"]]),
        np.concatenate([held["gene_of_slot"][slot], held["gene_of_dim_standard"]]),
        np.concatenate([held["plate_of_dim"], held["plate_of_dim_standard"]]),
        np.concatenate([slot, none]),
        np.concatenate([held["sample_of_slot"][slot], np.zeros_like(none)]),
    ]


def _places(data: xr.Dataset, held: Mapping[str, np.ndarray], plates: int) -> list[np.ndarray]:
    """The arrays of `Places`."""
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    gene, plate = genes_on_plates(data)
    return [
        np.flatnonzero(~is_reference),
        np.flatnonzero(is_reference),
        data[v.CELL_TYPE_OF_SUBJECT].to_numpy(),
        *(held[f"{what}_of_sample"] for what in ("subject", "contrast", "plate")),
        gene * plates + plate,
        held["gene_of_slot"],
    ]
