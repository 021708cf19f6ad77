"""Populations whose simulated studies resemble the published one; found by `experiments.twin_populations`.

All of it is assumed: many other populations would do as well.
"""

from dataclasses import replace
from typing import Any, Final

from lensim.dose_response.truth import DoseResponsePopulation
from lensim.expression.truth import ExpressionPopulation
from lensim.maiga2013.dose_response_twin import PAPER_POPULATION
from lensim.maiga2013.expression_twin import LINE, POPULATION, PRIMARY, STROMA

DOSE_RESPONSE: Final[DoseResponsePopulation] = replace(
    PAPER_POPULATION,
    sigma_log10_ec50_um=0.47,
    sigma_group_log10_ec50_um=0.13,
    mu_effect_at_saturation=0.82,
)
"""`PAPER_POPULATION` holds true IC50s in the stated range; here IC50s that are read off plates span it."""

_CHANGES: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("TNF", LINE): {"mu_log2_fold_change": 0.83, "sigma_log2_fold_change": 0.76},
    ("TNF", PRIMARY): {"mu_log2_fold_change": 1.49, "sigma_log2_fold_change": 0.72},
    ("TNF", STROMA): {"mu_log2_fold_change": -0.62},
    ("IGF1", LINE): {"mu_log2_fold_change": 1.27, "sigma_log2_fold_change": 0.91},
    ("IGF1", PRIMARY): {"mu_log2_fold_change": 0.67, "sigma_log2_fold_change": 0.35, "mu_log2_level": 4.92},
}

EXPRESSION: Final[ExpressionPopulation] = replace(
    POPULATION,
    expression={
        key: replace(value, **_CHANGES[key]) if key in _CHANGES else value
        for key, value in POPULATION.expression.items()
    },
)
