"""What wells gain or lose by their place on a plate, from replicates alone: the edge, and gradients along both sides.

    log signal(w) = cell(w) + edge(p) on_edge(w) + row(p) r(w) + column(p) c(w) + noise,  r and c from -0.5 to 0.5
    edge(p) ~ Normal(mu, sigma_edge),  mu ~ Normal(0, S),  sigma_edge ~ HalfNormal(S)
    row(p) = sigma_gradient (sqrt(share) z + sqrt(1 - share) z(p)),  sigma_gradient ~ HalfNormal(S)
    column(p) the same with z of its own,  share ~ Uniform(0, 1): what all plates have in common

A cell is one dose of one culture, with a level of its own: no curve is assumed. Wells far off their replicates have
little weight. Where each dose has a column of its own, replicates tell nothing of a gradient along the columns but what
gradients along the rows tell of all gradients; what is left open is in the covariance.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import xarray as xr
from scipy import special

from lensim import vocabulary as v
from lensim.dose_response.priors import WellPriors
from lensim.tables.plate_size import plate_shape

EDGE, ROW, COLUMN = 0, 1, 2
CHANCE: Final = 1e-4
"""P value of places by dose below which a map is taken for one in order and not for a randomised one."""
FEWEST: Final = 10
"""Wells from which on places are compared, and replicates that tell a spread."""
MATTERS: Final = 0.02
"""Shift of a line's response against its controls, on the log scale, from which on places are part of the model."""
SURE: Final = 4.0
"""Standard errors from which on the effect of the edge is told."""
_FREEDOM: Final = 4.0
_SWEEPS: Final = 6
_MAD: Final = 1.4826
_LEAST_SD: Final = 0.02
_SPREADS: Final = np.geomspace(0.01, 0.6, 9)
_SHARES: Final = np.array([0.05, 0.35, 0.65, 0.95])


class Places(NamedTuple):
    """Where the wells of a panel lie.

    Attributes
    ----------
    place
        (well, 3) whether on the edge (0, 1), and row and column from -0.5 to 0.5.
    plate, culture, cell
        (well) cells are counted from 0; a cell is one dose of one culture.
    dose
        (well) [uM]
    """

    place: np.ndarray
    plate: np.ndarray
    culture: np.ndarray
    cell: np.ndarray
    dose: np.ndarray

    def taken(self, wells: np.ndarray) -> "Places":
        """Some wells."""
        return Places(*(array[wells] for array in self))


@dataclass(frozen=True)
class PlaceEffects:
    """What places do to log signals, as replicates show it.

    Attributes
    ----------
    mean
        (plate, 3) for edge, row and column.
    covariance
        (plate, 3, 3)
    shared
        (plate, 3, 3) what all plates have in common of the doubt: between plates p and q the covariance is
        shared[p] shared[q]^T.
    mu_edge, sd_mu_edge
        Mean over plates to come of the edge's effect.
    gradient
        Spread of gradients between plates, its posterior mean.
    sd_well
        Robust spread of a well around its replicates, places taken off.
    """

    mean: np.ndarray
    covariance: np.ndarray
    shared: np.ndarray
    mu_edge: float
    sd_mu_edge: float
    gradient: float
    sd_well: float


def place_of_wells(data: xr.Dataset) -> np.ndarray:
    """Of each well (well, 3) whether it lies on the edge, and its row and column from -0.5 to 0.5.

    Raises
    ------
    InputError
        If a well lies outside the plate that attrs state.
    """
    row, column = data[v.PLATE_ROW].to_numpy().astype(float), data[v.PLATE_COLUMN].to_numpy().astype(float)
    rows, columns = plate_shape(data)
    edge = (row == 0) | (row == rows - 1) | (column == 0) | (column == columns - 1)
    return np.column_stack([edge.astype(float), row / (rows - 1) - 0.5, column / (columns - 1) - 0.5])


def places_of(data: xr.Dataset) -> Places | None:
    """The places of all wells; None where positions of wells are not known."""
    if v.PLATE_ROW not in data or v.PLATE_COLUMN not in data or not data.sizes[v.WELL]:
        return None
    if not all(np.isfinite(data[name].to_numpy().astype(float)).all() for name in (v.PLATE_ROW, v.PLATE_COLUMN)):
        return None
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy().astype(float)
    _, cell = np.unique(np.column_stack([culture, dose]), axis=0, return_inverse=True)
    plate = data[v.PLATE_OF_CULTURE].to_numpy()[culture]
    return Places(place_of_wells(data), plate, culture, cell.reshape(-1), dose)


