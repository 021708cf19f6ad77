"""The closed-form curve of a bioassay and its inverse: shared by simulator, likelihood and the classical analysis.

    signal(c) = top residual(c),   residual(c) = 1 - (1 - exp(-a)) c^h / (EC50^h + c^h)

with a > 0, so that the signal falls from `top` at no TNF to top exp(-a): four parameters. `residual` is in
`lensim.sigmoid`. Concentrations are in pg/ml; nothing is clipped.
"""

from typing import Any

import numpy as np

from lensim.sigmoid import residual


def optical_density(
    tnf_pg_per_ml: Any, log_top_od: Any, log10_ec50_pg_per_ml: Any, log_hill_slope: Any, effect_at_saturation: Any
) -> Any:
    """Signal above background at a concentration [optical density]; exp(log_top_od) at none."""
    return np.exp(log_top_od) * residual(tnf_pg_per_ml, log10_ec50_pg_per_ml, log_hill_slope, effect_at_saturation)


def log10_tnf_at(
    signal_od: Any, log_top_od: Any, log10_ec50_pg_per_ml: Any, log_hill_slope: Any, effect_at_saturation: Any
) -> np.ndarray:
    """Concentration at which the curve has a signal above background [log10 pg/ml].

    -inf where the signal is that of cells without TNF or more, +inf where it is that of endless TNF or less: then no
    concentration has it.
    """
    share = np.asarray(signal_od, dtype=float) / np.exp(log_top_od)
    shape = np.broadcast_shapes(np.shape(share), np.shape(effect_at_saturation))
    share, effect = np.broadcast_to(share, shape), np.broadcast_to(np.asarray(effect_at_saturation, dtype=float), shape)
    inside = (share < 1.0) & (share > np.exp(-effect))
    found = _inverse(np.where(inside, share, 0.5), log10_ec50_pg_per_ml, log_hill_slope, effect)
    return np.where(inside, found, np.where(share >= 1.0, -np.inf, np.inf))


def _inverse(share: np.ndarray, log10_ec50: Any, log_hill: Any, effect: np.ndarray) -> np.ndarray:
    """Concentration at which a share of the signal is left, 1 > share > exp(-effect)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        occupied = (1.0 - share) / -np.expm1(-effect)
        return np.asarray(log10_ec50) + (np.log10(occupied) - np.log10(1.0 - occupied)) / np.exp(log_hill)


def slope_per_log10(
    log10_tnf_pg_per_ml: Any,
    log_top_od: Any,
    log10_ec50_pg_per_ml: Any,
    log_hill_slope: Any,
    effect_at_saturation: Any,
) -> Any:
    """Change of the signal with log10 concentration [optical density per log10]; negative."""
    hill = np.exp(log_hill_slope)
    occupied = 1.0 / (1.0 + 10.0 ** (-hill * (np.asarray(log10_tnf_pg_per_ml) - log10_ec50_pg_per_ml)))
    return (
        np.exp(log_top_od) * np.expm1(-np.asarray(effect_at_saturation)) * occupied * (1 - occupied) * hill * np.log(10)
    )
