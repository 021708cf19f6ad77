"""Approximate answers of a screen: how often they are trusted, coverage of the truth, distance from the exact draws.

The compounds are those of `bench_screen`, simulated by equations that are not the model's: days move midpoints by 0.1,
lines have midpoints in common between compounds, and the share lost at most is no exponential of anything. `python -m
benchmarks approximate` takes half an hour, most of it the exact draws of a few; `python -m
benchmarks.bench_approximate --compounds 20 --exact 2` less.
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import pandas as pd
import typer
import xarray as xr
from rich.console import Console

import lensim
from benchmarks.__main__ import as_table
from benchmarks.bench_screen import DOSES, Curves, write_screen
from lensim import vocabulary as v
from lensim.dose_response.laplace.answer import approximate_panel
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.read import read_compounds
from lensim.inference.approximation import APPROXIMATE, Approximation
from lensim.sigmoid import residual

COMPOUNDS: Final = 200
EXACT: Final = 12
SEED: Final = 1
MODEL: Final = "dose_response_hierarchical"
LOG10_TOP: Final = float(np.log10(DOSES[-1]))


def at_top(middle: np.ndarray, steep: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Share that is lost at the top dose."""
    return np.asarray(depth / (1.0 + 10.0 ** (-steep * (LOG10_TOP - middle))))


def coverage(table: pd.DataFrame, truth: Mapping[str, Curves]) -> list[dict[str, object]]:
    """A row of the trusted and one of the others: intervals of the inhibition at the top dose, and P(resistant)."""
    rows: list[dict[str, object]] = []
    lost = np.concatenate([at_top(*truth[name]) for name in table["compound"].unique()])
    resistant = lost < 0.5
    lower, upper = (table[f"inhibition_at_top_dose_percent_{end}"].to_numpy() for end in ("lower", "upper"))
    inside = (lower <= 100.0 * lost) & (100.0 * lost <= upper)
    stated = table["p_resistant"].to_numpy(dtype=float)
    for said, words in ((APPROXIMATE, "trusted"), ("no", "not trusted")):
        own = (table["converged"] == said).to_numpy()
        rows.append(
            {
                "answers": f"approximate, {words}",
                "compounds": int(table.loc[own, "compound"].nunique()),
                "coverage (90%)": float(inside[own].mean()) if own.any() else np.nan,
                "mean P(resistant)": float(stated[own].mean()) if own.any() else np.nan,
                "resistant": float(resistant[own].mean()) if own.any() else np.nan,
                "Brier": float(((stated - resistant)[own] ** 2).mean()) if own.any() else np.nan,
            }
        )
    return rows


def quantities(posterior: xr.Dataset) -> np.ndarray:
    """Draws (draw, 3, line): log10 EC50, log slope, share lost at the top dose."""
    midpoint, slope, effect = (
        posterior[name].stack(one=("chain", "draw")).transpose("one", v.CELL_LINE).to_numpy()
        for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
    )
    return np.stack([midpoint, slope, 1.0 - residual(DOSES[-1], midpoint, slope, effect)], axis=1)


def distance(found: Approximation, exact: xr.Dataset) -> dict[str, object]:
    """How far approximate draws lie from exact ones, in posterior sds of these."""
    ours, theirs = quantities(found.result["posterior"].to_dataset()), quantities(exact)
    sd = theirs.std(axis=0)
    away, ratio = np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) / sd, ours.std(axis=0) / sd
    stated, own = ((draws[:, 2] < 0.5).mean(axis=0) for draws in (theirs, ours))
    told: dict[str, object] = {"trusted": "yes" if found.is_trusted else "NO"}
    for k, name in enumerate(("EC50", "slope", "top")):
        told[f"{name} rms"], told[f"{name} worst"] = (
            float(np.sqrt((away[k] ** 2).mean())),
            float(away[k].max()),
        )
        told[f"{name} sd"] = f"{ratio[k].min():.2f}-{ratio[k].max():.2f}"
    return told | {"P": float(np.abs(stated - own).max())}


def run(compounds: int = COMPOUNDS, exact: int = EXACT) -> list[dict[str, object]]:
    """Rows of coverage over all compounds, then a row for each of some that are drawn exactly, too."""
    with tempfile.TemporaryDirectory(prefix="lensim-approximate-") as place:
        table = Path(place) / "screen.csv"
        truth = write_screen(table, compounds, seed=2)
        studies = read_compounds(table)
        started = time.process_time()
        screen = lensim.screen(studies, Path(place) / "screen", engine=APPROXIMATE)
        each = (time.process_time() - started) / compounds
        rows = coverage(screen.table, truth)
        rows[0]["CPU s"] = each
        for name in list(truth)[:exact]:
            data = studies[name]
            begun = time.process_time()
            found = approximate_panel(data, MODEL, DoseResponsePriors(), SEED)
            between = time.process_time()
            drawn = lensim.fit(data, seed=SEED).tree["posterior"].to_dataset()
            seconds = time.process_time() - between
            rows.append({"answers": name, "CPU s": between - begun, "exact, CPU s": seconds})
            rows[-1] |= distance(found, drawn)
    return rows


def main(
    compounds: Annotated[int, typer.Option(min=1, help="That are simulated and answered.")] = COMPOUNDS,
    exact: Annotated[int, typer.Option(min=0, help="Of these, drawn exactly too.")] = EXACT,
) -> None:
    """Print coverage, and how far approximate answers lie from exact ones."""
    rows = run(compounds, exact)
    console = Console(width=200)
    console.print(as_table("coverage", [row for row in rows if "compounds" in row]))
    console.print(as_table("against exact draws", [row for row in rows if "compounds" not in row]))


if __name__ == "__main__":
    typer.run(main)
