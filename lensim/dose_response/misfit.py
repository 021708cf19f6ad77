"""Lack of fit of a panel in its estimands, tables and verdict: names of shapes, and doses beside predictions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import special

from lensim import vocabulary as v
from lensim.dose_response.estimands import INHIBITION_AT_TOP
from lensim.dose_response.flags import is_wild
from lensim.dose_response.lack_of_fit import TOLD_P, LackOfFit, Run, lack_of_fit
from lensim.dose_response.read.units import ShownUnit, shown_unit
from lensim.dose_response.replicates import LEAST_SPREAD
from lensim.dose_response.shapes import dose_in_words, percent_in_words, profile_of, shape_of
from lensim.dose_response.spreads import CURVE, spreads_of
from lensim.inference.observations import observations_of
from lensim.inference.priors import priors_of
from lensim.inference.verdict import VerdictNote

SHAPE: Final = "shape"
P_SHAPE: Final = "p_shape"
MISFIT: Final = "misfit"
SURE: Final = 0.975
LEAST_RISE: Final = 15.0
"""A rise at the top dose that is told is at least this much [percent of untreated]."""
MOST_NOTES: Final = 5
REMEDY: Final = "read its numbers off the figure, and see the table lack_of_fit and the plate"


@dataclass(frozen=True)
class Misfit:
    """What a panel's estimands carry of its lack of fit, for the table of doses."""

    found: LackOfFit
    lines: tuple[str, ...]
    unit: ShownUnit


def with_shapes(estimands: xr.Dataset, result: xr.DataTree) -> xr.Dataset:
    """Estimands with the shape of each line's data, where it is not a falling Hill curve, and what stands behind it.

    Parameters
    ----------
    estimands
        As from `dose_response_estimands`, of `result`.
    result
        A fit with its observations attached, by whichever engine.

    Returns
    -------
    xarray.Dataset
        With coordinates along cell_line: shape (in words; '' where nothing is told) and p_shape (that the doses of a
        line lie around one Hill curve, adjusted for the number of lines; NaN where it has fewer than four doses, with
        0, or more than forty). attrs["misfit"] is a `Misfit`.
    """
    posterior, data = result["posterior"].to_dataset(), observations_of(result)
    if any(name not in posterior for name in CURVE) or not {v.SIGNAL, v.VIABILITY} & set(data.data_vars):
        return estimands
    priors = priors_of(result) if "priors" in result.attrs else {}
    found = lack_of_fit(data, spreads_of(posterior, data, priors))
    unit = shown_unit(data)
    rises = _rises(estimands[INHIBITION_AT_TOP].transpose(v.CELL_LINE, ...).to_numpy())
    words = [_shape_in_words(found, line, unit, rise) for line, rise in enumerate(rises)]
    p = np.where([bool(runs) for runs in found.runs], found.adjusted_p, np.nan)
    names = tuple(str(one) for one in estimands[v.CELL_LINE].to_numpy())
    return estimands.assign_coords({SHAPE: (v.CELL_LINE, words), P_SHAPE: (v.CELL_LINE, p)}).assign_attrs(
        {MISFIT: Misfit(found, names, unit)}
    )


def _shape_in_words(found: LackOfFit, line: int, unit: ShownUnit, rise: str) -> str:
    said = []
    curve, shared = found.curves[line], found.shared_by(line)
    if curve is not None and found.is_told(line):
        said.append(shape_of(profile_of(found.cells, curve), unit).words)
    elif shared is not None:
        said.append(_as_in_all(shared, float(found.doses[line][shared.first]), unit))
    if rise:
        said.append(rise)
    if found.scatter.is_told(line):
        said.append(f"wells scatter {found.scatter.ratio[line]:.1f} times as much as those of other lines")
    return "; ".join(said)


def _as_in_all(run: Run, dose: float, unit: ShownUnit) -> str:
    where = "controls" if dose == 0 else f"wells at {dose_in_words(dose, unit)}"
    side = "above" if run.off > 0 else "below"
    return f"{where} {percent_in_words(abs(run.off))} {side} its other doses, as in most lines"


def _rises(at_top: np.ndarray) -> list[str]:
    """That the curve of a line (line, draw...) surely rises; a Hill curve follows that, but a reader expects a fall."""
    draws = at_top.reshape(len(at_top), -1)
    rising = np.flatnonzero((draws < 0.0).mean(axis=1) >= SURE)
    medians = {line: float(np.median(draws[line])) for line in rising.tolist()}
    told = {line: f"rises with dose, to {100.0 - one:.0f}% at the top dose" for line, one in medians.items()}
    return [told.get(line, "") if medians.get(line, 0.0) <= -LEAST_RISE else "" for line in range(len(draws))]


