"""Stability of reference genes: geNorm's M, and a model-based sd with its interval."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from lensim.expression.reference_checks import genorm_m
from lensim.qc import thresholds as limit
from lensim.qc.evidence import spread_of
from lensim.qc.finding import Checked, Finding, graded
from lensim.qc.run import Run

FEWEST_SAMPLES = 4


def check_references(run: Run) -> Checked:
    """M of each reference and its own sd over the samples [cycles].

        M of j     = mean over other references k of sd(Ct_j - Ct_k) over samples                   (geNorm)
        var(Ct_j - Ct_k) = s_j^2 + s_k^2                               s by least squares over the pairs of references

    Ct is the median of a sample's reactions. With two references both have half of the variance.
    """
    names = [name for name in run.references if (run.gene == name).any()]
    if len(names) < 2:
        what = f"one reference, {names[0]}" if names else "no reference is named"
        return Checked((), (f"stability of references: {what}",))
    ct = _by_sample(run, names)
    whole = np.isfinite(ct).all(axis=0)
    if whole.sum() < FEWEST_SAMPLES:
        return Checked((), (f"stability of references: fewer than {FEWEST_SAMPLES} samples have all of them",))
    return Checked(tuple(_of_each(names, ct[:, whole])))


def _by_sample(run: Run, names: list[str]) -> np.ndarray:
    """Median Ct of each reference in each sample (reference, sample); NaN where none was detected."""
    unknown = run.of("unknown") & np.isfinite(run.ct_cycles) & np.isin(run.gene, names)
    samples = list(dict.fromkeys(run.sample[unknown].tolist()))
    place = {name: at for at, name in enumerate(samples)}
    ct: list[list[list[float]]] = [[[] for _ in samples] for _ in names]
    for k in np.flatnonzero(unknown).tolist():
        ct[names.index(run.gene[k])][place[run.sample[k]]].append(float(run.ct_cycles[k]))
    return np.array([[np.median(own) if own else np.nan for own in row] for row in ct])


def _of_each(names: list[str], ct: np.ndarray) -> Iterator[Finding]:
    number, samples = ct.shape
    variance = np.zeros((number, number))
    for j, k in combinations(range(number), 2):
        variance[j, k] = variance[k, j] = float((ct[j] - ct[k]).var(ddof=1))
    m = genorm_m(ct)
    own = own_variances(variance)
    for j, name in enumerate(names):
        low, high = (float(m[j] * b) for b in spread_of(1.0, samples - 1.0)[2:])
        status = graded(low > limit.M_TO_LOOK or m[j] > limit.M_TO_FAIL, low > limit.M_TO_FAIL)
        others = ", ".join(f"{n} {value:.2f}" for n, value in zip(names, m.tolist(), strict=True) if n != name)
        reason = f"geNorm's M over {samples} samples ({others}); {limit.M_TO_LOOK:g} is usual of like samples"
        effect = f"as the only reference it would move a level by a factor of {2 ** np.sqrt(own[j]):.2g} (sd)"
        yield Finding("stability M", name, status, float(m[j]), "cycles", reason, effect, low, high)
        sd = spread_of(float(np.sqrt(own[j])), samples - 1.0)
        shared = "; of two references, half of the variance each" if number == 2 else ""
        yield Finding(
            "own sd of reference", name, "pass", sd.sd, "cycles", f"beside what the references share{shared}", "",
            sd.low, sd.high,
        )  # fmt: skip


def own_variances(variance: np.ndarray) -> np.ndarray:
    """Of each gene s^2 where the variance of a difference is s_j^2 + s_k^2, by least squares; at least 0."""
    number = len(variance)
    total = variance.sum(axis=1)
    if number == 2:
        return np.full(2, variance[0, 1] / 2.0)
    # row sums: (n - 1) s_j^2 + sum of the others
    everything = total.sum() / (2.0 * (number - 1))
    return np.maximum((total - everything) / (number - 2), 0.0)
