"""Gates from a mixture of Gaussians: events of BrdU and DNA into G0/G1, S, G2/M and outside."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lensim import checks
from lensim.cell_cycle.phases import PHASES

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

OUTSIDE: Final = -1
LOWEST_DNA, HIGHEST_DNA = 0.8, 2.3
"""Over that of G0/G1: below lie debris and dying cells, above clumps."""
LARGEST_SHIFT: Final = 0.12  # of the G0/G1 and G2/M peaks; a mixture that moved them further has taken something else
FEWEST_EVENTS: Final = 100
FITTED_EVENTS: Final = 10_000
WEIGHT_STEPS: Final = 60
WEIGHT_TOLERANCE: Final = 1e-5
_NEAR: Final = 0.08  # half width of the G0/G1 peak, relative
_COMPONENTS: Final = (0, 2, 1, 1, 1, 1, 1)  # phase of each
_S_DNA: Final = (1.06, 1.25, 1.5, 1.75, 1.93)
_S_HEIGHT: Final = (0.5, 0.8, 1.0, 0.8, 0.5)  # of the arch


@dataclass(frozen=True)
class Gating:
    """Events with their gates.

    Attributes
    ----------
    phase_of_event
        Position in `PHASES`, or `OUTSIDE`.
    events, events_outside
        Counts (tube, phase) and (tube).
    g1_channel, log10_brdu_negative
        Where each tube's G0/G1 cells lie.
    means, covariances, phase_of_component
        The mixture, in DNA over that of G0/G1 and log10 BrdU over that of negative cells.
    doubts
        Of each tube, why its gates should be looked at; empty where there is no reason.
    """

    phase_of_event: np.ndarray
    events: np.ndarray
    events_outside: np.ndarray
    g1_channel: np.ndarray
    log10_brdu_negative: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    phase_of_component: np.ndarray
    doubts: tuple[str, ...]


def gate_events(
    dna_channel: np.ndarray,
    log10_brdu: np.ndarray,
    tube: np.ndarray,
    tubes: int,
    dna_width: np.ndarray | None = None,
    ceiling: float = np.inf,
    names: Sequence[str] = (),
) -> Gating:
    """Gate the events of tubes that were stained and measured alike.

    Each tube's G0/G1 peak is found first, and its events are measured against it; one mixture of seven Gaussians (one
    for G0/G1, one for G2/M, five along the arch of S) is then fitted to events of all tubes together, and each tube has
    weights of its own. An event goes to the phase that it most probably belongs to. Outside are events below 0.8 or
    above 2.3 times the DNA of G0/G1, at the detector's ceiling, or with a wide pulse where widths are known. Without
    widths a doublet of two G0/G1 cells looks like a G2/M cell.

    Parameters
    ----------
    dna_channel, log10_brdu, tube
        (event); the last is a position from 0 to `tubes` - 1.
    tubes
        How many.
    dna_width
        (event), for doublets.
    ceiling
        The brightest channel of DNA.
    names
        Of the tubes, for messages.

    Raises
    ------
    InputError
        If lengths differ, a value is not finite, or a tube has fewer than 100 events.
    """
    dna, brdu, tube = np.asarray(dna_channel, float), np.asarray(log10_brdu, float), np.asarray(tube)
    lengths = [len(dna), len(brdu), len(tube), len(dna) if dna_width is None else len(dna_width)]
    if len(set(lengths)) > 1:
        raise checks.InputError(f"events must have as many values of DNA as of BrdU, tube and width, got {lengths}")
    checks.finite("dna_channel", dna)
    checks.finite("log10_brdu", brdu)
    count = np.bincount(tube, minlength=tubes)
    names = names or [f"tube {1 + t}" for t in range(tubes)]
    usable = (dna > 0) & (dna < ceiling)
    g1, negative = np.zeros(tubes), np.zeros(tubes)
    for t in range(tubes):
        checks.at_least(f"{names[t]}: events to be gated", count[t], FEWEST_EVENTS)
        own = (tube == t) & usable
        if dna_width is not None:
            own_width = np.asarray(dna_width, float)
            usable[own] = own_width[own] < _widest(own_width[own])
            own &= usable
        g1[t] = find_g1_channel(dna[own], names[t])
        near = own & (np.abs(dna / g1[t] - 1) < _NEAR)
        negative[t] = _highest_peak(brdu[near])
    x = np.column_stack([dna / g1[tube], brdu - negative[tube]])
    inside = usable & (x[:, 0] > LOWEST_DNA) & (x[:, 0] < HIGHEST_DNA)
    mixture = _fit(x[inside])
    density = _log_densities(x[inside], mixture.means_, mixture.covariances_)
    phase_of_component = np.array(_COMPONENTS)
    phase = np.full(len(dna), OUTSIDE)
    phase[inside] = _classify(density, tube[inside], tubes, mixture.weights_, phase_of_component)
    events = np.zeros((tubes, len(PHASES)), dtype=np.int64)
    np.add.at(events, (tube[phase >= 0], phase[phase >= 0]), 1)
    outside = np.bincount(tube[phase == OUTSIDE], minlength=tubes)
    return Gating(
        phase, events, outside, g1, negative, mixture.means_, mixture.covariances_, phase_of_component,
        _doubts(mixture, events, outside),
    )  # fmt: skip


def find_g1_channel(dna: np.ndarray, name: str = "tube") -> float:
    """Channel of the G0/G1 peak: the one that has, with what lies at 1.9 to 2.05 times of it, the most events.

    So a sample with more cells in G2/M than in G0/G1 is not read one peak too high.

    Raises
    ------
    InputError
        If no channel has a clear peak.
    """
    from scipy import ndimage, signal

    log = np.log(dna[dna > 0])
    checks.at_least(f"{name}: single cells on scale", len(log), FEWEST_EVENTS // 2)
    if np.ptp(log) < 0.1:
        raise checks.InputError(f"{name}: DNA content must spread over a cell cycle, got {np.exp(log[0]):g} throughout")
    count, edges = np.histogram(log, bins=np.arange(log.min() - 0.1, log.max() + 0.1, 0.01))
    smooth = ndimage.gaussian_filter1d(count.astype(float), 2.5)
    peaks, _ = signal.find_peaks(smooth, prominence=0.1 * smooth.max())
    if not len(peaks):
        raise checks.InputError(f"{name}: DNA content must have a peak, got none")
    centre = edges[:-1] + 0.005
    double = np.array(
        [smooth[(centre > centre[p] + np.log(1.85)) & (centre < centre[p] + np.log(2.1))].max(initial=0) for p in peaks]
    )
    return float(np.exp(centre[peaks[np.argmax(smooth[peaks] + double)]]))


def _widest(width: np.ndarray) -> float:
    """Pulses wider than this are no single cells: five robust spreads above the median."""
    median = np.median(width)
    return float(median + 5.0 * max(1.4826 * np.median(np.abs(width - median)), 0.01 * median))


def _highest_peak(values: np.ndarray) -> float:
    from scipy import ndimage

    count, edges = np.histogram(values, bins=60)
    return float((edges[:-1] + edges[1:])[np.argmax(ndimage.gaussian_filter1d(count.astype(float), 2.0))] / 2)


def _fit(x: np.ndarray) -> "GaussianMixture":
    """The mixture, started at the known places of the phases; a fixed share of the events is enough."""
    from sklearn.exceptions import ConvergenceWarning  # half a second, which other assays need not wait for
    from sklearn.mixture import GaussianMixture

    x = x[:: max(1, -(-len(x) // FITTED_EVENTS))]
    middle = x[(x[:, 0] > 1.3) & (x[:, 0] < 1.7), 1]
    top = max(0.6, float(np.quantile(middle, 0.75))) if len(middle) >= 20 else 1.5
    means = np.array([[1.0, 0.0], [1.95, 0.1], *([d, top * h] for d, h in zip(_S_DNA, _S_HEIGHT, strict=True))])
    sd = np.array([[0.05, 0.2], [0.09, 0.2], *([[0.1, 0.25]] * len(_S_DNA))])
    mixture = GaussianMixture(
        len(_COMPONENTS),
        means_init=means,
        precisions_init=np.stack([np.diag(own**-2.0) for own in sd]),
        weights_init=np.full(len(_COMPONENTS), 1 / len(_COMPONENTS)),
        reg_covar=1e-4,
        tol=1e-3,
        max_iter=200,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told as a doubt
        return mixture.fit(x)


def _log_densities(x: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """Log density of events under each component (event, component)."""
    log = np.empty((len(x), len(means)))
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        root = np.linalg.cholesky(covariance)
        z = np.linalg.solve(root, (x - mean).T)
        log[:, k] = -0.5 * (z**2).sum(axis=0) - np.log(np.diag(root)).sum()
    return log


def _classify(
    density: np.ndarray, tube: np.ndarray, tubes: int, weights: np.ndarray, phase_of_component: np.ndarray
) -> np.ndarray:
    """Most probable phase of each event, with the weights of its own tube."""
    member = phase_of_component[:, None] == np.arange(len(PHASES))
    phase = np.zeros(len(density), dtype=np.int64)
    for t in range(tubes):
        rows = np.flatnonzero(tube == t)
        likely = np.exp(density[rows] - density[rows].max(axis=1, keepdims=True))
        own = weights.copy()
        for _ in range(WEIGHT_STEPS):
            share = likely * own
            share /= share.sum(axis=1, keepdims=True)
            before, own = own, np.maximum(share.mean(axis=0), 1e-9)
            if np.abs(own - before).max() < WEIGHT_TOLERANCE:
                break
        phase[rows] = np.argmax((likely * own) @ member, axis=1)
    return phase


def _doubts(mixture: "GaussianMixture", events: np.ndarray, outside: np.ndarray) -> tuple[str, ...]:
    shared = []
    if not mixture.converged_:
        shared.append("the mixture did not settle")
    for k, (name, place) in enumerate((("G0/G1", 1.0), ("G2/M", 1.95))):
        found = mixture.means_[k][0]
        if abs(found / place - 1) > LARGEST_SHIFT:
            shared.append(f"{name} lies at {found:.2f} times the DNA of the G0/G1 peak, not at {place:g}")
    said = []
    for own, left in zip(events.sum(axis=1), outside, strict=True):
        why = list(shared)
        if left > own:
            why.append(f"{left} of {left + own} events lie outside the gates")
        said.append("; ".join(why))
    return tuple(said)
