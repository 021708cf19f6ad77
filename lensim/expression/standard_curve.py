"""The standard curve of a dilution series, and the amplification factors that curves or statements give.

Ct = intercept + slope * log10 quantity        by ordinary least squares on the detected standards
amplification factor = 10^(-1 / slope)
"""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike
from scipy import stats

from lensim import checks
from lensim import vocabulary as v

LN10: Final = np.log(10.0)
LOG2_10: Final = np.log2(10.0)
FEWEST_QUANTITIES: Final = 3
LARGEST_LOG10_FACTOR: Final = 300.0  # of what a float holds
FROM_SERIES: Final = "dilution series"
STATED: Final = "stated"
ASSUMED: Final = "assumed 2"
PERFECT_FACTOR: Final = 2.0

_STANDARDS: Final[dict[str, tuple[str, ...]]] = {
    v.STANDARD_CT: (v.STANDARD,),
    v.STANDARD_QUANTITY: (v.STANDARD,),
    v.GENE_OF_STANDARD: (v.STANDARD,),
}
_CURVE_COLUMNS: Final = (
    "slope", "intercept", "r_squared", "se_slope", "se_intercept", "residual_sd_cycles", "degrees_of_freedom",
    "amplification_factor", "se_amplification_factor", "low_amplification_factor", "high_amplification_factor",
    "efficiency", "detected", "not_detected",
)  # fmt: skip


@dataclass(frozen=True)
class StandardCurve:
    """Least-squares line through the detected standards of one gene.

    Attributes
    ----------
    slope, intercept
        Cycles a tenfold of quantity, and Ct of one unit of quantity [cycles].
    se_slope, se_intercept
        Their standard errors [cycles].
    r_squared
        Share of the variance of Ct that the line explains.
    residual_sd_cycles
        Spread about the line, on `degrees_of_freedom`.
    detected, not_detected
        Numbers of standards used and left out.
    """

    slope: float
    intercept: float
    r_squared: float
    se_slope: float
    se_intercept: float
    residual_sd_cycles: float
    degrees_of_freedom: int
    detected: int
    not_detected: int

    @property
    def amplification_factor(self) -> float:
        """Fold a cycle, 10^(-1 / slope); 2 when perfect."""
        return float(10.0 ** (-1.0 / self.slope))

    @property
    def se_amplification_factor(self) -> float:
        """First-order standard error: factor * ln 10 / slope^2 * se_slope. Also that of the efficiency."""
        return float(self.amplification_factor * LN10 / self.slope**2 * self.se_slope)

    @property
    def efficiency(self) -> float:
        """Share of templates copied in a cycle, factor - 1; 1 when perfect."""
        return self.amplification_factor - 1.0

    @property
    def se_efficiency(self) -> float:
        """First-order standard error, that of the amplification factor."""
        return self.se_amplification_factor

    def slope_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Student's interval of the slope.

        Raises
        ------
        InputError
            If the confidence does not lie between 0 and 1.
        """
        checks.between("confidence", confidence, 0.0, 1.0)
        reach = stats.t.ppf(0.5 + confidence / 2.0, self.degrees_of_freedom) * self.se_slope
        return float(self.slope - reach), float(self.slope + reach)

    def amplification_factor_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """The slope's interval seen through 10^(-1 / slope); no upper bound where that interval reaches 0.

        Raises
        ------
        InputError
            If the confidence does not lie between 0 and 1.
        """
        low, high = self.slope_interval(confidence)
        reaches_0 = high >= 0.0 or -1.0 / high > LARGEST_LOG10_FACTOR
        return float(10.0 ** (-1.0 / low)), np.inf if reaches_0 else float(10.0 ** (-1.0 / high))

    def log2_quantity(self, ct_cycles: Any) -> Any:
        """Log2 quantity of a Ct, in the standards' unit; also beyond the standards, where it extrapolates."""
        return (ct_cycles - self.intercept) / self.slope * LOG2_10


def fit_standard_curve(quantity: ArrayLike, ct_cycles: ArrayLike, place: str = "standard curve") -> StandardCurve:
    """Ordinary least squares of Ct on log10 quantity over the detected standards.

    Leaving out what was not detected is what instruments do; it flattens a curve whose lowest dilutions fail in part.

    Parameters
    ----------
    quantity
        Above 0, in any one unit.
    ct_cycles
        One Ct a standard; NaN = not detected.
    place
        What errors call the curve.

    Raises
    ------
    InputError
        If lengths differ, a quantity is no finite number above 0, a Ct is infinite, fewer than three distinct
        quantities were detected, or Ct does not fall with quantity.
    """
    quantity, ct_cycles = np.asarray(quantity, dtype=float), np.asarray(ct_cycles, dtype=float)
    if quantity.shape != ct_cycles.shape or quantity.ndim != 1:
        raise checks.InputError(
            f"{place}: quantity and ct_cycles must be lists of one length, got shapes {quantity.shape} and "
            f"{ct_cycles.shape}"
        )
    checks.finite(f"{place}: quantity", quantity)
    for position in np.flatnonzero(quantity <= 0.0)[:1]:
        checks.above(f"{place}: quantity[{position}]", quantity[position], 0.0)
    for position in np.flatnonzero(np.isinf(ct_cycles))[:1]:
        raise checks.InputError(
            f"{place}: ct_cycles[{position}] must be a number, or NaN for none, got {ct_cycles[position]}"
        )
    detected = ~np.isnan(ct_cycles)
    log10_quantity, ct = np.log10(quantity[detected]), ct_cycles[detected]
    checks.at_least(f"{place}: distinct quantities detected", len(np.unique(log10_quantity)), FEWEST_QUANTITIES)
    line = stats.linregress(log10_quantity, ct)
    if not line.slope < 0.0:
        raise checks.InputError(f"{place}: slope must be below 0 cycles a tenfold, got {line.slope:g}")
    residual = ct - line.intercept - line.slope * log10_quantity
    freedom = len(ct) - 2
    return StandardCurve(
        slope=float(line.slope),
        intercept=float(line.intercept),
        r_squared=float(line.rvalue**2),
        se_slope=float(line.stderr),
        se_intercept=float(line.intercept_stderr),
        residual_sd_cycles=float(np.sqrt(np.sum(residual**2) / freedom)),
        degrees_of_freedom=freedom,
        detected=len(ct),
        not_detected=int(np.sum(~detected)),
    )


