"""How LP1-LR may have been selected: the published schedule, slower and faster ones, and the last dose at once.

python -m experiments.selection_lp1_lr --out results/selection_lp1_lr
"""

from pathlib import Path

import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim.bounds import BoundedModel
from lensim.maiga2013.selection_twin import CLONES, compared_schedules
from lensim.output import load_result
from lensim.report.figures.selection import plot_outcomes, plot_paths, plot_worlds
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, command_of, read_config, results_folder
from lensim.selection.design import Culture
from lensim.selection.from_fit import curve_draws, truth_from_draws
from lensim.selection.outcomes import IS_EXTINCT, IS_RESISTANT, compare_schedules
from lensim.selection.tables import write_tables
from lensim.selection.truth import truth_of
from lensim.selection.words import findings_of

console = Console()
FIGURES = ("paths", "outcomes", "worlds")


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    cultures: int = Field(ge=20)
    cultures_of_other_worlds: int = Field(ge=20)
    dose_response: Path
    cell_line: str
    mutation_factors: tuple[float, ...]
    death_rise_factors: tuple[float, ...]


def truth_in(config: Config, fit: xr.DataTree | None, cultures: int, mutation: float, death_rise: float) -> xr.Dataset:
    """The two clones, the curve of the sensitive one from the fit where there is one, with assumptions multiplied."""
    sensitive = CLONES.sensitive.model_copy(
        update={"death_rise_per_day": death_rise * CLONES.sensitive.death_rise_per_day}
    )
    clones = CLONES.model_copy(
        update={"sensitive": sensitive, "mutation_probability": mutation * CLONES.mutation_probability}
    )
    truth = truth_of(clones, cultures)
    if fit is None:
        return truth
    rng = seeding.stream(config.seed, "selection", "draws")
    return truth_from_draws(truth, curve_draws(fit, config.cell_line), rng)


def other_worlds(config: Config, fit: xr.DataTree | None) -> pd.DataFrame:
    """Outcomes where mutations are rarer or more frequent, or the drug kills less or more: what was assumed, varied."""
    worlds = [(f"{factor:g} times the mutations", factor, 1.0) for factor in config.mutation_factors]
    worlds += [(f"{factor:g} times the deaths by the drug", 1.0, factor) for factor in config.death_rise_factors]
    tables = []
    for name, mutation, death_rise in worlds:
        truth = truth_in(config, fit, config.cultures_of_other_worlds, mutation, death_rise)
        table, _, _ = compare_schedules(compared_schedules(), Culture(), truth, config.seed)
        tables.append(table.assign(world=name))
    return pd.concat(tables, ignore_index=True)


def sentences(worlds: pd.DataFrame) -> list[str]:
    """What other assumptions would have given: a sentence a world."""
    said = []
    for name, own in worlds.groupby("world", sort=False):
        each = "; ".join(
            f"{row['schedule']} {100 * row[f'p_{IS_RESISTANT}']:.0f} ± {100 * row[f'p_{IS_RESISTANT}_mcse']:.0f}%, "
            f"{100 * row[f'p_{IS_EXTINCT}']:.0f}%"
            for _, row in own.iterrows()
        )
        said.append(f"With {name} (resistant cells prevail, no cell is left): {each}.")
    return said


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate cultures under every schedule, and write tables, figures and findings into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force, inputs=[config.dose_response]) as folder:
        fit = load_result(config.dose_response) if config.dose_response.exists() else None
        with manifest.timed("simulate"):
            truth = truth_in(config, fit, config.cultures, 1.0, 1.0)
            table, runs, ends = compare_schedules(compared_schedules(), Culture(), truth, config.seed)
        with manifest.timed("other worlds"):
            worlds = other_worlds(config, fit)
        with manifest.timed("report"):
            write_tables(folder, table, runs, ends)
            worlds.to_csv(folder / "worlds.csv", index=False)
            drawn = (plot_paths(runs), plot_outcomes(table, ends), plot_worlds(table, worlds))
            for name, figure in zip(FIGURES, drawn, strict=True):
                save_figure(figure, folder / f"{name}.png")
        where = (
            f"The curve of {config.cell_line} comes from {config.dose_response}, a draw of its own for each culture; "
            if fit is not None
            else f"{config.dose_response} is not there, so the curve of {config.cell_line} is assumed too; "
        )
        found = [
            where + "rates without drug, deaths by the drug, mutations and numbers of cells are assumed.",
            *findings_of(table),
            *sentences(worlds),
        ]
        (folder / "findings.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "selection_lp1_lr"))
