"""Quantities of each gene in each sample, corrected for efficiency, with prediction intervals.

    log2 quantity = log2(amplification factor) * (Ct of one unit + shift of plate and gene - (mean Ct + e))
    e ~ Normal(0, sd of a reaction^2 / detected reactions)

Factor, Ct of one unit, shifts and the sd are draws of the posterior, so that their uncertainty is in the interval. A
gene without a dilution series has no unit: its quantities are in times of their geometric mean over all samples.
"""

from typing import Final

import numpy as np
import pandas as pd

from lensim import seeding
from lensim import vocabulary as v
from lensim.inference.intervals import interval_of
from lensim.miqe.study import Study
from lensim.tables.names import names_along

COLUMNS: Final = (
    "gene", "role", "subject", "condition", "experiment", "plate", "ct_cycles", "detected", "not_detected",
    "quantity", "quantity_lower", "quantity_upper", "unit", "note",
)  # fmt: skip
OF_MEAN: Final = "times the mean of the gene"


def quantities_table(study: Study) -> pd.DataFrame:
    """One row a gene in a sample on a plate; empty for a fit that has no Ct or no variables of reactions.

    Columns: gene, role (target or reference), subject, condition, experiment, plate, ct_cycles (mean of detected
    reactions, as read), detected, not_detected; quantity with its prediction interval, NaN where no reaction was
    detected; unit; note.
    """
    factor = study.draws(v.FACTOR, v.GENE)
    unit_ct = study.draws(v.UNIT_CT, v.GENE)
    sd = study.draws(v.SD_TECHNICAL)
    if not study.has_cts or factor is None or unit_ct is None or sd is None:
        return pd.DataFrame(columns=list(COLUMNS))
    data, cells = study.data, study.cells
    shift = _shifts(study, factor.shape[-1])
    doublings = np.log2(factor)
    rng = seeding.stream(int(study.result.attrs.get("seed", 0)), "quantities of samples")
    genes, plates = study.genes, names_along(data, v.PLATE)
    subjects, conditions = names_along(data, v.SUBJECT), names_along(data, v.CONDITION)
    experiments = names_along(data, v.EXPERIMENT)
    of_sample = [data[name].to_numpy() for name in (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)]
    log2_mean = {gene: _mean_of_gene(cells, at, unit_ct, shift, doublings) for at, gene in enumerate(genes)}
    rows = []
    for (gene, sample, plate), cts in cells.items():
        seen = cts[np.isfinite(cts)]
        ends, name = np.full(3, np.nan), genes[gene]
        if len(seen):
            read = seen.mean() + rng.standard_normal(sd.shape) * sd / np.sqrt(len(seen))
            log2 = doublings[gene] * (unit_ct[gene] + shift[gene, plate] - read)
            log2 = log2 if name in study.with_line else log2 - log2_mean[name]
            ends = np.exp2(interval_of(log2, study.ci_prob))
        rows.append(
            {
                "gene": name,
                "role": "reference" if name in study.references else "target",
                "subject": subjects[of_sample[0][sample]],
                "condition": conditions[of_sample[1][sample]],
                "experiment": experiments[of_sample[2][sample]],
                "plate": plates[plate],
                "ct_cycles": float(seen.mean()) if len(seen) else np.nan,
                "detected": len(seen),
                "not_detected": len(cts) - len(seen),
                "quantity": float(ends[1]),
                "quantity_lower": float(ends[0]),
                "quantity_upper": float(ends[2]),
                "unit": study.unit if name in study.with_line else OF_MEAN,
                "note": _note(len(seen), len(cts)),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _note(seen: int, run: int) -> str:
    if not seen:
        return "not detected"
    return "" if seen == run else "not detected in part: the quantity is of the detected, and so too large"


def _shifts(study: Study, number: int) -> np.ndarray:
    """Shift of each gene on each plate (gene, plate, draw) [cycles]."""
    data = study.data
    shift = np.zeros((data.sizes[v.GENE], data.sizes[v.PLATE], number))
    if (of_plate := study.draws(v.PLATE_SHIFT, v.PLATE)) is not None:
        shift += of_plate
    own = study.draws(v.GENE_ON_PLATE_SHIFT, v.GENE_ON_PLATE)
    if own is not None:
        labels = [str(name) for name in study.posterior[v.GENE_ON_PLATE].to_numpy()]
        at = {label: k for k, label in enumerate(labels)}
        for g, gene in enumerate(study.genes):
            for p, plate in enumerate(names_along(data, v.PLATE)):
                if (k := at.get(f"{gene}, {plate}")) is not None:
                    shift[g, p] += own[k]
    return shift


def _mean_of_gene(
    cells: dict[tuple[int, int, int], np.ndarray],
    gene: int,
    unit_ct: np.ndarray,
    shift: np.ndarray,
    doublings: np.ndarray,
) -> np.ndarray:
    """Mean log2 quantity of a gene over its detected cells, draw by draw."""
    means = [
        unit_ct[gene] + shift[gene, plate] - cts[np.isfinite(cts)].mean()
        for (own, _, plate), cts in cells.items()
        if own == gene and np.isfinite(cts).any()
    ]
    return doublings[gene] * np.mean(means, axis=0) if means else np.zeros(unit_ct.shape[-1])
