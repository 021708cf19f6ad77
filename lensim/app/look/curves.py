"""Curves of single lines of a dose-response fit: wells, the posterior curve and its band, figures with their tables."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import xarray as xr
from htmltools import Tag

from lensim import vocabulary as v
from lensim.app.look.drawing import Scale, drawing, polyline, ticks_of_log
from lensim.checks import InputError
from lensim.dose_response import curve
from lensim.dose_response.estimands import curves_of_lines
from lensim.dose_response.read.units import shown_unit
from lensim.inference.intervals import interval_of
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.report.figures.dose_response import percent_of_untreated
from lensim.report.numbers import number_text

GRID: Final = 60
MOST_LINES: Final = 12


@dataclass(frozen=True)
class LineCurve:
    """A line's wells and its posterior curve.

    Attributes
    ----------
    line
        Its name.
    unit
        Of doses.
    dose, lower, median, upper
        Curve and band, percent of untreated.
    well_dose, well_percent
        Wells; dose 0 is untreated.
    ci_prob
        Probability inside the band.
    """

    line: str
    unit: str
    dose: tuple[float, ...]
    lower: tuple[float, ...]
    median: tuple[float, ...]
    upper: tuple[float, ...]
    well_dose: tuple[float, ...]
    well_percent: tuple[float, ...]
    ci_prob: float

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The curve at each tested dose, and the mean of its wells."""
        wells_dose, wells = np.array(self.well_dose), np.array(self.well_percent)
        found = []
        for dose in sorted(set(self.well_dose)):
            mean = number_text(float(wells[wells_dose == dose].mean()))
            if dose == 0:
                found.append(("0", "100", mean))
                continue
            at = int(np.argmin(np.abs(np.log(np.array(self.dose) / dose))))
            ends = f"{number_text(self.lower[at])} to {number_text(self.upper[at])}"
            found.append((number_text(dose), f"{number_text(self.median[at])} ({ends})", mean))
        return found

    @property
    def words(self) -> str:
        """What the figure shows, for those who do not see it."""
        return (
            f"Curve of {self.line} over {len(self.well_dose)} wells: from {number_text(self.median[0])}% of untreated "
            f"at {number_text(self.dose[0])} {self.unit} to {number_text(self.median[-1])}% at "
            f"{number_text(self.dose[-1])} {self.unit}"
        )


def lines_of(result: xr.DataTree) -> tuple[str, ...]:
    """Lines that have curves; none of other fits than dose-response."""
    if OBSERVATIONS not in result.children or str(result.attrs.get(v.ASSAY, "")) != v.DOSE_RESPONSE:
        return ()
    try:
        curves_of_lines(result)
    except InputError:
        return ()
    data = observations_of(result)
    return tuple(str(one) for one in data[v.CELL_LINE].to_numpy())


def curves_at(result: xr.DataTree, lines: tuple[str, ...], ci_prob: float = 0.9) -> tuple[LineCurve, ...]:
    """The curves of some lines."""
    data, every = observations_of(result), lines_of(result)
    wells = percent_of_untreated(result)
    unit = shown_unit(data)
    parameters = curves_of_lines(result)
    found = []
    for name in lines[:MOST_LINES]:
        if name not in every:
            continue
        number = every.index(name)
        own = wells[wells["line"] == number]
        doses = own["dose_um"].to_numpy()
        low, high = doses[doses > 0].min(), doses.max()
        grid = np.unique(np.concatenate([np.geomspace(low / 1.3, high * 1.3, GRID), doses[doses > 0]]))
        drawn = [one.isel({v.CELL_LINE: number}).to_numpy().reshape(-1, 1) for one in parameters]
        lower, median, upper = interval_of(100.0 * curve.residual(grid, *drawn), ci_prob, axis=0)
        per = unit.um_per_unit
        found.append(
            LineCurve(
                name,
                unit.name,
                tuple((grid / per).tolist()),
                tuple(lower.tolist()),
                tuple(median.tolist()),
                tuple(upper.tolist()),
                tuple((doses / per).tolist()),
                tuple(own["percent"].tolist()),
                ci_prob,
            )
        )
    return tuple(found)


def curve_figure(shown: LineCurve) -> Tag:
    """One line's curve as SVG; untreated wells stand left of the doses."""
    dose, percent = np.array(shown.well_dose), np.array(shown.well_percent)
    lowest = min(one for one in shown.well_dose if one > 0)
    at_zero = np.log10(lowest) - 0.75
    top = max(130.0, float(np.quantile(percent, 0.99)) * 1.05)
    xs = Scale(at_zero - 0.15, float(np.log10(shown.dose[-1])), 46, 388)
    ys = Scale(0.0, top, 252, 12)
    x = [xs(float(np.log10(one))) for one in shown.dose]
    band = [*zip(x, map(ys, shown.lower), strict=True), *reversed(list(zip(x, map(ys, shown.upper), strict=True)))]
    parts: list[Any] = [
        Tag("polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in band), class_="area"),
        polyline(list(zip(x, map(ys, shown.median), strict=True)), "line"),
    ]
    places = np.where(dose > 0, np.log10(np.where(dose > 0, dose, 1.0)), at_zero)
    parts += [
        Tag("circle", cx=f"{xs(float(a)):.1f}", cy=f"{ys(min(float(b), top)):.1f}", r="2.6", class_="dot")
        for a, b in zip(places, percent, strict=True)
    ]
    marks = [(xs(at_zero), "0"), *((xs(at), said) for at, said in ticks_of_log(xs.low + 0.5, xs.high))]
    return drawing(parts, (xs, ys), marks, f"Dose ({shown.unit})", "% of untreated", shown.words)
