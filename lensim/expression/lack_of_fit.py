"""Where a gene's reactions in a sample lie beside what the study's other cells say, on the linear model of a fit.

    Ct(g, s, p) = unit(g) + plate(p) + gene_on_plate(g, p) + reading
                  - (level(g, subject) + fold(g, subject, contrast) + input(s) + biological(g, s)) / doublings(g)
    fold ~ Normal(mu(g, cell type, contrast), sigma),  level of a reference alike in all subjects

with the spreads and doublings that the fit found (posterior means). All is linear and normal, so the Cts of cells have
a covariance V, and a set of them is predicted from all others in closed form: with A = V^-1,

    observed - expected = A_set^-1 (A y)_set,  its covariance = A_set^-1

Nothing that is judged has shaped what it is judged by. Outlying reactions are weighed down in the mean of their cell
(`lensim.expression.replicates`), and cells that are far off have less weight for others. Cells that were not detected,
or come within five cycles of the limit, are not judged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.well_checks import CellMeans, cell_means
from lensim.inference.adjusted_p import holm

TOLD_P: Final = 0.05
LEAST_OFF: Final = 0.5
"""A cell that is told is at least this far from its prediction [cycles]."""
FREEDOM: Final = 20.0
"""Of the t distribution that z is compared with: spreads are known from few samples (assumed)."""
FAR: Final = 2.5
"""Standard errors from which on a cell has less weight for others."""
SWEEPS: Final = 3
DIFFUSE: Final = 10.0
"""Spread of what nothing is known of beforehand [log2]."""
USUAL_MU: Final = 5.0
WIDEST: Final = 1.5
"""A prediction with a standard error above this tells nothing [cycles]."""
FARTHEST: Final = 1e6
"""Of a mean of the posterior, in a file that was altered: its square is still a number."""
MOST_CELLS: Final = 1500
FEWEST_CELLS: Final = 4


@dataclass(frozen=True)
class Judged:
    """A gene in a sample, or on a plate, against its prediction.

    Attributes
    ----------
    gene, sample, plate
        Positions; plate is -1 for a gene in a sample, and sample -1 for a gene on a plate.
    observed, expected, sd
        Mean Ct, its prediction from the other cells, and the standard error of their difference [cycles].
    p, adjusted_p
        Two-sided, alone and by Holm's steps over all that are judged.
    reactions
        How many.
    """

    gene: int
    sample: int
    plate: int
    observed: float
    expected: float
    sd: float
    p: float
    adjusted_p: float
    reactions: int

    @property
    def z(self) -> float:
        """Observed less expected, in standard errors."""
        return (self.observed - self.expected) / self.sd

    @property
    def is_told(self) -> bool:
        """Whether it is surely off, and by enough to matter."""
        return self.adjusted_p <= TOLD_P and abs(self.observed - self.expected) >= LEAST_OFF


def lack_of_fit(data: xr.Dataset, posterior: xr.Dataset) -> tuple[Judged, ...]:
    """Every gene in a sample, and every gene on a plate, against the other cells of the study.

    Parameters
    ----------
    data
        One study of Cts.
    posterior
        Draws (chain, draw, ...) of a fit of them, by the names of the models.

    Returns
    -------
    tuple of Judged
        None where the posterior is of ratios, or the study has more than 1,500 cells.
    """
    if v.CT not in data or any(name not in posterior for name in (v.SD_BIOLOGICAL, v.FACTOR, v.SD_TECHNICAL)):
        return ()
    mean = {
        str(name): posterior[name].mean(("chain", "draw")).clip(-FARTHEST, FARTHEST) for name in posterior.data_vars
    }
    cells = cell_means(data)
    if not FEWEST_CELLS <= len(cells.ct) <= MOST_CELLS:
        return ()
    doublings = np.log2(np.maximum(mean[v.FACTOR].to_numpy(), 1.05))
    reading = _reading_variance(cells, mean, doublings)
    between = _covariance(data, cells, mean, doublings)
    value = cells.ct - np.bincount(cells.gene, cells.ct)[cells.gene] / np.bincount(cells.gene)[cells.gene]
    factors = np.ones(len(value))
    for _ in range(SWEEPS):
        inverse = np.linalg.inv(between + np.diag(reading * factors))
        variance = 1.0 / np.diag(inverse) - reading * factors + reading
        away = np.abs((inverse @ value) / np.diag(inverse)) / np.sqrt(np.maximum(variance, reading))
        factors = np.maximum(1.0, (away / FAR) ** 2 * np.maximum(variance / reading, 1.0) * (away > FAR))
    inverse = np.linalg.inv(between + np.diag(reading * factors))
    found = [
        one
        for gene, sample, plate, left in _sets(data, cells)
        if (one := _judged(cells, inverse, value, reading, factors, (gene, sample, plate), left)) is not None
    ]
    adjusted = holm(np.array([one.p for one in found]))
    return tuple(replace(one, adjusted_p=float(p)) for one, p in zip(found, adjusted, strict=True))


def _reading_variance(cells: CellMeans, mean: Mapping[str, xr.DataArray], doublings: np.ndarray) -> np.ndarray:
    """Variance of the mean of a cell's reactions (cell): reading, the drawing of copies, and which one is outlying."""
    log_factor = np.log(2.0) * doublings[cells.gene]
    one_copy = mean[v.ONE_COPY_CT].to_numpy()[cells.gene] if v.ONE_COPY_CT in mean else 37.5
    drawing = 1.0 / (np.exp(log_factor * (one_copy - cells.ct)) * log_factor**2)
    return np.asarray((float(mean[v.SD_TECHNICAL]) ** 2 + drawing) * cells.inverse + cells.doubt)


