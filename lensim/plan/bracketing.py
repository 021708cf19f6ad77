"""Which lines have their IC50 below a top dose, by the posterior of a fit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import above
from lensim.dose_response.estimands import LOWEST_DOSE, dose_response_estimands


def bracketing(result: xr.DataTree, top_doses_um: Sequence[float]) -> pd.DataFrame:
    """Probability that the IC50 of each line lies between its lowest tested dose and a top dose.

    Beyond the tested doses the posterior depends on its prior and on the curve's shape so far; what is never halved has
    no IC50 at any dose.

    Parameters
    ----------
    result
        A dose-response fit with its observations.
    top_doses_um
        Candidates [uM].

    Returns
    -------
    pandas.DataFrame
        Columns cell_line, top_dose_um, p_bracketed, p_below (IC50 under the lowest dose), p_nowhere (no dose halves).
    """
    for position, dose in enumerate(top_doses_um):
        above(f"bracketing.top_doses_um[{position}]", dose, 0.0)
    draws = dose_response_estimands(result)[v.LOG10_IC50].stack(sample=("chain", "draw"), create_index=False)
    ic50 = draws.transpose("sample", v.CELL_LINE).to_numpy()
    lowest = np.log10(draws[LOWEST_DOSE].to_numpy())
    names = [str(name) for name in draws[v.CELL_LINE].to_numpy()]
    rows = [
        {
            "cell_line": name,
            "top_dose_um": float(dose),
            "p_bracketed": float(((ic50[:, k] > lowest[k]) & (ic50[:, k] < np.log10(dose))).mean()),
            "p_below": float((ic50[:, k] <= lowest[k]).mean()),
            "p_nowhere": float(np.isinf(ic50[:, k]).mean()),
        }
        for k, name in enumerate(names)
        for dose in sorted(top_doses_um)
    ]
    return pd.DataFrame(rows)