class Factor(NamedTuple):
    """An amplification factor as a calculation takes it: value, standard error, its degrees of freedom, and source."""

    value: float
    sd: float
    degrees_of_freedom: float
    source: str


def standard_curves(data: xr.Dataset, confidence: float = 0.95) -> pd.DataFrame:
    """The standard curve of each gene that has a dilution series, one row a gene.

    Standards of one gene on several plates make one curve. `confidence` is that of the factor's interval.

    Returns
    -------
    pandas.DataFrame
        gene, slope, intercept, r_squared, se_slope, se_intercept, residual_sd_cycles, degrees_of_freedom,
        amplification_factor, se_amplification_factor, low_ and high_amplification_factor, efficiency, detected,
        not_detected, note (why there is no curve, else empty).

    Raises
    ------
    InputError
        If a variable of the dilution series is absent or has other dims, or the confidence does not lie between 0
        and 1.
    """
    checks.has_variables(data, _STANDARDS | {v.IS_REFERENCE: (v.GENE,)}, "standard_curves")
    genes = [str(gene) for gene in data[v.GENE].values]
    of_gene = data[v.GENE_OF_STANDARD].values
    rows = []
    for position in np.unique(of_gene):
        own = of_gene == position
        ct = data[v.STANDARD_CT].values[own]
        row: dict[str, Any] = {"gene": genes[position], "note": "", "detected": int(np.sum(~np.isnan(ct)))}
        row["not_detected"] = len(ct) - row["detected"]
        try:
            curve = fit_standard_curve(data[v.STANDARD_QUANTITY].values[own], ct, f"standards of {genes[position]}")
        except checks.InputError as error:
            rows.append(row | {"note": str(error)})
            continue
        low, high = curve.amplification_factor_interval(confidence)
        bounds = {"low_amplification_factor": low, "high_amplification_factor": high}
        rows.append(row | bounds | {name: getattr(curve, name) for name in _CURVE_COLUMNS if hasattr(curve, name)})
    return pd.DataFrame(rows, columns=["gene", *_CURVE_COLUMNS, "note"])


def genes_of_unknown_factor(data: xr.Dataset) -> list[str]:
    """Genes with neither a dilution series nor a stated factor."""
    genes = [str(gene) for gene in data[v.GENE].values]
    stated = data[v.STATED_FACTOR].values if v.STATED_FACTOR in data else np.full(len(genes), np.nan)
    series = set(data[v.GENE_OF_STANDARD].values.tolist()) if v.GENE_OF_STANDARD in data else set()
    return [gene for at, gene in enumerate(genes) if at not in series and np.isnan(stated[at])]


def amplification_factors(data: xr.Dataset) -> dict[str, Factor]:
    """Factor of each gene: from its dilution series, else stated, else 2. A stated one without error counts as exact.

    Raises
    ------
    InputError
        If a variable has other dims than it must have, or a stated factor is not above 1.
    """
    genes = [str(gene) for gene in data[v.GENE].values]
    factors = {gene: Factor(PERFECT_FACTOR, 0.0, np.inf, ASSUMED) for gene in genes}
    if v.STATED_FACTOR in data:
        checks.has_variables(data, {v.STATED_FACTOR: (v.GENE,)}, "amplification_factors")
        none = np.full(len(genes), np.nan)
        errors = data[v.STATED_FACTOR_SD].values if v.STATED_FACTOR_SD in data else none
        for gene, stated, error in zip(genes, data[v.STATED_FACTOR].values, errors, strict=True):
            if not np.isnan(stated):
                checks.above(f"{v.STATED_FACTOR} of {gene}", stated, 1.0)
                factors[gene] = Factor(float(stated), float(np.nan_to_num(error)), np.inf, STATED)
    if v.STANDARD_CT in data:
        curves = standard_curves(data)
        for _, row in curves[curves["slope"].notna()].iterrows():
            numbers = (row["amplification_factor"], row["se_amplification_factor"], row["degrees_of_freedom"])
            factors[str(row["gene"])] = Factor(float(numbers[0]), float(numbers[1]), float(numbers[2]), FROM_SERIES)
    return factors