def summarise_doses(estimands: xr.Dataset, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a line and dose: what was observed there, and what the line's other doses predict.

    Columns: cell_line; dose (in the user's unit, 0 for the controls); dose_unit; observed_percent (mean over cultures
    of where most replicates lie, percent of the curve's untreated level); expected_percent with its interval, which
    holds what wells and the curve are uncertain by; place (share of predictions below what was observed, in percent: 50
    is the middle); z; p (two-sided, of this dose alone); wells; outlying_wells (far off their replicates); odd ("yes"
    for a dose, or one of a run of doses, that makes the shape of its line, see `odd_doses`; "" else).

    Parameters
    ----------
    estimands
        As from `with_shapes`.
    ci_prob
        Probability inside the intervals of expected_percent.
    """
    misfit: Misfit = estimands.attrs[MISFIT]
    found, unit, told = misfit.found, misfit.unit, odd_doses(estimands)
    reach = float(special.ndtri(0.5 + ci_prob / 2.0))
    rows = []
    for line, name in enumerate(misfit.lines):
        for run in found.runs[line]:
            if run.first != run.last:
                continue
            dose = float(found.doses[line][run.first])
            ends = [_moved(run, side * reach * run.sd, is_log=found.cells.is_log) for side in (-1.0, 1.0)]
            rows.append(
                {
                    "cell_line": name,
                    "dose": dose / unit.um_per_unit,
                    "dose_unit": unit.name,
                    "observed_percent": 100.0 * run.observed,
                    "expected_percent": 100.0 * run.expected,
                    "expected_percent_lower": 100.0 * ends[0],
                    "expected_percent_upper": 100.0 * ends[1],
                    "place": 100.0 * float(special.ndtr(run.z)),
                    "z": run.z,
                    "p": run.p,
                    "wells": run.wells,
                    "outlying_wells": _outlying(found, line, dose),
                    "odd": "yes" if dose in told.get(name, ()) else "",
                }
            )
    return pd.DataFrame(rows)


def _moved(run: Run, by: float, *, is_log: bool) -> float:
    return run.expected * float(np.exp(by)) if is_log else run.expected + by


def _outlying(found: LackOfFit, line: int, dose: float) -> int:
    """Wells of a line at a dose that are far off two or more replicates."""
    cells = found.cells
    number = 0
    for cell in np.flatnonzero((cells.line == line) & (cells.dose == dose)):
        away = cells.away[cells.cell_of_well == cell] * cells.sd[cell]
        shares = np.exp(away) if cells.is_log else 1.0 + away
        number += int(is_wild(shares, max(cells.sd[cell], LEAST_SPREAD), is_raw=cells.is_log).sum())
    return number


def odd_doses(estimands: xr.Dataset) -> dict[str, list[float]]:
    """Doses of each line that make its shape [unit of the data; 0 for the controls].

    Of lines that are told: doses and runs of doses whose P, times half the number of doses, is at most 0.05, and whose
    distance from the prediction is 7% of untreated or more, in the direction of the surest of them, which draw the
    curve of the others to the other side.

    Parameters
    ----------
    estimands
        As from `with_shapes`; none where they are of another fit.
    """
    misfit: Misfit | None = estimands.attrs.get(MISFIT)
    if misfit is None:
        return {}
    found, told = misfit.found, {}
    for line, name in enumerate(misfit.lines):
        shared = found.shared_by(line)
        odd = [run for run in found.runs[line] if found.is_odd(line, run)] if found.is_told(line) else []
        odd += [shared] if shared is not None else []
        if not odd:
            continue
        surest = min(odd, key=lambda run: run.p)
        alike = [run for run in odd if run.off * surest.off > 0]
        places = sorted({at for run in alike for at in range(run.first, run.last + 1)})
        told[name] = [float(found.doses[line][at]) for at in places]
    return told


def misfit_caption(estimands: xr.Dataset, ci_prob: float) -> str:
    """What the table of doses holds, and what it comes to."""
    found = estimands.attrs[MISFIT].found
    told = [name for name, words in _told(estimands)]
    judged = int(np.isfinite(estimands[P_SHAPE]).sum())
    rest = estimands.sizes[v.CELL_LINE] - judged
    verdict = (
        f"{len(told)} of {judged} lines are not one falling Hill curve"
        if told
        else f"all {judged} lines are as one Hill curve (smallest P {np.min(found.adjusted_p, initial=1.0):.2g}, "
        "adjusted for their number)"
    )
    if rest:
        verdict += f"; {rest} have too few or too many doses for that"
    return (
        f"Doses: signal in percent of untreated, beside what the line's other doses predict with {ci_prob:.0%} "
        f"intervals; {verdict}"
    )


def _told(estimands: xr.Dataset) -> list[tuple[str, str]]:
    names, words = estimands[v.CELL_LINE].to_numpy(), estimands[SHAPE].to_numpy()
    return [(str(name), str(one)) for name, one in zip(names, words, strict=True) if str(one)]


def misfit_notes(estimands: xr.Dataset) -> Iterator[VerdictNote]:
    """Lines whose data are not the shape of one falling Hill curve, and doses that are off over all lines."""
    if MISFIT not in estimands.attrs:
        return
    misfit: Misfit = estimands.attrs[MISFIT]
    if (one := misfit.found.worst_of_all_lines) is not None:
        named, cause = (
            ("the controls", "the vehicle")
            if one.dose == 0
            else (f"the dose {dose_in_words(one.dose, misfit.unit)}", "the dilution")
        )
        yield VerdictNote(
            f"{named} of all lines",
            "must lie where the other doses of the lines say",
            f"{percent_in_words(abs(one.off))} {'above' if one.off > 0 else 'below'} (P {one.p:.1g})",
            f"see {cause} and the place of these wells on the plate",
        )
    told = _told(estimands)
    p = dict(zip(misfit.lines, estimands[P_SHAPE].to_numpy().tolist(), strict=True))
    for name, words in told[:MOST_NOTES]:
        sure = f" (P {p[name]:.1g})" if p[name] <= TOLD_P else ""
        yield VerdictNote(f"the curve of {name}", "must be the shape of its data", f"{words}{sure}", REMEDY)
    if rest := [name for name, _ in told[MOST_NOTES:]]:
        yield VerdictNote(
            f"the curves of {', '.join(rest)}",
            "must be the shape of their data",
            "others",
            "see the column shape of the table lines",
        )
