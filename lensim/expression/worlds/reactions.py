"""A study of one world: the truth of every quantity that tables show, and the Cts as a machine gives them.

    molecules(gene, sample) = copies(gene, subject) * 2^(fold change, where treated) * cDNA(sample) * own(gene, sample)
    n  ~ Poisson(molecules),  Ct = log(threshold / n) / log(factor of the gene) + plate + reading

These equations are written for the worlds alone and take nothing from the models of lensim. The truth of a subject is
its fold change over all experiments that could be made; that of the population is the mean over donors to come.
"""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.design import lay_out
from lensim.expression.worlds.folds import draw_fold_changes
from lensim.expression.worlds.ratios import simulate_ratios
from lensim.expression.worlds.world import StudyWorld

ONE_COPY_CYCLES: Final = 37.5
COPIES_PER_NANOGRAM: Final = 60.0
LEAST_FACTOR: Final = 1.88
MOST_FACTOR: Final = 1.98
LOG2_COPIES_OF_REFERENCE: Final = 12.0


def simulate_study(world: StudyWorld, rng: np.random.Generator) -> tuple[xr.Dataset, xr.Dataset]:
    """One study of a world.

    Parameters
    ----------
    world
        What is changed.
    rng
        A generator that can spawn; each source of noise has a stream of its own.

    Returns
    -------
    tuple of xarray.Dataset
        Truth, by the names of the estimands of a fit: log2_fold_change (target, subject, contrast);
        mu_log2_fold_change, sigma_log2_fold_change and new_subject_log2_fold_change, a donor who is not in the study
        (target, cell_type, contrast). Then the data, as readers give them.
    """
    if world.has_ratios:
        return simulate_ratios(world, rng)
    of_folds, of_samples, of_plates, of_reactions, of_series, of_faults = rng.spawn(6)
    sheet = _on_plates(lay_out(world.design), world)
    truth = draw_fold_changes(world, sheet, of_folds)
    factors = of_folds.uniform(LEAST_FACTOR, MOST_FACTOR, sheet.sizes[v.GENE])
    copies = copies_of_samples(world, sheet, truth, of_samples)
    gene, sample, plate = (
        sheet[name].to_numpy() for name in (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.PLATE_OF_REACTION)
    )
    shift = world.sd_plate_cycles * of_plates.standard_normal(sheet.sizes[v.PLATE])
    own_shift = world.sd_gene_plate_cycles * of_plates.standard_normal(sheet.sizes[v.PLATE])
    ct = cycles_of(copies[gene, sample], factors[gene], world.sd_reading_cycles, of_reactions)
    ct += shift[plate] + np.where(gene == 0, own_shift[plate], 0.0) + _lateness(world, sheet, of_faults)
    standard_gene = sheet[v.GENE_OF_STANDARD].to_numpy()
    diluted = COPIES_PER_NANOGRAM * sheet[v.STANDARD_QUANTITY].to_numpy()
    standards = cycles_of(diluted, factors[standard_gene], world.sd_reading_cycles, of_series)
    standards += shift[sheet[v.PLATE_OF_STANDARD].to_numpy()]
    limit = world.design.cycle_limit
    units = {"units": v.UNITS[v.CT]}
    data = sheet.assign(
        {
            v.CT: (v.REACTION, np.where(ct > limit, np.nan, ct), units),
            v.STANDARD_CT: (v.STANDARD, np.where(standards > limit, np.nan, standards), units),
            v.NO_TEMPLATE_CT: (v.NO_TEMPLATE, np.empty(0), units),
        }
    )
    if world.stated_factor_error:
        wrong = world.stated_factor_error * of_faults.choice([-1.0, 1.0], len(factors))
        data[v.STATED_FACTOR] = (v.GENE, np.minimum(factors + wrong, 2.0))
    return truth, _of_what_is_there(data.isel({v.REACTION: np.flatnonzero(_kept(world, sheet, of_faults))}))


