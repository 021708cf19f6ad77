"""From reactions to pairs: the log2 ratio of each subject's treated sample to its control, for many studies at once.

A pair's log2 ratio is Pfaffl's, from mean Cts of replicates. Beside it is what a likelihood needs: how much of its
variance replicate reactions make, how it moves with the target's factor, and how uncertain that factor is.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures
from lensim.expression.replicates import WeighedCells, weigh

FactorUse = Literal["uncertain", "plug_in", "perfect"]
FACTOR_USES: Final = get_args(FactorUse)

FEWEST_COPIES: Final = 16.0
"""Below this mean number of copies the Ct of a cell is no longer normal (assumed: a skewness of 1/4)."""

MANY_COPIES: Final = 100.0
"""Above this number of copies replicates differ almost only by reading, so they show its spread."""


@dataclass(frozen=True)
class PairSettings:
    """How reactions become pairs. All numbers are assumed.

    Attributes
    ----------
    factors
        'uncertain': the dilution series with its error, together with the prior; 'plug_in': the series' estimate as if
        it were known; 'perfect': 2, as Livak's ratio has it. Without a series the prior replaces it in the first two.
    mean_factor, sd_factor
        Prior of an amplification factor [fold a cycle].
    ct_of_one_copy
        Ct at which a single copy crosses the threshold [cycles]; gives copies from a Ct.
    """

    factors: FactorUse = "uncertain"
    mean_factor: float = 1.93
    sd_factor: float = 0.06
    ct_of_one_copy: float = 37.5

    def __post_init__(self) -> None:
        require_figures(self)
        checks.one_of("PairSettings.factors", self.factors, FACTOR_USES)
        checks.between("PairSettings.mean_factor", self.mean_factor, 1.01, 2.5)
        checks.above("PairSettings.sd_factor", self.sd_factor, 0.0)
        checks.above("PairSettings.ct_of_one_copy", self.ct_of_one_copy, 0.0)


@dataclass(frozen=True)
class _Series:
    """Doublings a cycle of each gene with their error, by study."""

    doublings: np.ndarray  # (study, gene)
    sd: np.ndarray


def pairs_of(data: xr.Dataset, settings: PairSettings | None = None) -> xr.Dataset:
    """Pairs of every study of a batch.

    log2_ratio = d_t (Ct_t control - Ct_t treated) - mean over references of d_r (Ct_r control - Ct_r treated), with d =
    log2 of the amplification factor and Ct the mean of the replicates that are there. An outlying one among them is
    weighed down; where two cannot tell which of them it is, that doubt is part of the pair's variance. A factor from a
    dilution series is least squares of Ct on log10 quantity; under 'uncertain' its standard error comes from the spread
    of replicates over the whole study, and a normal prior is combined with it.

    Parameters
    ----------
    data
        As from `simulate`: ct_cycles (study, reaction), NaN where nothing was detected, and the sheet that it was
        simulated from; is_lost where wells were lost.
    settings
        What is done about factors and copies.

    Returns
    -------
    xarray.Dataset
        Dims study and pair: log2_ratio [log2] (NaN: a condition has no reaction left), log2_ratio_sd [log2] (the
        drawing of copies, outlying reactions, the references' factors), technical_variance_share [log2^2/cycles^2],
        ct_change_cycles [cycles]; doublings_per_cycle and its _sd (study, target) [1/cycle]; sum_of_squares [cycles^2]
        and degrees_of_freedom (study) of replicates; is_gaussian (study): no reaction went undetected and no cell has
        few copies. Pointers and coordinates as the fold-change model has them.

    Raises
    ------
    InputError
        If there is no reference, or a variable is absent.
    """
    settings = settings or PairSettings()
    checks.has_variables(data, {v.CT: (v.STUDY, v.REACTION), v.IS_REFERENCE: (v.GENE,)}, "pairs_of")
    is_reference = data[v.IS_REFERENCE].to_numpy() == 1
    checks.at_least("reference genes", int(is_reference.sum()), 1)
    ct = data[v.CT].to_numpy().astype(float)
    lost = data["is_lost"].to_numpy() if "is_lost" in data else np.zeros(ct.shape, dtype=bool)
    cell, slots = _cells(data)
    of_cell = np.where(lost, np.nan, ct)[:, cell]  # (study, gene, sample, replicate); NaN: lost or not detected
    there = np.isfinite(of_cell) & slots
    weighed = _weighed(np.where(there, of_cell, np.nan), settings)
    mean, inverse = weighed.mean, weighed.inverse
    undetected = (np.isnan(ct) & ~lost)[:, cell] & slots

    bright = np.nan_to_num(mean, nan=np.inf) < settings.ct_of_one_copy - np.log2(MANY_COPIES)
    sum_of_squares = np.where(bright, weighed.square, 0.0).sum(axis=(1, 2))
    left = np.where(bright, weighed.freedom, 0.0).sum(axis=(1, 2))
    freedom = np.rint(left).astype(np.int64)
    sum_of_squares *= freedom / np.maximum(left, 1e-9)
    few = mean > settings.ct_of_one_copy - np.log2(FEWEST_COPIES)
    series = _factors(data, settings, sum_of_squares, freedom)

    control, treated, subject, contrast = _sample_pairs(data)
    change = mean[:, :, control] - mean[:, :, treated]  # (study, gene, pair of samples)
    doublings = series.doublings[:, :, None]
    replicates = inverse[:, :, control] + inverse[:, :, treated]
    copies = np.exp2(doublings * (settings.ct_of_one_copy - mean))
    drawing = inverse / (copies * np.log(2.0) ** 2)  # variance of log2 copies of a cell [log2^2]
    drawing += doublings**2 * weighed.doubt
    drawn = np.nan_to_num(drawing[:, :, control] + drawing[:, :, treated])
    references = int(is_reference.sum())
    input_change = (doublings * change)[:, is_reference].mean(axis=1)
    of_references = (doublings**2 * replicates)[:, is_reference].sum(axis=1) / references**2
    by_reference_factor = ((series.sd[:, :, None] * change) ** 2)[:, is_reference].sum(axis=1) / references**2
    known = drawn[:, ~is_reference] + (drawn[:, is_reference].sum(axis=1) / references**2)[:, None]
    known += np.nan_to_num(by_reference_factor)[:, None]

    targets, pairs = int((~is_reference).sum()), len(control)
    flat = (len(ct), targets * pairs)

    def of_pair(values: np.ndarray) -> tuple[tuple[str, str], np.ndarray]:
        return (v.STUDY, v.PAIR), values.reshape(flat)

    names = np.asarray(data[v.GENE].to_numpy())
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    paired = xr.Dataset(
        {
            v.LOG2_RATIO: of_pair((doublings * change)[:, ~is_reference] - input_change[:, None]),
            v.LOG2_RATIO_SD: of_pair(np.sqrt(known)),
            v.TECHNICAL_SHARE: of_pair((doublings**2 * replicates)[:, ~is_reference] + of_references[:, None]),
            v.CT_CHANGE: of_pair(change[:, ~is_reference]),
            v.DOUBLINGS: ((v.STUDY, v.TARGET), series.doublings[:, ~is_reference]),
            v.DOUBLINGS_SD: ((v.STUDY, v.TARGET), series.sd[:, ~is_reference]),
            v.SUM_OF_SQUARES: (v.STUDY, sum_of_squares),
            v.FREEDOM: (v.STUDY, freedom),
            v.IS_GAUSSIAN: (v.STUDY, ~(undetected.any(axis=(1, 2, 3)) | few.any(axis=(1, 2)))),
            v.TARGET_OF_PAIR: (v.PAIR, np.repeat(np.arange(targets), pairs)),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.tile(subject, targets)),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.tile(contrast, targets)),
            v.CELL_TYPE_OF_SUBJECT: data[v.CELL_TYPE_OF_SUBJECT],
        },
        coords={
            v.TARGET: names[~is_reference],
            v.SUBJECT: data[v.SUBJECT].to_numpy(),
            v.CELL_TYPE: data[v.CELL_TYPE].to_numpy(),
            v.CONTRAST: data[v.CONDITION].to_numpy()[~is_control],
        },
    )
    for name in paired.data_vars:
        if str(name) in v.UNITS:
            paired[name].attrs["units"] = v.UNITS[str(name)]
    paired.attrs[v.ASSAY] = v.EXPRESSION
    return paired


def _weighed(ct: np.ndarray, settings: PairSettings) -> WeighedCells:
    """Cells (study, gene, sample) with outlying reactions weighed down; a doubling a cycle serves for their copies."""
    studies, genes, samples, replicates = ct.shape
    flat = ct.reshape(studies, genes * samples, replicates)
    there = np.isfinite(flat)
    middle = np.where(there, flat, 0.0).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
    copies = np.where(there.any(axis=-1), np.exp2(settings.ct_of_one_copy - middle), 1.0)
    found = weigh(flat, 1.0 / (copies * np.log(2.0) ** 2))
    of_cells = (studies, genes, samples)
    return WeighedCells(
        found.probability.reshape(*of_cells, replicates),
        *(getattr(found, name).reshape(of_cells) for name in ("mean", "doubt", "square", "freedom", "inverse")),
    )


def one_study_of_pairs(pairs: xr.Dataset, study: int) -> xr.Dataset:
    """One study of a batch as the fold-change model takes it: pairs without a ratio left out.

    Replicates enter as contrasts with the study's sum of squares: they say the same of the technical spread as those
    that made it.
    """
    alone = pairs.isel({v.STUDY: study}, drop=True)
    alone = alone.isel({v.PAIR: np.flatnonzero(np.isfinite(alone[v.LOG2_RATIO].to_numpy()))})
    freedom = int(alone[v.FREEDOM]) if v.FREEDOM in alone else 0
    if not freedom:
        return alone.drop_vars([name for name in (v.TECHNICAL_SHARE,) if name in alone])
    contrasts = np.full(freedom, np.sqrt(float(alone[v.SUM_OF_SQUARES]) / freedom))
    return alone.assign({v.REPLICATE_CONTRAST: (v.REPLICATE, contrasts)})


def _cells(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Reactions of each gene and sample (gene, sample, replicate), and which of these places hold one."""
    gene, sample = data[v.GENE_OF_REACTION].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    flat = gene * data.sizes[v.SAMPLE] + sample
    order = np.argsort(flat, kind="stable")
    sizes = np.bincount(flat, minlength=data.sizes[v.GENE] * data.sizes[v.SAMPLE])
    place = np.arange(len(flat)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    cell = np.zeros((len(sizes), max(int(sizes.max(initial=1)), 1)), dtype=np.int64)
    filled = np.zeros(cell.shape, dtype=bool)
    cell[flat[order], place], filled[flat[order], place] = order, True
    shape = (data.sizes[v.GENE], data.sizes[v.SAMPLE], -1)
    return cell.reshape(shape), filled.reshape(shape)


def _sample_pairs(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Control and treated sample, subject and contrast of each pair of samples."""
    is_control = data[v.IS_CONTROL].to_numpy() == 1
    contrast_of_condition = np.cumsum(~is_control) - 1
    subject, condition = data[v.SUBJECT_OF_SAMPLE].to_numpy(), data[v.CONDITION_OF_SAMPLE].to_numpy()
    experiment = data[v.EXPERIMENT_OF_SAMPLE].to_numpy()
    samples = list(zip(subject, condition, experiment, strict=True))
    control_of = {(s, e): at for at, (s, c, e) in enumerate(samples) if is_control[c]}
    rows = [
        (control_of[s, e], at, s, contrast_of_condition[c])
        for at, (s, c, e) in enumerate(samples)
        if not is_control[c] and (s, e) in control_of
    ]
    control, treated, of_subject, contrast = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return control, treated, of_subject, contrast


def _factors(data: xr.Dataset, settings: PairSettings, sum_of_squares: np.ndarray, freedom: np.ndarray) -> _Series:
    """Doublings a cycle by gene and study, as the settings ask."""
    studies, genes = data.sizes[v.STUDY], data.sizes[v.GENE]
    if settings.factors == "perfect":
        return _Series(np.ones((studies, genes)), np.zeros((studies, genes)))
    prior = float(np.log2(settings.mean_factor))
    prior_sd = settings.sd_factor / settings.mean_factor / np.log(2.0)
    found, variance = np.full((studies, genes), prior), np.full((studies, genes), np.inf)
    if data.sizes.get(v.STANDARD, 0):
        spread = np.sqrt((sum_of_squares + 0.15**2) / (freedom + 1.0))  # one degree of freedom of the prior
        for gene in range(genes):
            slope, slope_variance = _slopes(data, gene, spread)
            usable = np.isfinite(slope) & (slope < -1.0)
            found[usable, gene] = -np.log2(10.0) / slope[usable]
            variance[usable, gene] = (found[usable, gene] ** 2 / np.log2(10.0)) ** 2 * slope_variance[usable]
    if settings.factors == "plug_in":
        return _Series(found, np.zeros((studies, genes)))
    precision = prior_sd**-2 + 1.0 / variance
    return _Series((prior * prior_sd**-2 + found / variance) / precision, precision**-0.5)


def _slopes(data: xr.Dataset, gene: int, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope of Ct on log10 quantity of one gene's standards in every study, and its variance given the spread."""
    own = data[v.GENE_OF_STANDARD].to_numpy() == gene
    ct = data[v.STANDARD_CT].to_numpy()[:, own].astype(float)
    lost = data["is_lost_standard"].to_numpy()[:, own] if "is_lost_standard" in data else np.zeros(ct.shape, dtype=bool)
    weight = (np.isfinite(ct) & ~lost).astype(float)
    x = np.log10(data[v.STANDARD_QUANTITY].to_numpy()[own])[None]
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
    centred = x - (weight * x).sum(axis=1, keepdims=True) / total
    sxx = (weight * centred**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (weight * centred * np.nan_to_num(ct)).sum(axis=1) / sxx
        return np.where(sxx > 0, slope, np.nan), np.where(sxx > 0, spread**2 / sxx, np.inf)