def doses_have_places(places: Places) -> bool:
    """Whether the edge, rows or columns are of some doses more than of others, by more than chance deals them out.

    Doses are compared with the places of all wells of their cultures, once over all cultures, and once culture by
    culture, for a map that differs between cultures and is in order in each.
    """
    if len(places.cell) < FEWEST:
        return False
    own = places.place - _means(places.place, np.ones(len(places.cell)), places.culture)[places.culture]
    _, dose = np.unique(places.dose, return_inverse=True)
    return any(_in_order(own, group, len(np.unique(places.culture))) for group in (dose.reshape(-1), places.cell))


def _in_order(own: np.ndarray, group: np.ndarray, cultures: int) -> bool:
    """Analysis of variance of places within cultures, (well, 3), by groups of wells."""
    count = np.bincount(group).astype(float)
    mean = _means(own, np.ones(len(group)), group)
    between = (count[:, None] * mean**2).sum(axis=0)
    within = np.maximum((own**2).sum(axis=0) - between, 0.0)
    groups = int((count > 0).sum())
    of_groups, of_wells = max(groups - 1, 1), len(group) - groups - cultures
    if of_wells < 2:  # without replicates nothing tells chance from order: doses have places of their own
        return bool((between > 1e-9).any())
    return bool(
        (special.fdtrc(of_groups, of_wells, between / of_groups / np.maximum(within / of_wells, 1e-9)) < CHANCE).any()
    )


