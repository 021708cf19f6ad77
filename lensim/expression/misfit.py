"""Lack of fit of a study in its estimands, tables and verdict: genes in samples and on plates, outlying reactions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.lack_of_fit import FREEDOM, Judged, lack_of_fit
from lensim.expression.well_checks import FAR_CYCLES, outlying_reactions
from lensim.inference.observations import observations_of
from lensim.inference.verdict import VerdictNote

MISFIT: Final = "misfit"
MAY_BE_OUTLYING: Final = 0.5
"""Reactions are in the table from this probability on that one of their cell is outlying."""
MOST_NOTES: Final = 5


@dataclass(frozen=True)
class Misfit:
    """What estimands carry of a study's lack of fit: cells that were judged, and the study with its names."""

    judged: tuple[Judged, ...]
    data: xr.Dataset


def with_misfit(estimands: xr.Dataset, result: xr.DataTree) -> xr.Dataset:
    """Estimands with attrs["misfit"], a `Misfit`; as they are where the study is of ratios.

    Parameters
    ----------
    estimands
        Of `result`.
    result
        A fit with its observations attached.
    """
    data = observations_of(result)
    if v.CT not in data or any(dim not in data.coords for dim in (v.GENE, v.SUBJECT, v.CONDITION)):
        return estimands
    return estimands.assign_attrs({MISFIT: Misfit(lack_of_fit(data, result["posterior"].to_dataset()), data)})


def summarise_cells(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a gene in a sample, and a gene on a plate: mean Ct beside what the other cells of the study predict.

    Columns: gene; subject, condition, experiment (of the sample; '' for a gene on a plate); plate ('' for a gene in a
    sample); observed_ct_cycles (outlying reactions weighed down); expected_ct_cycles with its interval; place (share of
    predictions below what was observed, in percent: 50 is the middle); z; p (two-sided, of this row alone); adjusted_p
    (by Holm's steps over the rows); reactions; odd ("yes" where adjusted_p is at most 0.05 and the distance half a
    cycle or more; "" else). Cells that others say nothing of have no row.

    Parameters
    ----------
    estimands
        As from `with_misfit`.
    ci_prob
        Probability inside the intervals.
    """
    misfit: Misfit = estimands.attrs[MISFIT]
    reach = float(stats.t.ppf(0.5 + ci_prob / 2.0, FREEDOM))
    return pd.DataFrame(
        [
            {
                "gene": str(misfit.data[v.GENE].to_numpy()[one.gene]),
                **_of_sample(misfit.data, one.sample),
                "plate": _label(misfit.data, v.PLATE, one.plate),
                "observed_ct_cycles": one.observed,
                "expected_ct_cycles": one.expected,
                "expected_ct_cycles_lower": one.expected - reach * one.sd,
                "expected_ct_cycles_upper": one.expected + reach * one.sd,
                "place": 100.0 * float(stats.t.cdf(one.z, FREEDOM)),
                "z": one.z,
                "p": one.p,
                "adjusted_p": one.adjusted_p,
                "reactions": one.reactions,
                "odd": "yes" if one.is_told else "",
            }
            for one in misfit.judged
        ]
    )


def summarise_outlying(estimands: xr.Dataset) -> pd.DataFrame:
    """One row a reaction of cells in which one is outlying with a probability of a half or more.

    Columns: gene, subject, condition, experiment, plate, ct_cycles, ct_of_others_cycles, p_outlying (of this reaction;
    of duplicates about half of what is known of both) and p_any_outlying (of its cell).

    Parameters
    ----------
    estimands
        As from `with_misfit`.
    """
    data: xr.Dataset = estimands.attrs[MISFIT].data
    found, ct = outlying_reactions(data), data[v.CT].to_numpy()
    own, of_cell, others = (
        found[name].to_numpy() for name in ("probability_outlying", "probability_any", "ct_of_others")
    )
    far = (np.nan_to_num(of_cell) >= MAY_BE_OUTLYING) & (np.abs(ct - others) > FAR_CYCLES)
    return pd.DataFrame(
        [
            {
                "gene": str(data[v.GENE].to_numpy()[int(data[v.GENE_OF_REACTION].to_numpy()[at])]),
                **_of_sample(data, int(data[v.SAMPLE_OF_REACTION].to_numpy()[at])),
                "plate": _label(data, v.PLATE, int(data[v.PLATE_OF_REACTION].to_numpy()[at])),
                "ct_cycles": float(ct[at]),
                "ct_of_others_cycles": float(others[at]),
                "p_outlying": float(own[at]),
                "p_any_outlying": float(of_cell[at]),
            }
            for at in np.flatnonzero(far).tolist()
        ]
    )


def misfit_caption(estimands: xr.Dataset, ci_prob: float) -> str:
    """What the table of cells holds, and what it comes to."""
    judged = estimands.attrs[MISFIT].judged
    told = sum(one.is_told for one in judged)
    least = min((one.adjusted_p for one in judged), default=1.0)
    verdict = f"{told} of {len(judged)} are off" if told else f"none is off (smallest P {least:.2g}, adjusted)"
    return (
        "Genes in samples and on plates: mean Ct beside what the other reactions of the study predict with "
        f"{ci_prob:.0%} intervals; {verdict}"
    )


def misfit_notes(estimands: xr.Dataset) -> Iterator[VerdictNote]:
    """Genes in samples, and genes on plates, that are not where the rest of the study says."""
    if MISFIT not in estimands.attrs:
        return
    misfit: Misfit = estimands.attrs[MISFIT]
    told = sorted((one for one in misfit.judged if one.is_told), key=lambda one: one.p)
    for one in told[:MOST_NOTES]:
        yield VerdictNote(
            _named(misfit.data, one),
            "must come at the Ct that the other reactions of the study predict",
            f"{one.observed:.1f} beside {one.expected:.1f} (P {one.adjusted_p:.1g})",
            "see its melting curves and labels; a Ct that is emptied is left out",
        )
    if len(told) > MOST_NOTES:
        yield VerdictNote(
            f"{len(told) - MOST_NOTES} more genes in samples",
            "must come at the Ct that the other reactions of the study predict",
            "others",
            "see the table lack_of_fit",
        )


def _named(data: xr.Dataset, one: Judged) -> str:
    gene = str(data[v.GENE].to_numpy()[one.gene])
    if one.sample < 0:
        return f"{gene} on plate {_label(data, v.PLATE, one.plate)}"
    own = _of_sample(data, one.sample)
    experiment = f", experiment {own['experiment']}" if own["experiment"] else ""
    return f"{gene} in {own['subject']} under {own['condition']}{experiment}"


def _of_sample(data: xr.Dataset, sample: int) -> dict[str, Any]:
    pointers = (
        ("subject", v.SUBJECT, v.SUBJECT_OF_SAMPLE),
        ("condition", v.CONDITION, v.CONDITION_OF_SAMPLE),
        ("experiment", v.EXPERIMENT, v.EXPERIMENT_OF_SAMPLE),
    )
    return {
        name: "" if sample < 0 or pointer not in data else _label(data, dim, int(data[pointer].to_numpy()[sample]))
        for name, dim, pointer in pointers
    }


def _label(data: xr.Dataset, dim: str, at: int) -> str:
    """Name of a place along a dim; counted from 1 where it has none, '' for -1."""
    if at < 0:
        return ""
    return str(data[dim].to_numpy()[at]) if dim in data.coords else str(1 + at)
