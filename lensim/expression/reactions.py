"""What a model of reactions says of each reaction, given draws of its variables: in numpy, with draws on the last axis.

    log2 quantity = level + log2 fold change (treated samples) + input(sample) + biological(gene, sample)
    Ct            = ct_of_unit_quantity + plate shift - log2 quantity / log2(amplification_factor) + technical

Of a bright cell the mean Ct of its reactions is what is looked at, and which of them is outlying is summed over
(`reaction_parts`). Of a cell with few copies each reaction is: copies ~ Poisson, and a Ct at the limit means none.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.special import erfc

from lensim import vocabulary as v
from lensim.expression.laws import BIOLOGICAL_OF_SLOT
from lensim.expression.reaction_parts import ABSENT, ALONE_OUTLYING, NONE_OUTLYING, ONE_OUTLYING
from lensim.inference.laws import LOG_2PI, Values

LN2: Final = float(np.log(2.0))
LEAST_FACTOR: Final = 1.05
MOST_COPIES: Final = 45
"""So far goes the sum over numbers of copies."""
LOG_MANY_COPIES: Final = float(np.log(20.0))
"""From here on moments of the log of copies are those of a series in 1 / copies."""
LEAST_PROBABILITY: Final = 1e-290
"""Keeps a log finite."""

Arrays = Mapping[str, np.ndarray]
Moments = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Mean and variance of the log of copies, given one or more, from the log of the copies expected."""


class Machine(NamedTuple):
    """The measuring side, draw by draw: doublings a cycle, Cts of one unit and of one copy, shifts and spreads."""

    doublings: np.ndarray  # (gene, draw)
    unit_ct: np.ndarray  # (gene, draw)
    one_copy_ct: np.ndarray  # (gene, draw)
    shift: np.ndarray  # (gene, plate, draw)
    sd_technical: np.ndarray  # (draw)
    sd_biological: np.ndarray  # (gene, draw)
    share_outlying: np.ndarray  # (draw)
    outlying_variance: float  # [cycles^2]

    def variance_at(self, ct: np.ndarray, gene: np.ndarray) -> np.ndarray:
        """Variance of one reaction around its cell [cycles^2]: reading, and the drawing of copies at about that Ct."""
        log_factor = LN2 * self.doublings[gene]
        copies = np.exp(log_factor * (self.one_copy_ct[gene] - ct))
        return np.asarray(self.sd_technical**2 + 1.0 / (copies * log_factor**2))


class BrightCells(NamedTuple):
    """Mean Cts of bright cells (cell, draw): location, variance of the biology summed over, and of one reaction."""

    location: np.ndarray
    biological: np.ndarray
    reading: np.ndarray


class Series(NamedTuple):
    """Reactions of dilution series (standard, draw)."""

    location: np.ndarray
    variance: np.ndarray


class FewCopies(NamedTuple):
    """Reactions that start from a handful of copies (reaction, draw): log of copies expected, and of the Ct of one."""

    log_copies: np.ndarray
    location: np.ndarray
    sd: np.ndarray


def machine_of(x: Values, arrays: Arrays, places: tuple[np.ndarray, np.ndarray], outlying_sd: float) -> Machine:
    """The measuring side of some draws; `places` are gene and plate of each gene's own shifts."""
    shift = np.zeros((len(arrays["anchor_ct_of_gene"]), 1, 1))
    if v.PLATE_SHIFT in x:
        shift = shift + x[v.PLATE_SHIFT]
    if v.GENE_ON_PLATE_SHIFT in x:
        shift[places] += x[v.GENE_ON_PLATE_SHIFT]
    return Machine(
        doublings=np.log2(np.maximum(x[v.FACTOR], LEAST_FACTOR)),
        unit_ct=x[v.UNIT_CT],
        one_copy_ct=x[v.ONE_COPY_CT],
        shift=shift,
        sd_technical=x[v.SD_TECHNICAL],
        sd_biological=x[v.SD_BIOLOGICAL],
        share_outlying=x[v.SHARE_OUTLYING],
        outlying_variance=outlying_sd**2,
    )


def quantities(x: Values, arrays: Arrays, is_reference: np.ndarray, *, is_by_input: bool) -> np.ndarray:
    """Log2 quantity of each gene in each sample, but for its biological deviation (gene, sample, draw).

    What the references do together is in the ratio of every target to them; with `is_by_input` it is in their Cts.
    """
    subject, contrast = arrays["subject_of_sample"], arrays["contrast_of_sample"]
    moved, of_references = _responses(x, is_by_input=is_by_input)
    change = _with_control(x[v.LOG2_FOLD_CHANGE] - moved, axis=2)
    level = x[v.LOG2_REFERENCE_LEVEL]
    found = np.empty((len(is_reference), len(subject), level.shape[-1]))
    found[~is_reference] = x[v.LOG2_LEVEL][:, subject] + change[:, subject, contrast]
    found[is_reference] = level[:, None]
    if of_references is not None:
        found[is_reference] += _with_control(of_references, axis=1)[:, contrast]
    return np.asarray(found + x[v.LOG2_INPUT])


