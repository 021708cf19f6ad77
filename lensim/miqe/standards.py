"""Standards of dilution series as a table: what was detected, what the line expects, and what it reads back."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.tables.names import names_along

CONFIDENCE: Final = 0.95
"""Of intervals of standard curves."""
COLUMNS: Final = (
    "gene", "quantity", "unit", "detected", "not_detected", "ct_cycles", "sd_cycles", "expected_ct_cycles",
    "expected_ct_cycles_lower", "expected_ct_cycles_upper", "read_back", "read_back_lower", "read_back_upper",
)  # fmt: skip


def standards_table(data: xr.Dataset, lines: pd.DataFrame, unit: str) -> pd.DataFrame:
    """One row a gene and quantity of its dilution series.

    Columns: gene, quantity, unit, detected, not_detected; ct_cycles and sd_cycles of the detected; the Ct that the
    least-squares line expects of one reaction with its 95% prediction interval; read_back, the quantity that the mean
    Ct is on the line, with the interval that the same prediction error of that mean gives.

    Parameters
    ----------
    data
        With standards.
    lines
        Standard curves that could be drawn, as from `standard_curves`.
    unit
        Of quantities.
    """
    return pd.DataFrame(_rows(data, lines, unit), columns=list(COLUMNS))


def _rows(data: xr.Dataset, lines: pd.DataFrame, unit: str) -> Iterator[dict[str, object]]:
    line_of = {str(row["gene"]): row for _, row in lines.iterrows()}
    ct, quantity = data[v.STANDARD_CT].to_numpy(), data[v.STANDARD_QUANTITY].to_numpy()
    gene = data[v.GENE_OF_STANDARD].to_numpy()
    for at, name in enumerate(names_along(data, v.GENE)):
        for level in np.sort(np.unique(quantity[(gene == at) & np.isfinite(quantity)]))[::-1]:
            own = ct[(gene == at) & (quantity == level)]
            seen = own[np.isfinite(own)]
            row: dict[str, object] = {
                "gene": name,
                "quantity": float(level),
                "unit": unit,
                "detected": len(seen),
                "not_detected": len(own) - len(seen),
                "ct_cycles": float(seen.mean()) if len(seen) else np.nan,
                "sd_cycles": float(seen.std(ddof=1)) if len(seen) > 1 else np.nan,
            }
            if name in line_of:
                row |= _predicted(line_of[name], np.log10(quantity[(gene == at) & np.isfinite(ct)]), level, seen)
            yield row


def _predicted(line: "pd.Series[float]", x: np.ndarray, level: float, seen: np.ndarray) -> dict[str, float]:
    """Prediction interval of a Ct at a quantity, and the quantity that is read back from the mean of its Cts."""
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, line["degrees_of_freedom"])) * line["residual_sd_cycles"]
    around = 1.0 / len(x) + (np.log10(level) - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()
    expected = line["intercept"] + line["slope"] * np.log10(level)
    error = reach * np.sqrt(1.0 + around)
    found = {"expected_ct_cycles": expected}
    found |= {"expected_ct_cycles_lower": expected - error, "expected_ct_cycles_upper": expected + error}
    if len(seen):
        own = reach * np.sqrt(1.0 / len(seen) + around)
        for name, move in (("read_back", 0.0), ("read_back_lower", own), ("read_back_upper", -own)):
            found[name] = 10.0 ** ((seen.mean() + move - line["intercept"]) / line["slope"])
    return {name: float(value) for name, value in found.items()}
