"""Levels, fold changes and inputs, from coordinates, and back (`lensim.models.expression_components`).

`w` holds coordinates, `x` values, `d` slopes of the log density by values, in whose place come slopes by coordinates.
"""

import numpy as np

from lensim.expression.kernel.normal import placed, slopes
from lensim.expression.kernel.study import (
    ANSWER,
    CHANGE,
    CT,
    DEVIATION,
    DOUBLINGS,
    ESTIMATE,
    IMPLIED_INPUT,
    INFORMATION,
    INPUT,
    LEVEL,
    MOVED,
    MU_CHANGE,
    MU_LEVEL,
    PER_CYCLE,
    QUANTITY,
    REFERENCE_LEVEL,
    REFERENCE_SHIFT,
    RESPONSE,
    SD,
    SD_BIOLOGICAL,
    SD_INPUT,
    SD_RESPONSE,
    SIGMA_CHANGE,
    SIGMA_LEVEL,
    UNIT_CT,
    WEIGHT,
    Places,
    Sizes,
)
from lensim.inference.compiled import compiled


@compiled()
def references(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, reference: np.ndarray) -> float:
    """Levels of references, and the input that their Cts imply; returns the log density of coordinates."""
    found, number = 0.0, len(reference)
    x[at[IMPLIED_INPUT]], x[at[PER_CYCLE]] = 0.0, 0.0
    for r in range(number):
        i, g = at[REFERENCE_LEVEL] + r, reference[r]
        doublings, above = x[at[DOUBLINGS] + g], x[at[UNIT_CT] + g] - law[CT, i]
        x[i], more = placed(w[i], 0.0, law[SD, i], law[INFORMATION, i], doublings * above)
        found += more
        x[at[IMPLIED_INPUT]] += (doublings * above - x[i]) / number
        x[at[PER_CYCLE]] += doublings / number
    return found


@compiled()
def slopes_of_references(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, reference: np.ndarray
) -> None:
    """Slopes by coordinates of levels of references."""
    number = len(reference)
    of_input, of_cycle = d[at[IMPLIED_INPUT]] / number, d[at[PER_CYCLE]] / number
    for r in range(number):
        i, g = at[REFERENCE_LEVEL] + r, reference[r]
        doublings, above = x[at[DOUBLINGS] + g], x[at[UNIT_CT] + g] - law[CT, i]
        d[i], _, _, by_estimate = slopes(d[i] - of_input, w[i], 0.0, law[SD, i], law[INFORMATION, i], doublings * above)
        by_estimate += of_input
        d[at[DOUBLINGS] + g] += by_estimate * above + of_cycle
        d[at[UNIT_CT] + g] += by_estimate * doublings


@compiled()
def responses(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes) -> float:
    """What a treatment does to the references; returns the log density of coordinates."""
    found, first, is_spread = 0.0, at[RESPONSE], at[SIGMA_CHANGE] > at[SD_RESPONSE]
    for i in range(at[MOVED], at[IMPLIED_INPUT]):
        x[i] = 0.0
    for k in range(at[MU_CHANGE] - first):
        sd = x[at[SD_RESPONSE]] if is_spread else law[SD, first + k]
        x[first + k] = sd * w[first + k]
        found -= 0.5 * w[first + k] ** 2
        x[at[ANSWER] + k] = x[first + k]
        if not of.is_by_input:
            x[at[MOVED] + k % of.contrast] += x[first + k] / of.reference
    for k in range(at[MU_CHANGE] - first):
        x[at[ANSWER] + k] -= x[at[MOVED] + k % of.contrast]
    return found


@compiled()
def slopes_of_responses(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes
) -> None:
    """Slopes by coordinates of responses."""
    first, is_spread = at[RESPONSE], at[SIGMA_CHANGE] > at[SD_RESPONSE]
    for k in range(at[MU_CHANGE] - first):
        d[at[MOVED] + k % of.contrast] -= d[at[ANSWER] + k]
    for k in range(at[MU_CHANGE] - first):
        sd = x[at[SD_RESPONSE]] if is_spread else law[SD, first + k]
        slope = d[at[ANSWER] + k]
        if not of.is_by_input:
            slope += d[at[MOVED] + k % of.contrast] / of.reference
        d[first + k] = slope * sd - w[first + k]
        if is_spread:
            d[at[SD_RESPONSE]] += slope * w[first + k]


@compiled()
def means_of_changes(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes) -> float:
    """Mean fold change of each cell type; returns the log density of coordinates."""
    found, first = 0.0, at[MU_CHANGE]
    for i in range(first, at[CHANGE]):
        estimate = law[ESTIMATE, i] + x[at[MOVED] + (i - first) % of.contrast]
        x[i], more = placed(w[i], 0.0, law[SD, i], law[INFORMATION, i], estimate)
        found += more
    return found


