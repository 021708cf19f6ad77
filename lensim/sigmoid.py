"""The sigmoid curve of four parameters that the dose-response and the bioassay assay share.

    residual(d) = 1 - (1 - exp(-a)) * d^h / (EC50^h + d^h)

with a the effect at saturation, h the Hill slope and EC50 the midpoint. Dose and EC50 have the same unit.
"""

from typing import Any

import numpy as np
from scipy.special import expit

LN10 = np.log(10.0)


def residual(dose_um: Any, log10_ec50_um: Any, log_hill_slope: Any, effect_at_saturation: Any) -> Any:
    """Signal left at a dose, as a fraction of untreated.

    residual = 1 - (1 - exp(-a)) * expit(h * (ln d - ln EC50)); exactly 1 at dose 0, exp(-a) at an infinite dose.

    Parameters
    ----------
    dose_um
        Dose, 0 or more [uM].
    log10_ec50_um, log_hill_slope, effect_at_saturation
        The curve [log10 uM], [log], [-log residual].
    """
    with np.errstate(divide="ignore"):
        log_dose = np.log(dose_um)
    occupancy = expit(np.exp(log_hill_slope) * (log_dose - LN10 * log10_ec50_um))
    return 1.0 + np.expm1(-effect_at_saturation) * occupancy
