"""Simulated reactions: a Ct, or none, of every reaction of many studies at once, from the truth and the faults."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.truth import ReactionFaults

POISSON_BELOW_COPIES: Final = 2000.0
"""Expected copies from which on a Poisson number is drawn as a normal: its log is then wrong by less than 3e-4 cycles
where that matters (a spread of 0.03 cycles)."""

_TRUTH: Final = (
    v.FACTOR,
    v.ONE_COPY_CT,
    v.LOG2_COPIES_PER_UNIT,
    v.LOG2_LEVEL,
    v.LOG2_REFERENCE_LEVEL,
    v.LOG2_FOLD_CHANGE,
    v.LOG2_INPUT,
    v.LOG2_BIOLOGICAL,
    v.PLATE_SHIFT,
    v.SD_TECHNICAL,
)


def simulate(sheet: xr.Dataset, truth: xr.Dataset, faults: ReactionFaults, rng: np.random.Generator) -> xr.Dataset:
    """Ct of every reaction, for every study of the truth.

        log2 quantity(gene, sample) = level + fold change of the sample's condition + input + biological
        copies   ~ Poisson(2^(log2 quantity + log2 copies per unit))
        Ct       = ct_of_one_copy - log(copies) / log(amplification_factor) + plate shift + sd_technical * Normal
        no Ct where copies = 0 or Ct is above the cycle limit

    Dilutions and no-template controls likewise, from their quantity and from contamination. Each source of noise has
    a stream of its own, spawned from `rng`.

    Parameters
    ----------
    sheet
        As from `lay_out`.
    truth
        As from `draw_truth`, all variables with the dim study.
    faults
        What goes wrong in wells; `NO_FAULTS` for nothing.
    rng
        A generator that can spawn, as NumPy's own can.

    Returns
    -------
    xarray.Dataset
        The sheet with ct_cycles (study, reaction), standard_ct_cycles (study, standard), no_template_ct_cycles (study,
        no_template) [cycles], NaN where nothing was detected, and is_lost (study, reaction), is_lost_standard.

    Raises
    ------
    InputError
        If a variable of the truth is absent or lacks the dim study.
    """
    for name in _TRUTH:
        if name not in truth:
            raise checks.InputError(f"simulate needs a truth with {name}, got {', '.join(map(str, truth))}")
        if v.STUDY not in truth[name].dims:
            raise checks.InputError(f"simulate needs {name} with the dim {v.STUDY}, got {truth[name].dims}")
    reactions, standards, controls, losing, losing_standards = rng.spawn(5)
    log2_quantity = log2_quantities(sheet, truth)
    gene, sample = sheet[v.GENE_OF_REACTION].values, sheet[v.SAMPLE_OF_REACTION].values
    per_unit = truth[v.LOG2_COPIES_PER_UNIT].values
    flat = gene * sheet.sizes[v.SAMPLE] + sample
    copies = np.exp2(log2_quantity + per_unit[:, :, None]).reshape(len(per_unit), -1)[:, flat]
    ct = _read(copies, gene, sheet[v.PLATE_OF_REACTION].values, sheet, truth, faults, reactions)

    standard_gene = sheet[v.GENE_OF_STANDARD].values
    diluted = sheet[v.STANDARD_QUANTITY].values * np.exp2(per_unit)[:, standard_gene]
    standard_ct = _read(diluted, standard_gene, sheet[v.PLATE_OF_STANDARD].values, sheet, truth, faults, standards)

    control_gene = sheet[v.GENE_OF_NO_TEMPLATE].values
    shape = (len(per_unit), len(control_gene))
    contaminated = controls.random(shape) < faults.contamination_probability
    control_ct = _read(
        contaminated * faults.contamination_copies,
        control_gene,
        sheet[v.PLATE_OF_NO_TEMPLATE].values,
        sheet,
        truth,
        faults,
        controls,
    )
    data = sheet.assign(
        {
            v.CT: ((v.STUDY, v.REACTION), ct),
            v.STANDARD_CT: ((v.STUDY, v.STANDARD), standard_ct),
            v.NO_TEMPLATE_CT: ((v.STUDY, v.NO_TEMPLATE), control_ct),
            "is_lost": ((v.STUDY, v.REACTION), losing.random(ct.shape, dtype=np.float32) < faults.lost_probability),
            "is_lost_standard": (
                (v.STUDY, v.STANDARD),
                losing_standards.random(standard_ct.shape, dtype=np.float32) < faults.lost_probability,
            ),
        }
    )
    for name in (v.CT, v.STANDARD_CT, v.NO_TEMPLATE_CT):
        data[name].attrs["units"] = v.UNITS[name]
    data.attrs[v.ASSAY] = v.EXPRESSION
    return data


def log2_quantities(sheet: xr.Dataset, truth: xr.Dataset) -> np.ndarray:
    """True log2 quantity of each gene in each sample (study, gene, sample), in the unit of the dilution series."""
    subject, condition = sheet[v.SUBJECT_OF_SAMPLE].values, sheet[v.CONDITION_OF_SAMPLE].values
    level, fold = truth[v.LOG2_LEVEL].values, truth[v.LOG2_FOLD_CHANGE].values
    of_condition = np.concatenate([np.zeros_like(fold[..., :1]), fold], axis=-1)  # the control first
    place = np.empty(sheet.sizes[v.CONDITION], dtype=np.int64)
    is_control = sheet[v.IS_CONTROL].values == 1
    place[is_control], place[~is_control] = 0, 1 + np.arange((~is_control).sum())
    of_target = level[:, :, subject] + of_condition[:, :, subject, place[condition]]
    reference = truth[v.LOG2_REFERENCE_LEVEL].values[:, :, None]
    quantity = truth[v.LOG2_BIOLOGICAL].values + truth[v.LOG2_INPUT].values[:, None, :]
    is_reference = sheet[v.IS_REFERENCE].values == 1
    quantity[:, ~is_reference] += of_target
    quantity[:, is_reference] += reference
    return quantity


def one_study(data: xr.Dataset, study: int) -> xr.Dataset:
    """One study of a batch, by position, as a reader of real exports gives it: without lost wells or the dim study.

    Raises
    ------
    InputError
        If the data have no dim study, or no study at that position.
    """
    checks.is_study(data, v.STUDY, study)
    alone = data.isel({v.STUDY: study}, drop=True)
    kept = alone.isel(
        {
            v.REACTION: np.flatnonzero(~alone["is_lost"].values),
            v.STANDARD: np.flatnonzero(~alone["is_lost_standard"].values),
        }
    )
    return kept.drop_vars(["is_lost", "is_lost_standard"])


def _read(
    copies: np.ndarray,
    gene: np.ndarray,
    plate: np.ndarray,
    sheet: xr.Dataset,
    truth: xr.Dataset,
    faults: ReactionFaults,
    rng: np.random.Generator,
) -> np.ndarray:
    """Ct of reactions with so many copies expected (study, reaction); NaN where nothing is detected."""
    log2_drawn = _log2_poisson(np.atleast_2d(copies), rng)
    per_doubling = 1.0 / np.log2(truth[v.FACTOR].values)
    ct = rng.standard_normal(log2_drawn.shape, dtype=np.float32) * truth[v.SD_TECHNICAL].values[:, None]
    ct -= log2_drawn * per_doubling[:, gene]
    ct += truth[v.ONE_COPY_CT].values[:, gene]
    ct += truth[v.PLATE_SHIFT].values[:, plate]
    if faults.outlier_probability:
        ct += faults.outlier_cycles * (rng.random(ct.shape, dtype=np.float32) < faults.outlier_probability)
    ct[ct > float(sheet[v.CYCLE_LIMIT])] = np.nan
    return ct


def _log2_poisson(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Log2 of Poisson draws, -inf for none; see `POISSON_BELOW_COPIES`."""
    drawn = expected + np.sqrt(expected) * rng.standard_normal(expected.shape, dtype=np.float32)
    few = expected < POISSON_BELOW_COPIES
    drawn[few] = rng.poisson(expected[few])
    with np.errstate(divide="ignore"):
        return np.log2(drawn)