def _responses(x: Values, *, is_by_input: bool) -> tuple[Any, np.ndarray | None]:
    """What of the references' responses is in targets (contrast, draw), and what in references."""
    if v.LOG2_REFERENCE_FOLD_CHANGE not in x:
        return 0.0, None
    change = x[v.LOG2_REFERENCE_FOLD_CHANGE]
    if is_by_input:
        return 0.0, change
    mean = change.mean(axis=0)
    return mean, change - mean


def _with_control(changes: np.ndarray, axis: int) -> np.ndarray:
    """With a contrast more, the last: that of the control, of which the change is 0."""
    none = np.zeros_like(np.take(changes, [0], axis=axis))
    return np.concatenate([changes, none], axis=axis)


def bright_cells(x: Values, arrays: Arrays, of: Machine, quantity: np.ndarray) -> BrightCells:
    """Of cells all of whose reactions are bright; the biology of a cell without a slot is summed over."""
    gene, sample, slot = arrays["gene_of_cell"], arrays["sample_of_cell"], arrays["slot_of_cell"]
    deviation = x[BIOLOGICAL_OF_SLOT]
    has_slot = slot < len(deviation)
    log2_quantity = quantity[gene, sample]
    log2_quantity[has_slot] += deviation[slot[has_slot]]
    shift = of.shift[gene, arrays["plate_of_cell"] if of.shift.shape[1] > 1 else 0]
    return BrightCells(
        of.unit_ct[gene] + shift - log2_quantity / of.doublings[gene],
        np.where(has_slot[:, None], 0.0, (of.sd_biological[gene] / of.doublings[gene]) ** 2),
        of.variance_at(arrays["cell_ct"][:, None], gene),
    )


def series(arrays: Arrays, of: Machine) -> Series:
    """Of the bright reactions of dilution series."""
    gene, plate = arrays["gene_of_standard"], arrays["plate_of_standard"]
    shift = of.shift[gene, plate if of.shift.shape[1] > 1 else 0]
    expected = of.unit_ct[gene] + shift - arrays["log2_quantity_of_standard"][:, None] / of.doublings[gene]
    return Series(expected, of.variance_at(expected, gene))


def few_copies(x: Values, arrays: Arrays, of: Machine, quantity: np.ndarray) -> FewCopies:
    """Of reactions that start from few copies: those of samples, then those of dilution series.

    Of the log of copies, given one or more, mean and variance are exact, and its shape is taken as normal.
    """
    slot = arrays["slot_of_dim"]
    in_slot = quantity[arrays["gene_of_slot"], arrays["sample_of_slot"]] + x[BIOLOGICAL_OF_SLOT]
    of_series = np.broadcast_to(
        arrays["log2_quantity_of_dim_standard"][:, None],
        (len(arrays["log2_quantity_of_dim_standard"]), quantity.shape[-1]),
    )
    log2_quantity = np.concatenate([in_slot[slot], of_series])
    gene = np.concatenate([arrays["gene_of_slot"][slot], arrays["gene_of_dim_standard"]])
    plate = np.concatenate([arrays["plate_of_dim"], arrays["plate_of_dim_standard"]])
    return copies_of(log2_quantity, gene, plate, of)


def copies_of(
    log2_quantity: np.ndarray, gene: np.ndarray, plate: np.ndarray, of: Machine, moments: Moments | None = None
) -> FewCopies:
    """Of reactions of these genes on these plates that hold these quantities (reaction, draw).

    `moments` stands for `log_of_copies`, where something faster is near enough.
    """
    log_factor = LN2 * of.doublings[gene]
    log_copies = log_factor * (of.one_copy_ct[gene] - of.unit_ct[gene]) + LN2 * log2_quantity
    mean_log, variance_log = (moments or log_of_copies)(log_copies)
    shift = of.shift[gene, plate if of.shift.shape[1] > 1 else 0]
    return FewCopies(
        log_copies,
        of.one_copy_ct[gene] + shift - mean_log / log_factor,
        np.sqrt(of.sd_technical**2 + variance_log / log_factor**2),
    )