@compiled()
def slopes_of_means_of_changes(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes
) -> None:
    """Slopes by coordinates of mean fold changes."""
    first = at[MU_CHANGE]
    for i in range(first, at[CHANGE]):
        moved = at[MOVED] + (i - first) % of.contrast
        d[i], _, _, by_estimate = slopes(d[i], w[i], 0.0, law[SD, i], law[INFORMATION, i], law[ESTIMATE, i] + x[moved])
        d[moved] += by_estimate


@compiled()
def fold_changes(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes, kind: np.ndarray) -> float:
    """Fold change of each subject, about the mean of its cell type or on its own; returns the log density."""
    found, i = 0.0, at[CHANGE]
    for t in range(of.target):
        for j in range(of.subject):
            for c in range(of.contrast):
                mu, sigma = 0.0, law[SD, i]
                if of.is_pooled:
                    k = (t * of.cell_type + kind[j]) * of.contrast + c
                    mu, sigma = x[at[MU_CHANGE] + k], x[at[SIGMA_CHANGE] + k]
                x[i], more = placed(w[i], mu, sigma, law[INFORMATION, i], law[ESTIMATE, i] + x[at[MOVED] + c])
                found += more
                i += 1
    return found


@compiled()
def slopes_of_fold_changes(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes, kind: np.ndarray
) -> None:
    """Slopes by coordinates of fold changes."""
    i = at[CHANGE]
    for t in range(of.target):
        for j in range(of.subject):
            for c in range(of.contrast):
                mu, sigma, k = 0.0, law[SD, i], (t * of.cell_type + kind[j]) * of.contrast + c
                if of.is_pooled:
                    mu, sigma = x[at[MU_CHANGE] + k], x[at[SIGMA_CHANGE] + k]
                estimate = law[ESTIMATE, i] + x[at[MOVED] + c]
                d[i], by_mu, by_sigma, by_estimate = slopes(d[i], w[i], mu, sigma, law[INFORMATION, i], estimate)
                d[at[MOVED] + c] += by_estimate
                if of.is_pooled:
                    d[at[MU_CHANGE] + k] += by_mu
                    d[at[SIGMA_CHANGE] + k] += by_sigma
                i += 1


@compiled()
def means_of_levels(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray) -> float:
    """Mean level of each cell type; returns the log density of coordinates."""
    found = 0.0
    for i in range(at[MU_LEVEL], at[LEVEL]):
        x[i], more = placed(w[i], 0.0, law[SD, i], law[INFORMATION, i], law[ESTIMATE, i])
        found += more
    return found


@compiled()
def slopes_of_means_of_levels(w: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray) -> None:
    """Slopes by coordinates of mean levels."""
    for i in range(at[MU_LEVEL], at[LEVEL]):
        d[i], _, _, _ = slopes(d[i], w[i], 0.0, law[SD, i], law[INFORMATION, i], law[ESTIMATE, i])


@compiled()
def of_means(t: int, j: int, g: int, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes) -> float:
    """Level that the mean Ct of a target in a subject says, given fold changes and inputs."""
    i = at[LEVEL] + t * of.subject + j
    found = x[at[DOUBLINGS] + g] * (x[at[UNIT_CT] + g] - law[CT, i])
    found -= x[at[IMPLIED_INPUT]] - x[at[PER_CYCLE]] * law[WEIGHT, i]
    for c in range(of.contrast):
        k = at[CHANGE] + (t * of.subject + j) * of.contrast + c
        found -= law[WEIGHT, k] * (x[k] - x[at[MOVED] + c])
    return found


@compiled()
def levels(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes, places: Places) -> float:
    """Level of each target in each subject under the control; returns the log density of coordinates."""
    found = 0.0
    for t in range(of.target):
        for j in range(of.subject):
            i = at[LEVEL] + t * of.subject + j
            mu, sigma = 0.0, law[SD, i]
            if of.is_pooled:
                mu, sigma = x[at[MU_LEVEL] + t * of.cell_type + places.kind[j]], x[at[SIGMA_LEVEL] + t]
            estimate = of_means(t, j, places.target[t], x, law, at, of)
            x[i], more = placed(w[i], mu, sigma, law[INFORMATION, i], estimate)
            found += more
    return found


@compiled()
def slopes_of_levels(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, of: Sizes, places: Places
) -> None:
    """Slopes by coordinates of levels."""
    for t in range(of.target):
        g = places.target[t]
        for j in range(of.subject):
            i, k = at[LEVEL] + t * of.subject + j, t * of.cell_type + places.kind[j]
            mu, sigma = 0.0, law[SD, i]
            if of.is_pooled:
                mu, sigma = x[at[MU_LEVEL] + k], x[at[SIGMA_LEVEL] + t]
            estimate = of_means(t, j, g, x, law, at, of)
            d[i], by_mu, by_sigma, by_estimate = slopes(d[i], w[i], mu, sigma, law[INFORMATION, i], estimate)
            d[at[DOUBLINGS] + g] += by_estimate * (x[at[UNIT_CT] + g] - law[CT, i])
            d[at[UNIT_CT] + g] += by_estimate * x[at[DOUBLINGS] + g]
            d[at[IMPLIED_INPUT]] -= by_estimate
            d[at[PER_CYCLE]] += by_estimate * law[WEIGHT, i]
            for c in range(of.contrast):
                m = at[CHANGE] + (t * of.subject + j) * of.contrast + c
                d[m] -= by_estimate * law[WEIGHT, m]
                d[at[MOVED] + c] += by_estimate * law[WEIGHT, m]
            if of.is_pooled:
                d[at[MU_LEVEL] + k] += by_mu
                d[at[SIGMA_LEVEL] + t] += by_sigma


