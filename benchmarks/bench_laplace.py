"""The Laplace engine of dose-response panels against long NUTS runs on the same studies: how far apart, how fast.

Errors are of posterior means and sds, in units of the posterior's own sd and of NUTS's Monte Carlo error; shapes differ
in lines, experiments and groups. NUTS is compiled once a shape, and its time is that of sampling alone.

`python -m benchmarks laplace` runs all 100 studies; `python -m benchmarks.bench_laplace --share 0.1` a tenth of them.
"""

import time
from typing import Annotated, Literal

import arviz as az
import numpy as np
import pandas as pd
import typer
import xarray as xr
from rich.console import Console

from benchmarks.__main__ import as_table
from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response import (
    DoseResponseDesign,
    DoseResponsePopulation,
    PlateFaults,
    draw_truth,
    lay_out,
    one_study,
    simulate,
)
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.laplace.engine import PanelPosterior, analyse_panel
from lensim.dose_response.laplace.wells import sheet_of
from lensim.dose_response.priors import DoseResponsePriors
from lensim.dose_response.truth import CURVE
from lensim.inference.catalogue import find_model
from lensim.inference.engine_nutpie import compile_model, sample
from lensim.inference.settings import SamplerSettings

ROOT = 2013
LONG = SamplerSettings(draws=1000, tune=700, chains=4, target_accept=0.95)
SHORT = SamplerSettings(draws=500, tune=500, chains=2, target_accept=0.95, cores=1)
PAPER_GROUPS = ["MMSET"] * 5 + ["MAF"] * 7 + ["CCND1"] * 7 + ["CCND3"] + ["other"] * 3
SHAPES: tuple[tuple[str, list[str], int, int], ...] = (
    ("23 lines, 5 groups, 3 experiments", PAPER_GROUPS, 3, 12),
    ("8 lines, 2 groups, 2 experiments", ["A"] * 4 + ["B"] * 4, 2, 44),
    ("6 lines, 1 group, 3 experiments", ["A"] * 6, 3, 44),
)