def log_of_copies(log_copies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of log k for k ~ Poisson(exp(log_copies)) given k >= 1; a series in 1 / copies beyond 20."""
    few = np.minimum(log_copies, LOG_MANY_COPIES)
    total, first, second = np.ones_like(few), np.zeros_like(few), np.zeros_like(few)
    weight, copies = np.ones_like(few), np.exp(few)
    for k in range(2, MOST_COPIES + 1):  # over lambda, so that few copies leave no 0 / 0
        weight = weight * (copies / k)
        log_k = np.log(k)
        total += weight
        first += weight * log_k
        second += weight * log_k**2
    mean = first / total
    variance = np.maximum(second / total - mean**2, 0.0)
    many = log_copies > LOG_MANY_COPIES
    inverse = np.exp(-np.maximum(log_copies, LOG_MANY_COPIES))
    return np.where(many, log_copies - inverse / 2.0, mean), np.where(many, inverse, variance)


def log_density_of_cells(ct: np.ndarray, at: BrightCells, of: Machine, arrays: Arrays) -> np.ndarray:
    """Log density of all reactions of each bright cell, of which the mean Ct is `ct` (cell, draw)."""
    kinds = arrays["kind_of_part"]
    away, log_reading = ct - at.location, np.log(at.reading)
    log_share, log_rest = np.log(of.share_outlying), np.log1p(-of.share_outlying)
    parts = []
    for part in range(kinds.shape[1]):
        kind, kept, shift, square, alone = (
            arrays[f"{what}_of_part"][:, part, None] for what in ("kind", "kept", "shift", "square", "away")
        )
        of_mean = at.biological + at.reading / kept + (kind == ALONE_OUTLYING) * of.outlying_variance
        found = np.where(kind == NONE_OUTLYING, log_rest, log_share) + normal(away + shift, of_mean)
        found -= 0.5 * ((kept - 1.0) * (LOG_2PI + log_reading) + np.log(kept) + square / at.reading)
        is_out = kind == ONE_OUTLYING
        if is_out.any():
            found += is_out * normal(alone, at.reading * (1.0 + 1.0 / kept) + of.outlying_variance)
        parts.append(np.where(kind == ABSENT, -np.inf, found))
    best = np.max(parts, axis=0)
    total = sum(np.exp(part - best) for part in parts)
    others = (kinds > NONE_OUTLYING).sum(axis=1)[:, None]
    return np.asarray(best + np.log(total) - np.log1p(of.share_outlying * (others - 1.0)))


def log_density_of_series(ct: np.ndarray, at: Series, of: Machine) -> np.ndarray:
    """Log density of each reaction of a dilution series, which may be outlying."""
    away = ct - at.location
    usual = np.log1p(-of.share_outlying) + normal(away, at.variance)
    return np.asarray(np.logaddexp(usual, np.log(of.share_outlying) + normal(away, at.variance + of.outlying_variance)))


def log_density_of_few(ct: np.ndarray, at: FewCopies, limit: float) -> np.ndarray:
    """Log density of a Ct, or at the limit the log probability of none: no copies, or a Ct beyond it."""
    copies = np.exp(at.log_copies)
    nothing, something = np.exp(-copies), -np.expm1(-copies)
    density = np.log(something + LEAST_PROBABILITY) + normal(ct - at.location, at.sd**2)
    late = erfc((limit - at.location) / (at.sd * np.sqrt(2.0))) / 2.0
    none = np.log(nothing + (1.0 - nothing) * late + LEAST_PROBABILITY)
    return np.where(ct >= limit, none, density)


def replicates_of_cells(at: BrightCells, arrays: Arrays, rng: np.random.Generator) -> np.ndarray:
    """Mean Cts of bright cells in which no reaction is outlying."""
    spread = np.sqrt(at.biological + at.reading / arrays["kept_of_part"][:, :1])
    return np.asarray(at.location + spread * rng.standard_normal(at.location.shape))


def replicates_of_series(at: Series, of: Machine, rng: np.random.Generator) -> np.ndarray:
    """Cts of reactions of dilution series, some of them outlying."""
    is_outlying = rng.random(at.location.shape) < of.share_outlying
    spread = np.sqrt(at.variance + is_outlying * of.outlying_variance)
    return np.asarray(at.location + spread * rng.standard_normal(at.location.shape))


def replicates_of_few(at: FewCopies, limit: float, rng: np.random.Generator) -> np.ndarray:
    """Cts of reactions that start from few copies; the limit means none."""
    ct = at.location + at.sd * rng.standard_normal(at.location.shape)
    has_copies = rng.random(ct.shape) < -np.expm1(-np.exp(np.minimum(at.log_copies, LOG_MANY_COPIES)))
    return np.where(has_copies & (ct < limit), ct, limit)


def normal(away: Any, variance: Any) -> Any:
    """Log density of a normal variable that lies `away` from its mean."""
    return -0.5 * (away**2 / variance + np.log(variance) + LOG_2PI)