def _means(total: np.ndarray, count: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Sums over sums, (group, 3)."""
    weight = np.maximum(np.bincount(of, count), 1e-9)
    return np.stack([np.bincount(of, x) for x in total.T], axis=1) / weight[:, None]


def place_effects(places: Places, log_signal: np.ndarray, scale: float) -> PlaceEffects:
    """What replicates say of the edge and of gradients, under the priors of the models.

    Parameters
    ----------
    places, log_signal
        Of the wells that were read.
    scale
        S of the priors: `WellPriors.sd_log_position`.
    """
    plates = int(places.plate.max()) + 1
    weight, effect = np.ones(len(log_signal)), np.zeros((plates, 3))
    several = np.bincount(places.cell)[places.cell] > 1
    for _ in range(_SWEEPS):
        x, y = _within(places, log_signal, weight)
        left = y - (x * effect[places.plate]).sum(axis=1)
        sd = _spread(left[several], np.bincount(places.cell)[places.cell][several])
        weight = (_FREEDOM + 1.0) / (_FREEDOM + (left / sd) ** 2)
        weight *= (_FREEDOM + 1.0) / (_FREEDOM + 3.0) / weight.mean()  # the information of a well with such tails
        known = np.zeros((plates, 3, 3))
        np.add.at(known, places.plate, weight[:, None, None] / sd**2 * x[:, :, None] * x[:, None, :])
        pull = np.zeros((plates, 3))
        np.add.at(pull, places.plate, (weight / sd**2 * y)[:, None] * x)
        found = _posterior(known, pull, scale, sd)
        effect = found.mean
    return found


def _within(places: Places, log_signal: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places and log signals less the weighted means of their cells."""
    total = np.maximum(np.bincount(places.cell, weight), 1e-9)
    means = np.stack([np.bincount(places.cell, weight * x) / total for x in (*places.place.T, log_signal)], axis=1)
    apart = np.column_stack([places.place, log_signal]) - means[places.cell]
    return apart[:, :3], apart[:, 3]


def _spread(left: np.ndarray, count: np.ndarray) -> float:
    """Robust sd of wells, from how far they are off the mean of their cell."""
    if len(left) < FEWEST:
        return 0.15
    return max(float(_MAD * np.median(np.abs(left) / np.sqrt(1.0 - 1.0 / count))), _LEAST_SD)


def _posterior(known: np.ndarray, pull: np.ndarray, scale: float, sd_well: float) -> PlaceEffects:
    """Means and covariances over a grid of the spreads and the share; `known` and `pull` are of plates."""
    grid = np.meshgrid(_SPREADS, _SPREADS, _SHARES, indexing="ij")
    edge, gradient, share = (x.ravel() for x in grid)
    of_plates = np.stack([edge**2, gradient**2 * (1.0 - share), gradient**2 * (1.0 - share)], axis=-1)
    of_all = np.stack([np.full(len(edge), scale**2), gradient**2 * share, gradient**2 * share], axis=-1)
    diagonal = np.eye(3)
    covariance = np.linalg.inv(known + (diagonal / of_plates[:, None, :])[:, None])
    alone = np.einsum("spij,pj->spi", covariance, pull)
    moved = covariance / of_plates[:, None, None, :]  # by a unit of what all plates have in common
    precision = diagonal / of_all[:, None, :] + ((diagonal - moved) / of_plates[:, None, :, None]).sum(axis=1)
    common_covariance = np.linalg.inv(precision)
    weighted = alone.sum(axis=1) / of_plates
    common = np.einsum("sij,sj->si", common_covariance, weighted)
    log_p = 0.5 * (np.linalg.slogdet(covariance)[1].sum(axis=1) - len(known) * np.log(of_plates).sum(axis=1))
    log_p += 0.5 * (np.linalg.slogdet(common_covariance)[1] - np.log(of_all).sum(axis=1))
    log_p += 0.5 * ((pull * alone).sum(axis=(1, 2)) + (weighted * common).sum(axis=1))
    log_p += np.log(edge * gradient) - 0.5 * (edge**2 + gradient**2) / scale**2
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    means = alone + np.einsum("spij,sj->spi", moved, common)
    mean, overall = np.tensordot(p, means, 1), p @ common
    away, common_away = means - mean, common - overall
    doubt = np.einsum("s,spij,sjk,spmk->pim", p, moved, common_covariance, moved)
    whole = np.tensordot(p, covariance, 1) + doubt + np.einsum("s,spi,spj->pij", p, away, away)
    root = np.linalg.cholesky(np.einsum("s,sij->ij", p, common_covariance) + 1e-12 * diagonal)
    shared = np.einsum("s,spij->pij", p, moved) @ root
    of_common = np.einsum("s,sij->ij", p, common_covariance) + np.einsum("s,si,sj->ij", p, common_away, common_away)
    return PlaceEffects(
        mean, whole, shared, float(overall[EDGE]), float(np.sqrt(of_common[EDGE, EDGE])), float(p @ gradient), sd_well
    )


def expected_shift(places: Places, effects: PlaceEffects, line_of_culture: np.ndarray) -> float:
    """How far places move the response of a line against its controls, on the log scale: root mean square over lines.

    Of each line the dose that is moved most, on average over its cultures; what replicates leave open is part of it.
    """
    squares = []
    for line in np.unique(line_of_culture[places.culture]):
        of_line = line_of_culture[places.culture] == line
        own = [
            _against_controls(places.taken(of_line & (places.culture == c))) for c in np.unique(places.culture[of_line])
        ]
        plates = [int(places.plate[of_line & (places.culture == c)][0]) for c in np.unique(places.culture[of_line])]
        shared = sorted(set.intersection(*(set(one) for one in own)))
        if not shared:
            continue
        found = []
        for dose in shared:
            apart = np.array([one[dose] for one in own])
            shift = (apart * effects.mean[plates]).sum(axis=1)
            common = np.einsum("ci,cij->cj", apart, effects.shared[plates])
            variance = np.einsum("ci,cij,cj->c", apart, effects.covariance[plates], apart)
            apart_from = (variance - (common**2).sum(axis=1)).sum() / len(own) ** 2
            found.append(shift.mean() ** 2 + max(apart_from, 0.0) + (common.mean(axis=0) ** 2).sum())
        squares.append(max(found))
    return float(np.sqrt(np.mean(squares))) if squares else 0.0


def _against_controls(own: Places) -> dict[float, np.ndarray]:
    """Mean place of each dose less that of the controls, or of the lowest dose where there are none."""
    base = own.place[own.dose == own.dose.min()].mean(axis=0)
    return {float(dose): own.place[own.dose == dose].mean(axis=0) - base for dose in np.unique(own.dose)[1:]}


class Shift(NamedTuple):
    """Effects of places, and how far they move a response against its controls [log scale]."""

    effects: PlaceEffects
    size: float


def shift_that_matters(
    places: Places, log_signal: np.ndarray, line_of_culture: np.ndarray, scale: float
) -> Shift | None:
    """Effects of places, where these move the response of lines against their controls; None where they do not.

    None too where doses are dealt to places by chance: what places do is then part of the spread of wells.
    """
    if not doses_have_places(places):
        return None
    found = place_effects(places, log_signal, scale)
    size = expected_shift(places, found, line_of_culture)
    return Shift(found, size) if size > MATTERS else None


def shift_of(data: xr.Dataset) -> Shift | None:
    """`shift_that_matters` of a panel of raw signals under the usual priors; None where positions are not known."""
    places = places_of(data) if v.SIGNAL in data else None
    if places is None:
        return None
    signal = data[v.SIGNAL].to_numpy().astype(float)
    read = np.isfinite(signal) & (signal > 0)
    if not read.any():
        return None
    taken = places.taken(read)
    line = data[v.LINE_OF_CULTURE].to_numpy()
    return shift_that_matters(taken, np.log(signal[read]), line, WellPriors().sd_log_position)


def place_in_words(shift: Shift) -> str:
    """What places do to a panel, without an end."""
    found = shift.effects
    said = f"doses have places of their own on the plates, which may move a response by {100.0 * shift.size:.0f}%"
    if abs(found.mu_edge) > max(SURE * found.sd_mu_edge, MATTERS):
        less = "less" if found.mu_edge < 0 else "more"
        said += f" (edge wells give {abs(100.0 * np.expm1(found.mu_edge)):.0f}% {less} than the inner ones)"
    return said
