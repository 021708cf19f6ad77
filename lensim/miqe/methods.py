"""The methods sheet of a dose-response fit: what a methods section tells of doses, plates, replicates, model and IC50.

No guideline stands behind it: the items are ours, and have no importance. It is filled, answered and listed as the
checklist of RT-qPCR is.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim import vocabulary as v
from lensim.assay import MODEL_REASON
from lensim.inference.verdict import verdict_of
from lensim.miqe.checklist import Item, Known
from lensim.miqe.study import Fact, Fit, listed, software
from lensim.plain_text import counted
from lensim.tables.excluded_record import told_of_excluded
from lensim.tables.names import names_along

SOURCE: Final = "lensim"
NO_GUIDELINE: Final = "Items of a methods section, chosen by lensim: no guideline stands behind them."


def _section(section: str, stem: str, *rows: tuple[str, str, Known]) -> tuple[Item, ...]:
    return tuple(Item(f"{stem}.{name}", section, words, "", known, SOURCE) for name, words, known in rows)


METHODS: Final = (
    *_section(
        "Compound and doses",
        "doses",
        ("series", "compound, doses, and step between them", "fit"),
        ("unit", "unit of doses", "fit"),
        ("compound", "source, lot, solvent and its share", "bench"),
    ),
    *_section(
        "Cells",
        "cells",
        ("lines", "lines, groups and conditions", "fit"),
        ("origin", "source, identity, mycoplasma, passage", "bench"),
        ("culture", "medium, cells a well, hours of exposure", "bench"),
    ),
    *_section(
        "Readout and plates",
        "plates",
        ("readout", "what was measured", "fit"),
        ("method", "kit or method, and reader", "bench"),
        ("layout", "plates, their size, and places of doses", "fit"),
        ("controls", "untreated wells and blanks", "fit"),
        ("excluded", "wells left out, and why", "fit"),
        ("normalisation", "normalisation", "fit"),
    ),
    *_section(
        "Replicates",
        "replicates",
        ("wells", "wells of a dose in one culture", "fit"),
        ("days", "independent experiments (days) of a line", "fit"),
    ),
    *_section(
        "Analysis",
        "curves",
        ("model", "model of the curve", "fit"),
        ("ic50", "definition of IC50", "fit"),
        ("bounds", "IC50 beyond the doses", "fit"),
        ("priors", "priors", "fit"),
        ("inference", "inference and its checks", "fit"),
        ("software", "software, version, seed", "fit"),
    ),
)
METHOD_OF: Final = {item.name: item for item in METHODS}


@dataclass(frozen=True)
class Panel(Fit):
    """A dose-response fit."""

    @property
    def unit(self) -> str:
        """Unit of doses in the data."""
        return str(self.data[v.DOSE].attrs.get("units", "")) or "uM"


def series(panel: Panel) -> Fact:
    """Doses from the lowest to the highest, with the step where it is one."""
    doses = np.unique(panel.data[v.DOSE].to_numpy())
    doses = doses[doses > 0]
    if not len(doses):
        return Fact("", "no well has a dose above 0")
    compound = str(panel.data.attrs.get("compound", ""))
    steps = doses[1:] / doses[:-1]
    step = f", steps of {steps.min():.3g}" + (f" to {steps.max():.3g}" if steps.max() > 1.05 * steps.min() else "")
    text = f"{len(doses)} doses from {doses[0]:.4g} to {doses[-1]:.4g} {panel.unit}{step if len(doses) > 1 else ''}"
    return Fact(f"{compound}: {text}" if compound else text, "" if compound else "the name of the compound")


def unit(panel: Panel) -> Fact:
    """The unit that was stated, and that of results."""
    stated = str(panel.data.attrs.get("dose_unit", ""))
    return Fact(f"stated in {stated}, in the fit {panel.unit}" if stated else panel.unit)


def lines(panel: Panel) -> Fact:
    """Lines, and groups that they borrow from."""
    data = panel.data
    names = names_along(data, v.CELL_LINE)
    groups = names_along(data, v.MOLECULAR_GROUP) if v.MOLECULAR_GROUP in data.coords else []
    words = f"{counted(len(names), 'line or condition', 'lines or conditions')}: {listed(names)}"
    return Fact(f"{words}; groups {listed(groups)}" if len(groups) > 1 else words)


def readout(panel: Panel) -> Fact:
    """Raw signals, or percents."""
    data = panel.data
    if v.VIABILITY in data:
        return Fact("percent of untreated, as read", "what was measured")
    minutes = float(data[v.COUNTING_MINUTES]) if v.COUNTING_MINUTES in data else np.inf
    kind = f"counts of {minutes:g} minutes" if np.isfinite(minutes) else "raw signal"
    return Fact(kind, "what was measured")


def layout(panel: Panel) -> Fact:
    """Plates, their size and the place of doses."""
    data = panel.data
    words = [counted(data.sizes.get(v.PLATE, 1), "plate")]
    rows, columns = (data.attrs.get(name) for name in (v.PLATE_ROWS, v.PLATE_COLUMNS))
    if rows and columns:
        words.append(f"{int(rows) * int(columns)} wells each")
    words.append(counted(data.sizes[v.WELL], "well"))
    if v.PLATE_COLUMN not in data:
        return Fact(", ".join(words), "places of wells on their plates")
    plate = data[v.PLATE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    by_place: dict[tuple[int, int], set[float]] = {}
    for own, column, dose in zip(plate, data[v.PLATE_COLUMN].to_numpy(), data[v.DOSE].to_numpy(), strict=True):
        by_place.setdefault((int(own), int(column)), set()).add(float(dose))
    alone = np.mean([len(doses) == 1 for doses in by_place.values()])
    place = "a column of a plate has one dose" if alone > 0.9 else "doses are spread over the columns of plates"
    return Fact(f"{', '.join(words)}; {place}")


def controls(panel: Panel) -> Fact:
    """Untreated wells of each culture, and blanks of each plate."""
    data = panel.data
    own = data[v.CULTURE_OF_WELL].to_numpy()[data[v.DOSE].to_numpy() == 0]
    counts = np.bincount(own, minlength=data.sizes[v.CULTURE])
    words = [f"untreated wells of a culture: {_range(counts)}"]
    blanks = data.sizes.get(v.BLANK, 0)
    words.append(counted(blanks, "blank well") if blanks else "no blank wells")
    return Fact(", ".join(words))


def excluded(panel: Panel) -> Fact:
    """Wells that were left out as they were read."""
    attrs = panel.data.attrs
    words = [
        f"{int(attrs[name])} {what}"
        for name, what in (
            ("wells_lost", "without a value"),
            ("wells_ignored", "of another role or not in use"),
            ("wells_saturated", "saturated"),
        )
        if attrs.get(name)
    ]
    read = f"left out: {', '.join(words)}" if words else "none left out as read"
    return Fact("; ".join([read, *told_of_excluded(panel.data)]))


def normalisation(panel: Panel) -> Fact:
    """By the model, or before it."""
    if v.VIABILITY in panel.data:
        return Fact(
            "percent of untreated wells, before the fit; the top of each curve is near 100% and not fixed to it"
        )
    return Fact(
        "none before the fit: the untreated level of each culture and the background of each plate are parameters, "
        "with untreated wells and blanks as their data"
    )


def wells(panel: Panel) -> Fact:
    """Wells of one dose in one culture."""
    data = panel.data
    is_treated = data[v.DOSE].to_numpy() > 0
    place = zip(data[v.CULTURE_OF_WELL].to_numpy()[is_treated], data[v.DOSE].to_numpy()[is_treated], strict=True)
    return Fact(f"wells of one dose in one culture (technical): {_range(np.array(list(Counter(place).values())))}")


def days(panel: Panel) -> Fact:
    """Experiments of each line."""
    data = panel.data
    pairs = set(
        zip(data[v.LINE_OF_CULTURE].to_numpy().tolist(), data[v.EXPERIMENT_OF_CULTURE].to_numpy().tolist(), strict=True)
    )
    counts = np.bincount([line for line, _ in pairs], minlength=data.sizes[v.CELL_LINE])
    one = "" if counts.max(initial=0) > 1 else "; the spread between days is that of the prior"
    return Fact(
        f"independent experiments (days, biological): {_range(counts)} a line, {data.sizes[v.EXPERIMENT]} in all{one}"
    )


def _range(counts: np.ndarray) -> str:
    if not len(counts):
        return "0"
    low, high = int(counts.min()), int(counts.max())
    return str(low) if low == high else f"{low} to {high}"


def model(panel: Panel) -> Fact:
    """Curve, error and name."""
    attrs = panel.result.attrs
    error = (
        "spread in proportion to the percent, with a floor"
        if v.VIABILITY in panel.data
        else "Student t around the log signal"
    )
    name = attrs.get(MODEL_REASON) or f"model {attrs.get('model', '')}"
    return Fact(
        f"residual(d) = 1 - (1 - exp(-a)) d^h / (EC50^h + d^h), a below 0 stimulates; {error}; days around their line; "
        f"{name}"
    )


def ic50(panel: Panel) -> Fact:
    """Absolute."""
    return Fact(
        "absolute: the dose at which half of the untreated signal is left; EC50 is half of the curve's own effect"
    )


def bounds(panel: Panel) -> Fact:
    """What is told where an IC50 lies beyond the doses."""
    return Fact("told as a bound (above the top dose, below the lowest) with its probability, not extrapolated")


def priors(panel: Panel) -> Fact:
    """Where they are."""
    if "priors" not in panel.result.attrs:
        return Fact("", "this result does not carry its priors")
    return Fact("sheet settings")


def inference(panel: Panel) -> Fact:
    """Engine, intervals, gate."""
    attrs = panel.result.attrs
    return Fact(
        f"posterior draws by the engine {attrs.get('engine', 'nuts')}, medians and {panel.ci_prob:.0%} equal-tailed "
        f"intervals; {verdict_of(panel.result).sentence()}"
    )


FACTS: Final[Mapping[str, Callable[[Panel], Fact]]] = {
    "doses.series": series,
    "doses.unit": unit,
    "cells.lines": lines,
    "plates.readout": readout,
    "plates.layout": layout,
    "plates.controls": controls,
    "plates.excluded": excluded,
    "plates.normalisation": normalisation,
    "replicates.wells": wells,
    "replicates.days": days,
    "curves.model": model,
    "curves.ic50": ic50,
    "curves.bounds": bounds,
    "curves.priors": priors,
    "curves.inference": inference,
    "curves.software": software,
}
