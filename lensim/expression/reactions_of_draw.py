"""Reactions as they would come from one draw of an expression model: copy by copy, with outlying ones.

The models take the drawing of copies of bright cells as normal and the Ct of a few copies as normal given their mean;
here copies are drawn.
"""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.reaction_arrays import samples_of
from lensim.expression.reactions import LEAST_FACTOR, quantities
from lensim.expression.simulate import POISSON_BELOW_COPIES

SD_OUTLYING_CYCLES = 2.0
"""As `ExpressionPriors.sd_outlying_cycles`."""
_DIMS = {
    v.LOG2_LEVEL: (v.TARGET, v.SUBJECT),
    v.LOG2_FOLD_CHANGE: (v.TARGET, v.SUBJECT, v.CONTRAST),
    v.LOG2_REFERENCE_LEVEL: (v.REFERENCE,),
    v.LOG2_REFERENCE_FOLD_CHANGE: (v.REFERENCE, v.CONTRAST),
    v.LOG2_INPUT: (v.SAMPLE,),
}


def reactions_of_draw(
    data: xr.Dataset,
    draw: xr.Dataset,
    rng: np.random.Generator,
    *,
    by_input: bool = False,
    sd_outlying_cycles: float = SD_OUTLYING_CYCLES,
) -> xr.Dataset:
    """Cts of all reactions and standards of a study, given every parameter of the model.

        log2 quantity(gene, sample) = level + fold change + log2_input(sample) + Normal(0, sd_log2_biological(gene))
        copies ~ Poisson(2^(log2 quantity + log2(factor) (ct_of_one_copy - ct_of_unit_quantity)))
        Ct     = ct_of_one_copy - log(copies) / log(factor) + shift of gene and plate + Normal(0, sd_technical_cycles)
        with the model's share of cells one reaction of the cell by Normal(0, sd_outlying_cycles) further off
        no Ct where copies = 0 or Ct is above the cycle limit

    Parameters
    ----------
    data
        The study: what each reaction is of.
    draw
        One draw of the posterior or the prior (no dims chain and draw), log2_input of these samples among it.
    rng
        Random numbers.
    by_input
        Whether the model is one in which inputs tell the mean response of references; in the others that is in the
        inputs.
    sd_outlying_cycles
        How far an outlying reaction is off [cycles].

    Returns
    -------
    xarray.Dataset
        The study with other ct_cycles and standard_ct_cycles.
    """
    factor = np.maximum(_of(draw, v.FACTOR, v.GENE), LEAST_FACTOR)
    per_unit = np.log2(factor) * (_of(draw, v.ONE_COPY_CT, v.GENE) - _of(draw, v.UNIT_CT, v.GENE))
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    plate = data[v.PLATE_OF_REACTION].to_numpy()
    expected = _quantities(data, draw, by_input=by_input)
    own = _of(draw, v.SD_BIOLOGICAL, v.GENE)[:, None] * rng.standard_normal(expected.shape)
    quantity = (expected + own)[gene, sample]
    shift = _shifts(data, draw)
    share = float(draw[v.SHARE_OUTLYING])

    def read(log2_copies: np.ndarray, gene: np.ndarray, plate: np.ndarray, outlying: np.ndarray) -> np.ndarray:
        drawn = _log2_poisson(np.exp2(log2_copies), rng)
        ct = _of(draw, v.ONE_COPY_CT, v.GENE)[gene] - drawn / np.log2(factor)[gene] + shift[gene, plate]
        ct = ct + float(draw[v.SD_TECHNICAL]) * rng.standard_normal(len(ct))
        ct = ct + outlying * sd_outlying_cycles * rng.standard_normal(len(ct))
        return np.where(ct < float(data[v.CYCLE_LIMIT]), ct, np.nan)

    cell = np.unique(np.column_stack([gene, sample, plate]), axis=0, return_inverse=True)[1].reshape(-1)
    found = {v.CT: (v.REACTION, read(quantity + per_unit[gene], gene, plate, _one_a_cell(cell, share, rng)))}
    if data.sizes.get(v.STANDARD, 0):
        gene, plate = data[v.GENE_OF_STANDARD].to_numpy(), data[v.PLATE_OF_STANDARD].to_numpy()
        quantity = np.log2(data[v.STANDARD_QUANTITY].to_numpy().astype(float))
        outlying = rng.random(len(gene)) < share
        found[v.STANDARD_CT] = (v.STANDARD, read(quantity + per_unit[gene], gene, plate, outlying))
    return data.assign(found)


def _quantities(data: xr.Dataset, draw: xr.Dataset, *, by_input: bool) -> np.ndarray:
    """Log2 quantity of each gene in each sample, but for its biological deviation (gene, sample)."""
    of_draw = {name: _of(draw, name, *dims)[..., None] for name, dims in _DIMS.items() if name in draw}
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    return quantities(of_draw, samples_of(data), is_reference, is_by_input=by_input)[..., 0]


def _of(draw: xr.Dataset, name: str, *dims: str) -> np.ndarray:
    return np.asarray(draw[name].transpose(*dims).to_numpy(), dtype=float)


def _shifts(data: xr.Dataset, draw: xr.Dataset) -> np.ndarray:
    """Shift of each gene on each plate (gene, plate), by the names of the plates."""
    shift = np.zeros((data.sizes[v.GENE], data.sizes[v.PLATE]))
    if v.PLATE_SHIFT in draw:
        shift += _of(draw, v.PLATE_SHIFT, v.PLATE)
    if v.GENE_ON_PLATE_SHIFT in draw:
        genes, plates = (data[dim].to_numpy().astype(str) for dim in (v.GENE, v.PLATE))
        place = {f"{one}, {on}": (g, p) for g, one in enumerate(genes) for p, on in enumerate(plates)}
        own = _of(draw, v.GENE_ON_PLATE_SHIFT, v.GENE_ON_PLATE)
        for name, value in zip(draw[v.GENE_ON_PLATE].to_numpy(), own, strict=True):
            shift[place[str(name)]] += value
    return shift


def _one_a_cell(cell: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which reactions are outlying: one at most of a cell, any of which is with probability `share`.

    Of n reactions each has the weight share and none has 1 - share, as the model of replicates has it.
    """
    count = np.bincount(cell)
    n = np.where(count == 1, 1, count)
    any_of = n * share / (1.0 + share * (n - 1.0))
    has = rng.random(len(count)) < any_of
    key = rng.random(len(cell))
    order = np.lexsort((key, cell))
    first = np.r_[True, np.diff(cell[order]) != 0]
    outlying = np.zeros(len(cell), dtype=bool)
    outlying[order[first]] = has[cell[order[first]]]
    return outlying


def _log2_poisson(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Log2 of Poisson numbers, -inf for none; of many copies a normal number."""
    many = expected > POISSON_BELOW_COPIES
    normal = rng.standard_normal(expected.shape)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        few = np.log2(rng.poisson(np.where(many, 1.0, expected)).astype(float))
        log2 = np.log2(np.where(many, expected, 1.0))
        return np.where(many, log2 + np.log1p(np.maximum(normal / np.sqrt(expected), -0.9)) / np.log(2.0), few)