def copies_of_samples(world: StudyWorld, sheet: xr.Dataset, truth: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """Expected copies in a reaction of each gene of each sample (gene, sample)."""
    subject = sheet[v.SUBJECT_OF_SAMPLE].to_numpy()
    is_treated = sheet[v.CONDITION_OF_SAMPLE].to_numpy() == 1
    genes, samples = sheet.sizes[v.GENE], sheet.sizes[v.SAMPLE]
    level = np.full((genes, world.subjects), world.log2_copies)
    level[0] = world.log2_copies_of_first
    level[: world.targets] += world.sd_log2_copies * rng.standard_normal((world.targets, world.subjects))
    level[world.targets :] = LOG2_COPIES_OF_REFERENCE
    change = np.zeros((genes, world.subjects))
    change[: world.targets] = truth[v.LOG2_FOLD_CHANGE].to_numpy()[..., 0]
    change[world.targets] = world.reference_change
    log2 = level[:, subject] + np.where(is_treated, change[:, subject], 0.0)
    log2 += world.sd_log2_input * rng.standard_normal(samples)
    log2 += world.sd_log2_sample * rng.standard_normal((genes, samples))
    return np.asarray(2.0**log2)


def cycles_of(copies: np.ndarray, factor: np.ndarray, sd_reading: float, rng: np.random.Generator) -> np.ndarray:
    """Cycle at which each reaction crosses the threshold; infinite where no molecule was drawn."""
    drawn = rng.poisson(copies).astype(float)
    with np.errstate(divide="ignore"):
        return np.asarray(
            ONE_COPY_CYCLES - np.log(drawn) / np.log(factor) + sd_reading * rng.standard_normal(drawn.shape)
        )


def _on_plates(sheet: xr.Dataset, world: StudyWorld) -> xr.Dataset:
    """The sheet with reactions on further plates, where the world has treated samples apart or samples on two."""
    if world.plates == "together":
        return sheet
    gene, sample = sheet[v.GENE_OF_REACTION].to_numpy(), sheet[v.SAMPLE_OF_REACTION].to_numpy()
    is_second = sheet[v.CONDITION_OF_SAMPLE].to_numpy()[sample] == 1
    if world.plates == "two":  # replicates of a sample and gene lie side by side in the sheet
        cell = sample * sheet.sizes[v.GENE] + gene
        replicate = np.arange(len(cell)) - np.searchsorted(cell, cell)
        is_second = replicate >= world.replicates // 2
    plate, plates = sheet[v.PLATE_OF_REACTION].to_numpy(), sheet.sizes[v.PLATE]
    used = int(plate.max()) + 1
    names = [str(name) for name in sheet[v.PLATE].to_numpy()]
    more = [f"{name}, second" for name in names[:used]]
    moved = sheet.drop_vars(v.PLATE).assign({v.PLATE_OF_REACTION: (v.REACTION, plate + plates * is_second)})
    return moved.assign_coords({v.PLATE: [*names, *more]})


def _lateness(world: StudyWorld, sheet: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """Cycles by which each reaction comes too late."""
    reactions = sheet.sizes[v.REACTION]
    late = world.late_cycles * (rng.random(reactions) < world.late_share)
    sample = sheet[v.SAMPLE_OF_REACTION].to_numpy()
    is_treated = sheet[v.CONDITION_OF_SAMPLE].to_numpy()[sample] == 1
    of_target = sheet[v.IS_REFERENCE].to_numpy()[sheet[v.GENE_OF_REACTION].to_numpy()] == 0
    late[rng.choice(np.flatnonzero(is_treated & of_target), world.late_wells, replace=False)] += world.late_cycles
    return np.asarray(late)


def _of_what_is_there(data: xr.Dataset) -> xr.Dataset:
    """Without samples that have no reaction and subjects that have no sample, as a file has no rows of them."""
    for dim, pointer in ((v.SAMPLE, v.SAMPLE_OF_REACTION), (v.SUBJECT, v.SUBJECT_OF_SAMPLE)):
        there, places = np.unique(data[pointer].to_numpy(), return_inverse=True)
        data = data.isel({dim: there}).assign({pointer: (data[pointer].dims, places)})
    return data


def _kept(world: StudyWorld, sheet: xr.Dataset, rng: np.random.Generator) -> np.ndarray:
    """Reactions that were run: not lost, and of a sample that is there. A treated sample always has its control."""
    gone = rng.random(sheet.sizes[v.SAMPLE]) < world.missing_share
    pair = sheet[v.SUBJECT_OF_SAMPLE].to_numpy() * sheet.sizes[v.EXPERIMENT] + sheet[v.EXPERIMENT_OF_SAMPLE].to_numpy()
    is_treated = sheet[v.CONDITION_OF_SAMPLE].to_numpy() == 1
    pair_of_lost_control = pair[gone & ~is_treated]
    gone |= np.isin(pair, pair_of_lost_control)  # what readers do where partners are dropped
    return np.asarray(
        ~gone[sheet[v.SAMPLE_OF_REACTION].to_numpy()] & (rng.random(sheet.sizes[v.REACTION]) >= world.lost_share)
    )
