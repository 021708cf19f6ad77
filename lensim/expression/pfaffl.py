"""Closed-form relative quantification, shared by simulator, likelihoods and classical analysis.

    Ct(copies)     = Ct of one copy - log(copies) / log(amplification factor)
    log2 ratio     = log2(AF_target) * dCt_target - mean over references of log2(AF_ref) * dCt_ref
    dCt            = Ct of control - Ct of treated, so that it is positive where expression rose

An amplification factor (AF) is a fold a cycle, 2 when perfect. All functions broadcast over NumPy arrays and xarray
DataArrays. Nothing is clipped.

Source: Livak and Schmittgen 2001, doi:10.1006/meth.2001.1262; Pfaffl 2001, doi:10.1093/nar/29.9.e45; several references
by the geometric mean of their relative quantities, Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from lensim import checks

LN2: Final = np.log(2.0)


def ct_of_log2_quantity(log2_quantity: Any, log2_amplification_factor: Any, ct_of_unit_quantity: Any) -> Any:
    """Mean Ct of a reaction [cycles]; plain arithmetic, so it takes symbolic variables too.

    Quantity is in copies where `ct_of_unit_quantity` is the Ct of one copy, in ng where it is that of one ng.
    """
    return ct_of_unit_quantity - log2_quantity / log2_amplification_factor


def ct_of_copies(copies: Any, amplification_factor: Any, ct_of_one_copy: Any) -> Any:
    """Ct of a reaction that starts from `copies`, without noise [cycles]; infinite at no copy."""
    with np.errstate(divide="ignore"):
        return ct_of_log2_quantity(np.log2(copies), np.log2(amplification_factor), ct_of_one_copy)


def copies_of_ct(ct_cycles: Any, amplification_factor: Any, ct_of_one_copy: Any) -> Any:
    """Copies at the start of a reaction with this Ct, the inverse of `ct_of_copies`."""
    return relative_quantity(ct_cycles, ct_of_one_copy, amplification_factor)


def relative_quantity(ct_cycles: Any, ct_calibrator_cycles: Any, amplification_factor: Any) -> Any:
    """Quantity against a calibrator's: AF^(Ct of calibrator - Ct)."""
    return np.exp2(np.log2(amplification_factor) * (ct_calibrator_cycles - ct_cycles))


def delta_delta_ct(target_control: Any, target_treated: Any, reference_control: Any, reference_treated: Any) -> Any:
    """Livak's ddCt: (target - reference) of treated less that of control [cycles]; negative where expression rose."""
    return (target_treated - reference_treated) - (target_control - reference_control)


def livak_ratio(delta_delta_ct_cycles: Any) -> Any:
    """Ratio of treated to control, 2^-ddCt: every factor taken to be 2."""
    return np.exp2(-delta_delta_ct_cycles)


class GeneChange(NamedTuple):
    """Change of one gene from its cycles, with standard errors; 0 where something is known exactly.

    `delta_ct_cycles` is control - treated.
    """

    delta_ct_cycles: Any
    amplification_factor: Any
    sd_delta_ct_cycles: Any = 0.0
    sd_amplification_factor: Any = 0.0

    @property
    def log2_change(self) -> Any:
        """Log2 quantity of treated against control, before normalisation."""
        return np.log2(self.amplification_factor) * self.delta_ct_cycles

    @property
    def variance_from_ct(self) -> Any:
        """Variance of the log2 change that the error of dCt makes."""
        return (np.log2(self.amplification_factor) * self.sd_delta_ct_cycles) ** 2

    @property
    def variance_from_factor(self) -> Any:
        """Variance of the log2 change that the error of the amplification factor makes, to first order."""
        return (self.delta_ct_cycles * self.sd_amplification_factor / (self.amplification_factor * LN2)) ** 2


def log2_ratio(target: GeneChange, references: Sequence[GeneChange]) -> Any:
    """Log2 of Pfaffl's ratio of treated to control, against the geometric mean of the references.

    Raises
    ------
    InputError
        If there is no reference, or an amplification factor is not above 1.
    """
    _check(target, references)
    return target.log2_change - sum(gene.log2_change for gene in references) / len(references)


def sd_log2_ratio(target: GeneChange, references: Sequence[GeneChange]) -> Any:
    """First-order standard error of `log2_ratio`, from those of each dCt and each factor, taken to be independent.

    Raises
    ------
    InputError
        If there is no reference, an amplification factor is not above 1, or a standard error is below 0.
    """
    return np.sqrt(sum(variance_parts(target, references)))


def variance_parts(target: GeneChange, references: Sequence[GeneChange]) -> list[Any]:
    """The variance of `log2_ratio` in parts: from dCt and from the factor of the target, then of each reference.

    Raises
    ------
    InputError
        If there is no reference, an amplification factor is not above 1, or a standard error is below 0.
    """
    _check(target, references)
    for place, gene in _places(target, references):
        for name in ("sd_delta_ct_cycles", "sd_amplification_factor"):
            errors = np.asarray(getattr(gene, name), dtype=float)
            if (errors < 0.0).any():
                checks.at_least(f"{place}: {name}", float(errors[errors < 0.0].flat[0]), 0.0)
    parts = [target.variance_from_ct, target.variance_from_factor]
    for gene in references:
        parts += [gene.variance_from_ct / len(references) ** 2, gene.variance_from_factor / len(references) ** 2]
    return parts


def pfaffl_ratio(target: GeneChange, references: Sequence[GeneChange]) -> Any:
    """Ratio of treated to control: AF_target^dCt_target / geometric mean of AF_ref^dCt_ref.

    Raises
    ------
    InputError
        If there is no reference, or an amplification factor is not above 1.
    """
    return np.exp2(log2_ratio(target, references))


def _places(target: GeneChange, references: Sequence[GeneChange]) -> list[tuple[str, GeneChange]]:
    return [("target", target), *((f"references[{position}]", gene) for position, gene in enumerate(references))]


def _check(target: GeneChange, references: Sequence[GeneChange]) -> None:
    checks.at_least("references, their number,", len(references), 1)
    for place, gene in _places(target, references):
        factors = np.asarray(gene.amplification_factor, dtype=float)
        wrong = ~(factors > 1.0)
        if wrong.any():
            checks.above(f"{place}: amplification_factor", float(factors[wrong].flat[0]), 1.0)