@compiled()
def inputs(w: np.ndarray, x: np.ndarray, law: np.ndarray, at: np.ndarray, plate: np.ndarray) -> float:
    """The cDNA of each sample against the mean; returns the log density of coordinates."""
    found = 0.0
    for s in range(len(plate)):
        i = at[INPUT] + s
        estimate = x[at[IMPLIED_INPUT]] - x[at[PER_CYCLE]] * (law[WEIGHT, i] - x[at[REFERENCE_SHIFT] + plate[s]])
        x[i], more = placed(w[i], 0.0, x[at[SD_INPUT]], law[INFORMATION, i], estimate)
        found += more
    return found


@compiled()
def slopes_of_inputs(
    w: np.ndarray, x: np.ndarray, d: np.ndarray, law: np.ndarray, at: np.ndarray, plate: np.ndarray
) -> None:
    """Slopes by coordinates of inputs."""
    for s in range(len(plate)):
        i, p = at[INPUT] + s, at[REFERENCE_SHIFT] + plate[s]
        deviation = law[WEIGHT, i] - x[p]
        estimate = x[at[IMPLIED_INPUT]] - x[at[PER_CYCLE]] * deviation
        d[i], _, by_sigma, by_estimate = slopes(d[i], w[i], 0.0, x[at[SD_INPUT]], law[INFORMATION, i], estimate)
        d[at[SD_INPUT]] += by_sigma
        d[at[IMPLIED_INPUT]] += by_estimate
        d[at[PER_CYCLE]] -= by_estimate * deviation
        d[p] += by_estimate * x[at[PER_CYCLE]]


@compiled()
def deviations(w: np.ndarray, x: np.ndarray, at: np.ndarray, slot_gene: np.ndarray) -> float:
    """Biological deviations of genes in samples that have a slot; returns the log density of coordinates."""
    found = 0.0
    for slot in range(len(slot_gene)):
        i = at[DEVIATION] + slot
        x[i] = x[at[SD_BIOLOGICAL] + slot_gene[slot]] * w[i]
        found -= 0.5 * w[i] * w[i]
    return found


@compiled()
def slopes_of_deviations(w: np.ndarray, x: np.ndarray, d: np.ndarray, at: np.ndarray, slot_gene: np.ndarray) -> None:
    """Slopes by coordinates of such deviations."""
    for slot in range(len(slot_gene)):
        i, sd = at[DEVIATION] + slot, at[SD_BIOLOGICAL] + slot_gene[slot]
        d[sd] += d[i] * w[i]
        d[i] = d[i] * x[sd] - w[i]


@compiled()
def quantities(x: np.ndarray, at: np.ndarray, of: Sizes, places: Places) -> None:
    """Log2 quantity of each gene in each sample, less its biological deviation."""
    for s in range(of.sample):
        j, c, first = places.subject[s], places.contrast[s], at[QUANTITY] + s
        for t in range(of.target):
            quantity = x[at[LEVEL] + t * of.subject + j] + x[at[INPUT] + s]
            if c < of.contrast:
                quantity += x[at[CHANGE] + (t * of.subject + j) * of.contrast + c] - x[at[MOVED] + c]
            x[first + places.target[t] * of.sample] = quantity
        for r in range(of.reference):
            quantity = x[at[REFERENCE_LEVEL] + r] + x[at[INPUT] + s]
            if c < of.contrast:
                quantity += x[at[ANSWER] + r * of.contrast + c]
            x[first + places.reference[r] * of.sample] = quantity


@compiled()
def slopes_of_quantities(d: np.ndarray, at: np.ndarray, of: Sizes, places: Places) -> None:
    """Slopes by levels, fold changes, responses and inputs."""
    for s in range(of.sample):
        j, c, first = places.subject[s], places.contrast[s], at[QUANTITY] + s
        for t in range(of.target):
            slope = d[first + places.target[t] * of.sample]
            d[at[LEVEL] + t * of.subject + j] += slope
            d[at[INPUT] + s] += slope
            if c < of.contrast:
                d[at[CHANGE] + (t * of.subject + j) * of.contrast + c] += slope
                d[at[MOVED] + c] -= slope
        for r in range(of.reference):
            slope = d[first + places.reference[r] * of.sample]
            d[at[REFERENCE_LEVEL] + r] += slope
            d[at[INPUT] + s] += slope
            if c < of.contrast:
                d[at[ANSWER] + r * of.contrast + c] += slope