def _covariance(
    data: xr.Dataset, cells: CellMeans, mean: Mapping[str, xr.DataArray], doublings: np.ndarray
) -> np.ndarray:
    """Covariance of Cts between cells, without reading (cell, cell) [cycles^2]."""
    gene, sample, plate = cells.gene, cells.sample, cells.plate
    subject = data[v.SUBJECT_OF_SAMPLE].to_numpy()[sample]
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject]
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    contrast = np.where(is_control, -1, np.cumsum(~is_control) - 1)[data[v.CONDITION_OF_SAMPLE].to_numpy()[sample]]
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    target = np.where(is_reference, -1, np.cumsum(~is_reference) - 1)[gene]
    changes = (target >= 0) & (contrast >= 0)

    def alike(*labels: np.ndarray) -> np.ndarray:
        """Whether two cells have the same labels (cell, cell)."""
        return np.logical_and.reduce([one[:, None] == one for one in labels])

    log2 = DIFFUSE**2 * alike(gene, np.where(target >= 0, subject, -1))
    spread = np.full(len(gene), USUAL_MU)
    if v.SIGMA_FOLD_CHANGE in mean:
        sigma = mean[v.SIGMA_FOLD_CHANGE].transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST).to_numpy()
        spread = np.where(changes, sigma[np.maximum(target, 0), kind, np.maximum(contrast, 0)], 0.0)
        log2 += USUAL_MU**2 * (alike(gene, kind, contrast) & changes)
    log2 += spread[:, None] * spread * (alike(gene, subject, contrast) & changes)
    log2 += float(mean[v.SD_INPUT]) ** 2 * alike(sample)
    biological = mean[v.SD_BIOLOGICAL].to_numpy()[gene]
    log2 += biological[:, None] * biological * alike(gene, sample)
    cycles = log2 / (doublings[gene][:, None] * doublings[gene])
    for name, labels in ((v.SD_PLATE, (plate,)), (v.SD_GENE_ON_PLATE, (gene, plate))):
        if name in mean:
            cycles = cycles + float(mean[name]) ** 2 * alike(*labels)
    return np.asarray(cycles)


def _sets(data: xr.Dataset, cells: CellMeans) -> Iterator[tuple[int, int, int, np.ndarray]]:
    """Cells of each gene in each sample; of each gene on each plate, where it is on several."""
    for gene, sample in dict.fromkeys(zip(cells.gene.tolist(), cells.sample.tolist(), strict=True)):
        yield gene, sample, -1, np.flatnonzero((cells.gene == gene) & (cells.sample == sample))
    for gene, plate in dict.fromkeys(zip(cells.gene.tolist(), cells.plate.tolist(), strict=True)):
        own = np.flatnonzero((cells.gene == gene) & (cells.plate == plate))
        if data.sizes[v.PLATE] > 1 and len(own) > 1 and (cells.plate[cells.gene == gene] != plate).any():
            yield gene, -1, plate, own


def _judged(
    cells: CellMeans,
    inverse: np.ndarray,
    value: np.ndarray,
    reading: np.ndarray,
    factors: np.ndarray,
    names: tuple[int, int, int],
    left: np.ndarray,
) -> Judged | None:
    """A set of cells that is predicted from the others; None where they tell nothing of it."""
    covariance = np.linalg.inv(inverse[np.ix_(left, left)])
    away = covariance @ (inverse[left] @ value)
    covariance = covariance - np.diag(reading[left] * (factors[left] - 1.0))
    weight = 1.0 / reading[left]
    weight /= weight.sum()
    sd = float(np.sqrt(weight @ covariance @ weight))
    if not 0.0 < sd <= WIDEST:
        return None
    observed, off = float(weight @ cells.ct[left]), float(weight @ away)
    p = 2.0 * float(stats.t.sf(abs(off / sd), FREEDOM))
    return Judged(*names, observed, observed - off, sd, p, 1.0, int(cells.reactions[left].sum()))
