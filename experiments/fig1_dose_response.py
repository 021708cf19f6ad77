"""Figure 1 of Maïga et al. (2013) as a simulated twin: 23 lines, their wells, a hierarchical fit, published calls.

python -m experiments.fig1_dose_response --config experiments/fig1_dose_response.toml --out results/fig1_dose_response
"""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.dose_response import PlateFaults, lay_out, one_study, simulate
from lensim.dose_response.estimands import dose_response_estimands, summarise_lines, summarise_panel
from lensim.dose_response.read import write_tidy
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.maiga2013 import CELL_LINES, PUBLISHED_CALL
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.output import save_dataset, save_result
from lensim.report.figures import dose_response as report
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, SamplerConfig, command_of, read_config, results_folder

console = Console()


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    experiments: int = Field(gt=0)
    replicates: int = Field(gt=0)
    plate_map: Literal["randomised", "by_column"]
    model: str
    threshold_um: float = Field(gt=0)
    ci_prob: float = Field(gt=0, lt=1)
    attempts: int = Field(gt=0)
    sampler: SamplerConfig


def simulate_twin(config: Config) -> tuple[xr.Dataset, xr.Dataset]:
    """Wells of one twin, and the truth behind them."""
    design = dose_response_design(config.experiments, config.replicates, config.plate_map)
    sheet = lay_out(design, seeding.stream(config.seed, "sheet"))
    truth = draw_twin(sheet, seeding.stream(config.seed, "truth"))
    data = one_study(simulate(sheet, truth, PlateFaults(), seeding.stream(config.seed, "machine")), 0)
    return data.assign_attrs(compound="Lenalidomide"), truth.isel(study=0)


def table_of_lines(estimands: xr.Dataset, truth: xr.Dataset, config: Config) -> pd.DataFrame:
    """`summarise_lines`, with the published call and the true IC50 of the twin beside it."""
    table = summarise_lines(estimands, config.ci_prob)
    table.insert(
        1, "published_call", [dict(zip(CELL_LINES, PUBLISHED_CALL, strict=True))[name] for name in table.index]
    )
    table["true_ic50_um"] = 10.0 ** truth["log10_ic50_um"].to_series()
    return table


def sentences(table: pd.DataFrame, panel: pd.DataFrame, config: Config) -> list[str]:
    """The findings, in sentences."""
    called = np.where(table["p_resistant"] > 0.5, "resistant", "sensitive")
    agree = int((called == table["published_call"]).sum())
    number = panel.loc["number_of_sensitive_lines"]
    effect = panel.loc[f"variance_share_of_molecular_group_{v.EFFECT}"]
    return [
        f"{agree} of {len(table)} lines are called as published (P(IC50 > {config.threshold_um:g} µM) above one half).",
        f"Sensitive lines: {number['median']:.0f} "
        f"({config.ci_prob:.0%} interval {number['lower']:.0f} to {number['upper']:.0f}); "
        f"published 13 of 23.",
        f"Share of the variance of the effect between lines that molecular group explains: {effect['median']:.2f} "
        f"({effect['lower']:.2f} to {effect['upper']:.2f}): 23 lines hardly show it.",
        f"Lines probably stimulated (P above 0.9): {', '.join(table.index[table['p_stimulated'] > 0.9]) or 'none'}.",
    ]


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate, fit, draw and write everything into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force) as folder:
        with manifest.timed("simulate"):
            data, truth = simulate_twin(config)
        write_tidy(data, folder / "wells.csv")
        save_dataset(truth, folder / "truth.nc")
        console.print(f"twin: {data.sizes[v.CELL_LINE]} lines, {data.sizes[v.WELL]} wells; sampling")
        settings = FitSettings(SamplerSettings(**config.sampler.model_dump()))
        with manifest.timed("fit"):
            result = fit_study(
                data,
                settings,
                seeding.sampler_seed(config.seed, "fit"),
                attempts=config.attempts,
                progress=console.is_terminal,
                tell=console.print,
                model=config.model,
            )
        verdict = verdict_of(result)
        manifest.verdicts[config.model] = verdict.sentence()
        with manifest.timed("report"):
            save_result(result, folder / "fit.nc")
            estimands = dose_response_estimands(result, config.threshold_um)
            lines = table_of_lines(estimands, truth, config)
            panel = summarise_panel(estimands, config.ci_prob)
            lines.to_csv(folder / "lines.csv")
            panel.to_csv(folder / "panel.csv")
            calls = dict(zip(CELL_LINES, PUBLISHED_CALL, strict=True))
            save_figure(report.plot_curves(result, lines, config.ci_prob), folder / "curves.png")
            forest = report.plot_ic50_forest(result, lines, calls, config.ci_prob)
            save_figure(forest, folder / "ic50_forest.png")
            save_figure(report.plot_posterior_predictive(result), folder / "posterior_predictive.png")
        found = sentences(lines, panel, config)
        (folder / "findings.txt").write_text("\n".join([*found, verdict.sentence()]) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    console.print(verdict.sentence(), style="green" if verdict.passed else "red", highlight=False)
    console.print(f"figures: {', '.join(f'{out}/{name}.png' for name in FIGURES)}", soft_wrap=True, highlight=False)
    console.print(
        f"table: {out}/lines.csv; everything, to be opened with ArviZ: {out}/fit.nc", soft_wrap=True, highlight=False
    )


FIGURES = ("curves", "ic50_forest", "posterior_predictive")


if __name__ == "__main__":
    typer.run(command_of(run, "fig1_dose_response"))