def _described(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return draws.mean(axis=0), draws.std(axis=0)


def _mcse(draws: np.ndarray, method: Literal["mean", "sd"]) -> np.ndarray:
    """Monte Carlo error of the mean or the sd of draws (chain, draw, ...)."""
    dims = ("chain", "draw", "line")[: draws.ndim]
    return np.asarray(az.mcse(xr.Dataset({"x": (dims, draws)}), method=method)["x"].to_numpy())


def _compare(fast: PanelPosterior, slow: xr.Dataset, top_um: float) -> dict[str, float]:
    """Errors of one study."""
    curves = np.stack([slow[name].to_numpy() for name in CURVE], axis=-1)  # (chain, draw, line, 3)
    flat = curves.reshape(-1, *curves.shape[2:])
    mean, sd = _described(flat[..., 0])
    error, error_of_sd = _mcse(curves[..., 0], "mean"), _mcse(curves[..., 0], "sd")
    p_slow = (log10_ic50_um(*np.moveaxis(flat, -1, 0)) > np.log10(top_um)).mean(axis=0)
    p_fast = (log10_ic50_um(*np.moveaxis(fast.curves, -1, 0)) > np.log10(top_um)).mean(axis=0)
    own_mean, own_sd = _described(fast.curves[..., 0])
    apart = (own_mean - mean) / sd
    found = {
        "mean [sd]": float(np.sqrt(np.mean(apart**2))),
        "bias [sd]": float(apart.mean()),
        "largest [sd]": float(np.abs(apart).max()),
        "mean [MCSE]": float(np.sqrt(np.mean(((own_mean - mean) / error) ** 2))),
        "sd ratio": float((own_sd / sd).mean()),
        "sd [sd]": float(np.sqrt(np.mean((own_sd / sd - 1) ** 2))),
        "sd [MCSE]": float(np.sqrt(np.mean(((own_sd - sd) / error_of_sd) ** 2))),
        "p resistant": float(np.abs(p_fast - p_slow).mean()),
        "p largest": float(np.abs(p_fast - p_slow).max()),
        "calls differ": float(((p_fast > 0.9) != (p_slow > 0.9)).sum()),
        "undecided": float((((p_fast > 0.9) != (p_slow > 0.9)) & (np.abs(p_slow - 0.9) < 0.03)).sum()),
    }
    name = f"group_{v.LOG10_EC50}"
    if name in slow:
        group = slow[name].transpose("chain", "draw", v.MOLECULAR_GROUP).to_numpy()
        contrast, own = group[..., 0] - group[..., 1], fast.group[:, 0, 0] - fast.group[:, 1, 0]
        apart_by, wider_by = own.mean() - contrast.mean(), own.std() - contrast.std()
        found["contrast [sd]"] = float(apart_by / contrast.std())
        found["contrast [MCSE]"] = float(apart_by / _mcse(contrast, "mean"))
        found["contrast sd ratio"] = float(own.std() / contrast.std())
        found["contrast sd [MCSE]"] = float(wider_by / _mcse(contrast, "sd"))
    return found


def _shape(title: str, groups: list[str], experiments: int, studies: int) -> dict[str, object]:
    design = DoseResponseDesign([f"line {k}" for k in range(len(groups))], groups, experiments=experiments)
    rng = seeding.stream(ROOT, title)
    sheet = lay_out(design, rng)
    data = simulate(sheet, draw_truth(DoseResponsePopulation(), sheet, rng, studies), PlateFaults(), rng)
    entry, priors, panel = find_model("dose_response_hierarchical"), DoseResponsePriors(), sheet_of(data)
    signal, blank = data[v.SIGNAL].to_numpy(), data[v.BLANK_SIGNAL].to_numpy()
    analyse_panel(panel, signal[0], blank[0], priors, seeding.stream(ROOT, title, "warm"))
    begin = time.perf_counter()
    fast = [analyse_panel(panel, signal[k], blank[k], priors, seeding.stream(ROOT, title, k)) for k in range(studies)]
    seconds = (time.perf_counter() - begin) / studies
    compiled = compile_model(entry.build(one_study(data, 0), priors))
    rows, short = [], []
    for k in range(studies):
        ready = compiled.with_data(entry.arrays(one_study(data, k)))
        if k < 4:
            begin = time.perf_counter()
            sample(ready, SHORT, seeding.sampler_seed(ROOT, title, "short", k))
            short.append(time.perf_counter() - begin)
        if fast[k].trusted:
            slow = sample(ready, LONG, seeding.sampler_seed(ROOT, title, k))["posterior"].to_dataset()
            rows.append(_compare(fast[k], slow, design.doses_um[-1]))
    table = pd.DataFrame(rows)

    def rms(name: str) -> float:
        return float(np.sqrt((table[name] ** 2).mean())) if name in table else np.nan

    return {
        "panel": title,
        "studies": studies,
        "handed on": studies - len(rows),
        "EC50 mean: rms [sd]": round(rms("mean [sd]"), 3),
        "bias [sd]": round(table["bias [sd]"].mean(), 3),
        "worst [sd]": round(table["largest [sd]"].max(), 2),
        "rms [MCSE]": round(rms("mean [MCSE]"), 2),
        "sd ratio": round(table["sd ratio"].mean(), 3),
        "sd: rms [sd]": round(rms("sd [sd]"), 3),
        "sd: rms [MCSE]": round(rms("sd [MCSE]"), 2),
        "|dP resistant|": round(table["p resistant"].mean(), 4),
        "worst dP": round(table["p largest"].max(), 3),
        "calls differ": int(table["calls differ"].sum()),
        "of them undecided": int(table["undecided"].sum()),
        "contrast: rms [sd]": round(rms("contrast [sd]"), 3),
        "contrast: rms [MCSE]": round(rms("contrast [MCSE]"), 2),
        "contrast sd ratio": round(table["contrast sd ratio"].mean(), 3) if "contrast sd ratio" in table else np.nan,
        "contrast sd: rms [MCSE]": round(rms("contrast sd [MCSE]"), 2),
        "Laplace [studies/s]": round(1 / seconds, 2),
        "NUTS [studies/s]": round(1 / float(np.mean(short)), 3),
        "ratio": round(float(np.mean(short)) / seconds, 1),
    }


def run(share: float = 1.0) -> list[dict[str, object]]:
    """Every shape: a column each; of a share of the studies, or all."""
    found = [
        _shape(title, groups, experiments, max(round(share * studies), 2))
        for title, groups, experiments, studies in SHAPES
    ]
    figures = [name for name in found[0] if name != "panel"]
    return [{"figure": name, **{str(one["panel"]): one[name] for one in found}} for name in figures]


def main(share: Annotated[float, typer.Option(min=0.01, max=1.0, help="Of the studies of every shape.")] = 1.0) -> None:
    """Print the table from a share of the studies."""
    Console(width=160).print(as_table("laplace", run(share)))


if __name__ == "__main__":
    typer.run(main)
