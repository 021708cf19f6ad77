"""A toy assay outside lensim, in one file: colonies of cell lines, counted in dishes.

It takes what any package may take of lensim and changes nothing there: entry points are all that joins them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, Assay, ResultTable
from lensim.checks import InputError
from lensim.inference.catalogue import ModelEntry
from lensim.inference.intervals import interval_of
from lensim.report.figures.catalogue import ResultFigure
from lensim.report.figures.style import literal, new_figure

COLONIES = "colonies"  # (dish)
LOG_MEAN = "log_mean_colonies"  # (cell_line) [log]
MEAN = "mean_colonies"  # (cell_line)
LINE_OF_DISH = "line_of_dish"  # (dish)


def read_toy(files: str | Path | Sequence[str | Path]) -> xr.Dataset:
    """Dishes of a table with the columns cell_line and colonies."""
    paths = [Path(one) for one in ([files] if isinstance(files, str | Path) else files)]
    table = pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)
    if missing := {v.CELL_LINE, COLONIES} - set(table):
        raise InputError(f"{paths[0]} must have the column {', '.join(sorted(missing))}, got {', '.join(table)}")
    lines = list(dict.fromkeys(table[v.CELL_LINE]))
    return xr.Dataset(
        {
            COLONIES: ("dish", table[COLONIES].to_numpy()),
            LINE_OF_DISH: ("dish", [lines.index(name) for name in table[v.CELL_LINE]]),
        },
        coords={v.CELL_LINE: lines},
        attrs={"assay": "toy"},
    )


@dataclass(frozen=True)
class ToyPriors:
    """Log of the mean number of colonies of a line."""

    mean_log: float = 3.0
    sd_log: float = 2.0


def toy_arrays(data: xr.Dataset) -> Mapping[str, np.ndarray]:
    """What the model holds as data."""
    return {"counted": data[COLONIES].to_numpy(), "line": data[LINE_OF_DISH].to_numpy()}


def build_toy_colonies(data: xr.Dataset, priors: ToyPriors | None = None) -> pm.Model:
    """colonies(dish) ~ Poisson(exp(log_mean_colonies(line))), lines on their own."""
    priors = priors or ToyPriors()
    with pm.Model(coords={v.CELL_LINE: data[v.CELL_LINE].to_numpy()}) as model:
        held = {name: pm.Data(name, array) for name, array in toy_arrays(data).items()}
        log_mean = pm.Normal(LOG_MEAN, priors.mean_log, priors.sd_log, dims=v.CELL_LINE)
        pm.Poisson("colonies_observed", pm.math.exp(log_mean[held["line"]]), observed=held["counted"])
    return model


def toy_estimands(result: xr.DataTree, asked: Asked) -> xr.Dataset:
    """Mean number of colonies of each line, draw by draw."""
    return xr.Dataset({MEAN: np.exp(result["posterior"][LOG_MEAN])})


def toy_tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """One row a line."""
    rows = []
    for name in estimands[v.CELL_LINE].to_numpy():
        low, middle, high = interval_of(estimands[MEAN].sel({v.CELL_LINE: name}), asked.ci_prob)
        rows.append({"cell_line": str(name), MEAN: middle, f"{MEAN}_lower": low, f"{MEAN}_upper": high})
    return (ResultTable("colonies", f"Colonies of each line, {asked.words}", pd.DataFrame(rows)),)


def figures(result: xr.DataTree, ci_prob: float, threshold_um: float | None) -> tuple[ResultFigure, ...]:
    """One figure."""

    def draw():
        figure, axes = new_figure(figsize=(4, 3))
        draws = toy_estimands(result, Asked())[MEAN]
        names = [literal(name) for name in draws[v.CELL_LINE].to_numpy()]
        axes[0, 0].bar(names, draws.mean(("chain", "draw")))
        axes[0, 0].set_ylabel("colonies in a dish")
        return figure

    return (ResultFigure("colonies", "Mean number of colonies of each line.", "Bars of colonies, one a line", draw),)


ASSAY = Assay(
    name="toy",
    title="Colonies of cell lines",
    read=read_toy,
    recognises=lambda data: COLONIES in data,
    default_model=lambda data: "toy_colonies",
    estimands=toy_estimands,
    judged=lambda estimands: estimands,
    tables=toy_tables,
    counts=lambda data: f"{data.sizes['dish']} dishes of {data.sizes[v.CELL_LINE]} lines",
)
CATALOGUE = {
    "toy_colonies": ModelEntry(
        build_toy_colonies, toy_arrays, COLONIES, "mean number of colonies of each line", ToyPriors
    )
}
